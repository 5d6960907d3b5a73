//! Raw system calls that write cached data to the device, or give advice about the page cache.

use core::num::NonZeroU64;

use super::{Advice, SyncFileRangeFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

/// `fsync(fd)` - writes the modified data and metadata of a file to the device, and waits until
/// they are written.
///
/// The directory entry of a new file is written only if the directory is also synchronized.
///
/// # Errors
///
/// After an error, some of the data may be lost, and a repeated call can succeed without writing
/// it. An error of an earlier write is reported once for each open file description.
///
/// - `EIO`: an I/O error occurred during this or an earlier write of the data.
/// - `ENOSPC`: the device had no space left for data that was written earlier.
/// - `EDQUOT`: the disk quota of the user was exhausted by data that was written earlier.
/// - `EINVAL`: the file does not support synchronization (for example, a pipe or a socket).
/// - `EROFS`: the file system has become read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
///
/// File systems return further errors.
///
/// Since Linux 1.0; [fsync(2)].
///
/// [fsync(2)]: https://man7.org/linux/man-pages/man2/fsync.2.html
#[inline]
pub fn fsync(fd: BorrowedFd<'_>) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FSYNC, fsync(fd)) }.unit()
}

/// `fdatasync(fd)` - writes the modified data of a file to the device, with the metadata that is
/// required to read the data, such as the size, and waits until they are written.
///
/// # Errors
///
/// After an error, some of the data may be lost, and a repeated call can succeed without writing
/// it. An error of an earlier write is reported once for each open file description.
///
/// - `EIO`: an I/O error occurred during this or an earlier write of the data.
/// - `ENOSPC`: the device had no space left for data that was written earlier.
/// - `EDQUOT`: the disk quota of the user was exhausted by data that was written earlier.
/// - `EINVAL`: the file does not support synchronization (for example, a pipe or a socket).
/// - `EROFS`: the file system has become read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINTR`: interrupted by a signal. This occurs only on file systems that wait for a server,
///   such as FUSE and NFS.
///
/// File systems return further errors.
///
/// Since Linux 2.0; [fdatasync(2)].
///
/// [fdatasync(2)]: https://man7.org/linux/man-pages/man2/fdatasync.2.html
#[inline]
pub fn fdatasync(fd: BorrowedFd<'_>) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FDATASYNC, fdatasync(fd)) }.unit()
}

/// `syncfs(fd)` - writes the modified data and metadata of the file system that contains a file,
/// and waits until they are written.
///
/// # Errors
///
/// An error of an earlier write is reported once for each open file description.
///
/// - `EIO`: an I/O error occurred during this or an earlier write of the data.
/// - `ENOSPC`: the device had no space left for data that was written earlier.
/// - `EDQUOT`: the disk quota of the user was exhausted by data that was written earlier.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// File systems return further errors.
///
/// Since Linux 2.6.39; [syncfs(2)].
///
/// [syncfs(2)]: https://man7.org/linux/man-pages/man2/syncfs.2.html
#[inline]
pub fn syncfs(fd: BorrowedFd<'_>) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SYNCFS, syncfs(fd)) }.unit()
}

/// `sync()` - writes the modified data and metadata of all file systems, and waits until they are
/// written.
///
/// The call cannot fail, and does not report I/O errors.
///
/// Since Linux 1.0; [sync(2)].
///
/// [sync(2)]: https://man7.org/linux/man-pages/man2/sync.2.html
#[inline]
pub fn sync() {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SYNC, sync()) }.infallible();
}

/// `sync_file_range(fd, offset, nbytes, flags)` - writes the modified pages of a range of a file,
/// or waits until they are written. If `length` is `None`, the range extends to the end of the
/// file.
///
/// The call does not write metadata, and does not write the cache of the device: after a power
/// failure, the data may be lost, or may be unreachable if the file had grown. [`fdatasync`] has
/// neither limitation.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel; or the offset, the length or the end of the range
///   is greater than [`i64::MAX`].
/// - `EIO`: an I/O error occurred during this or an earlier write of the data.
/// - `ENOSPC`: the device had no space left for data that was written earlier.
/// - `EDQUOT`: the disk quota of the user was exhausted by data that was written earlier.
/// - `ESPIPE`: the file is neither a regular file nor a block device nor a directory.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// File systems return further errors.
///
/// Since Linux 2.6.17; [sync_file_range(2)].
///
/// [sync_file_range(2)]: https://man7.org/linux/man-pages/man2/sync_file_range.2.html
#[inline]
pub fn sync_file_range(
    fd: BorrowedFd<'_>,
    offset: u64,
    length: Option<NonZeroU64>,
    flags: SyncFileRangeFlags,
) -> Result<()> {
    let (length, flags) = (length.map_or(0, NonZeroU64::get), flags.bits());
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SYNC_FILE_RANGE, sync_file_range(fd, offset, length, flags)) }.unit()
}

/// `fadvise64(fd, offset, len, advice)` - gives advice about the use of the page cache for a range
/// of a file. If `length` is `None`, the range extends to the end of the file.
///
/// # Errors
///
/// - `EINVAL`: the length or, depending on the version of the kernel, the offset is greater than
///   [`i64::MAX`].
/// - `ESPIPE`: the file is a pipe.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 2.6; [posix_fadvise(2)].
///
/// [posix_fadvise(2)]: https://man7.org/linux/man-pages/man2/posix_fadvise.2.html
#[doc(alias = "posix_fadvise")]
#[inline]
pub fn fadvise64(
    fd: BorrowedFd<'_>,
    offset: u64,
    length: Option<NonZeroU64>,
    advice: Advice,
) -> Result<()> {
    let (length, advice) = (length.map_or(0, NonZeroU64::get), advice as u32);
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FADVISE64, fadvise64(fd, offset, length, advice)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FSYNC:
        IO => "an I/O error occurred during this or an earlier write of the data",
        NOSPC => "the device had no space left for data that was written earlier",
        DQUOT => "the disk quota of the user was exhausted by data that was written earlier",
        INVAL => "the file does not support synchronization (for example, a pipe or a socket)",
        ROFS => "the file system has become read-only",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    FDATASYNC:
        IO => "an I/O error occurred during this or an earlier write of the data",
        NOSPC => "the device had no space left for data that was written earlier",
        DQUOT => "the disk quota of the user was exhausted by data that was written earlier",
        INVAL => "the file does not support synchronization (for example, a pipe or a socket)",
        ROFS => "the file system has become read-only",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    SYNCFS:
        IO => "an I/O error occurred during this or an earlier write of the data",
        NOSPC => "the device had no space left for data that was written earlier",
        DQUOT => "the disk quota of the user was exhausted by data that was written earlier",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    SYNC_FILE_RANGE:
        INVAL => "a flag is unknown to the kernel; or the offset, the length or the end of the \
            range is greater than i64::MAX",
        IO => "an I/O error occurred during this or an earlier write of the data",
        NOSPC => "the device had no space left for data that was written earlier",
        DQUOT => "the disk quota of the user was exhausted by data that was written earlier",
        SPIPE => "the file is neither a regular file nor a block device nor a directory",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    FADVISE64:
        INVAL => "the length or, depending on the version of the kernel, the offset is greater \
            than i64::MAX",
        SPIPE => "the file is a pipe",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
