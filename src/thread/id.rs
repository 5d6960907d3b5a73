//! Who the thread is.

use crate::error::Call;
use crate::syscall::syscall;

id! {
    /// A thread's number, as the caller's PID namespace counts; the first thread's is its process's.
    Tid: "thread"
}

/// `gettid()` - the calling thread's number.
///
/// Since Linux 2.4.11; gettid(2).
#[inline]
#[must_use]
pub fn gettid() -> Tid {
    // SAFETY: touches no memory.
    Tid(unsafe { syscall!(Call::GETTID, gettid()) }.infallible() as i32)
}

/// `getuid()` - the thread's real user, as its user namespace counts; 65534 for one that it does not know.
///
/// The kernel keeps users and groups for each thread; a C library sees to it that all threads of a program have the
/// same.
///
/// Since Linux 1.0; getuid(2).
#[inline]
#[must_use]
pub fn getuid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETUID, getuid()) }.infallible() as u32
}

/// `geteuid()` - the thread's effective user, who it is to the kernel; numbered as in [`getuid`].
///
/// Since Linux 1.0; geteuid(2).
#[inline]
#[must_use]
pub fn geteuid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETEUID, geteuid()) }.infallible() as u32
}

/// `getgid()` - the thread's real group; numbered as in [`getuid`].
///
/// Since Linux 1.0; getgid(2).
#[inline]
#[must_use]
pub fn getgid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETGID, getgid()) }.infallible() as u32
}

/// `getegid()` - the thread's effective group, which it is in to the kernel; numbered as in [`getuid`].
///
/// Since Linux 1.0; getegid(2).
#[inline]
#[must_use]
pub fn getegid() -> u32 {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::GETEGID, getegid()) }.infallible() as u32
}
