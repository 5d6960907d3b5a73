//! Errors of writing cached data to the device, and of advice about the page cache.

use std::num::NonZeroU64;

use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::fs::{self, Advice, SyncFileRangeFlags};
use butter::{Errno, pipe};

use super::{Outcome, Row, Table, failed, null, path_only_descriptor, regular_file};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/sync/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::FSYNC, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::fsync(pipe::pipe().unwrap().1))
    }),
    Row(Call::FSYNC, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::fsync(path_only_descriptor()))
    }),
    Row(Call::FSYNC, Errno::IO, ErrorKind::Other, || fsync_fails(Errno::IO)),
    Row(Call::FSYNC, Errno::NOSPC, ErrorKind::LimitReached, || fsync_fails(Errno::NOSPC)),
    Row(Call::FSYNC, Errno::DQUOT, ErrorKind::LimitReached, || fsync_fails(Errno::DQUOT)),
    Row(Call::FSYNC, Errno::ROFS, ErrorKind::PermissionDenied, || fsync_fails(Errno::ROFS)),
    Row(Call::FSYNC, Errno::INTR, ErrorKind::Interrupted, || fsync_fails(Errno::INTR)),
    Row(Call::FDATASYNC, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::fdatasync(pipe::pipe().unwrap().1))
    }),
    Row(Call::FDATASYNC, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::fdatasync(path_only_descriptor()))
    }),
    Row(Call::FDATASYNC, Errno::IO, ErrorKind::Other, || fdatasync_fails(Errno::IO)),
    Row(Call::FDATASYNC, Errno::NOSPC, ErrorKind::LimitReached, || fdatasync_fails(Errno::NOSPC)),
    Row(Call::FDATASYNC, Errno::DQUOT, ErrorKind::LimitReached, || fdatasync_fails(Errno::DQUOT)),
    Row(Call::FDATASYNC, Errno::ROFS, ErrorKind::PermissionDenied, || fdatasync_fails(Errno::ROFS)),
    Row(Call::FDATASYNC, Errno::INTR, ErrorKind::Interrupted, || fdatasync_fails(Errno::INTR)),
    Row(Call::SYNCFS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::syncfs(path_only_descriptor()))
    }),
    Row(Call::SYNCFS, Errno::IO, ErrorKind::Other, || syncfs_fails(Errno::IO)),
    Row(Call::SYNCFS, Errno::NOSPC, ErrorKind::LimitReached, || syncfs_fails(Errno::NOSPC)),
    Row(Call::SYNCFS, Errno::DQUOT, ErrorKind::LimitReached, || syncfs_fails(Errno::DQUOT)),
    Row(Call::SYNC_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        sync_range(0, None, SyncFileRangeFlags::from_bits_retain(8))
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        sync_range(u64::MAX, None, SyncFileRangeFlags::WRITE)
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        sync_range(0, Some(NonZeroU64::MAX), SyncFileRangeFlags::WRITE)
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        sync_range(i64::MAX as u64, NonZeroU64::new(2), SyncFileRangeFlags::WRITE)
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::IO, ErrorKind::Other, || sync_range_fails(Errno::IO)),
    Row(Call::SYNC_FILE_RANGE, Errno::NOSPC, ErrorKind::LimitReached, || {
        sync_range_fails(Errno::NOSPC)
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::DQUOT, ErrorKind::LimitReached, || {
        sync_range_fails(Errno::DQUOT)
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        failed(fs::sync_file_range(null(), 0, None, SyncFileRangeFlags::WRITE))
    }),
    Row(Call::SYNC_FILE_RANGE, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::sync_file_range(path_only_descriptor(), 0, None, SyncFileRangeFlags::WRITE))
    }),
    Row(Call::FADVISE64, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::fadvise(regular_file(), 0, Some(NonZeroU64::MAX), Advice::Normal))
    }),
    Row(Call::FADVISE64, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        failed(fs::fadvise(pipe::pipe().unwrap().0, 0, None, Advice::Normal))
    }),
    Row(Call::FADVISE64, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::fadvise(path_only_descriptor(), 0, None, Advice::Normal))
    }),
];

fn sync_range(offset: u64, length: Option<NonZeroU64>, flags: SyncFileRangeFlags) -> Outcome {
    failed(fs::sync_file_range(regular_file(), offset, length, flags))
}

/// Injects an errno: an error of a write requires a defective device, quotas or a file system that
/// becomes full or read-only.
fn fsync_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_fsync, errno, || failed(fs::raw::fsync(null().as_fd())))
}

fn fdatasync_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_fdatasync, errno, || failed(fs::raw::fdatasync(null().as_fd())))
}

fn syncfs_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_syncfs, errno, || failed(fs::raw::syncfs(null().as_fd())))
}

fn sync_range_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_sync_file_range, errno, || {
        sync_range(0, None, SyncFileRangeFlags::WAIT_BEFORE)
    })
}
