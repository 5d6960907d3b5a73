//! Writing cached data to the device, and advice about the use of the page cache.

use core::num::NonZeroU64;

use super::{Advice, SyncFileRangeFlags, raw};
use crate::error::Result;
use crate::fd::AsFd;
use crate::io::retry;

/// Writes the modified data and metadata of a file to the device, and waits until they are written.
///
/// A call that a signal interrupts is repeated. To ensure that a new file is found after a power
/// failure, also call `fsync` for its directory.
///
/// # Errors
///
/// After an error, some of the data may be lost, and a repeated call can succeed without writing
/// it.
///
/// - `EIO`, `ENOSPC`, `EDQUOT`: this or an earlier write of the data has failed.
/// - `EINVAL`: the file does not support synchronization (for example, a pipe or a socket).
/// - `EROFS`: the file system has become read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, Mode, OFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path();
/// let directory = fs::openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
/// let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
/// let file = fs::openat(&directory, "file", flags, Mode::RUSR | Mode::WUSR)?;
/// fs::write_all(&file, b"data")?;
/// fs::fsync(&file)?;
/// fs::fsync(&directory)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 1.0; [fsync(2)].
///
/// [fsync(2)]: https://man7.org/linux/man-pages/man2/fsync.2.html
#[inline]
pub fn fsync(fd: impl AsFd) -> Result<()> {
    retry(|| raw::fsync(fd.as_fd()))
}

/// Writes the modified data of a file to the device, with the metadata that is required to read the
/// data, such as the size, and waits until they are written.
///
/// A call that a signal interrupts is repeated.
///
/// # Errors
///
/// The errors are those of [`fsync`].
///
/// Since Linux 2.0; [fdatasync(2)].
///
/// [fdatasync(2)]: https://man7.org/linux/man-pages/man2/fdatasync.2.html
#[inline]
pub fn fdatasync(fd: impl AsFd) -> Result<()> {
    retry(|| raw::fdatasync(fd.as_fd()))
}

/// Writes the modified data and metadata of the file system that contains a file, and waits until
/// they are written.
///
/// A call that a signal interrupts is repeated.
///
/// # Errors
///
/// - `EIO`, `ENOSPC`, `EDQUOT`: this or an earlier write of the data has failed.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 2.6.39; [syncfs(2)].
///
/// [syncfs(2)]: https://man7.org/linux/man-pages/man2/syncfs.2.html
#[inline]
pub fn syncfs(fd: impl AsFd) -> Result<()> {
    retry(|| raw::syncfs(fd.as_fd()))
}

/// Writes the modified data and metadata of all file systems, and waits until they are written.
///
/// The call cannot fail, and does not report I/O errors.
///
/// Since Linux 1.0; [sync(2)].
///
/// [sync(2)]: https://man7.org/linux/man-pages/man2/sync.2.html
#[inline]
pub fn sync() {
    raw::sync();
}

/// Writes the modified pages of a range of a file, or waits until they are written. If `length` is
/// `None`, the range extends to the end of the file.
///
/// The call controls when data is written, and does not protect the data against a power failure:
/// it writes neither the metadata of the file nor the cache of the device. Call [`fdatasync`] to
/// protect the data. A call that a signal interrupts is repeated.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel; or the offset, the length or the end of the range
///   is greater than [`i64::MAX`].
/// - `EIO`, `ENOSPC`, `EDQUOT`: this or an earlier write of the data has failed.
/// - `ESPIPE`: the file is neither a regular file nor a block device nor a directory.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 2.6.17; [sync_file_range(2)].
///
/// [sync_file_range(2)]: https://man7.org/linux/man-pages/man2/sync_file_range.2.html
#[inline]
pub fn sync_file_range(
    fd: impl AsFd,
    offset: u64,
    length: Option<NonZeroU64>,
    flags: SyncFileRangeFlags,
) -> Result<()> {
    retry(|| raw::sync_file_range(fd.as_fd(), offset, length, flags))
}

/// Gives advice about the use of the page cache for a range of a file. If `length` is `None`, the
/// range extends to the end of the file.
///
/// The advice changes only the speed of accesses to the file. Some file systems ignore it.
///
/// # Errors
///
/// - `EINVAL`: the length or, depending on the version of the kernel, the offset is greater than
///   [`i64::MAX`].
/// - `ESPIPE`: the file is a pipe.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// # Examples
///
/// ```
/// use core::num::NonZeroU64;
///
/// use butter::fs::{self, Advice};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let file = std::fs::File::open("/proc/self/exe")?;
/// fs::fadvise(&file, 0, None, Advice::Sequential)?;
/// fs::fadvise(&file, 0, NonZeroU64::new(1 << 20), Advice::WillNeed)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6; [posix_fadvise(2)].
///
/// [posix_fadvise(2)]: https://man7.org/linux/man-pages/man2/posix_fadvise.2.html
#[doc(alias = "posix_fadvise")]
#[doc(alias = "fadvise64")]
#[inline]
pub fn fadvise(
    fd: impl AsFd,
    offset: u64,
    length: Option<NonZeroU64>,
    advice: Advice,
) -> Result<()> {
    raw::fadvise64(fd.as_fd(), offset, length, advice)
}
