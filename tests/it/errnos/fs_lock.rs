//! Errors of locks on files.

use std::fs::File;
use std::num::NonZeroU64;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::fs::{self, CWD, FlockOperation, LockRange, LockType, Mode, OFlags};
use butter::{Errno, Result};

use super::{Outcome, Row, Table, failed, null, path_only_descriptor, regular_file};
use common::files::NamedFile;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/fs/lock/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::FLOCK, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (first, second) = twice_opened();
        fs::flock(&first, FlockOperation::LockShared).unwrap();
        failed(fs::flock(&second, FlockOperation::NonBlockingLockExclusive))
    }),
    Row(Call::FLOCK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::flock(path_only_descriptor(), FlockOperation::LockShared))
    }),
    Row(Call::FLOCK, Errno::BADF, ErrorKind::BadDescriptor, || {
        // Access mode 3 opens the device for neither reading nor writing.
        let null = fs::openat(CWD, "/dev/null", OFlags::from_bits_retain(3), Mode::empty());
        failed(fs::flock(null.unwrap(), FlockOperation::LockShared))
    }),
    Row(Call::FLOCK, Errno::INTR, ErrorKind::Interrupted, || flock_fails(Errno::INTR)),
    Row(Call::FLOCK, Errno::NOLCK, ErrorKind::Other, || flock_fails(Errno::NOLCK)),
    Row(Call::FLOCK, Errno::OPNOTSUPP, ErrorKind::Unsupported, || flock_fails(Errno::OPNOTSUPP)),
    Row(Call::FCNTL_OFD_SETLK, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (first, second) = twice_opened();
        fs::ofd_lock(&first, LockType::Read, ..).unwrap();
        failed(fs::ofd_try_lock(&second, LockType::Write, 100..))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_try_lock(read_only(), LockType::Write, ..))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_try_lock(write_only(), LockType::Read, ..))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_try_lock(path_only_descriptor(), LockType::Unlock, ..))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::ofd_try_lock(regular_file(), LockType::Write, u64::MAX..))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::OVERFLOW, ErrorKind::Other, || {
        failed(fs::ofd_try_lock(regular_file(), LockType::Write, beyond_the_maximum()))
    }),
    Row(Call::FCNTL_OFD_SETLK, Errno::NOLCK, ErrorKind::Other, || {
        fcntl_fails(Errno::NOLCK, fs::raw::fcntl_ofd_setlk)
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_lock(read_only(), LockType::Write, ..))
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_lock(write_only(), LockType::Read, ..))
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_lock(path_only_descriptor(), LockType::Unlock, ..))
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::ofd_lock(regular_file(), LockType::Write, 1 << 63..))
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::OVERFLOW, ErrorKind::Other, || {
        failed(fs::ofd_lock(regular_file(), LockType::Write, beyond_the_maximum()))
    }),
    Row(Call::FCNTL_OFD_SETLKW, Errno::NOLCK, ErrorKind::Other, || {
        fcntl_fails(Errno::NOLCK, fs::raw::fcntl_ofd_setlkw)
    }),
    Row(Call::FCNTL_OFD_GETLK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(fs::ofd_query_lock(regular_file(), LockType::Read, u64::MAX..))
    }),
    Row(Call::FCNTL_OFD_GETLK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        if common::kernel_is_at_least("6.6") {
            return Err("this kernel supports F_UNLCK".into());
        }
        failed(fs::ofd_query_lock(regular_file(), LockType::Unlock, ..))
    }),
    Row(Call::FCNTL_OFD_GETLK, Errno::OVERFLOW, ErrorKind::Other, || {
        failed(fs::ofd_query_lock(regular_file(), LockType::Read, beyond_the_maximum()))
    }),
    Row(Call::FCNTL_OFD_GETLK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(fs::ofd_query_lock(path_only_descriptor(), LockType::Read, ..))
    }),
    Row(Call::FCNTL_OFD_GETLK, Errno::NOLCK, ErrorKind::Other, || {
        fcntl_fails(Errno::NOLCK, |fd, lock_type, range| {
            fs::raw::fcntl_ofd_getlk(fd, lock_type, range).map(drop)
        })
    }),
];

fn read_only() -> OwnedFd {
    common::fd(File::open("/dev/null").unwrap())
}

fn write_only() -> OwnedFd {
    common::fd(File::options().write(true).open("/dev/null").unwrap())
}

/// Opens a new file twice.
fn twice_opened() -> (OwnedFd, OwnedFd) {
    let file = NamedFile::new();
    let open = || common::fd(File::options().read(true).write(true).open(file.path()).unwrap());
    (open(), open())
}

/// Returns a range that starts before and ends after the maximum offset.
fn beyond_the_maximum() -> LockRange {
    LockRange::new(i64::MAX as u64, NonZeroU64::new(2))
}

fn flock_fails(errno: Errno) -> Outcome {
    inject(libc::SYS_flock, errno, || {
        failed(fs::raw::flock(null().as_fd(), FlockOperation::LockShared))
    })
}

/// Injects `ENOLCK`, which requires that the kernel is out of memory.
fn fcntl_fails(
    errno: Errno,
    call: impl Fn(BorrowedFd<'_>, LockType, LockRange) -> Result<()> + Sync,
) -> Outcome {
    // The descriptor is opened and closed without the filter, because `std` calls `fcntl`.
    let file = read_only();
    inject(libc::SYS_fcntl, errno, || failed(call(file.as_fd(), LockType::Read, (..).into())))
}
