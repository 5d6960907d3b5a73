//! Creating directories, special files, symbolic links and hard links.

use super::raw;
use crate::error::{Call, Result};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg, Mode};
use crate::fs::{Dev, FileType};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Creates a directory.
///
/// A relative path is resolved from `directory`. The kernel removes the bits of the umask from
/// `mode`.
///
/// # Errors
///
/// - `EEXIST`: the path exists, also as a dangling symbolic link.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EACCES`, `EPERM`, `EROFS`: the creation is not permitted.
/// - `ENOSPC`, `EDQUOT`, `EMLINK`: a limit of the file system has been reached.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the path contains a NUL byte.
///
/// [`raw::mkdirat`](crate::fs::raw::mkdirat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::Errno;
/// use butter::fs::{self, AtFlags, CWD, Mode, OFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path();
/// let parent = fs::openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
/// match fs::mkdirat(&parent, "cache", Mode::RWXU) {
///     Err(error) if error.is(Errno::EXIST) => {} // The directory, or another file, exists.
///     result => result.map_err(|error| error.with_path("cache").into_owned())?,
/// }
/// fs::unlinkat(&parent, "cache", AtFlags::REMOVEDIR)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [mkdirat(2)].
///
/// [mkdirat(2)]: https://man7.org/linux/man-pages/man2/mkdirat.2.html
#[doc(alias = "mkdir")]
#[inline]
pub fn mkdirat(directory: impl DirectoryArg, path: impl path::Arg, mode: Mode) -> Result<()> {
    mkdirat_path(directory.directory_number(), path.as_path_bytes(), mode)
}

#[inline]
fn mkdirat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode) -> Result<()> {
    with_c_str(Call::MKDIRAT, path, move |path| retry(|| raw::mkdirat_c(directory, path, mode)))
}

/// Creates a regular file, a FIFO, a socket or a device file.
///
/// A relative path is resolved from `directory`. The kernel removes the bits of the umask from
/// `mode`. `dev` is the number of the device, and is ignored for files that are not devices:
/// pass [`Dev::default`]. [`FileType::Unknown`] creates a regular file.
///
/// # Errors
///
/// - `EEXIST`: the path exists, also as a dangling symbolic link.
/// - `EPERM`: the file is a device or a directory, and the caller may not create such a file; or
///   the file system does not support files of this type.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved, or ends with a
///   slash.
/// - `EACCES`, `EROFS`: the creation is not permitted.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the file type is a symbolic link, or the device number is too large, or the path
///   contains a NUL byte.
///
/// [`raw::mknodat`](crate::fs::raw::mknodat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, Dev, FileType, Mode};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("requests");
/// fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, Dev::default())?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [mknodat(2)].
///
/// [mknodat(2)]: https://man7.org/linux/man-pages/man2/mknodat.2.html
#[doc(alias = "mknod")]
#[doc(alias = "mkfifo")]
#[doc(alias = "mkfifoat")]
#[inline]
pub fn mknodat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    file_type: FileType,
    mode: Mode,
    dev: Dev,
) -> Result<()> {
    let mode = mode | Mode::from_bits_retain(file_type.as_raw_mode());
    mknodat_path(directory.directory_number(), path.as_path_bytes(), mode, dev)
}

#[inline]
fn mknodat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode, dev: Dev) -> Result<()> {
    with_c_str(Call::MKNODAT, path, move |path| {
        retry(|| raw::mknodat_c(directory, path, mode, dev))
    })
}

/// Creates a symbolic link with the path `new_path` and the content `old_path`.
///
/// If `new_path` is relative, it is resolved from `new_directory`. The kernel stores `old_path`
/// without resolving it. When the link is used, a relative content is resolved from the directory
/// that contains the link.
///
/// # Errors
///
/// - `EEXIST`: `new_path` exists, also as a dangling symbolic link.
/// - `ENOENT`: one of the paths is empty, or `new_path` ends with a slash, or a directory in
///   `new_path` does not exist.
/// - `ENOTDIR`, `ELOOP`: `new_path` cannot be resolved.
/// - `ENAMETOOLONG`: one of the paths is too long.
/// - `EACCES`, `EPERM`, `EROFS`: the creation is not permitted.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EBADF`: `new_path` is relative, and `new_directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: one of the paths contains a NUL byte.
///
/// [`raw::symlinkat`](crate::fs::raw::symlinkat) lists all errors and causes.
/// [`Error::with_paths`](crate::Error::with_paths) prints only `new_path` if the error identifies
/// it.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("link");
/// fs::symlinkat("releases/5", CWD, &path)?;
/// assert_eq!(fs::readlinkat(CWD, &path, &mut [0; 4096])?, "releases/5");
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [symlinkat(2)].
///
/// [symlinkat(2)]: https://man7.org/linux/man-pages/man2/symlinkat.2.html
#[doc(alias = "symlink")]
#[inline]
pub fn symlinkat(
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
) -> Result<()> {
    let new_directory = new_directory.directory_number();
    symlinkat_paths(old_path.as_path_bytes(), new_directory, new_path.as_path_bytes())
}

#[inline]
fn symlinkat_paths(old: PathBytes<'_>, new_directory: RawFd, new: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::SYMLINKAT, old, move |old| {
        with_c_str(Call::SYMLINKAT, new, move |new| {
            retry(|| raw::symlinkat_c(old, new_directory, new))
        })
    })
}

/// Creates a hard link: a further name, `new_path`, of the file `old_path`.
///
/// Relative paths are resolved from the directory before them. If `old_path` is a symbolic link,
/// the new name is a name of the symbolic link itself, unless [`SYMLINK_FOLLOW`] is set.
///
/// A file that was opened with `TMPFILE` gets its first name through the path of its magic link,
/// `/proc/self/fd/N`, with [`SYMLINK_FOLLOW`]. With [`EMPTY_PATH`] and an empty `old_path`, procfs
/// is not required: `old_directory` is the descriptor of the file. This requires the capability
/// `CAP_DAC_READ_SEARCH` or, since Linux 6.10, that the caller has opened the descriptor with the
/// same credentials.
///
/// # Errors
///
/// - `EEXIST`: `new_path` exists, also as a dangling symbolic link.
/// - `EXDEV`: the two paths are not on the same mount.
/// - `EPERM`: the file is a directory, or the caller may not create a link to the file
///   (`fs.protected_hardlinks`), or the file system does not support hard links.
/// - `EMLINK`: the file has the maximum number of links.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved. The error is also
///   `ENOENT` if the caller may not use [`EMPTY_PATH`].
/// - `EACCES`, `EROFS`: the creation is not permitted.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EBADF`: a path is relative, and the directory before it is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag is not permitted, or a path contains a NUL byte.
///
/// [`raw::linkat`](crate::fs::raw::linkat) lists all errors and causes.
///
/// # Examples
///
/// A file that is written completely before it has a name:
///
/// ```
/// use butter::fd::AsRawFd;
/// use butter::fs::{self, AtFlags, CWD, Mode, OFlags};
/// use butter::io;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let directory = temporary.path();
/// # let name = temporary.path().join("name");
/// let flags = OFlags::TMPFILE | OFlags::WRONLY;
/// let file = fs::openat(CWD, directory, flags, Mode::RUSR | Mode::WUSR)?;
/// io::write_all(&file, b"complete")?;
/// let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
/// fs::linkat(CWD, &unnamed, CWD, &name, AtFlags::SYMLINK_FOLLOW)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [linkat(2)].
///
/// [linkat(2)]: https://man7.org/linux/man-pages/man2/linkat.2.html
/// [`SYMLINK_FOLLOW`]: AtFlags::SYMLINK_FOLLOW
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "link")]
#[inline]
pub fn linkat(
    old_directory: impl DirectoryArg,
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
    flags: AtFlags,
) -> Result<()> {
    let old = (old_directory.directory_number(), old_path.as_path_bytes());
    linkat_paths(old, (new_directory.directory_number(), new_path.as_path_bytes()), flags)
}

#[inline]
fn linkat_paths(
    old: (RawFd, PathBytes<'_>),
    new: (RawFd, PathBytes<'_>),
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::LINKAT, old.1, move |old_path| {
        with_c_str(Call::LINKAT, new.1, move |new_path| {
            retry(|| raw::linkat_c((old.0, old_path), (new.0, new_path), flags))
        })
    })
}
