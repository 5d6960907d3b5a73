//! System calls for any type of descriptor: reading, writing, closing and `FIONREAD`.

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
/// no writer. One call reads at most 2 GiB minus one page.
///
/// # Errors
///
/// - `EAGAIN`: no data is available, and the descriptor is non-blocking or its socket timeout
///   (`SO_RCVTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for reading.
/// - `EINVAL`: the buffer is too small for an event of this descriptor; or the buffer, its size or
///   the file offset is misaligned for direct I/O (O_DIRECT); or the file does not support reading.
/// - `EISDIR`: the descriptor is a directory.
/// - `EIO`: an I/O error. A background process that blocks or ignores `SIGTTIN`, or whose process
///   group is orphaned, fails with `EIO` if it reads from its terminal. The error is also `EIO` if
///   the call returns more bytes than requested, which only a tracer or a seccomp filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 1.0; [read(2)].
///
/// [read(2)]: https://man7.org/linux/man-pages/man2/read.2.html
#[inline]
pub fn read(fd: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: the buffer has `buffer.len()` bytes and is exclusively borrowed.
    unsafe { read_into(Call::READ, fd.as_fd(), buffer.as_mut_ptr(), buffer.len()) }
}

/// `read(fd, buf, count)` - reads bytes into an uninitialized buffer. Returns the initialized part
/// of the buffer.
///
/// # Errors
///
/// The errors of [`read`] also apply to `read_uninit`.
///
/// Since Linux 1.0; [read(2)].
///
/// [read(2)]: https://man7.org/linux/man-pages/man2/read.2.html
#[doc(alias = "read")]
#[inline]
pub fn read_uninit(fd: impl AsFd, buffer: &mut [MaybeUninit<u8>]) -> Result<&mut [u8]> {
    let start = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer has `buffer.len()` bytes and is exclusively borrowed.
    let count = unsafe { read_into(Call::READ, fd.as_fd(), start, buffer.len()) }?;
    // SAFETY: the kernel has written the first `count` bytes (at most `buffer.len()`) of the
    // buffer, which remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, count) })
}

/// `read(fd, start, size)` - reads at most `size` bytes. Errors contain `call`, such as
/// `Call::SIGNALFD_READ` for a signalfd.
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
    // SAFETY: the kernel writes at most `size` bytes from `start` and keeps nothing; that these
    // bytes may be written is upheld by the caller.
    unsafe { syscall!(call, read(fd, start, size)) }.at_most(size)
}

/// `readv(fd, iov, iovcnt)` - reads bytes into several buffers, each filled before the next.
///
/// Returns the number of bytes read, which is 0 at the end of a file, or if a pipe is empty and has
/// no writer.
///
/// # Errors
///
/// - `EAGAIN`: no data is available, and the descriptor is non-blocking or its socket timeout
///   (`SO_RCVTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for reading.
/// - `EINVAL`: there are more than 1,024 buffers; or the buffers are too small for an event of this
///   descriptor; or a buffer, its size or the file offset is misaligned for direct I/O (O_DIRECT);
///   or the file does not support reading.
/// - `EISDIR`: the descriptor is a directory.
/// - `EIO`: an I/O error. A background process that blocks or ignores `SIGTTIN`, or whose process
///   group is orphaned, fails with `EIO` if it reads from its terminal. The error is also `EIO` if
///   the call returns more bytes than requested, which only a tracer or a seccomp filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.0; [readv(2)].
///
/// [readv(2)]: https://man7.org/linux/man-pages/man2/readv.2.html
#[inline]
pub fn readv(fd: impl AsFd, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
    let size = buffers.iter().map(|buffer| buffer.len()).sum();
    // SAFETY: the elements of `buffers` have the layout of `struct iovec`; the kernel reads the
    // elements, writes at most the size of each buffer to the buffer, and keeps nothing.
    unsafe { syscall!(Call::READV, readv(fd.as_fd(), buffers.as_mut_ptr(), buffers.len())) }
        .at_most(size)
}

/// `write(fd, buf, count)` - writes bytes from a buffer.
///
/// Returns the number of bytes that were written, which can be smaller than the number of bytes
/// passed.
///
/// # Errors
///
/// - `EAGAIN`: the write would block, and the descriptor is non-blocking or its socket timeout
///   (`SO_SNDTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for writing.
/// - `EINVAL`: the descriptor, such as an eventfd, does not accept this value or this number of
///   bytes; or the buffer, its size or the file offset is misaligned for direct I/O (O_DIRECT); or
///   the file does not support writing.
/// - `EPIPE`: the pipe or socket has no reader, or the socket was shut down for writing. The kernel
///   also sends `SIGPIPE` to the calling thread.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW).
/// - `ENOSPC`: the device has no space left.
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EFBIG`: the file would exceed the maximum file size, or the file size limit of the process
///   (RLIMIT_FSIZE).
/// - `EIO`: an I/O error. A background process whose process group is orphaned fails with `EIO` if
///   it writes to its terminal, the terminal has the flag `TOSTOP`, and the process neither blocks
///   nor ignores `SIGTTOU`.
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
/// Returns the number of bytes that were written, which can be smaller than the number of bytes
/// passed.
///
/// # Errors
///
/// - `EAGAIN`: the write would block, and the descriptor is non-blocking or its socket timeout
///   (`SO_SNDTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `EBADF`: the descriptor is not open for writing.
/// - `EINVAL`: there are more than 1,024 buffers; or the descriptor, such as an eventfd, does not
///   accept this value or this number of bytes; or a buffer, its size or the file offset is
///   misaligned for direct I/O (O_DIRECT); or the file does not support writing.
/// - `EPIPE`: the pipe or socket has no reader, or the socket was shut down for writing. The kernel
///   also sends `SIGPIPE` to the calling thread.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW).
/// - `ENOSPC`: the device has no space left.
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EFBIG`: the file would exceed the maximum file size, or the file size limit of the process
///   (RLIMIT_FSIZE).
/// - `EIO`: an I/O error. A background process whose process group is orphaned fails with `EIO` if
///   it writes to its terminal, the terminal has the flag `TOSTOP`, and the process neither blocks
///   nor ignores `SIGTTOU`.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.0; [writev(2)].
///
/// [writev(2)]: https://man7.org/linux/man-pages/man2/writev.2.html
#[inline]
pub fn writev(fd: impl AsFd, buffers: &[IoSlice<'_>]) -> Result<usize> {
    // SAFETY: the elements of `buffers` have the layout of `struct iovec`; the kernel reads the
    // elements and the bytes of their buffers, and keeps nothing.
    unsafe { syscall!(Call::WRITEV, writev(fd.as_fd(), buffers.as_ptr(), buffers.len())) }.size()
}

/// `close(fd)` - closes a descriptor, and returns the error that a drop would ignore.
///
/// # Errors
///
/// The kernel closes the descriptor even if `close` fails, so do not repeat a failed `close`.
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
/// - For an inotify instance, the result is the size of all queued events.
/// - For a fanotify group, the result is the size of the headers of all queued events, without
///   their info records. Linux 7.3, and recent stable versions of older kernels, also count the
///   info records.
/// - For a pipe, a stream socket or a Unix seqpacket socket, the result is the number of unread
///   bytes.
/// - For a datagram socket, the result is the size of the next datagram.
/// - For a regular file, the result is the number of bytes after the file offset, modulo 2^32. The
///   result is wrong if 2 GiB or more follow the file offset.
///
/// If the kernel returns a negative number, the result is 0.
///
/// # Errors
///
/// - `ENOTTY`: the descriptor does not support FIONREAD.
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

/// Repeats a call for as long as it fails with `EINTR`.
///
/// Do not use `retry` for a wait with a relative timeout: each repetition would wait for the full
/// timeout again. Do not use `retry` for [`close`]: the descriptor is closed even if `close` fails
/// with `EINTR`.
///
/// # Errors
///
/// Returns every error of the call except `EINTR`.
#[inline(always)]
pub fn retry<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    match call() {
        Ok(value) => Ok(value),
        Err(error) => retry_if_interrupted(error, call),
    }
}

/// `retry_if_interrupted` is out of line to keep the success path small: around an inlined loop,
/// the compiler would keep the arguments of the call in additional registers.
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

/// Converts the error `EAGAIN` of a call on a non-blocking descriptor to `None`: for example, the
/// error of [`read`], [`write()`], [`pipe::splice`](crate::pipe::splice) or of a method whose name
/// ends in `_interruptible`.
///
/// # Errors
///
/// Returns every error other than `EAGAIN` unchanged.
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
            or the file offset is misaligned for direct I/O (O_DIRECT); or the file does not \
            support reading",
        ISDIR => "the descriptor is a directory";
    READV:
        AGAIN => "no data is available, and the descriptor is non-blocking or its socket timeout \
            (SO_RCVTIMEO) has expired",
        BADF => "the descriptor is not open for reading",
        INVAL => "there are more than 1,024 buffers; or the buffers are too small for an event of \
            this descriptor; or a buffer, its size or the file offset is misaligned for direct I/O \
            (O_DIRECT); or the file does not support reading",
        ISDIR => "the descriptor is a directory";
    WRITE:
        AGAIN => "the write would block, and the descriptor is non-blocking or its socket timeout \
            (SO_SNDTIMEO) has expired",
        BADF => "the descriptor is not open for writing",
        INVAL => "the descriptor, such as an eventfd, does not accept this value or this number of \
            bytes; or the buffer, its size or the file offset is misaligned for direct I/O \
            (O_DIRECT); or the file does not support writing",
        PIPE => "the pipe or socket has no reader, or the socket was shut down for writing",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW)",
        NOSPC => "the device has no space left",
        DQUOT => "the disk quota of the user is exhausted",
        FBIG => "the file would exceed the maximum file size, or the file size limit of the \
            process (RLIMIT_FSIZE)";
    WRITEV:
        AGAIN => "the write would block, and the descriptor is non-blocking or its socket timeout \
            (SO_SNDTIMEO) has expired",
        BADF => "the descriptor is not open for writing",
        INVAL => "there are more than 1,024 buffers; or the descriptor, such as an eventfd, does \
            not accept this value or this number of bytes; or a buffer, its size or the file \
            offset is misaligned for direct I/O (O_DIRECT); or the file does not support writing",
        PIPE => "the pipe or socket has no reader, or the socket was shut down for writing",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW)",
        NOSPC => "the device has no space left",
        DQUOT => "the disk quota of the user is exhausted",
        FBIG => "the file would exceed the maximum file size, or the file size limit of the \
            process (RLIMIT_FSIZE)";
    DUP3:
        BADF => "the number of new is not below the limit on open file descriptors (RLIMIT_NOFILE)",
        INVAL => "a flag is unknown to the kernel, or the descriptors have the same number";
    FCNTL_DUPFD_CLOEXEC:
        INVAL => "the requested lowest number is negative, or not below the limit on open file \
            descriptors (RLIMIT_NOFILE)",
        MFILE => "no number from the requested lowest number up to the limit on open file \
            descriptors (RLIMIT_NOFILE) is free";
    FCNTL_SETFL:
        PERM => "the file is append-only, and O_APPEND is cleared; or O_NOATIME is set on a file \
            of another user, without the capability CAP_FOWNER",
        INVAL => "the file system does not support direct I/O (O_DIRECT)",
        BADF => "the descriptor is path-only (O_PATH)";
    IOCTL_FIONREAD:
        NOTTY => "the descriptor does not support FIONREAD",
        INVAL => "the descriptor is an epoll instance (since Linux 6.9), or a listening socket",
        BADF => "the descriptor is path-only (O_PATH)";
    CLOSE_RANGE:
        INVAL => "the first number is greater than the last number; or a flag is unknown to the \
            kernel (CLOSE_RANGE_CLOEXEC requires Linux 5.11)",
        MFILE => "CLOSE_RANGE_UNSHARE is set, and a descriptor number that remains open is not \
            below the limit of the system (fs.nr_open)";
    CLOSE:
        NOSPC => "an earlier write failed because the device had no space left",
        DQUOT => "an earlier write failed because the disk quota of the user was exhausted";
};
