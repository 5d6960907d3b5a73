//! A read of a few bytes at an offset.

use std::fs::File;
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::fs::pread;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

/// The offset of the bytes, so that the argument is not 0.
const OFFSET: u64 = 16;

fn file() -> Result<OwnedFd, Failure> {
    Ok(context("open /proc/self/exe", File::open("/proc/self/exe"))?.into())
}

pub(crate) fn small() -> Result<Row, Failure> {
    let (first, again, butter) = (file()?, file()?, file()?);
    let (libc, rustix, nix) = (file()?, file()?, file()?);
    let mut buffer = [0; 8];
    Ok(Row::new("8 bytes", 1)
        .with("bare syscall", move || {
            black_box(bare::pread(&first, &mut buffer, OFFSET));
        })
        .with("bare syscall again", move || {
            black_box(bare::pread(&again, &mut buffer, OFFSET));
        })
        .with(BUTTER, move || match pread(&butter, &mut buffer, OFFSET) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail(BUTTER, error),
        })
        .with("libc", move || {
            black_box(libc_calls::pread(&libc, &mut buffer, OFFSET));
        })
        .with("rustix", move || match rustix::io::pread(&rustix, &mut buffer, OFFSET) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("rustix", error),
        })
        .with("nix", move || match nix::sys::uio::pread(&nix, &mut buffer, OFFSET as i64) {
            Ok(count) => drop(black_box(count)),
            Err(error) => fail("nix", error),
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
