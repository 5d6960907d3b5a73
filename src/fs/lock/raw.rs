//! Raw system calls that lock files.

use super::types::Flock;
use super::{FlockOperation, HeldLock, LockRange, LockType};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

const F_OFD_GETLK: u32 = 36;
const F_OFD_SETLK: u32 = 37;
const F_OFD_SETLKW: u32 = 38;

/// `flock(fd, op)` - locks a file, or releases the lock.
///
/// # Errors
///
/// - `EAGAIN`: another open file description has a lock that conflicts, and `LOCK_NB` is set.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is open for neither reading
///   nor writing, or (on NFS) is not open for the access that the lock requires.
/// - `EINTR`: interrupted by a signal while waiting for the lock.
/// - `ENOLCK`: the file system or its server cannot record the lock.
/// - `EOPNOTSUPP`: the file system does not support locks.
///
/// File systems return further errors.
///
/// Since Linux 2.0; [flock(2)].
///
/// [flock(2)]: https://man7.org/linux/man-pages/man2/flock.2.html
#[inline]
pub fn flock(fd: BorrowedFd<'_>, operation: FlockOperation) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FLOCK, flock(fd, operation.bits())) }.unit()
}

/// `fcntl(fd, F_OFD_SETLK, lock)` - locks a range of a file, or releases the locks on the range.
/// Does not wait.
///
/// The lock belongs to the open file description. A lock replaces the locks that the description
/// has on the range.
///
/// # Errors
///
/// - `EAGAIN`: another process or open file description has a lock that conflicts.
/// - `EBADF`: the descriptor is not open for reading (`F_RDLCK`) or for writing (`F_WRLCK`), or is
///   a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the start or the length is greater than [`i64::MAX`]; or the file system does not
///   support locks of open file descriptions.
/// - `EOVERFLOW`: the end of the range is greater than [`i64::MAX`].
/// - `ENOLCK`: the kernel is out of memory for locks, or the file system or its server cannot
///   record the lock.
///
/// File systems return further errors.
///
/// Since Linux 3.15; [F_OFD_SETLK(2const)].
///
/// [F_OFD_SETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
#[doc(alias = "F_OFD_SETLK")]
#[inline]
pub fn fcntl_ofd_setlk(fd: BorrowedFd<'_>, lock_type: LockType, range: LockRange) -> Result<()> {
    let lock = Flock::new(lock_type, range);
    // SAFETY: the kernel reads one struct and keeps nothing of it.
    unsafe { syscall!(Call::FCNTL_OFD_SETLK, fcntl(fd, F_OFD_SETLK, &raw const lock)) }.unit()
}

/// `fcntl(fd, F_OFD_SETLKW, lock)` - locks a range of a file, and waits until no other lock
/// conflicts; or releases the locks on the range.
///
/// The lock belongs to the open file description. The kernel does not detect deadlocks between open
/// file descriptions.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal while waiting for the lock.
/// - `EBADF`: the descriptor is not open for reading (`F_RDLCK`) or for writing (`F_WRLCK`), or is
///   a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the start or the length is greater than [`i64::MAX`]; or the file system does not
///   support locks of open file descriptions.
/// - `EOVERFLOW`: the end of the range is greater than [`i64::MAX`].
/// - `ENOLCK`: the kernel is out of memory for locks, or the file system or its server cannot
///   record the lock.
///
/// File systems return further errors.
///
/// Since Linux 3.15; [F_OFD_SETLK(2const)].
///
/// [F_OFD_SETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html
#[doc(alias = "F_OFD_SETLKW")]
#[inline]
pub fn fcntl_ofd_setlkw(fd: BorrowedFd<'_>, lock_type: LockType, range: LockRange) -> Result<()> {
    let lock = Flock::new(lock_type, range);
    // SAFETY: the kernel reads one struct and keeps nothing of it.
    unsafe { syscall!(Call::FCNTL_OFD_SETLKW, fcntl(fd, F_OFD_SETLKW, &raw const lock)) }.unit()
}

/// `fcntl(fd, F_OFD_GETLK, lock)` - returns a lock that conflicts with a lock on a range of a file,
/// or `None` if the lock could be set.
///
/// With `LockType::Unlock`, the call returns a lock that the open file description itself has on
/// the range (since Linux 6.6).
///
/// # Errors
///
/// - `EINVAL`: the start or the length is greater than [`i64::MAX`]; or the type is `F_UNLCK`, and
///   the kernel is older than Linux 6.6; or the file system does not support locks of open file
///   descriptions.
/// - `EOVERFLOW`: the end of the range is greater than [`i64::MAX`].
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOLCK`: the kernel is out of memory for locks, or the file system or its server cannot
///   return the lock.
///
/// File systems return further errors.
///
/// Since Linux 3.15; [F_OFD_GETLK(2const)].
///
/// [F_OFD_GETLK(2const)]: https://man7.org/linux/man-pages/man2/F_OFD_GETLK.2const.html
#[doc(alias = "F_OFD_GETLK")]
#[inline]
pub fn fcntl_ofd_getlk(
    fd: BorrowedFd<'_>,
    lock_type: LockType,
    range: LockRange,
) -> Result<Option<HeldLock>> {
    let mut lock = Flock::new(lock_type, range);
    // SAFETY: the kernel reads and writes one struct, and keeps nothing of it.
    unsafe { syscall!(Call::FCNTL_OFD_GETLK, fcntl(fd, F_OFD_GETLK, &raw mut lock)) }.unit()?;
    Ok(lock.held())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FLOCK:
        AGAIN => "another open file description has a lock that conflicts, and LOCK_NB is set",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is open for neither reading \
            nor writing, or (on NFS) is not open for the access that the lock requires",
        NOLCK => "the file system or its server cannot record the lock",
        OPNOTSUPP => "the file system does not support locks";
    FCNTL_OFD_SETLK:
        AGAIN => "another process or open file description has a lock that conflicts",
        BADF => "the descriptor is not open for reading (F_RDLCK) or for writing (F_WRLCK), or is \
            a path-only (O_PATH) descriptor",
        INVAL => "the start or the length is greater than i64::MAX; or the file system does not \
            support locks of open file descriptions",
        OVERFLOW => "the end of the range is greater than i64::MAX",
        NOLCK => "the kernel is out of memory for locks, or the file system or its server cannot \
            record the lock";
    FCNTL_OFD_SETLKW:
        BADF => "the descriptor is not open for reading (F_RDLCK) or for writing (F_WRLCK), or is \
            a path-only (O_PATH) descriptor",
        INVAL => "the start or the length is greater than i64::MAX; or the file system does not \
            support locks of open file descriptions",
        OVERFLOW => "the end of the range is greater than i64::MAX",
        NOLCK => "the kernel is out of memory for locks, or the file system or its server cannot \
            record the lock";
    FCNTL_OFD_GETLK:
        INVAL => "the start or the length is greater than i64::MAX; or the type is F_UNLCK, and \
            the kernel is older than Linux 6.6; or the file system does not support locks of open \
            file descriptions",
        OVERFLOW => "the end of the range is greater than i64::MAX",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        NOLCK => "the kernel is out of memory for locks, or the file system or its server cannot \
            return the lock";
};
