//! The C library's calls, with the check of the result that everybody writes.

use std::ffi::{CStr, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use crate::failure::failed;

#[inline(always)]
pub(crate) fn getpid() -> libc::pid_t {
    // SAFETY: touches no memory.
    unsafe { libc::getpid() }
}

#[inline(always)]
pub(crate) fn getppid() -> libc::pid_t {
    // SAFETY: touches no memory.
    unsafe { libc::getppid() }
}

/// Any call that takes no argument, by its number.
#[inline(always)]
pub(crate) fn by_number(number: i64) -> i64 {
    // SAFETY: the calls that are asked for here touch no memory.
    unsafe { libc::syscall(number) }
}

#[inline(always)]
pub(crate) fn add(counter: &OwnedFd, value: u64) {
    let bytes = (&raw const value).cast();
    // SAFETY: the kernel reads the 8 bytes of the value.
    if unsafe { libc::write(counter.as_raw_fd(), bytes, size_of::<u64>()) } < 0 {
        failed("libc write", io::Error::last_os_error());
    }
}

#[inline(always)]
pub(crate) fn take(counter: &OwnedFd) -> u64 {
    let mut value = 0_u64;
    let bytes = (&raw mut value).cast();
    // SAFETY: the kernel writes the 8 bytes of the value.
    if unsafe { libc::read(counter.as_raw_fd(), bytes, size_of::<u64>()) } < 0 {
        failed("libc read", io::Error::last_os_error());
    }
    value
}

/// Reads into a buffer; returns the part that was filled.
#[inline(always)]
pub(crate) fn read<'b>(fd: &OwnedFd, buffer: &'b mut [u8]) -> &'b [u8] {
    // SAFETY: the kernel writes at most as many bytes as the buffer has.
    let count = unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
    let Ok(count) = usize::try_from(count) else { failed("libc read", io::Error::last_os_error()) };
    // SAFETY: never more than there is room for.
    unsafe { buffer.get_unchecked(..count) }
}

#[inline(always)]
pub(crate) fn add_watch(inotify: &OwnedFd, path: &CStr, mask: u32) -> c_int {
    // SAFETY: the kernel reads the path up to its NUL byte.
    let watch = unsafe { libc::inotify_add_watch(inotify.as_raw_fd(), path.as_ptr(), mask) };
    if watch < 0 {
        failed("libc inotify_add_watch", io::Error::last_os_error());
    }
    watch
}

/// Takes as many signals as there is room for; returns those that it has taken.
#[inline(always)]
pub(crate) fn signals<'r>(
    fd: &OwnedFd,
    records: &'r mut [libc::signalfd_siginfo],
) -> &'r [libc::signalfd_siginfo] {
    // SAFETY: the kernel writes at most as many records as there are.
    let bytes =
        unsafe { libc::read(fd.as_raw_fd(), records.as_mut_ptr().cast(), size_of_val(records)) };
    let Ok(bytes) = usize::try_from(bytes) else { failed("libc read", io::Error::last_os_error()) };
    // SAFETY: never more than there is room for.
    unsafe { records.get_unchecked(..bytes / size_of::<libc::signalfd_siginfo>()) }
}

/// Waits without an end; returns those that are ready.
#[inline(always)]
pub(crate) fn wait<'r>(
    epoll: &OwnedFd,
    ready: &'r mut [libc::epoll_event],
) -> &'r [libc::epoll_event] {
    // SAFETY: the kernel writes at most as many entries as there are.
    let count = unsafe {
        libc::epoll_wait(epoll.as_raw_fd(), ready.as_mut_ptr(), ready.len() as c_int, -1)
    };
    let Ok(count) = usize::try_from(count) else {
        failed("libc epoll_wait", io::Error::last_os_error())
    };
    // SAFETY: never more than there is room for.
    unsafe { ready.get_unchecked(..count) }
}

/// Sets a timer, to times from now; the old setting is not asked for.
#[inline(always)]
pub(crate) fn set(timer: &OwnedFd, new: &libc::itimerspec) {
    // SAFETY: the kernel reads the new setting.
    if unsafe { libc::timerfd_settime(timer.as_raw_fd(), 0, new, ptr::null_mut()) } < 0 {
        failed("libc timerfd_settime", io::Error::last_os_error());
    }
}

/// What a timer will do.
#[inline(always)]
pub(crate) fn get(timer: &OwnedFd) -> libc::itimerspec {
    let mut current = MaybeUninit::<libc::itimerspec>::uninit();
    // SAFETY: the kernel writes one setting.
    if unsafe { libc::timerfd_gettime(timer.as_raw_fd(), current.as_mut_ptr()) } < 0 {
        failed("libc timerfd_gettime", io::Error::last_os_error());
    }
    // SAFETY: written, as the call has succeeded.
    unsafe { current.assume_init() }
}
