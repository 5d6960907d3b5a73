//! Arguments of calls that write cached data to the device, or give advice about the page cache.

use std::num::NonZeroU64;

use butter::fd::AsFd;
use butter::fs::raw::*;
use butter::fs::{Advice, SyncFileRangeFlags};

use super::recorder::*;
use super::{Row, each, open};

pub const ROWS: &[Row] = &[
    Row("fs::raw::fsync", &[libc::SYS_fsync], |it| {
        let file = open(500);
        let result = it.call(libc::SYS_fsync, [("fd", fd(&file))], 0, || fsync(file.as_fd()));
        it.output("success", result, Ok(()));
    }),
    Row("fs::raw::fdatasync", &[libc::SYS_fdatasync], |it| {
        let file = open(500);
        let arguments = [("fd", fd(&file))];
        let result = it.call(libc::SYS_fdatasync, arguments, 0, || fdatasync(file.as_fd()));
        it.output("success", result, Ok(()));
    }),
    Row("fs::raw::syncfs", &[libc::SYS_syncfs], |it| {
        let file = open(500);
        let result = it.call(libc::SYS_syncfs, [("fd", fd(&file))], 0, || syncfs(file.as_fd()));
        it.output("success", result, Ok(()));
    }),
    Row("fs::raw::sync", &[libc::SYS_sync], |it| it.call(libc::SYS_sync, [], 0, sync)),
    Row("fs::raw::sync_file_range", &[libc::SYS_sync_file_range], |it| {
        let file = open(500);
        for (length, expected) in LENGTHS {
            for flags in each::<SyncFileRangeFlags>() {
                let arguments = [
                    ("fd", fd(&file)),
                    ("offset", long(OFFSET)),
                    ("nbytes", long(expected)),
                    ("flags", int(flags.bits())),
                ];
                let result = it.call(libc::SYS_sync_file_range, arguments, 0, || {
                    sync_file_range(file.as_fd(), OFFSET, length, flags)
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("fs::raw::fadvise64", &[libc::SYS_fadvise64], |it| {
        let file = open(500);
        for (length, expected) in LENGTHS {
            for (advice, number) in [
                (Advice::Normal, libc::POSIX_FADV_NORMAL),
                (Advice::Random, libc::POSIX_FADV_RANDOM),
                (Advice::Sequential, libc::POSIX_FADV_SEQUENTIAL),
                (Advice::WillNeed, libc::POSIX_FADV_WILLNEED),
                (Advice::DontNeed, libc::POSIX_FADV_DONTNEED),
                (Advice::NoReuse, libc::POSIX_FADV_NOREUSE),
            ] {
                let arguments = [
                    ("fd", fd(&file)),
                    ("offset", long(OFFSET)),
                    ("len", long(expected)),
                    ("advice", int(number)),
                ];
                let result = it.call(libc::SYS_fadvise64, arguments, 0, || {
                    fadvise64(file.as_fd(), OFFSET, length, advice)
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
];

const OFFSET: u64 = 0x1234_5678_9ABC_DEF0;

/// Lengths, each with the expected argument. The kernel interprets 0 as the rest of the file.
const LENGTHS: [(Option<NonZeroU64>, u64); 3] =
    [(None, 0), (NonZeroU64::new(0x2_3456_789A), 0x2_3456_789A), (Some(NonZeroU64::MAX), u64::MAX)];
