//! The operations of `flock`, and the types of locks on ranges.

use core::num::NonZeroU64;
use core::ops::{RangeFrom, RangeFull};

use crate::ids::Pid;

const LOCK_SH: u32 = 1;
const LOCK_EX: u32 = 2;
const LOCK_NB: u32 = 4;
const LOCK_UN: u32 = 8;

/// The operation of [`flock`](super::flock).
///
/// The kernel ignores `LOCK_MAND`, which has no variant, since Linux 5.16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlockOperation {
    /// `LOCK_SH`: lock the file. Several open file descriptions can have a shared lock.
    #[doc(alias = "LOCK_SH")]
    LockShared,
    /// `LOCK_EX`: lock the file. No other open file description can have a lock.
    #[doc(alias = "LOCK_EX")]
    LockExclusive,
    /// `LOCK_UN`: release the lock.
    #[doc(alias = "LOCK_UN")]
    Unlock,
    /// `LOCK_SH | LOCK_NB`: like [`LockShared`](Self::LockShared), but fail with `EAGAIN` instead
    /// of waiting.
    #[doc(alias = "LOCK_NB")]
    NonBlockingLockShared,
    /// `LOCK_EX | LOCK_NB`: like [`LockExclusive`](Self::LockExclusive), but fail with `EAGAIN`
    /// instead of waiting.
    #[doc(alias = "LOCK_NB")]
    NonBlockingLockExclusive,
    /// `LOCK_UN | LOCK_NB`: release the lock. `LOCK_NB` has no effect.
    #[doc(alias = "LOCK_NB")]
    NonBlockingUnlock,
}

impl FlockOperation {
    /// Returns the argument of the system call.
    #[inline]
    pub(super) const fn bits(self) -> u32 {
        match self {
            Self::LockShared => LOCK_SH,
            Self::LockExclusive => LOCK_EX,
            Self::Unlock => LOCK_UN,
            Self::NonBlockingLockShared => LOCK_SH | LOCK_NB,
            Self::NonBlockingLockExclusive => LOCK_EX | LOCK_NB,
            Self::NonBlockingUnlock => LOCK_UN | LOCK_NB,
        }
    }
}

/// The type of a lock on a range of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i16)]
pub enum LockType {
    /// `F_RDLCK`: a shared lock. The descriptor must be open for reading.
    #[doc(alias = "F_RDLCK")]
    Read = 0,
    /// `F_WRLCK`: an exclusive lock. The descriptor must be open for writing.
    #[doc(alias = "F_WRLCK")]
    Write = 1,
    /// `F_UNLCK`: no lock.
    #[doc(alias = "F_UNLCK")]
    Unlock = 2,
}

/// A range of a file that is locked: `..` for the entire file, `start..`, or
/// `LockRange::new(start, length)`.
///
/// A range without a length extends to the end of the file, however long the file becomes. The
/// range starts at an offset from the start of the file (`SEEK_SET`): a range relative to the file
/// offset or to the end of the file, or with a negative length, must be converted by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LockRange {
    start: u64,
    length: Option<NonZeroU64>,
}

impl LockRange {
    /// Creates a range from its first byte and its length in bytes, or `None` for a range that
    /// extends to the end of the file.
    #[inline]
    #[must_use]
    pub const fn new(start: u64, length: Option<NonZeroU64>) -> Self {
        Self { start, length }
    }

    /// Returns the offset of the first byte.
    #[doc(alias = "l_start")]
    #[inline]
    #[must_use]
    pub const fn start(self) -> u64 {
        self.start
    }

    /// Returns the length in bytes, or `None` if the range extends to the end of the file.
    #[doc(alias = "l_len")]
    #[inline]
    #[must_use]
    pub const fn length(self) -> Option<NonZeroU64> {
        self.length
    }
}

/// The entire file.
impl From<RangeFull> for LockRange {
    #[inline]
    fn from(_: RangeFull) -> Self {
        Self::new(0, None)
    }
}

/// The file from an offset to its end.
impl From<RangeFrom<u64>> for LockRange {
    #[inline]
    fn from(range: RangeFrom<u64>) -> Self {
        Self::new(range.start, None)
    }
}

/// A lock on a range of a file, as [`ofd_query_lock`](super::ofd_query_lock) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "flock")]
pub struct HeldLock {
    lock_type: LockType,
    range: LockRange,
    pid: i32,
}

impl HeldLock {
    /// Returns the type of the lock: `Read` or `Write`.
    #[doc(alias = "l_type")]
    #[inline]
    #[must_use]
    pub const fn lock_type(self) -> LockType {
        self.lock_type
    }

    /// Returns the locked range.
    #[doc(alias = "l_start")]
    #[inline]
    #[must_use]
    pub const fn range(self) -> LockRange {
        self.range
    }

    /// Returns the process that has the lock, or `None` if the lock belongs to an open file
    /// description, or to a process that is not in the PID namespace of the caller.
    #[doc(alias = "l_pid")]
    #[inline]
    #[must_use]
    pub const fn pid(self) -> Option<Pid> {
        Pid::from_raw(self.pid)
    }

    /// Returns `l_pid` as the kernel has returned it: -1 for a lock of an open file description, 0
    /// for a process that is not in the PID namespace of the caller, and another negative number
    /// for some locks of other hosts.
    #[doc(alias = "l_pid")]
    #[inline]
    #[must_use]
    pub const fn raw_pid(self) -> i32 {
        self.pid
    }
}

/// `struct flock`: the argument of `fcntl`.
#[repr(C)]
pub(super) struct Flock {
    lock_type: i16,
    whence: i16,
    start: i64,
    len: i64,
    pid: i32,
}

layout! { Flock: size 32, align 8, lock_type at 0, whence at 2, start at 8, len at 16, pid at 24 }

impl Flock {
    /// Creates the argument. The kernel requires that `l_pid` is 0. `l_whence` is `SEEK_SET`.
    #[inline]
    pub(super) fn new(lock_type: LockType, range: LockRange) -> Self {
        let len = match range.length.map_or(0, NonZeroU64::get).cast_signed() {
            // For a negative length, the kernel locks the bytes before the start. This length is
            // never valid, because these bytes would begin before the start of the file.
            ..0 => i64::MIN,
            len => len,
        };
        Self {
            lock_type: lock_type as i16,
            whence: 0,
            start: range.start.cast_signed(),
            len,
            pid: 0,
        }
    }

    /// Converts the argument that the kernel has replaced. Returns `None` if the kernel has found
    /// no lock.
    #[inline]
    pub(super) fn held(&self) -> Option<HeldLock> {
        let lock_type = match self.lock_type {
            0 => LockType::Read,
            1 => LockType::Write,
            _ => return None,
        };
        let length = NonZeroU64::new(self.len.cast_unsigned());
        let range = LockRange::new(self.start.cast_unsigned(), length);
        Some(HeldLock { lock_type, range, pid: self.pid })
    }
}
