//! The file offset, the length and the allocated ranges of files.

use super::{FallocateFlags, SeekFrom, raw};
use crate::error::Result;
use crate::fd::AsFd;
use crate::io::retry;

/// Sets the file offset, which all duplicates of the descriptor share. Returns the new offset from
/// the start of the file.
///
/// # Errors
///
/// - `EINVAL`: the offset is negative or greater than [`i64::MAX`]; or the file does not support
///   this kind of position.
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `ENXIO`: the position is [`Data`](SeekFrom::Data) or [`Hole`](SeekFrom::Hole), and is not
///   before the end of the file; or no data follows the position.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, SeekFrom};
/// use butter::memfd::MemFd;
///
/// # fn main() -> butter::Result<()> {
/// let file = MemFd::new("sparse")?;
/// file.set_len(1 << 30)?;
/// fs::write_all_at(&file, b"data", 1 << 20)?;
/// assert_eq!(fs::seek(&file, SeekFrom::Data(0))?, 1 << 20);
/// assert!(fs::seek(&file, SeekFrom::Hole(1 << 20))? > 1 << 20);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 1.0; [lseek(2)].
///
/// [lseek(2)]: https://man7.org/linux/man-pages/man2/lseek.2.html
#[doc(alias = "lseek")]
#[inline]
pub fn seek(fd: impl AsFd, position: SeekFrom) -> Result<u64> {
    raw::lseek(fd.as_fd(), position)
}

/// Returns the file offset.
///
/// # Errors
///
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 1.0; [lseek(2)].
///
/// [lseek(2)]: https://man7.org/linux/man-pages/man2/lseek.2.html
#[doc(alias = "lseek")]
#[inline]
pub fn tell(fd: impl AsFd) -> Result<u64> {
    raw::lseek(fd.as_fd(), SeekFrom::Current(0))
}

/// Sets the length of a file. Bytes after the new length are discarded, and new bytes are zero. The
/// file offset does not change.
///
/// A call that a signal interrupts is repeated. An access through a mapping to a page after the end
/// of the file raises `SIGBUS`.
///
/// # Errors
///
/// - `EINVAL`: the length is greater than [`i64::MAX`]; or the file is not a regular file, or the
///   descriptor is not open for writing.
/// - `EFBIG`: the length exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
/// - `EPERM`: the file is sealed against this change of its length, or is append-only.
/// - `ETXTBSY`: the file is a swap file.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EIO`: an I/O error.
///
/// Since Linux 1.0; [ftruncate(2)].
///
/// [ftruncate(2)]: https://man7.org/linux/man-pages/man2/ftruncate.2.html
#[doc(alias = "truncate")]
#[inline]
pub fn ftruncate(fd: impl AsFd, length: u64) -> Result<()> {
    retry(|| raw::ftruncate(fd.as_fd(), length))
}

/// Allocates, deallocates, zeroes, removes or inserts a range of a file.
///
/// A call that a signal interrupts is repeated. On tmpfs, the repeated call starts again from the
/// beginning: with frequent signals and a large range, use
/// [`raw::fallocate`](crate::fs::raw::fallocate), which returns `EINTR`.
///
/// # Errors
///
/// - `EOPNOTSUPP`: the kernel or the file system does not support the mode
///   (`FALLOC_FL_WRITE_ZEROES` requires Linux 6.17), or the flags contradict each other.
/// - `EINVAL`: the length is 0; or the offset or the length is greater than [`i64::MAX`]; or the
///   range does not consist of whole blocks, although the operation requires this.
/// - `EFBIG`, `ENOSPC`, `EDQUOT`: the file system is full, or a limit on disk space or file sizes
///   has been reached.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `EPERM`: the file is sealed against the change, or is append-only or immutable.
/// - `ESPIPE`, `ENODEV`: the file is neither a regular file nor a block device.
/// - `ETXTBSY`: the file is a swap file.
/// - `EIO`: an I/O error.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, FallocateFlags};
/// use butter::memfd::MemFd;
///
/// # fn main() -> butter::Result<()> {
/// let file = MemFd::new("file")?;
/// fs::fallocate(&file, FallocateFlags::empty(), 0, 1 << 20)?;
/// assert_eq!(file.len()?, 1 << 20);
/// fs::fallocate(&file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, 1 << 16)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.23; [fallocate(2)].
///
/// [fallocate(2)]: https://man7.org/linux/man-pages/man2/fallocate.2.html
#[doc(alias = "posix_fallocate")]
#[inline]
pub fn fallocate(fd: impl AsFd, mode: FallocateFlags, offset: u64, length: u64) -> Result<()> {
    retry(|| raw::fallocate(fd.as_fd(), mode, offset, length))
}
