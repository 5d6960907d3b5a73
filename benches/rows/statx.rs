//! The extended status of a path.

use std::fs::{File, metadata};
use std::hint::black_box;
use std::os::fd::OwnedFd;

use butter::fs::{AtFlags, StatxFlags, statx};
use rustix::fs as rustix;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

fn directory() -> Result<OwnedFd, Failure> {
    Ok(context("open /dev", File::open("/dev"))?.into())
}

pub(crate) fn size() -> Result<Row, Failure> {
    let (first, again, butter) = (directory()?, directory()?, directory()?);
    let (libc, rustix_directory) = (directory()?, directory()?);
    Ok(Row::new("the size of a path (nix has no statx; std resolves an absolute path)", 1)
        .with("bare syscall", move || {
            black_box(bare::statx_size(&first, black_box(c"null")));
        })
        .with("bare syscall again", move || {
            black_box(bare::statx_size(&again, black_box(c"null")));
        })
        .with(BUTTER, move || {
            match statx(&butter, black_box(c"null"), AtFlags::empty(), StatxFlags::SIZE) {
                Ok(statx) => drop(black_box(statx.size())),
                Err(error) => fail(BUTTER, error),
            }
        })
        .with("libc", move || {
            black_box(libc_calls::statx_size(&libc, black_box(c"null")));
        })
        .with("rustix", move || {
            let (flags, mask) = (rustix::AtFlags::empty(), rustix::StatxFlags::SIZE);
            match rustix::statx(&rustix_directory, black_box(c"null"), flags, mask) {
                Ok(statx) => drop(black_box(statx.stx_size)),
                Err(error) => fail("rustix", error),
            }
        })
        .with("std", move || match metadata(black_box("/dev/null")) {
            Ok(metadata) => drop(black_box(metadata.len())),
            Err(error) => fail("std", error),
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
