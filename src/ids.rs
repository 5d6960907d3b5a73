//! IDs of processes, threads, process groups, users and groups.

use core::num::NonZeroI32;

use crate::error::Call;
use crate::syscall::syscall;

id_newtype! {
    /// A process ID, in the caller's PID namespace.
    Pid: NonZeroI32, "a process ID"
}

id_newtype! {
    /// A thread ID, in the caller's PID namespace. The ID of a process's first thread is the
    /// process ID.
    Tid: NonZeroI32, "a thread ID"
}

id_newtype! {
    /// A process group ID: the process ID of the process that created the group.
    Pgid: NonZeroI32, "a process group ID"
}

id_newtype! {
    /// A user ID, in the caller's user namespace.
    Uid: u32, "a user ID"
}

id_newtype! {
    /// A group ID, in the caller's user namespace.
    Gid: u32, "a group ID"
}

/// An ID that no process or thread has: process IDs and thread IDs are less than 4,194,304
/// (`PID_MAX_LIMIT`).
const NO_ID: NonZeroI32 = NonZeroI32::MAX;

/// Converts the result of a system call that cannot fail to a process ID or thread ID.
///
/// A seccomp filter or a tracer can forge the result of a system call. `kill` interprets 0 and
/// negative numbers as process groups or as all processes, so this function converts a number that
/// is not positive to an ID that no process has.
#[inline(always)]
const fn positive(returned: usize) -> NonZeroI32 {
    match NonZeroI32::new(returned as i32) {
        Some(id) if id.get() > 0 => id,
        _ => NO_ID,
    }
}

/// `getpid()` - returns the process ID of the calling process.
///
/// The process ID is not cached, so the result is correct right after a raw `clone`, and in a new
/// PID namespace. If a seccomp filter or a tracer forges a result that is not positive, this
/// function returns 2147483647, which is not the ID of any process. For a forged result,
/// [`process::raw::getpid`](crate::process::raw::getpid) returns an error.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [getpid(2)].
///
/// [getpid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
#[must_use]
pub fn getpid() -> Pid {
    // SAFETY: touches no memory.
    Pid(positive(unsafe { syscall!(Call::GETPID, getpid()) }.infallible()))
}

/// `getppid()` - returns the process ID of the parent process. Returns `None` if the parent is in
/// another PID namespace: for example, in the first process of a PID namespace.
///
/// The process ID of the parent is not cached. This call cannot fail.
///
/// Since Linux 1.0; [getppid(2)].
///
/// [getppid(2)]: https://man7.org/linux/man-pages/man2/getpid.2.html
#[inline]
#[must_use]
pub fn getppid() -> Option<Pid> {
    // SAFETY: touches no memory.
    Pid::from_raw(unsafe { syscall!(Call::GETPPID, getppid()) }.infallible() as i32)
}

/// `gettid()` - returns the thread ID of the calling thread.
///
/// The thread ID is not cached. If a seccomp filter or a tracer forges a result that is not
/// positive, this function returns 2147483647, which is not the ID of any thread. This call cannot
/// fail.
///
/// Since Linux 2.4.11; [gettid(2)].
///
/// [gettid(2)]: https://man7.org/linux/man-pages/man2/gettid.2.html
#[inline]
#[must_use]
pub fn gettid() -> Tid {
    // SAFETY: touches no memory.
    Tid(positive(unsafe { syscall!(Call::GETTID, gettid()) }.infallible()))
}

/// `getuid()` - returns the real user ID of the calling thread.
///
/// Returns the overflow ID, 65534, if the user ID is not mapped in the thread's user namespace. The
/// kernel keeps user and group IDs per thread; C libraries keep them the same in all threads of a
/// process. This call cannot fail.
///
/// Since Linux 1.0; [getuid(2)].
///
/// [getuid(2)]: https://man7.org/linux/man-pages/man2/getuid.2.html
#[inline]
#[must_use]
pub fn getuid() -> Uid {
    // SAFETY: touches no memory.
    Uid::from_raw(unsafe { syscall!(Call::GETUID, getuid()) }.infallible() as u32)
}

/// `geteuid()` - returns the effective user ID of the calling thread, which the kernel uses for
/// permission checks. See [`getuid`] for IDs that are not mapped.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [geteuid(2)].
///
/// [geteuid(2)]: https://man7.org/linux/man-pages/man2/getuid.2.html
#[inline]
#[must_use]
pub fn geteuid() -> Uid {
    // SAFETY: touches no memory.
    Uid::from_raw(unsafe { syscall!(Call::GETEUID, geteuid()) }.infallible() as u32)
}

/// `getgid()` - returns the real group ID of the calling thread. See [`getuid`] for IDs that are
/// not mapped.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [getgid(2)].
///
/// [getgid(2)]: https://man7.org/linux/man-pages/man2/getgid.2.html
#[inline]
#[must_use]
pub fn getgid() -> Gid {
    // SAFETY: touches no memory.
    Gid::from_raw(unsafe { syscall!(Call::GETGID, getgid()) }.infallible() as u32)
}

/// `getegid()` - returns the effective group ID of the calling thread, which the kernel uses for
/// permission checks. See [`getuid`] for IDs that are not mapped.
///
/// This call cannot fail.
///
/// Since Linux 1.0; [getegid(2)].
///
/// [getegid(2)]: https://man7.org/linux/man-pages/man2/getgid.2.html
#[inline]
#[must_use]
pub fn getegid() -> Gid {
    // SAFETY: touches no memory.
    Gid::from_raw(unsafe { syscall!(Call::GETEGID, getegid()) }.infallible() as u32)
}
