//! Calls of C library functions, with the usual check of the result.

use std::ffi::{CStr, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;

use crate::fail;

#[inline(always)]
pub(crate) fn getpid() -> libc::pid_t {
    // SAFETY: accesses no memory.
    unsafe { libc::getpid() }
}

#[inline(always)]
pub(crate) fn getppid() -> libc::pid_t {
    // SAFETY: accesses no memory.
    unsafe { libc::getppid() }
}

/// Returns the size of a file.
#[inline(always)]
pub(crate) fn fstat_size(fd: &OwnedFd) -> i64 {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: writes the struct.
    if unsafe { libc::fstat(fd.as_raw_fd(), stat.as_mut_ptr()) } < 0 {
        fail("libc fstat", io::Error::last_os_error());
    }
    // SAFETY: the successful call has written the struct.
    unsafe { stat.assume_init() }.st_size
}

#[inline(always)]
pub(crate) fn statx_size(directory: &OwnedFd, path: &CStr) -> u64 {
    let mut statx = MaybeUninit::<libc::statx>::uninit();
    let (directory, mask) = (directory.as_raw_fd(), libc::STATX_SIZE);
    // SAFETY: reads the path up to its NUL byte, and writes the struct.
    if unsafe { libc::statx(directory, path.as_ptr(), 0, mask, statx.as_mut_ptr()) } < 0 {
        fail("libc statx", io::Error::last_os_error());
    }
    // SAFETY: the successful call has written the struct.
    unsafe { statx.assume_init() }.stx_size
}

#[inline(always)]
pub(crate) fn write(fd: &OwnedFd, bytes: &[u8]) -> isize {
    // SAFETY: the kernel reads `bytes.len()` bytes.
    let count = unsafe { libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) };
    if count < 0 {
        fail("libc write", io::Error::last_os_error());
    }
    count
}

/// Sends a message without `SIGPIPE`.
#[inline(always)]
pub(crate) fn send(socket: &OwnedFd, bytes: &[u8]) -> isize {
    let (fd, start, flags) = (socket.as_raw_fd(), bytes.as_ptr().cast(), libc::MSG_NOSIGNAL);
    // SAFETY: the kernel reads `bytes.len()` bytes.
    let count = unsafe { libc::send(fd, start, bytes.len(), flags) };
    if count < 0 {
        fail("libc send", io::Error::last_os_error());
    }
    count
}

#[inline(always)]
pub(crate) fn recv(socket: &OwnedFd, buffer: &mut [u8]) -> isize {
    let (fd, start) = (socket.as_raw_fd(), buffer.as_mut_ptr().cast());
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    let count = unsafe { libc::recv(fd, start, buffer.len(), 0) };
    if count < 0 {
        fail("libc recv", io::Error::last_os_error());
    }
    count
}

/// Makes a system call without arguments through `syscall(2)`.
#[inline(always)]
pub(crate) fn by_number(number: i64) -> i64 {
    // SAFETY: callers pass only numbers of calls that access no memory.
    unsafe { libc::syscall(number) }
}

#[inline(always)]
pub(crate) fn write_u64(counter: &OwnedFd, value: u64) {
    let bytes = (&raw const value).cast();
    // SAFETY: the kernel reads the 8 bytes of the value.
    if unsafe { libc::write(counter.as_raw_fd(), bytes, size_of::<u64>()) } < 0 {
        fail("libc write", io::Error::last_os_error());
    }
}

#[inline(always)]
pub(crate) fn read_u64(counter: &OwnedFd) -> u64 {
    let mut value = 0_u64;
    let bytes = (&raw mut value).cast();
    // SAFETY: the kernel writes the 8 bytes of the value.
    if unsafe { libc::read(counter.as_raw_fd(), bytes, size_of::<u64>()) } < 0 {
        fail("libc read", io::Error::last_os_error());
    }
    value
}

/// Reads into a buffer and returns the bytes that were read.
#[inline(always)]
pub(crate) fn read<'b>(fd: &OwnedFd, buffer: &'b mut [u8]) -> &'b [u8] {
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    let count = unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
    let Ok(count) = usize::try_from(count) else { fail("libc read", io::Error::last_os_error()) };
    // SAFETY: the kernel never returns more than the requested length.
    unsafe { buffer.get_unchecked(..count) }
}

/// Reads bytes at an offset, and returns the number of bytes.
#[inline(always)]
pub(crate) fn pread(fd: &OwnedFd, buffer: &mut [u8], offset: u64) -> isize {
    let (address, offset) = (buffer.as_mut_ptr().cast(), offset as libc::off_t);
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    let count = unsafe { libc::pread(fd.as_raw_fd(), address, buffer.len(), offset) };
    if count < 0 {
        fail("libc pread", io::Error::last_os_error());
    }
    count
}

#[inline(always)]
pub(crate) fn add_watch(inotify: &OwnedFd, path: &CStr, mask: u32) -> c_int {
    // SAFETY: the kernel reads the path up to its NUL byte.
    let watch = unsafe { libc::inotify_add_watch(inotify.as_raw_fd(), path.as_ptr(), mask) };
    if watch < 0 {
        fail("libc inotify_add_watch", io::Error::last_os_error());
    }
    watch
}

/// Opens a file for reading, and closes the descriptor.
#[inline(always)]
pub(crate) fn open_and_close(directory: &OwnedFd, path: &CStr) {
    // SAFETY: the kernel reads the path up to its NUL byte.
    let fd = unsafe { libc::openat(directory.as_raw_fd(), path.as_ptr(), libc::O_CLOEXEC) };
    if fd < 0 {
        fail("libc openat", io::Error::last_os_error());
    }
    // SAFETY: closes the descriptor, which has no other owner.
    unsafe { libc::close(fd) };
}

/// Reads at most `records.len()` signals, and returns the records of the signals that were read.
#[inline(always)]
pub(crate) fn read_signals<'r>(
    fd: &OwnedFd,
    records: &'r mut [libc::signalfd_siginfo],
) -> &'r [libc::signalfd_siginfo] {
    // SAFETY: the kernel writes at most `size_of_val(records)` bytes.
    let bytes =
        unsafe { libc::read(fd.as_raw_fd(), records.as_mut_ptr().cast(), size_of_val(records)) };
    let Ok(bytes) = usize::try_from(bytes) else { fail("libc read", io::Error::last_os_error()) };
    // SAFETY: the kernel never returns more than the requested length.
    unsafe { records.get_unchecked(..bytes / size_of::<libc::signalfd_siginfo>()) }
}

/// Waits for events without a timeout, and returns the events.
#[inline(always)]
pub(crate) fn epoll_wait<'r>(
    epoll: &OwnedFd,
    ready: &'r mut [libc::epoll_event],
) -> &'r [libc::epoll_event] {
    // SAFETY: the kernel writes at most `ready.len()` entries.
    let count = unsafe {
        libc::epoll_wait(epoll.as_raw_fd(), ready.as_mut_ptr(), ready.len() as c_int, -1)
    };
    let Ok(count) = usize::try_from(count) else {
        fail("libc epoll_wait", io::Error::last_os_error())
    };
    // SAFETY: the kernel never returns more than the requested length.
    unsafe { ready.get_unchecked(..count) }
}

/// Arms a timer with relative times, without requesting the old setting.
#[inline(always)]
pub(crate) fn timerfd_settime(timer: &OwnedFd, new: &libc::itimerspec) {
    // SAFETY: the kernel reads the new setting.
    if unsafe { libc::timerfd_settime(timer.as_raw_fd(), 0, new, ptr::null_mut()) } < 0 {
        fail("libc timerfd_settime", io::Error::last_os_error());
    }
}

/// Returns the current setting of a timer.
#[inline(always)]
pub(crate) fn timerfd_gettime(timer: &OwnedFd) -> libc::itimerspec {
    let mut current = MaybeUninit::<libc::itimerspec>::uninit();
    // SAFETY: the kernel writes one setting.
    if unsafe { libc::timerfd_gettime(timer.as_raw_fd(), current.as_mut_ptr()) } < 0 {
        fail("libc timerfd_gettime", io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so the kernel has written the setting.
    unsafe { current.assume_init() }
}
