//! Locks on files, and on ranges of files.

use super::{FlockOperation, HeldLock, LockRange, LockType, raw};
use crate::error::Result;
use crate::fd::{AsFd, BorrowedFd};
use crate::io::retry;

/// Locks a file, or releases the lock.
///
/// The lock is advisory: it affects only programs that lock the file. It belongs to the open file
/// description: duplicates of the descriptor share the lock, which is released by `Unlock` or when
/// the last duplicate is closed. To convert a lock, the kernel releases the old lock first. `flock`
/// locks do not conflict with locks on ranges, except on NFS and similar file systems.
///
/// A wait that a signal interrupts is repeated; [`raw::flock`](crate::fs::raw::flock) returns
/// `EINTR`.
///
/// # Errors
///
/// - `EAGAIN`: another open file description has a lock that conflicts, and the operation is
///   non-blocking.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOLCK`, `EOPNOTSUPP`: the file system cannot record the lock, or does not support locks.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, FlockOperation, Mode, OFlags};
/// use butter::io;
///
/// # fn main() -> butter::Result<()> {
/// # let temporary = temp_dir::TempDir::new().unwrap();
/// # let path = temporary.child("lock");
/// let flags = OFlags::RDWR | OFlags::CREATE;
/// let file = fs::openat(CWD, &path, flags, Mode::RUSR | Mode::WUSR)?;
/// let locked = fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
/// if io::would_block_as_none(locked)?.is_none() {
///     println!("another instance is running");
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.0; [flock(2)].
///
/// [flock(2)]: https://man7.org/linux/man-pages/man2/flock.2.html
#[doc(alias = "LOCK_EX")]
#[inline]
pub fn flock(fd: impl AsFd, operation: FlockOperation) -> Result<()> {
    retry(|| raw::flock(fd.as_fd(), operation))
}

/// Locks a range of a file, and waits until no other lock conflicts; or releases the locks on the
/// range (`LockType::Unlock`).
///
/// The lock is advisory: it affects only programs that lock the file. It belongs to the open file
/// description: duplicates of the descriptor share the lock, which is released by `Unlock` or when
/// the last duplicate is closed. A lock replaces the locks that the description has on the range.
/// The range can extend beyond the end of the file. This crate does not provide the older locks
/// that belong to the process (`F_SETLK`), because closing any descriptor of the file releases
/// them; both kinds of locks conflict with each other.
///
/// A wait that a signal interrupts is repeated;
/// [`raw::fcntl_ofd_setlkw`](crate::fs::raw::fcntl_ofd_setlkw) returns `EINTR`. The kernel does not
/// detect deadlocks between open file descriptions.
///
/// # Errors
///
/// - `EBADF`: the descriptor is not open for the access of the lock type, or is a path-only
///   (`O_PATH`) descriptor.
/// - `EINVAL`, `EOVERFLOW`: the start, the length or the end of the range is greater than
///   [`i64::MAX`].
/// - `ENOLCK`: the kernel is out of memory for locks, or the file system cannot record the lock.
///
/// # Examples
///
/// ```
/// use core::num::NonZeroU64;
///
/// use butter::fs::{self, LockRange, LockType};
/// use butter::memfd::MemFd;
///
/// # fn main() -> butter::Result<()> {
/// let file = MemFd::new("database")?;
/// fs::ofd_lock(&file, LockType::Write, ..)?;
/// fs::ofd_lock(&file, LockType::Read, LockRange::new(0, NonZeroU64::new(100)))?;
/// fs::ofd_lock(&file, LockType::Unlock, 100..)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 3.15; [F_OFD_SETLK(2const)].
///
/// [F_OFD_SETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
#[doc(alias = "F_OFD_SETLKW")]
#[doc(alias = "F_SETLKW")]
#[doc(alias = "fcntl_lock")]
#[doc(alias = "lockf")]
#[inline]
pub fn ofd_lock(fd: impl AsFd, lock_type: LockType, range: impl Into<LockRange>) -> Result<()> {
    wait(fd.as_fd(), lock_type, range.into())
}

fn wait(fd: BorrowedFd<'_>, lock_type: LockType, range: LockRange) -> Result<()> {
    retry(|| raw::fcntl_ofd_setlkw(fd, lock_type, range))
}

/// Locks a range of a file like [`ofd_lock`], but fails with `EAGAIN` instead of waiting.
///
/// # Errors
///
/// - `EAGAIN`: another process or open file description has a lock that conflicts.
/// - The other errors of [`ofd_lock`].
///
/// Since Linux 3.15; [F_OFD_SETLK(2const)].
///
/// [F_OFD_SETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
#[doc(alias = "F_OFD_SETLK")]
#[doc(alias = "F_SETLK")]
#[inline]
pub fn ofd_try_lock(fd: impl AsFd, lock_type: LockType, range: impl Into<LockRange>) -> Result<()> {
    raw::fcntl_ofd_setlk(fd.as_fd(), lock_type, range.into())
}

/// Returns a lock that conflicts with a lock on a range of a file, or `None` if the lock could be
/// set. The returned lock may be released at any time.
///
/// With `LockType::Unlock`, the call returns a lock that the open file description itself has on
/// the range (since Linux 6.6).
///
/// # Errors
///
/// - `EINVAL`, `EOVERFLOW`: the start, the length or the end of the range is greater than
///   [`i64::MAX`].
/// - `EINVAL`: the type is `Unlock`, and the kernel is older than Linux 6.6.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOLCK`: the kernel is out of memory for locks, or the file system cannot return the lock.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, LockType};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let file = std::fs::File::open("/proc/self/exe")?;
/// match fs::ofd_query_lock(&file, LockType::Write, ..)? {
///     Some(lock) => println!("{:?} is locked by process {:?}", lock.range(), lock.pid()),
///     None => println!("the file can be locked"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 3.15; [F_OFD_GETLK(2const)].
///
/// [F_OFD_GETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_GETLK.2const.html
#[doc(alias = "F_OFD_GETLK")]
#[doc(alias = "F_GETLK")]
#[inline]
pub fn ofd_query_lock(
    fd: impl AsFd,
    lock_type: LockType,
    range: impl Into<LockRange>,
) -> Result<Option<HeldLock>> {
    raw::fcntl_ofd_getlk(fd.as_fd(), lock_type, range.into())
}
