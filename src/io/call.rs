//! Calls on the bytes of any descriptor.

use core::ffi::c_int;
use core::mem::{ManuallyDrop, MaybeUninit};

use super::{IoSlice, IoSliceMut};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use crate::syscall::syscall;

const FIONREAD: u32 = 0x541B;

/// `read(fd, buf, count)` - reads bytes into a buffer.
///
/// Returns how many came: 0 at the end of a file, or when nobody writes to a pipe any more. At most 2 GiB less a
/// page come at once.
///
/// # Errors
///
/// `EAGAIN` - nothing is there, and the descriptor is non-blocking. `EINTR` - a signal came first. `EBADF` - not open
/// for reading. `EINVAL` - the buffer is too small for what an event descriptor has, or the file cannot be read.
/// `EIO`, `EISDIR` and what the file's driver says.
///
/// Since Linux 1.0; read(2).
#[inline]
pub fn read(fd: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the buffer is this long and ours alone.
    unsafe { read_into(Call::READ, fd.as_fd(), buffer.as_mut_ptr(), buffer.len()) }
}

/// `read(fd, buf, count)` - reads bytes into a buffer that was not written to before, and returns the part that now is.
///
/// # Errors
///
/// As [`read`].
#[inline]
pub fn read_uninit(fd: impl AsFd, buffer: &mut [MaybeUninit<u8>]) -> Result<&mut [u8]> {
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer is this long and ours alone.
    let count = unsafe { read_into(Call::READ, fd.as_fd(), start, buffer.len()) }?;
    // SAFETY: the kernel has written the first `count` bytes, never more than there is room for; the borrow goes on.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, count) })
}

/// `read`, as the call that it is for its descriptor.
///
/// # Safety
///
/// `start` must point to `room` bytes that the kernel may write.
#[inline]
pub(super) unsafe fn read_into(
    call: Call,
    fd: BorrowedFd<'_>,
    start: *mut u8,
    room: usize,
) -> Result<usize> {
    // SAFETY: the kernel writes at most `room` bytes from `start`, as the caller allows, and keeps nothing.
    unsafe { syscall!(call, read(fd, start, room)) }.size()
}

/// `readv(fd, iov, iovcnt)` - reads bytes into several buffers, each filled before the next.
///
/// # Errors
///
/// As [`read`]; `EINVAL` also for more than 1024 buffers.
///
/// Since Linux 2.0; readv(2).
#[inline]
pub fn readv(fd: impl AsFd, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`; the kernel reads them, writes at most as many bytes to each
    // as it says, and keeps nothing.
    unsafe { syscall!(Call::READV, readv(fd.as_fd(), buffers.as_mut_ptr(), buffers.len())) }.size()
}

/// `write(fd, buf, count)` - writes bytes.
///
/// Returns how many went: it can be fewer than there are.
///
/// # Errors
///
/// `EAGAIN` - no room, and the descriptor is non-blocking. `EINTR` - a signal came first. `EBADF` - not open for
/// writing. `EPIPE` - nobody reads the other end; the signal `SIGPIPE` comes too. `ENOSPC`, `EDQUOT`, `EFBIG` - no room
/// in the file system, the quota or the file. `EINVAL` - not what this descriptor takes.
///
/// Since Linux 1.0; write(2).
#[inline]
pub fn write(fd: impl AsFd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(Call::WRITE, write(fd.as_fd(), bytes.as_ptr(), bytes.len())) }.size()
}

/// `writev(fd, iov, iovcnt)` - writes bytes from several buffers, one after the other.
///
/// # Errors
///
/// As [`write()`]; `EINVAL` also for more than 1024 buffers.
///
/// Since Linux 2.0; writev(2).
#[inline]
pub fn writev(fd: impl AsFd, pieces: &[IoSlice<'_>]) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`; the kernel reads them and their bytes, and keeps nothing.
    unsafe { syscall!(Call::WRITEV, writev(fd.as_fd(), pieces.as_ptr(), pieces.len())) }.size()
}

/// `close(fd)` - closes a descriptor and says whether that failed, which a drop does not.
///
/// # Errors
///
/// `EIO`, `ENOSPC`, `EDQUOT` - an earlier write could not be stored. `EINTR` - a signal came in between. The descriptor
/// is closed in every case, and is never closed twice.
///
/// Since Linux 1.0; close(2).
#[inline]
pub fn close(fd: OwnedFd) -> Result<()> {
    let fd = ManuallyDrop::new(fd);
    // SAFETY: the descriptor is ours alone, and is neither used nor dropped afterwards.
    unsafe { syscall!(Call::CLOSE, close(fd.as_raw_fd())) }.unit()
}

/// `ioctl(fd, FIONREAD, &count)` - how many bytes a read would get at once.
///
/// For inotify, the bytes of all queued events; for a pipe or a socket, the bytes in it. A regular file counts what
/// lies behind its position, modulo 2^32: not for large ones. Fewer than none are none.
///
/// # Errors
///
/// `ENOTTY`, for an epoll since Linux 6.9 `EINVAL` - the descriptor does not count its bytes. `EBADF` - it was opened
/// with `O_PATH`.
///
/// Since Linux 1.0; `ioctl_pipe`(2), inotify(7).
#[inline]
pub fn bytes_available(fd: impl AsFd) -> Result<u32> {
    let mut count: c_int = 0;
    // SAFETY: the kernel writes one `int` and keeps nothing.
    unsafe { syscall!(Call::IOCTL_FIONREAD, ioctl(fd.as_fd(), FIONREAD, &raw mut count)) }
        .unit()?;
    Ok(count.max(0).cast_unsigned())
}

/// Makes a call again for as long as signals interrupt it.
///
/// Not for a wait with a timeout, which would start anew each time, and never for [`close`].
///
/// # Errors
///
/// What the call fails with, other than `EINTR`.
#[inline(always)]
pub fn retry<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    match call() {
        Ok(value) => Ok(value),
        Err(error) => again(error, call),
    }
}

/// Out of line, so that the way of a success has no part of it.
#[cold]
#[inline(never)]
fn again<T>(mut error: Error, mut call: impl FnMut() -> Result<T>) -> Result<T> {
    while error.is(Errno::INTR) {
        match call() {
            Ok(value) => return Ok(value),
            Err(next) => error = next,
        }
    }
    Err(error)
}

/// Converts `EAGAIN` to `None`: for raw calls on non-blocking descriptors.
///
/// # Errors
///
/// Any other error is returned unchanged.
#[inline(always)]
pub fn would_block_as_none<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is(Errno::AGAIN) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    READ:
        INVAL => "the buffer is too small or misaligned for what this descriptor has, or the file cannot be read",
        BADF => "the descriptor is not open for reading",
        AGAIN => "nothing is there now, and the descriptor is non-blocking";
    READV:
        INVAL => "more than 1024 buffers, or the file cannot be read",
        BADF => "the descriptor is not open for reading",
        AGAIN => "nothing is there now, and the descriptor is non-blocking";
    WRITE:
        INVAL => "this descriptor does not take such bytes, or is misaligned for direct input and output",
        BADF => "the descriptor is not open for writing",
        AGAIN => "there is no room now, and the descriptor is non-blocking";
    WRITEV:
        INVAL => "more than 1024 buffers, or this descriptor does not take such bytes",
        BADF => "the descriptor is not open for writing",
        AGAIN => "there is no room now, and the descriptor is non-blocking";
    FCNTL_DUPFD_CLOEXEC:
        INVAL => "the lowest number asked for is beyond the limit on descriptors (RLIMIT_NOFILE)",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)";
    FCNTL_SETFL:
        PERM => "O_APPEND cannot be cleared on an append-only file, nor O_NOATIME set on another user's",
        INVAL => "the file system does not do direct input and output (O_DIRECT)",
        BADF => "the descriptor is a place in the file system, not an open file (O_PATH)";
    IOCTL_FIONREAD:
        NOTTY => "this kind of descriptor does not count its bytes",
        INVAL => "this kind of descriptor does not count its bytes";
};
