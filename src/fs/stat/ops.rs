//! The status of files and file systems.

use super::{Stat, StatFs, Statx, StatxFlags, raw};
use crate::error::{Call, Result};
use crate::fd::AsFd;
use crate::fs::{AtFlags, DirectoryArg};
use crate::io::retry;
use crate::path::{self, with_c_str};

/// Returns the status of a file.
///
/// # Errors
///
/// - `ENOTCONN`, `ESTALE`, `EIO`: the file system cannot read the status.
/// - `EACCES`: a security module denies the call.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [fstat(2)].
///
/// [fstat(2)]: https://man7.org/linux/man-pages/man2/fstat.2.html
#[inline]
pub fn fstat(fd: impl AsFd) -> Result<Stat> {
    retry(|| raw::fstat(fd.as_fd()))
}

/// Returns the extended status of a file. `mask` contains the requested fields.
///
/// The result contains the requested fields that the kernel and the file system support, and can
/// contain further fields. A relative path is resolved from `directory`. The flags
/// [`SYMLINK_NOFOLLOW`], [`NO_AUTOMOUNT`], [`EMPTY_PATH`] and `STATX_*` are permitted. With
/// [`EMPTY_PATH`] and an empty path, the call returns the status of `directory`, which can be any
/// descriptor.
///
/// # Errors
///
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the path contains a NUL byte, or a flag is not permitted.
/// - `ENOTCONN`, `ESTALE`, `EIO`: the file system cannot read the status.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 4.11; [statx(2)].
///
/// [statx(2)]: https://man7.org/linux/man-pages/man2/statx.2.html
/// [`SYMLINK_NOFOLLOW`]: AtFlags::SYMLINK_NOFOLLOW
/// [`NO_AUTOMOUNT`]: AtFlags::NO_AUTOMOUNT
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "stat")]
#[doc(alias = "lstat")]
#[doc(alias = "fstatat")]
#[doc(alias = "newfstatat")]
#[doc(alias = "statat")]
#[inline]
pub fn statx(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: AtFlags,
    mask: StatxFlags,
) -> Result<Statx> {
    let directory = directory.directory_number();
    with_c_str(Call::STATX, path.as_path_bytes(), |path| {
        retry(|| raw::statx_c(directory, path, flags, mask))
    })
}

/// Returns information about the file system that contains a path.
///
/// # Errors
///
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EIO`: the file system could not be read.
/// - `ENOSYS`: the file system does not support `statfs`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// # Examples
///
/// ```
/// use butter::fs;
///
/// # fn main() -> butter::Result<()> {
/// let statfs = fs::statfs("/")?;
/// let available = statfs.blocks_available * statfs.fragment_size;
/// println!("{} MiB are available", available >> 20);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 1.0; [statfs(2)].
///
/// [statfs(2)]: https://man7.org/linux/man-pages/man2/statfs.2.html
#[inline]
pub fn statfs(path: impl path::Arg) -> Result<StatFs> {
    retry(|| raw::statfs(&path))
}

/// Returns information about the file system that contains a file.
///
/// # Errors
///
/// - `EACCES`: a security module denies the call.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EIO`: the file system could not be read.
/// - `ENOSYS`: the file system does not support `statfs`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [fstatfs(2)].
///
/// [fstatfs(2)]: https://man7.org/linux/man-pages/man2/fstatfs.2.html
#[inline]
pub fn fstatfs(fd: impl AsFd) -> Result<StatFs> {
    retry(|| raw::fstatfs(fd.as_fd()))
}
