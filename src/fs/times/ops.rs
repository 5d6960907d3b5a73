//! Setting the times of files.

use super::{Timestamps, raw};
use crate::error::{Call, Result};
use crate::fd::{AsFd, RawFd};
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};
use crate::time::Timespec;

/// Sets the time of the last access and the time of the last modification of a file.
///
/// A relative path is resolved from `directory`. Symbolic links are followed, unless
/// [`SYMLINK_NOFOLLOW`] is set: the call then changes a symbolic link itself. With [`EMPTY_PATH`]
/// (since Linux 5.8) and an empty path, the call changes the file of `directory`, which can also be
/// a path-only (`O_PATH`) descriptor.
///
/// A file system rounds down and limits the times to the values that it can store. The kernel sets
/// the time of the last change of the status (`ctime`) to the current time. If both times are left
/// unchanged, the kernel does not look up the path, and the call succeeds.
///
/// # Errors
///
/// - `EPERM`: a time is set to a value or left unchanged, and the caller neither owns the file nor
///   has the capability `CAP_FOWNER`; or the file is immutable or append-only.
/// - `EACCES`: both times are set to the current time, and the caller neither owns the file nor may
///   write to it.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the nanoseconds are not in `0..=999_999_999`; or a flag is not permitted; or the
///   path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
///
/// [`raw::utimensat`](crate::fs::raw::utimensat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, AtFlags, CWD, SetTime, Timestamps};
/// use butter::time::Timespec;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("file");
/// std::fs::write(&path, "text")?;
/// let modified = Timespec { seconds: 1_000_000_000, nanoseconds: 0 };
/// let times = Timestamps { last_access: SetTime::Omit, last_modification: modified.into() };
/// fs::utimensat(CWD, &path, &times, AtFlags::SYMLINK_NOFOLLOW)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.22; [utimensat(2)].
///
/// [utimensat(2)]: https://man7.org/linux/man-pages/man2/utimensat.2.html
/// [`SYMLINK_NOFOLLOW`]: AtFlags::SYMLINK_NOFOLLOW
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "utimes")]
#[doc(alias = "lutimes")]
#[inline]
pub fn utimensat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    times: &Timestamps,
    flags: AtFlags,
) -> Result<()> {
    utimensat_path(directory.directory_number(), path.as_path_bytes(), &times.timespecs(), flags)
}

#[inline]
fn utimensat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    times: &[Timespec; 2],
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::UTIMENSAT, path, move |path| {
        retry(|| raw::utimensat_c(directory, path, times, flags))
    })
}

/// Sets the time of the last access and the time of the last modification of an open file, which
/// need not be open for writing.
///
/// # Errors
///
/// - `EPERM`, `EACCES`: the caller may not set the times: see [`utimensat`].
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the nanoseconds are not in `0..=999_999_999`.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor: use [`utimensat`].
/// - `EIO`: an I/O error occurred.
///
/// Since Linux 2.6.22; [utimensat(2)].
///
/// [utimensat(2)]: https://man7.org/linux/man-pages/man2/utimensat.2.html
#[doc(alias = "futimes")]
#[doc(alias = "utimensat")]
#[inline]
pub fn futimens(fd: impl AsFd, times: &Timestamps) -> Result<()> {
    retry(|| raw::utimensat_fd(fd.as_fd(), times))
}
