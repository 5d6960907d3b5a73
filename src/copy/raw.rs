//! The kernel's calls that copy between two descriptors by themselves.

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

/// `copy_file_range(fd_in, off_in, fd_out, off_out, len, 0)` - copies up to so many bytes of a file into a file; where
/// the file system can, without copying what is stored.
///
/// Returns how many: 0 at the end of the source, and for a file of size 0 that the kernel makes up, as in `/proc`. With
/// an offset it begins there and the offset moves on; without one, the file's own position is used and moves.
///
/// # Errors
///
/// `EXDEV` - the file systems are not of one kind, or theirs cannot. `EINVAL` - not regular files, or the ranges
/// overlap in one file. `EBADF` - the source is not open for reading, the target not for writing, or for appending.
/// `EISDIR` - a directory. `ENOSPC`, `EDQUOT`, `EFBIG` - no room in the file system, the quota or the file. `EPERM` -
/// the target is immutable. `ETXTBSY` - a file for swapping. `EOVERFLOW` - the ranges end beyond all files.
/// `EOPNOTSUPP` - the file system cannot. `ENOMEM`, `EIO`.
///
/// Since Linux 4.5; `copy_file_range`(2).
#[inline]
pub fn copy_file_range(
    from: BorrowedFd<'_>,
    from_offset: Option<&mut u64>,
    to: BorrowedFd<'_>,
    to_offset: Option<&mut u64>,
    length: usize,
) -> Result<usize> {
    let from_offset = from_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let to_offset = to_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads the offsets that are there, writes what they are afterwards over them, and keeps
    // nothing.
    unsafe {
        syscall!(
            Call::COPY_FILE_RANGE,
            copy_file_range(from, from_offset, to, to_offset, length, 0_u32)
        )
    }
    .size()
}

/// `sendfile(out_fd, in_fd, offset, count)` - copies up to so many bytes of a file into any descriptor.
///
/// Returns how many: 0 at the end of the source. With an offset it begins there and the offset moves on; without one,
/// the file's own position is used and moves. The order of the descriptors is the kernel's: the target comes first.
///
/// # Errors
///
/// `EAGAIN` - the target has no room now, or the source has nothing, and is non-blocking. `EINVAL` - the source is a
/// pipe or another file that the kernel cannot read by itself; or a socket or a terminal, and the target is no pipe; or
/// the target is open for appending; before Linux 5.12 also where the target is a pipe; an offset of more than
/// `i64::MAX`.
/// `EBADF` - the source is not open for reading, or the target not for writing. `EINTR` - a signal came first.
/// `ESPIPE` - an offset, and the source has no positions. `EPIPE` - nobody reads the target; the signal `SIGPIPE` comes
/// too. `EOVERFLOW` - beyond all files. `ENOMEM`, `EIO`.
///
/// Since Linux 2.2; sendfile(2).
#[inline]
pub fn sendfile(
    to: BorrowedFd<'_>,
    from: BorrowedFd<'_>,
    from_offset: Option<&mut u64>,
    length: usize,
) -> Result<usize> {
    let from_offset = from_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads the offset if it is there, writes what it is afterwards over it, and keeps nothing.
    unsafe { syscall!(Call::SENDFILE, sendfile(to, from, from_offset, length)) }.size()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    COPY_FILE_RANGE:
        XDEV => Unsupported "the two file systems are not of one kind, or theirs cannot copy by itself",
        INVAL => "not regular files, or ranges of one file that overlap",
        BADF => "the source is not open for reading, the target not for writing, or it is for appending (O_APPEND)",
        ISDIR => "a directory has no bytes to copy",
        PERM => "the target is immutable",
        TXTBSY => "the file is one for swapping",
        OVERFLOW => InvalidArgument "the range ends beyond the largest file",
        OPNOTSUPP => "the file system cannot copy by itself";
    SENDFILE:
        AGAIN => "the target has no room now, or the source has nothing, and is non-blocking",
        INVAL => "the kernel cannot read the source by itself, the target is for appending (O_APPEND), or no file has such \
            an offset",
        BADF => "the source is not open for reading, or the target not for writing",
        SPIPE => "the source has no positions: no offset",
        OVERFLOW => InvalidArgument "the range ends beyond the largest file";
};
