//! Raw system calls that read and write at an offset.

use core::mem::MaybeUninit;

use super::ReadWriteFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::io::{IoSlice, IoSliceMut};
use crate::syscall::syscall;

/// `pread64(fd, buf, count, offset)` - reads bytes at an offset. The file offset does not change.
///
/// Returns the number of bytes read, which is 0 at the end of the file. One call reads at most
/// 2 GiB minus one page.
///
/// # Errors
///
/// - `EINVAL`: the offset, or the end of the range, is greater than [`i64::MAX`]; or the buffer,
///   its size or the offset is misaligned for direct I/O (O_DIRECT); or the file does not support
///   reading.
/// - `EBADF`: the descriptor is not open for reading, or is a path-only (`O_PATH`) descriptor.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EISDIR`: the file is a directory.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
/// - `EIO`: an I/O error. The error is also `EIO` if the call returns more bytes than requested,
///   which only a tracer or a seccomp filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.1.60; [pread(2)].
///
/// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
#[doc(alias = "pread")]
#[inline]
pub fn pread64(fd: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes to the buffer and keeps nothing.
    unsafe { syscall!(Call::PREAD64, pread64(fd, buffer.as_mut_ptr(), buffer.len(), offset)) }
        .at_most(buffer.len())
}

/// `pread64(fd, buf, count, offset)` - reads bytes at an offset into an uninitialized buffer.
/// Returns the initialized part of the buffer.
///
/// # Errors
///
/// The errors of [`pread64`] also apply to `pread64_uninit`.
///
/// Since Linux 2.1.60; [pread(2)].
///
/// [pread(2)]: https://man7.org/linux/man-pages/man2/pread.2.html
#[doc(alias = "pread")]
#[inline]
pub fn pread64_uninit<'b>(
    fd: BorrowedFd<'_>,
    buffer: &'b mut [MaybeUninit<u8>],
    offset: u64,
) -> Result<&'b mut [u8]> {
    let start = buffer.as_mut_ptr().cast::<u8>();
    // SAFETY: the kernel writes at most `buffer.len()` bytes to the buffer and keeps nothing.
    let count = unsafe { syscall!(Call::PREAD64, pread64(fd, start, buffer.len(), offset)) }
        .at_most(buffer.len())?;
    // SAFETY: the kernel has written the first `count` bytes (at most `buffer.len()`) of the
    // buffer, which remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts_mut(start, count) })
}

/// `pwrite64(fd, buf, count, offset)` - writes bytes at an offset. The file offset does not change.
///
/// Returns the number of bytes written, which can be smaller than the number of bytes passed. If
/// the file is open with `O_APPEND`, the kernel ignores the offset, and appends the bytes.
///
/// # Errors
///
/// - `EPERM`: the file is sealed against writing (`F_SEAL_WRITE`, `F_SEAL_FUTURE_WRITE`), or would
///   grow and is sealed against growing (`F_SEAL_GROW`).
/// - `ENOSPC`: the file system is full, or the system does not permit the allocation of a page
///   (`vm.overcommit_memory`).
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EINVAL`: the offset, or the end of the range, is greater than [`i64::MAX`]; or the buffer,
///   its size or the offset is misaligned for direct I/O (O_DIRECT); or the file does not support
///   writes (for example, a file with huge pages can be written to only through a mapping).
/// - `EFBIG`: the offset exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `ETXTBSY`: the file is a swap file.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
/// - `EIO`: an I/O error. The error is also `EIO` if the call returns more bytes than requested,
///   which only a tracer or a seccomp filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.1.60; [pwrite(2)].
///
/// [pwrite(2)]: https://man7.org/linux/man-pages/man2/pwrite.2.html
#[doc(alias = "pwrite")]
#[inline]
pub fn pwrite64(fd: BorrowedFd<'_>, bytes: &[u8], offset: u64) -> Result<usize> {
    // SAFETY: the kernel reads the bytes and keeps nothing.
    unsafe { syscall!(Call::PWRITE64, pwrite64(fd, bytes.as_ptr(), bytes.len(), offset)) }
        .at_most(bytes.len())
}

/// `preadv2(fd, iov, iovcnt, offset, flags)` - reads bytes into several buffers, at an offset or
/// (`None`) at the file offset, with flags.
///
/// Returns the number of bytes read, which is 0 at the end of a file, or if a pipe is empty and has
/// no writer. With an offset, the file offset does not change. The kernel ignores the flags that
/// apply only to writes, except for `ATOMIC`.
///
/// # Errors
///
/// - `EAGAIN`: no data is available, and the descriptor is non-blocking or its socket timeout
///   (`SO_RCVTIMEO`) has expired; or `RWF_NOWAIT` is set, and the read would block.
/// - `EOPNOTSUPP`: the kernel or the file does not support a flag (`RWF_NOAPPEND` requires Linux
///   6.9, `RWF_ATOMIC` 6.11, `RWF_DONTCACHE` 6.14, `RWF_NOSIGNAL` 6.18), or a flag is not permitted
///   for reads.
/// - `EINVAL`: there are more than 1,024 buffers; or the offset, or the end of the range, is
///   greater than [`i64::MAX`]; or `RWF_APPEND` and `RWF_NOAPPEND` are both set; or the buffers are
///   too small for an event of this descriptor; or a buffer, its size or the offset is misaligned
///   for direct I/O (O_DIRECT); or the file does not support reading.
/// - `EBADF`: the descriptor is not open for reading, or is a path-only (`O_PATH`) descriptor.
/// - `ESPIPE`: an offset is passed, and the file is not seekable (for example, a pipe or a socket).
/// - `EISDIR`: the file is a directory.
/// - `EINTR`: interrupted by a signal.
/// - `EIO`: an I/O error. The error is also `EIO` if the call returns more bytes than requested,
///   which only a tracer or a seccomp filter can forge.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 4.6; [preadv2(2)].
///
/// [preadv2(2)]: https://man7.org/linux/man-pages/man2/preadv2.2.html
#[doc(alias = "preadv")]
#[inline]
pub fn preadv2(
    fd: BorrowedFd<'_>,
    buffers: &mut [IoSliceMut<'_>],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> Result<usize> {
    let size = buffers.iter().map(|buffer| buffer.len()).sum();
    let (iov, count) = (buffers.as_mut_ptr(), buffers.len());
    let (offset, flags) = (offset_argument(offset), flags.bits());
    // SAFETY: the elements of `buffers` have the layout of `struct iovec`; the kernel reads the
    // elements, writes at most the size of each buffer to the buffer, and keeps nothing.
    unsafe { syscall!(Call::PREADV2, preadv2(fd, iov, count, offset, 0_u64, flags)) }.at_most(size)
}

/// `pwritev2(fd, iov, iovcnt, offset, flags)` - writes bytes from several buffers, at an offset or
/// (`None`) at the file offset, with flags.
///
/// Returns the number of bytes written, which can be smaller than the number of bytes passed. With
/// an offset, the file offset does not change. If the file is open with `O_APPEND`, the kernel
/// ignores the offset, and appends the bytes, unless `NOAPPEND` is set.
///
/// # Errors
///
/// - `EAGAIN`: the write would block, and the descriptor is non-blocking or its socket timeout
///   (`SO_SNDTIMEO`) has expired; or `RWF_NOWAIT` is set, and the write would block.
/// - `EOPNOTSUPP`: the kernel or the file does not support a flag (`RWF_NOAPPEND` requires Linux
///   6.9, `RWF_ATOMIC` 6.11, `RWF_DONTCACHE` 6.14, `RWF_NOSIGNAL` 6.18); or `RWF_ATOMIC` is set
///   without direct I/O.
/// - `EINVAL`: there are more than 1,024 buffers; or the offset, or the end of the range, is
///   greater than [`i64::MAX`]; or `RWF_APPEND` and `RWF_NOAPPEND` are both set; or `RWF_ATOMIC` is
///   set, and there are several buffers, or the size or the offset is not permitted; or a buffer,
///   its size or the offset is misaligned for direct I/O (O_DIRECT); or the file does not support
///   writing, or does not accept these bytes.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `ESPIPE`: an offset is passed, and the file is not seekable (for example, a pipe or a socket).
/// - `EPIPE`: the pipe or socket has no reader, or the socket was shut down for writing. Unless
///   `RWF_NOSIGNAL` is set, the kernel also sends `SIGPIPE` to the calling thread.
/// - `EPERM`: the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE,
///   F_SEAL_GROW); or `RWF_NOAPPEND` is set, and the file is append-only.
/// - `ENOSPC`: the file system is full, or the system does not permit the allocation of a page
///   (`vm.overcommit_memory`).
/// - `EDQUOT`: the disk quota of the user is exhausted.
/// - `EFBIG`: the offset exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
/// - `ETXTBSY`: the file is a swap file.
/// - `EINTR`: interrupted by a signal.
/// - `EIO`: an I/O error.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 4.6; [pwritev2(2)].
///
/// [pwritev2(2)]: https://man7.org/linux/man-pages/man2/pwritev2.2.html
#[doc(alias = "pwritev")]
#[inline]
pub fn pwritev2(
    fd: BorrowedFd<'_>,
    buffers: &[IoSlice<'_>],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> Result<usize> {
    let (iov, count) = (buffers.as_ptr(), buffers.len());
    let (offset, flags) = (offset_argument(offset), flags.bits());
    // SAFETY: the elements of `buffers` have the layout of `struct iovec`; the kernel reads the
    // elements and the bytes of their buffers, and keeps nothing.
    unsafe { syscall!(Call::PWRITEV2, pwritev2(fd, iov, count, offset, 0_u64, flags)) }.size()
}

/// Returns the offset as the kernel expects it. The kernel uses the file offset if the offset is
/// -1, so the invalid offset `u64::MAX` is replaced with another invalid offset.
#[inline]
fn offset_argument(offset: Option<u64>) -> u64 {
    offset.map_or(u64::MAX, |offset| offset.min(u64::MAX - 1))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PREAD64:
        INVAL => "the offset, or the end of the range, is greater than i64::MAX; or the buffer, \
            its size or the offset is misaligned for direct I/O (O_DIRECT); or the file does not \
            support reading",
        BADF => "the descriptor is not open for reading, or is a path-only (O_PATH) descriptor",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        ISDIR => "the file is a directory";
    PWRITE64:
        PERM => "the file is sealed against writing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE), or would \
            grow and is sealed against growing (F_SEAL_GROW)",
        NOSPC => "the file system is full, or the system does not permit the allocation of a page \
            (vm.overcommit_memory)",
        DQUOT => "the disk quota of the user is exhausted",
        SPIPE => "the file is not seekable (for example, a pipe or a socket)",
        INVAL => "the offset, or the end of the range, is greater than i64::MAX; or the buffer, \
            its size or the offset is misaligned for direct I/O (O_DIRECT); or the file does not \
            support writes (for example, a file with huge pages can be written to only through a \
            mapping)",
        FBIG => "the offset exceeds the limit on file sizes of the process (RLIMIT_FSIZE; SIGXFSZ \
            is raised as well) or of the file system",
        BADF => "the descriptor is not open for writing, or is a path-only (O_PATH) descriptor",
        TXTBSY => "the file is a swap file";
    PREADV2:
        AGAIN => "no data is available, and the descriptor is non-blocking or its socket timeout \
            (SO_RCVTIMEO) has expired; or RWF_NOWAIT is set, and the read would block",
        OPNOTSUPP => "the kernel or the file does not support a flag (RWF_NOAPPEND requires Linux \
            6.9, RWF_ATOMIC 6.11, RWF_DONTCACHE 6.14, RWF_NOSIGNAL 6.18), or a flag is not \
            permitted for reads",
        INVAL => "there are more than 1,024 buffers; or the offset, or the end of the range, is \
            greater than i64::MAX; or RWF_APPEND and RWF_NOAPPEND are both set; or the buffers are \
            too small for an event of this descriptor; or a buffer, its size or the offset is \
            misaligned for direct I/O (O_DIRECT); or the file does not support reading",
        BADF => "the descriptor is not open for reading, or is a path-only (O_PATH) descriptor",
        SPIPE => "an offset is passed, and the file is not seekable (for example, a pipe or a \
            socket)",
        ISDIR => "the file is a directory";
    PWRITEV2:
        AGAIN => "the write would block, and the descriptor is non-blocking or its socket timeout \
            (SO_SNDTIMEO) has expired; or RWF_NOWAIT is set, and the write would block",
        OPNOTSUPP => "the kernel or the file does not support a flag (RWF_NOAPPEND requires Linux \
            6.9, RWF_ATOMIC 6.11, RWF_DONTCACHE 6.14, RWF_NOSIGNAL 6.18); or RWF_ATOMIC is set \
            without direct I/O",
        INVAL => "there are more than 1,024 buffers; or the offset, or the end of the range, is \
            greater than i64::MAX; or RWF_APPEND and RWF_NOAPPEND are both set; or RWF_ATOMIC is \
            set, and there are several buffers, or the size or the offset is not permitted; or a \
            buffer, its size or the offset is misaligned for direct I/O (O_DIRECT); or the file \
            does not support writing, or does not accept these bytes",
        BADF => "the descriptor is not open for writing, or is a path-only (O_PATH) descriptor",
        SPIPE => "an offset is passed, and the file is not seekable (for example, a pipe or a \
            socket)",
        PIPE => "the pipe or socket has no reader, or the socket was shut down for writing",
        PERM => "the file is sealed against writing or growing (F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, \
            F_SEAL_GROW); or RWF_NOAPPEND is set, and the file is append-only",
        NOSPC => "the file system is full, or the system does not permit the allocation of a page \
            (vm.overcommit_memory)",
        DQUOT => "the disk quota of the user is exhausted",
        FBIG => "the offset exceeds the limit on file sizes of the process (RLIMIT_FSIZE; SIGXFSZ \
            is raised as well) or of the file system",
        TXTBSY => "the file is a swap file";
    READ_TO_END:
        RANGE => "the buffer is smaller than the rest of the file";
};
