//! The size of an open file.

use std::fs::File;
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::fs::fstat;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

fn file() -> Result<OwnedFd, Failure> {
    Ok(context("open /dev/null", File::open("/dev/null"))?.into())
}

pub(crate) fn size() -> Result<Row, Failure> {
    let (first, again, butter) = (file()?, file()?, file()?);
    let (libc, rustix, nix) = (file()?, file()?, file()?);
    Ok(Row::new("one status", 1)
        .with("bare syscall", move || {
            black_box(bare::fstat_size(&first));
        })
        .with("bare syscall again", move || {
            black_box(bare::fstat_size(&again));
        })
        .with(BUTTER, move || match fstat(&butter) {
            Ok(stat) => drop(black_box(stat.size())),
            Err(error) => fail(BUTTER, error),
        })
        .with("libc", move || {
            black_box(libc_calls::fstat_size(&libc));
        })
        .with("rustix", move || match rustix::fs::fstat(&rustix) {
            Ok(stat) => drop(black_box(stat.st_size)),
            Err(error) => fail("rustix", error),
        })
        .with("nix", move || match nix::sys::stat::fstat(&nix) {
            Ok(stat) => drop(black_box(stat.st_size)),
            Err(error) => fail("nix", error),
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
