//! Calls that work on any descriptor.

use core::ffi::c_int;
use core::mem::{ManuallyDrop, MaybeUninit};

use super::{IoSlice, IoSliceMut};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use crate::syscall::syscall;

const FIONREAD: u32 = 0x541B;

/// `read(fd, buf, count)` - reads bytes into a buffer.
///
/// Returns the number of bytes read, which is 0 at the end of a file, or if a pipe is empty and has
/// no writer. One call reads at most 2 GiB less one page.
///
/// # Errors
///
/// - `EAGAIN`: no data is available, and the descriptor is non-blocking or its socket timeout
///   (`SO_RCVTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for reading.
/// - `EINVAL`: the buffer is too small for an event of this descriptor; or the buffer, its size or
///   the file offset is misaligned for direct I/O (O_DIRECT); or the file cannot be read.
/// - `EISDIR`: the descriptor is a directory.
/// - `EIO`: an I/O error; or the process is in the background and reads from its terminal; or the
///   call returned more bytes than requested, which only a tracer or a filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 1.0; [read(2)].
///
/// [read(2)]: https://man7.org/linux/man-pages/man2/read.2.html
#[inline]
pub fn read(fd: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the buffer has this size and is exclusively borrowed.
    unsafe { read_into(Call::READ, fd.as_fd(), buffer.as_mut_ptr(), buffer.len()) }
}

/// `read(fd, buf, count)` - reads bytes into an uninitialized buffer. Returns the initialized part.
///
/// # Errors
///
/// The errors of [`read`].
///
/// Since Linux 1.0; [read(2)].
///
/// [read(2)]: https://man7.org/linux/man-pages/man2/read.2.html
#[doc(alias = "read")]
#[inline]
pub fn read_uninit(fd: impl AsFd, buffer: &mut [MaybeUninit<u8>]) -> Result<&mut [u8]> {
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer has this size and is exclusively borrowed.
    let count = unsafe { read_into(Call::READ, fd.as_fd(), start, buffer.len()) }?;
    // SAFETY: the kernel has written the first `count` bytes, at most the size; the borrow
    // continues.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, count) })
}

/// `read(fd, start, size)` - reads bytes. Errors contain `call`, which depends on the kind of the
/// descriptor.
///
/// # Safety
///
/// `start` must point to `size` bytes that the kernel may write.
#[inline]
pub(super) unsafe fn read_into(
    call: Call,
    fd: BorrowedFd<'_>,
    start: *mut u8,
    size: usize,
) -> Result<usize> {
    // SAFETY: the kernel writes at most `size` bytes from `start`, as the caller allows, and keeps
    // nothing.
    unsafe { syscall!(call, read(fd, start, size)) }.at_most(size)
}

/// `readv(fd, iov, iovcnt)` - reads bytes into several buffers, each filled before the next.
///
/// Returns the number of bytes, as [`read`] does.
///
/// # Errors
///
/// - `EAGAIN`: no data is available, and the descriptor is non-blocking or its socket timeout
///   (`SO_RCVTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for reading.
/// - `EINVAL`: there are more than 1,024 buffers; or they are too small for an event of this
///   descriptor; or a buffer, its size or the file offset is misaligned for direct I/O (O_DIRECT);
///   or the file cannot be read.
/// - `EISDIR`: the descriptor is a directory.
/// - `EIO`: an I/O error; or the process is in the background and reads from its terminal; or the
///   call returned more bytes than requested, which only a tracer or a filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.0; [readv(2)].
///
/// [readv(2)]: https://man7.org/linux/man-pages/man2/readv.2.html
#[inline]
pub fn readv(fd: impl AsFd, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
    let size = buffers.iter().map(|buffer| buffer.len()).sum();
    // SAFETY: the slices have the layout of `struct iovec`; the kernel reads them, writes at most
    // their sizes to their buffers, and keeps nothing.
    unsafe { syscall!(Call::READV, readv(fd.as_fd(), buffers.as_mut_ptr(), buffers.len())) }
        .at_most(size)
}

/// `write(fd, buf, count)` - writes bytes.
///
/// Returns the number of bytes that were written, which can be smaller than the number passed.
///
/// # Errors
///
/// - `EAGAIN`: the write would block, and the descriptor is non-blocking or its socket timeout
///   (`SO_SNDTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for writing.
/// - `EINVAL`: this kind of descriptor does not accept this content or this number of bytes; or the
///   buffer, its size or the file offset is misaligned for direct I/O (O_DIRECT); or the file
///   cannot be written.
/// - `EPIPE`: the pipe or socket has no reader, or the socket was shut down for writing. The kernel
///   also sends the signal `SIGPIPE`.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW).
/// - `ENOSPC`: the device has no space left.
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EFBIG`: the file would exceed the maximum size of a file, or the limit of the process
///   (RLIMIT_FSIZE).
/// - `EIO`: an I/O error; or the process is in the background and its terminal does not allow it to
///   write (`TOSTOP`).
///
/// Drivers and file systems return further errors.
///
/// Since Linux 1.0; [write(2)].
///
/// [write(2)]: https://man7.org/linux/man-pages/man2/write.2.html
#[inline]
pub fn write(fd: impl AsFd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(Call::WRITE, write(fd.as_fd(), bytes.as_ptr(), bytes.len())) }.size()
}

/// `writev(fd, iov, iovcnt)` - writes bytes from several buffers, one after the other.
///
/// Returns the number of bytes that were written, which can be smaller than the number passed.
///
/// # Errors
///
/// - `EAGAIN`: the write would block, and the descriptor is non-blocking or its socket timeout
///   (`SO_SNDTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for writing.
/// - `EINVAL`: there are more than 1,024 buffers; or this kind of descriptor does not accept this
///   content or this number of bytes; or a buffer, its size or the file offset is misaligned for
///   direct I/O (O_DIRECT); or the file cannot be written.
/// - `EPIPE`: the pipe or socket has no reader, or the socket was shut down for writing. The kernel
///   also sends the signal `SIGPIPE`.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW).
/// - `ENOSPC`: the device has no space left.
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EFBIG`: the file would exceed the maximum size of a file, or the limit of the process
///   (RLIMIT_FSIZE).
/// - `EIO`: an I/O error; or the process is in the background and its terminal does not allow it to
///   write (`TOSTOP`).
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.0; [writev(2)].
///
/// [writev(2)]: https://man7.org/linux/man-pages/man2/writev.2.html
#[inline]
pub fn writev(fd: impl AsFd, buffers: &[IoSlice<'_>]) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`; the kernel reads them and their bytes,
    // and keeps nothing.
    unsafe { syscall!(Call::WRITEV, writev(fd.as_fd(), buffers.as_ptr(), buffers.len())) }.size()
}

/// `close(fd)` - closes a descriptor and, unlike a drop, returns the error.
///
/// # Errors
///
/// The descriptor is closed in every case. Do not repeat the call.
///
/// - `EINTR`: interrupted by a signal.
/// - `EIO`: an earlier write failed.
/// - `ENOSPC`: an earlier write failed because the device had no space left.
/// - `EDQUOT`: an earlier write failed because the disk quota of the user was exhausted.
///
/// Since Linux 1.0; [close(2)].
///
/// [close(2)]: https://man7.org/linux/man-pages/man2/close.2.html
#[inline]
pub fn close(fd: OwnedFd) -> Result<()> {
    let fd = ManuallyDrop::new(fd);
    // SAFETY: the descriptor is owned, and is neither used nor dropped afterwards.
    unsafe { syscall!(Call::CLOSE, close(fd.as_raw_fd())) }.unit()
}

/// `ioctl(fd, FIONREAD, &count)` - returns the number of bytes available to read.
///
/// - For an inotify instance, the size of all queued events.
/// - For a pipe or a socket, the number of bytes that it contains.
/// - For a regular file, the number of bytes after the file offset, modulo 2^32, so the result is
///   wrong for large files.
///
/// A negative count is returned as 0.
///
/// # Errors
///
/// - `ENOTTY`: this kind of descriptor does not report its number of bytes.
/// - `EINVAL`: the descriptor is an epoll instance (since Linux 6.9), or a listening socket.
/// - `EBADF`: the descriptor is path-only (O_PATH).
///
/// Since Linux 1.0; [FIONREAD(2const)], [inotify(7)].
///
/// [FIONREAD(2const)]: https://man7.org/linux/man-pages/man2/FIONREAD.2const.html
/// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
#[doc(alias = "FIONREAD")]
#[inline]
pub fn bytes_available(fd: impl AsFd) -> Result<u32> {
    let mut count: c_int = 0;
    // SAFETY: the kernel writes one `int` and keeps nothing.
    unsafe { syscall!(Call::IOCTL_FIONREAD, ioctl(fd.as_fd(), FIONREAD, &raw mut count)) }
        .unit()?;
    Ok(count.max(0).cast_unsigned())
}

/// Repeats a call until it is not interrupted by a signal.
///
/// Do not use it for a wait with a relative timeout, which would start again from the full timeout,
/// or for [`close`], which must not be repeated.
///
/// # Errors
///
/// The errors of the call, except `EINTR`.
#[inline(always)]
pub fn retry<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    match call() {
        Ok(value) => Ok(value),
        Err(error) => retry_if_interrupted(error, call),
    }
}

/// Out of line, to keep the success path small: in a loop, the compiler keeps the arguments of the
/// call in further registers.
#[cold]
#[inline(never)]
fn retry_if_interrupted<T>(mut error: Error, mut call: impl FnMut() -> Result<T>) -> Result<T> {
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
        AGAIN => "no data is available, and the descriptor is non-blocking or its socket timeout \
            (SO_RCVTIMEO) has expired",
        BADF => "the descriptor is not open for reading",
        INVAL => "the buffer is too small for an event of this descriptor; or the buffer, its size \
            or the file offset is misaligned for direct I/O (O_DIRECT); or the file cannot be read",
        ISDIR => "the descriptor is a directory";
    READV:
        AGAIN => "no data is available, and the descriptor is non-blocking or its socket timeout \
            (SO_RCVTIMEO) has expired",
        BADF => "the descriptor is not open for reading",
        INVAL => "there are more than 1,024 buffers; or they are too small for an event of this \
            descriptor; or a buffer, its size or the file offset is misaligned for direct I/O \
            (O_DIRECT); or the file cannot be read",
        ISDIR => "the descriptor is a directory";
    WRITE:
        AGAIN => "the write would block, and the descriptor is non-blocking or its socket timeout \
            (SO_SNDTIMEO) has expired",
        BADF => "the descriptor is not open for writing",
        INVAL => "this kind of descriptor does not accept this content or this number of bytes; or \
            the buffer, its size or the file offset is misaligned for direct I/O (O_DIRECT); or \
            the file cannot be written",
        PIPE => "the pipe or socket has no reader, or the socket was shut down for writing",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW)",
        NOSPC => "the device has no space left",
        DQUOT => "the disk quota of the user is exhausted",
        FBIG => "the file would exceed the maximum size of a file, or the limit of the process \
            (RLIMIT_FSIZE)";
    WRITEV:
        AGAIN => "the write would block, and the descriptor is non-blocking or its socket timeout \
            (SO_SNDTIMEO) has expired",
        BADF => "the descriptor is not open for writing",
        INVAL => "there are more than 1,024 buffers; or this kind of descriptor does not accept \
            this content or this number of bytes; or a buffer, its size or the file offset is \
            misaligned for direct I/O (O_DIRECT); or the file cannot be written",
        PIPE => "the pipe or socket has no reader, or the socket was shut down for writing",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW)",
        NOSPC => "the device has no space left",
        DQUOT => "the disk quota of the user is exhausted",
        FBIG => "the file would exceed the maximum size of a file, or the limit of the process \
            (RLIMIT_FSIZE)";
    FCNTL_DUPFD_CLOEXEC:
        INVAL => "the lowest number is negative, or not below the limit on open file descriptors \
            (RLIMIT_NOFILE)",
        MFILE => "no number from the lowest up to the limit on open file descriptors \
            (RLIMIT_NOFILE) is free";
    FCNTL_SETFL:
        PERM => "the file is append-only, and O_APPEND is cleared; or O_NOATIME is set on a file \
            of another user, without the capability CAP_FOWNER",
        INVAL => "the file system does not support direct I/O (O_DIRECT)",
        BADF => "the descriptor is path-only (O_PATH)";
    IOCTL_FIONREAD:
        NOTTY => "this kind of descriptor does not report its number of bytes",
        INVAL => "the descriptor is an epoll instance (since Linux 6.9), or a listening socket",
        BADF => "the descriptor is path-only (O_PATH)";
    CLOSE:
        NOSPC => "an earlier write failed because the device had no space left",
        DQUOT => "an earlier write failed because the disk quota of the user was exhausted";
};
