//! A read and a write of a few bytes at the file offset.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use butter::io;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

fn source() -> Result<OwnedFd, Failure> {
    Ok(context("open /dev/zero", File::open("/dev/zero"))?.into())
}

fn target() -> Result<OwnedFd, Failure> {
    Ok(context("open /dev/null", File::options().write(true).open("/dev/null"))?.into())
}

pub(crate) fn read() -> Result<Row, Failure> {
    let (first, again, butter) = (source()?, source()?, source()?);
    let (libc, rustix, nix, mut std) = (source()?, source()?, source()?, File::from(source()?));
    let mut buffer = [0; 8];
    Ok(Row::new("8 bytes", 1)
        .with("bare syscall", move || {
            black_box(bare::read(&first, &mut buffer));
        })
        .with("bare syscall again", move || {
            black_box(bare::read(&again, &mut buffer));
        })
        .with(BUTTER, move || match io::read(&butter, &mut buffer) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail(BUTTER, error),
        })
        .with("libc", move || {
            black_box(libc_calls::read(&libc, &mut buffer));
        })
        .with("rustix", move || match rustix::io::read(&rustix, &mut buffer) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("rustix", error),
        })
        .with("nix", move || match nix::unistd::read(&nix, &mut buffer) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("nix", error),
        })
        .with("std", move || match std.read(&mut buffer) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("std", error),
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}

pub(crate) fn write() -> Result<Row, Failure> {
    let (first, again, butter) = (target()?, target()?, target()?);
    let (libc, rustix, nix, mut std) = (target()?, target()?, target()?, File::from(target()?));
    let bytes = [0; 8];
    Ok(Row::new("8 bytes", 1)
        .with("bare syscall", move || {
            black_box(bare::write(&first, &bytes));
        })
        .with("bare syscall again", move || {
            black_box(bare::write(&again, &bytes));
        })
        .with(BUTTER, move || match io::write(&butter, &bytes) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail(BUTTER, error),
        })
        .with("libc", move || {
            black_box(libc_calls::write(&libc, &bytes));
        })
        .with("rustix", move || match rustix::io::write(&rustix, &bytes) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("rustix", error),
        })
        .with("nix", move || match nix::unistd::write(&nix, &bytes) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("nix", error),
        })
        .with("std", move || match std.write(&bytes) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("std", error),
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
