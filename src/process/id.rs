//! The process and its parent, as the kernel numbers them.

use crate::error::Call;
use crate::syscall::syscall;

id! {
    /// A process's number, as the caller's PID namespace counts: positive, unless a filter answers in the kernel's
    /// place.
    Pid: "process"
}

/// `getpid()` - the process's own number.
///
/// In the child of a raw `clone` a C library may still answer with the parent's; this asks the kernel.
///
/// Since Linux 1.0; getpid(2).
#[inline]
#[must_use]
pub fn getpid() -> Pid {
    // SAFETY: touches no memory.
    Pid(unsafe { syscall!(Call::GETPID, getpid()) }.infallible() as i32)
}

/// `getppid()` - the parent's number; `None` where the parent is in another PID namespace, as for the first process of
/// one.
///
/// Since Linux 1.0; getppid(2).
#[inline]
#[must_use]
pub fn getppid() -> Option<Pid> {
    // SAFETY: touches no memory.
    Pid::new(unsafe { syscall!(Call::GETPPID, getppid()) }.infallible() as i32)
}
