//! Raw system calls on pipes.

use core::ffi::c_int;
use core::mem::MaybeUninit;

use super::{CreateFlags, SpliceFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd, owned};
use crate::io::{IoSlice, IoSliceMut};
use crate::syscall::syscall;

const F_SETPIPE_SZ: u32 = 1031;
const F_GETPIPE_SZ: u32 = 1032;

/// `pipe2(pipefd, flags)` - creates a pipe. Returns its read end and its write end.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`), or the user's limit on pages in
///   pipes (`fs.pipe-user-pages-hard`), has been reached; or the kernel is out of memory.
/// - `ENOPKG`: the kernel is built without notification pipes (`CONFIG_WATCH_QUEUE`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [pipe2(2)].
///
/// [pipe2(2)]: https://man7.org/linux/man-pages/man2/pipe2.2.html
#[inline]
pub fn pipe2(flags: CreateFlags) -> Result<(OwnedFd, OwnedFd)> {
    let mut fds = MaybeUninit::<[c_int; 2]>::uninit();
    // SAFETY: the kernel writes two numbers on success, and keeps nothing.
    unsafe { syscall!(Call::PIPE2, pipe2(fds.as_mut_ptr(), flags.bits())) }.unit()?;
    // SAFETY: `pipe2` has succeeded, and has written `fds`.
    let [reader, writer] = unsafe { fds.assume_init() };
    // SAFETY: `reader` is a new descriptor without another owner.
    let reader = unsafe { owned(reader) };
    // SAFETY: `writer` is a new descriptor without another owner.
    let writer = unsafe { owned(writer) };
    Ok((reader, writer))
}

/// `splice(fd_in, off_in, fd_out, off_out, len, flags)` - moves bytes within the kernel from a file
/// to a pipe, from a pipe to a file, or from pipe to pipe.
///
/// The target can receive references to the pages of the source instead of copies: the reader of a
/// pipe or socket then sees later writes to the source file.
///
/// Returns the number of bytes moved: 0 at the end of the source, and before TCP urgent data, which
/// only a `read` skips. Before urgent data, a non-blocking call can also fail with `EAGAIN`. If an
/// offset is passed, the kernel advances the passed offset, and does not use the file offset. One
/// call moves at most 2 GiB minus one page.
///
/// # Errors
///
/// - `EAGAIN`: the source has no data, or TCP urgent data is next, or the target is full; and a
///   descriptor or the call (`SPLICE_F_NONBLOCK`) is non-blocking, or the socket timeout has
///   expired.
/// - `EBADF`: the source is not open for reading, or the target is not open for writing.
/// - `EINVAL`: neither descriptor is a pipe, or both are the same pipe; or the target is open for
///   appending (`O_APPEND`); or an offset is greater than [`i64::MAX`], or was passed for a file
///   that is not seekable; or the file does not support `splice`; or a flag is unknown to the
///   kernel.
/// - `ESPIPE`: an offset was passed for a pipe.
/// - `EPIPE`: the target is a pipe or socket without a reader, or a socket that was shut down for
///   writing. The call also raises `SIGPIPE`.
/// - `EINTR`: the call was interrupted by a signal before a byte was moved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// The call also returns the errors of a read from the source and of a write to the target.
///
/// Since Linux 2.6.17; [splice(2)].
///
/// [splice(2)]: https://man7.org/linux/man-pages/man2/splice.2.html
#[inline]
pub fn splice(
    source: BorrowedFd<'_>,
    source_offset: Option<&mut u64>,
    target: BorrowedFd<'_>,
    target_offset: Option<&mut u64>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    let source_offset = source_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let target_offset = target_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads and writes each offset that is not null, touches no other memory of
    // the program, and keeps nothing.
    unsafe {
        syscall!(
            Call::SPLICE,
            splice(source, source_offset, target, target_offset, length, flags.bits())
        )
    }
    .size()
}

/// `tee(fd_in, fd_out, len, flags)` - duplicates bytes from one pipe to another, without removing
/// them from the source.
///
/// Returns the number of bytes duplicated: 0 if the source is empty and all its write ends are
/// closed.
///
/// # Errors
///
/// - `EAGAIN`: the source is empty or the target is full, and one of the pipes or the call
///   (`SPLICE_F_NONBLOCK`) is non-blocking.
/// - `EBADF`: the source is not open for reading, or the target is not open for writing.
/// - `EINVAL`: a descriptor is not a pipe, or both are the same pipe, or a flag is unknown to the
///   kernel.
/// - `EPIPE`: the read end of the target is closed. The call also raises `SIGPIPE`.
/// - `EINTR`: the call was interrupted by a signal.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.17; [tee(2)].
///
/// [tee(2)]: https://man7.org/linux/man-pages/man2/tee.2.html
#[inline]
pub fn tee(
    source: BorrowedFd<'_>,
    target: BorrowedFd<'_>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: touches no memory of the program.
    unsafe { syscall!(Call::TEE, tee(source, target, length, flags.bits())) }.size()
}

/// `vmsplice(fd, iov, nr_segs, flags)` - moves references to the pages of the slices into a pipe,
/// through its write end. The bytes are not copied: the pipe shares the memory, and the reader of
/// the pipe sees later writes to the memory.
///
/// Returns the number of bytes moved: fewer than the slices contain if the pipe becomes full.
///
/// # Safety
///
/// - The descriptor must be open for writing: with a read end, the kernel *writes* to the memory.
/// - The memory must be neither written to nor freed as long as a pipe, socket or file to which the
///   bytes are moved refers to the memory. A reader of the bytes sees all changes of the memory
///   that precede the read, including the new content of memory that was freed and reused. The
///   kernel does not report when it has released the pages.
///
/// # Errors
///
/// - `EAGAIN`: the call is non-blocking (`SPLICE_F_NONBLOCK`), and the pipe is full when writing to
///   it, or empty when reading from it. The flag `O_NONBLOCK` of the pipe has no effect.
/// - `EBADF`: the descriptor does not refer to a pipe; or `splice_pages` was called with a read
///   end.
/// - `EINVAL`: there are more than 1024 slices, or a flag is unknown to the kernel.
/// - `EPIPE`: the read end of the pipe is closed. The call also raises `SIGPIPE`.
/// - `EINTR`: the call was interrupted by a signal before a byte was moved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.17; [vmsplice(2)].
///
/// [vmsplice(2)]: https://man7.org/linux/man-pages/man2/vmsplice.2.html
#[inline]
pub unsafe fn vmsplice(
    fd: BorrowedFd<'_>,
    slices: &[IoSlice<'_>],
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`. Through a write end, the kernel reads
    // them and keeps references to their pages, which the caller neither writes to nor frees.
    unsafe { syscall!(Call::VMSPLICE, vmsplice(fd, slices.as_ptr(), slices.len(), flags.bits())) }
        .size()
}

/// `vmsplice(fd, iov, nr_segs, flags)` - reads bytes from a pipe into several buffers, through its
/// read end.
///
/// The bytes are copied, as by [`readv`](crate::io::readv), which is the safe alternative. Returns
/// the number of bytes read: 0 if the pipe is empty and all its write ends are closed.
///
/// # Safety
///
/// The descriptor must not be open for writing: through a write end, the memory is moved *into* the
/// pipe, and the conditions of [`vmsplice`] apply.
///
/// # Errors
///
/// The errors of [`vmsplice`], except `EPIPE`.
///
/// Since Linux 2.6.23; [vmsplice(2)].
///
/// [vmsplice(2)]: https://man7.org/linux/man-pages/man2/vmsplice.2.html
#[doc(alias = "vmsplice")]
#[inline]
pub unsafe fn vmsplice_read(
    fd: BorrowedFd<'_>,
    buffers: &mut [IoSliceMut<'_>],
    flags: SpliceFlags,
) -> Result<usize> {
    // SAFETY: the slices have the layout of `struct iovec`. The descriptor is a read end, upheld by
    // the caller, so the kernel reads the slices, writes at most as many bytes to each slice as its
    // length, and keeps nothing.
    unsafe {
        syscall!(Call::VMSPLICE, vmsplice(fd, buffers.as_mut_ptr(), buffers.len(), flags.bits()))
    }
    .size()
}

/// `fcntl(fd, F_GETPIPE_SZ)` - returns the capacity of a pipe in bytes.
///
/// # Errors
///
/// - `EBADF`: the descriptor does not refer to a pipe.
///
/// Since Linux 2.6.35; [F_GETPIPE_SZ(2const)].
///
/// [F_GETPIPE_SZ(2const)]: https://man7.org/linux/man-pages/man2/F_GETPIPE_SZ.2const.html
#[doc(alias = "F_GETPIPE_SZ")]
#[inline]
pub fn fcntl_getpipe_sz(fd: BorrowedFd<'_>) -> Result<usize> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_GETPIPE_SZ, fcntl(fd, F_GETPIPE_SZ)) }.size()
}

/// `fcntl(fd, F_SETPIPE_SZ, size)` - sets the capacity of a pipe to at least `size` bytes. Returns
/// the new capacity, which the kernel rounds up to a power of two and to at least one page.
///
/// # Errors
///
/// - `EPERM`: the capacity exceeds the limit for a pipe (`fs.pipe-max-size`) or for the user's
///   pipes (`fs.pipe-user-pages-soft`, `fs.pipe-user-pages-hard`), and the caller does not have the
///   capability `CAP_SYS_RESOURCE` (for the second limit, nor `CAP_SYS_ADMIN`) in the initial user
///   namespace.
/// - `EBUSY`: the pipe contains more bytes than the new capacity, or is a notification pipe.
/// - `EINVAL`: the capacity is larger than 2 GiB.
/// - `EBADF`: the descriptor does not refer to a pipe.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.35; [F_SETPIPE_SZ(2const)].
///
/// [F_SETPIPE_SZ(2const)]: https://man7.org/linux/man-pages/man2/F_SETPIPE_SZ.2const.html
#[doc(alias = "F_SETPIPE_SZ")]
#[inline]
pub fn fcntl_setpipe_sz(fd: BorrowedFd<'_>, size: u32) -> Result<usize> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_SETPIPE_SZ, fcntl(fd, F_SETPIPE_SZ, size)) }.size()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PIPE2:
        INVAL => "a flag is unknown to the kernel",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max), or the user's limit on pages \
            in pipes (fs.pipe-user-pages-hard), has been reached; or the kernel is out of memory",
        NOPKG => Unsupported "the kernel is built without notification pipes (CONFIG_WATCH_QUEUE)";
    SPLICE:
        AGAIN => "the source has no data, or TCP urgent data is next, or the target is full; and a \
            descriptor or the call (SPLICE_F_NONBLOCK) is non-blocking, or the socket timeout has \
            expired",
        BADF => "the source is not open for reading, or the target is not open for writing",
        INVAL => "neither descriptor is a pipe, or both are the same pipe; or the target is open \
            for appending (O_APPEND); or an offset is greater than i64::MAX, or was passed for a \
            file that is not seekable; or the file does not support splice; or a flag is unknown \
            to the kernel",
        SPIPE => "an offset was passed for a pipe",
        PIPE => "the target is a pipe or socket without a reader, or a socket that was shut down \
            for writing";
    TEE:
        AGAIN => "the source is empty or the target is full, and one of the pipes or the call \
            (SPLICE_F_NONBLOCK) is non-blocking",
        BADF => "the source is not open for reading, or the target is not open for writing",
        INVAL => "a descriptor is not a pipe, or both are the same pipe, or a flag is unknown to \
            the kernel",
        PIPE => "the read end of the target is closed";
    VMSPLICE:
        AGAIN => "the call is non-blocking (SPLICE_F_NONBLOCK), and the pipe is full when writing \
            to it, or empty when reading from it",
        BADF => "the descriptor does not refer to a pipe; or splice_pages was called with a read \
            end",
        INVAL => "there are more than 1024 slices, or a flag is unknown to the kernel",
        PIPE => "the read end of the pipe is closed";
    FCNTL_GETPIPE_SZ:
        BADF => "the descriptor does not refer to a pipe";
    FCNTL_SETPIPE_SZ:
        PERM => "the capacity exceeds the limit for a pipe (fs.pipe-max-size) or for the user's \
            pipes (fs.pipe-user-pages-soft, fs.pipe-user-pages-hard), and the caller does not have \
            the capability CAP_SYS_RESOURCE (for the second limit, nor CAP_SYS_ADMIN) in the \
            initial user namespace",
        BUSY => "the pipe contains more bytes than the new capacity, or is a notification pipe",
        INVAL => "the capacity is larger than 2 GiB",
        BADF => "the descriptor does not refer to a pipe";
};
