//! The raw system call that reads directory entries.

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

/// `getdents64(fd, dirp, count)` - reads as many directory entries as are available and fit the
/// buffer. Returns the bytes of the entries, which [`decode_entries`](crate::fs::decode_entries)
/// decodes.
///
/// The call starts at the file offset of the directory, and advances the file offset. It returns no
/// bytes at the end of the directory. It uses at most 2 GiB minus one byte of the buffer.
/// The buffer must be initialized, because the kernel does not write the padding of the entries.
///
/// # Errors
///
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOTDIR`: the descriptor is not a directory.
/// - `EINVAL`: the buffer is too small for the next entry (4,120 bytes are enough for any entry).
/// - `ENOENT`: the directory has been removed.
/// - `EACCES`: a security module denies the read.
/// - `EPERM`: a fanotify listener denies the read.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
/// - `EIO`: an I/O error; or the file system returned a name that is empty, longer than 4,095 bytes
///   or contains a slash. The error is also `EIO` if the call returns more bytes than requested,
///   which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 2.4; [getdents64(2)].
///
/// [getdents64(2)]: https://man7.org/linux/man-pages/man2/getdents64.2.html
#[inline]
pub fn getdents64<'b>(fd: BorrowedFd<'_>, buffer: &'b mut [u8]) -> Result<&'b [u8]> {
    // The kernel converts the size to an `int`, and rejects a negative one.
    let size = buffer.len().min(i32::MAX as usize);
    // SAFETY: the kernel writes at most `size` bytes to the buffer, which is exclusively borrowed
    // and has at least `size` bytes, and keeps nothing. The kernel does not write the padding of
    // the entries, so the buffer must be initialized.
    let count = unsafe { syscall!(Call::GETDENTS64, getdents64(fd, buffer.as_mut_ptr(), size)) }
        .at_most(size)?;
    Ok(buffer.get(..count).unwrap_or_default())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    GETDENTS64:
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        NOTDIR => "the descriptor is not a directory",
        INVAL => "the buffer is too small for the next entry (4,120 bytes are enough for any entry)",
        NOENT => "the directory has been removed",
        ACCES => "a security module denies the read",
        PERM => "a fanotify listener denies the read",
        IO => "an I/O error; or the file system returned a name that is empty, longer than 4,095 \
            bytes or contains a slash";
};
