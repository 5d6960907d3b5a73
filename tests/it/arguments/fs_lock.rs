//! Arguments of calls that lock files.

use std::mem::offset_of;
use std::num::NonZeroU64;

use butter::fd::AsFd;
use butter::fs::raw::*;
use butter::fs::{FlockOperation, LockRange, LockType};
use butter::process::Pid;

use super::recorder::*;
use super::{Row, open};

pub const ROWS: &[Row] = &[
    Row("fs::raw::flock", &[libc::SYS_flock], |it| {
        let file = open(500);
        for (operation, number) in [
            (FlockOperation::LockShared, libc::LOCK_SH),
            (FlockOperation::LockExclusive, libc::LOCK_EX),
            (FlockOperation::Unlock, libc::LOCK_UN),
            (FlockOperation::NonBlockingLockShared, libc::LOCK_SH | libc::LOCK_NB),
            (FlockOperation::NonBlockingLockExclusive, libc::LOCK_EX | libc::LOCK_NB),
            (FlockOperation::NonBlockingUnlock, libc::LOCK_UN | libc::LOCK_NB),
        ] {
            let arguments = [("fd", fd(&file)), ("op", int(number))];
            let result = it.call(libc::SYS_flock, arguments, 0, || flock(file.as_fd(), operation));
            it.output("success", result, Ok(()));
        }
    }),
    Row("fs::raw::fcntl_ofd_setlk", &[libc::SYS_fcntl], |it| {
        set(it, libc::F_OFD_SETLK, fcntl_ofd_setlk);
    }),
    Row("fs::raw::fcntl_ofd_setlkw", &[libc::SYS_fcntl], |it| {
        set(it, libc::F_OFD_SETLKW, fcntl_ofd_setlkw);
    }),
    Row("fs::raw::fcntl_ofd_getlk", &[libc::SYS_fcntl], |it| {
        let file = open(500);
        let length = NonZeroU64::new(LENGTH as u64);
        for (number, pid, expected) in [
            (libc::F_RDLCK, -1, Some((LockType::Read, None))),
            (libc::F_WRLCK, 0x1234_5678, Some((LockType::Write, Pid::from_raw(0x1234_5678)))),
            (libc::F_WRLCK, 0, Some((LockType::Write, None))),
            (libc::F_UNLCK, 0, None),
        ] {
            for (lock_type, range, read) in locks() {
                let written = fields(number, START, LENGTH, pid);
                let lock = Argument::Memory { read, written };
                let op = ("op", int(libc::F_OFD_GETLK));
                let arguments = [("fd", fd(&file)), op, ("lock", lock)];
                let result = it.call(libc::SYS_fcntl, arguments, 0, || {
                    fcntl_ofd_getlk(file.as_fd(), lock_type, range)
                });
                let held = result.unwrap().map(|lock| {
                    it.output("l_pid", lock.raw_pid(), pid);
                    it.output("range", lock.range(), LockRange::new(START as u64, length));
                    (lock.lock_type(), lock.pid())
                });
                it.output("lock", held, expected);
            }
        }
    }),
];

const START: i64 = 0x1234_5678_9ABC_DEF0;
const LENGTH: i64 = 0x2_3456_789A;

type SetLock = fn(butter::fd::BorrowedFd<'_>, LockType, LockRange) -> butter::Result<()>;

fn set(it: &Recorder, operation: i32, function: SetLock) {
    let file = open(500);
    for (lock_type, range, read) in locks() {
        let lock = Argument::Memory { read, written: Pieces::new() };
        let arguments = [("fd", fd(&file)), ("op", int(operation)), ("lock", lock)];
        let result =
            it.call(libc::SYS_fcntl, arguments, 0, || function(file.as_fd(), lock_type, range));
        it.output("success", result, Ok(()));
    }
}

/// Returns locks, each with the expected fields of `struct flock`.
fn locks() -> Vec<(LockType, LockRange, Pieces)> {
    let types = [
        (LockType::Read, libc::F_RDLCK),
        (LockType::Write, libc::F_WRLCK),
        (LockType::Unlock, libc::F_UNLCK),
    ];
    let ranges = [
        (LockRange::from(..), 0, 0),
        (LockRange::from(START as u64..), START, 0),
        (LockRange::new(START as u64, NonZeroU64::new(LENGTH as u64)), START, LENGTH),
        (LockRange::new(u64::MAX, Some(NonZeroU64::MAX)), -1, i64::MIN),
    ];
    let each = types.into_iter().flat_map(|types| ranges.map(|range| (types, range)));
    each.map(|((lock_type, number), (range, start, length))| {
        (lock_type, range, fields(number, start, length, 0))
    })
    .collect()
}

/// Returns the fields of `struct flock`, without the padding.
fn fields(lock_type: i32, start: i64, length: i64, pid: i32) -> Pieces {
    vec![
        (offset_of!(libc::flock, l_type), (lock_type as i16).to_ne_bytes().to_vec()),
        (offset_of!(libc::flock, l_whence), (libc::SEEK_SET as i16).to_ne_bytes().to_vec()),
        (offset_of!(libc::flock, l_start), start.to_ne_bytes().to_vec()),
        (offset_of!(libc::flock, l_len), length.to_ne_bytes().to_vec()),
        (offset_of!(libc::flock, l_pid), pid.to_ne_bytes().to_vec()),
    ]
}
