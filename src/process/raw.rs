//! Raw calls: process IDs with the kernel's result checked.

use crate::error::{Call, Errno, Error, Result};
use crate::ids::Pid;
use crate::syscall::syscall;

/// `getpid()` - returns the process ID of the calling process.
///
/// # Errors
///
/// The kernel never fails this call. A seccomp filter or a tracer can: the error is the one that it
/// chose, and `ESRCH` for any other number that is not a process ID.
///
/// Since Linux 1.0; [getpid(2)].
///
/// [getpid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
pub fn getpid() -> Result<Pid> {
    // SAFETY: touches no memory.
    let number = unsafe { syscall!(Call::GETPID, getpid()) }.int()?;
    Pid::from_raw(number).ok_or(Error::new(Call::GETPID, Errno::SRCH))
}

/// `getppid()` - returns the process ID of the parent; `None` if the parent is in another PID
/// namespace.
///
/// # Errors
///
/// The kernel never fails this call. A seccomp filter or a tracer can: the error is the one that it
/// chose.
///
/// Since Linux 1.0; [getppid(2)].
///
/// [getppid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
pub fn getppid() -> Result<Option<Pid>> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETPPID, getppid()) }.int().map(Pid::from_raw)
}
