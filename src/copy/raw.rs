//! Raw system calls that copy between two descriptors.

use core::ffi::c_int;
use core::mem::MaybeUninit;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

const SOL_SOCKET: u32 = 1;
const SO_TYPE: u32 = 3;
const SOCK_STREAM: c_int = 1;
const MSG_TRUNC: u32 = 0x20;

/// `copy_file_range(fd_in, off_in, fd_out, off_out, len, 0)` - copies up to `length` bytes from one
/// regular file to another. Some file systems let both files share the stored data.
///
/// Returns the number of bytes copied: 0 at the end of the source, and also for a file of size 0
/// whose content is synthesized by the kernel, as in `/proc`. If an offset is passed, the copy
/// starts at this offset, and the kernel advances the offset. Otherwise, the kernel uses and
/// advances the file offset.
///
/// # Errors
///
/// - `EISDIR`: the source or the target is a directory.
/// - `EINVAL`: the source or the target is not a regular file; or the two ranges overlap in the
///   same file; or an offset is greater than [`i64::MAX`].
/// - `EBADF`: the source is not open for reading; or the target is not open for writing, or is open
///   for appending (`O_APPEND`).
/// - `EXDEV`: the two file systems are not of the same type, or their type does not support copies
///   between file systems.
/// - `EOPNOTSUPP`: the file system does not support the copy.
/// - `EPERM`: the target is immutable, or is a memfd that is sealed against the write.
/// - `ETXTBSY`: the source or the target is an active swap file.
/// - `EOVERFLOW`: the end of the source range or of the target range exceeds the largest file
///   offset.
/// - `EFBIG`: the target would exceed the largest file size of the file system, or the limit of the
///   process (`RLIMIT_FSIZE`; `SIGXFSZ` is raised as well).
/// - `ENOSPC`: the file system of the target is full.
/// - `EDQUOT`: the disk quota of the user on the file system of the target is exhausted.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EIO`: an I/O error occurred while copying.
///
/// Since Linux 4.5; [copy_file_range(2)].
///
/// [copy_file_range(2)]: https://man7.org/linux/man-pages/man2/copy_file_range.2.html
#[inline]
pub fn copy_file_range(
    source: BorrowedFd<'_>,
    source_offset: Option<&mut u64>,
    target: BorrowedFd<'_>,
    target_offset: Option<&mut u64>,
    length: usize,
) -> Result<usize> {
    let source_offset = source_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let target_offset = target_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads the offsets that are not null, overwrites them with their new
    // values, and keeps nothing.
    unsafe {
        syscall!(
            Call::COPY_FILE_RANGE,
            copy_file_range(source, source_offset, target, target_offset, length, 0_u32)
        )
    }
    .size()
}

/// `sendfile(out_fd, in_fd, offset, count)` - copies up to `length` bytes from a file to any
/// descriptor. As in the C call, the target is the first argument.
///
/// The target can receive references to the pages of the source instead of copies: the reader of a
/// pipe or socket then sees later writes to the source file.
///
/// Returns the number of bytes copied: 0 at the end of the source. If an offset is passed, the copy
/// starts at this offset, and the kernel advances the offset. Otherwise, the kernel uses and
/// advances the file offset.
///
/// # Errors
///
/// - `EAGAIN`: the target is full, or the source has no data, and the descriptor is non-blocking or
///   its socket timeout (`SO_SNDTIMEO`, `SO_RCVTIMEO`) has expired.
/// - `EINVAL`: the source is a pipe or another file that does not support `sendfile`; or it is a
///   socket or a terminal, and the target is not a pipe; or the target is open for appending
///   (`O_APPEND`), or does not support the write; or the target is a pipe (before Linux 5.12); or
///   the offset is greater than [`i64::MAX`].
/// - `EBADF`: the source is not open for reading, or the target is not open for writing.
/// - `ESPIPE`: an offset was passed, and the source is not seekable.
/// - `EOVERFLOW`: the offset exceeds the largest file offset of the file system.
/// - `EPIPE`: the target is a pipe or socket without a reader, or a socket that was shut down for
///   writing. The call also raises `SIGPIPE`.
/// - `EINTR`: the call was interrupted by a signal before a byte was copied.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EIO`: an I/O error occurred while reading from the source.
///
/// The call also returns the errors of a read from the source and of a write to the target.
///
/// Since Linux 2.2; [sendfile(2)].
///
/// [sendfile(2)]: https://man7.org/linux/man-pages/man2/sendfile.2.html
#[inline]
pub fn sendfile(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    source_offset: Option<&mut u64>,
    length: usize,
) -> Result<usize> {
    let source_offset = source_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads the offset if it is not null, overwrites it with its new value, and
    // keeps nothing.
    unsafe { syscall!(Call::SENDFILE, sendfile(target, source, source_offset, length)) }.size()
}

/// `getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len)` - returns whether a socket is of type
/// `SOCK_STREAM`. A socket of any other type preserves the boundaries of messages.
pub(super) fn getsockopt_is_stream(fd: BorrowedFd<'_>) -> Result<bool> {
    // If a seccomp filter forges a success, `kind` remains `SOCK_STREAM`, so that nothing is
    // received with `MSG_TRUNC`.
    let (mut kind, mut size): (c_int, u32) = (SOCK_STREAM, 4);
    let (kind_pointer, size_pointer) = (&raw mut kind, &raw mut size);
    // SAFETY: the kernel reads the size, writes at most as many bytes to `kind` and the size to
    // `size`, and keeps nothing.
    unsafe {
        syscall!(
            Call::GETSOCKOPT_SO_TYPE,
            getsockopt(fd, SOL_SOCKET, SO_TYPE, kind_pointer, size_pointer)
        )
    }
    .unit()?;
    Ok(kind == SOCK_STREAM)
}

/// `recvfrom(fd, buf, len, MSG_TRUNC, NULL, NULL)` - receives a message. Returns the length of the
/// message. If the message is longer than the buffer, the kernel discards the bytes that do not
/// fit.
///
/// # Errors
///
/// - `EMSGSIZE`: a message is longer than one step of the copy (at most 64 KiB), and its last bytes
///   were discarded.
pub(super) fn recvfrom_trunc(fd: BorrowedFd<'_>, buffer: &mut [MaybeUninit<u8>]) -> Result<usize> {
    let (null, start) = (core::ptr::null_mut::<u8>(), buffer.as_mut_ptr());
    // SAFETY: the kernel writes at most `buffer.len()` bytes to the buffer, and no address, and
    // keeps nothing.
    unsafe {
        syscall!(Call::RECVFROM_TRUNC, recvfrom(fd, start, buffer.len(), MSG_TRUNC, null, null))
    }
    .size()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    COPY_FILE_RANGE:
        ISDIR => "the source or the target is a directory",
        INVAL => "the source or the target is not a regular file; or the two ranges overlap in the \
            same file; or an offset is greater than i64::MAX",
        BADF => "the source is not open for reading; or the target is not open for writing, or is \
            open for appending (O_APPEND)",
        XDEV => Unsupported "the two file systems are not of the same type, or their type does not \
            support copies between file systems",
        OPNOTSUPP => "the file system does not support the copy",
        PERM => "the target is immutable, or is a memfd that is sealed against the write",
        TXTBSY => "the source or the target is an active swap file",
        OVERFLOW => InvalidArgument "the end of the source range or of the target range exceeds \
            the largest file offset",
        FBIG => "the target would exceed the largest file size of the file system, or the limit of \
            the process (RLIMIT_FSIZE; SIGXFSZ is raised as well)",
        NOSPC => "the file system of the target is full",
        DQUOT => "the disk quota of the user on the file system of the target is exhausted";
    COPY_FILE_RANGE_OVERLAP:
        INVAL => "the source and the target are the same file, and the range that is read overlaps \
            the range that is written";
    SENDFILE:
        AGAIN => "the target is full, or the source has no data, and the descriptor is \
            non-blocking or its socket timeout (SO_SNDTIMEO, SO_RCVTIMEO) has expired",
        INVAL => "the source is a pipe or another file that does not support sendfile; or it is a \
            socket or a terminal, and the target is not a pipe; or the target is open for \
            appending (O_APPEND), or does not support the write; or the target is a pipe (before \
            Linux 5.12); or the offset is greater than i64::MAX",
        BADF => "the source is not open for reading, or the target is not open for writing",
        SPIPE => "an offset was passed, and the source is not seekable",
        OVERFLOW => InvalidArgument "the offset exceeds the largest file offset of the file system",
        PIPE => "the target is a pipe or socket without a reader, or a socket that was shut down \
            for writing";
    RECVFROM_TRUNC:
        MSGSIZE => "a message is longer than one step of the copy (at most 64 KiB), and its last \
            bytes were discarded";
    SPLICE_SAME_PIPE:
        INVAL => "the source and the target are the same pipe";
    WRITE_UNSUPPORTED:
        INVAL => "the target does not support writing";
};
