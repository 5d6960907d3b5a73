//! Reading symbolic links, renaming and removing files.

use super::{RenameFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::io::{Buffer, retry};
use crate::path::{self, Name, PathBytes, with_c_str};

/// Returns the complete content of a symbolic link, in the buffer.
///
/// A relative path is resolved from `directory`. If the path is empty, the function reads the
/// symbolic link to which `directory` refers: a path-only (`O_PATH`) descriptor that was opened
/// with `O_NOFOLLOW`.
///
/// The kernel truncates a content that does not fit the buffer, and does not report this. Therefore
/// this function fails with `ERANGE` if the content fills the buffer, which must have at least one
/// byte more than the content. [`PATH_MAX`](path::PATH_MAX) bytes are enough for a symbolic link
/// that was created on Linux, and for a magic link such as `/proc/self/exe`. With the feature
/// `alloc`, `read_link` returns a content of any length, and
/// [`raw::readlinkat`](crate::fs::raw::readlinkat) returns truncated contents.
///
/// # Errors
///
/// - `ERANGE`: the content fills the buffer, so that it may be truncated. [`Error::call`] returns
///   [`Call::READLINKAT_TRUNCATED`].
/// - `EINVAL`: the file is not a symbolic link, or the buffer is empty, or the path contains a NUL
///   byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative or empty, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EIO`: an I/O error occurred.
///
/// [`raw::readlinkat`](crate::fs::raw::readlinkat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD};
/// use butter::path::PATH_MAX;
///
/// # fn main() -> butter::Result<()> {
/// let mut buffer = [0; PATH_MAX];
/// let executable = fs::readlinkat(CWD, "/proc/self/exe", &mut buffer)?;
/// println!("{}", executable.escape());
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [readlinkat(2)].
///
/// [readlinkat(2)]: https://man7.org/linux/man-pages/man2/readlinkat.2.html
#[doc(alias = "readlink")]
#[inline]
pub fn readlinkat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    buffer: &mut (impl Buffer + ?Sized),
) -> Result<Name<'_>> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let count = unsafe {
        readlinkat_path(directory.directory_number(), path.as_path_bytes(), start, size)
    }?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(Name::from_bytes(unsafe { core::slice::from_raw_parts(start, count) }))
}

/// # Safety
///
/// `start` must be valid for writes of `size` bytes.
#[inline]
unsafe fn readlinkat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    start: *mut u8,
    size: usize,
) -> Result<usize> {
    with_c_str(Call::READLINKAT, path, move |path| {
        // SAFETY: upheld by the caller.
        match retry(|| unsafe { raw::readlinkat_c(directory, path, start, size) }) {
            Ok(count) if count == size => Err(Error::new(Call::READLINKAT_TRUNCATED, Errno::RANGE)),
            result => result,
        }
    })
}

/// Removes a name of a file or, with [`REMOVEDIR`](AtFlags::REMOVEDIR), an empty directory.
///
/// A relative path is resolved from `directory`. A symbolic link is removed itself. The kernel
/// deletes a file when it has no more names and no process has the file open.
///
/// # Errors
///
/// - `EISDIR`: the file is a directory, and `REMOVEDIR` is not set.
/// - `ENOTDIR`: the file is not a directory, and `REMOVEDIR` is set; or the path cannot be
///   resolved.
/// - `ENOTEMPTY`: the directory contains files.
/// - `EBUSY`: the file is a mount point, or is in use by the kernel.
/// - `ENOENT`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EACCES`, `EPERM`, `EROFS`: the removal is not permitted.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag is not permitted; or the last component of the path of a directory is `.`; or
///   the path contains a NUL byte.
///
/// [`raw::unlinkat`](crate::fs::raw::unlinkat) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, AtFlags, CWD, Mode};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("directory");
/// fs::mkdirat(CWD, &path, Mode::RWXU)?;
/// fs::unlinkat(CWD, &path, AtFlags::REMOVEDIR)?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.16; [unlinkat(2)].
///
/// [unlinkat(2)]: https://man7.org/linux/man-pages/man2/unlinkat.2.html
#[doc(alias = "unlink")]
#[doc(alias = "rmdir")]
#[inline]
pub fn unlinkat(directory: impl DirectoryArg, path: impl path::Arg, flags: AtFlags) -> Result<()> {
    unlinkat_path(directory.directory_number(), path.as_path_bytes(), flags)
}

#[inline]
fn unlinkat_path(directory: RawFd, path: PathBytes<'_>, flags: AtFlags) -> Result<()> {
    with_c_str(Call::UNLINKAT, path, move |path| retry(|| raw::unlinkat_c(directory, path, flags)))
}

/// Renames a file, and atomically replaces an existing file with the path `new_path`.
///
/// This function calls [`renameat2`] without flags.
///
/// # Errors
///
/// The errors of [`renameat2`] without flags.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let (new, current) = (temporary.child("new"), temporary.child("current"));
/// std::fs::write(&new, "text")?;
/// let renamed = fs::renameat(CWD, &new, CWD, &current);
/// renamed.map_err(|error| error.with_paths(&new, &current).into_owned())?;
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 3.15; [renameat2(2)].
///
/// [renameat2(2)]: https://man7.org/linux/man-pages/man2/renameat2.2.html
#[doc(alias = "rename")]
#[inline]
pub fn renameat(
    old_directory: impl DirectoryArg,
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
) -> Result<()> {
    renameat2(old_directory, old_path, new_directory, new_path, RenameFlags::empty())
}

/// Renames a file, and moves it to another directory if necessary.
///
/// Relative paths are resolved from the directory before them. Symbolic links are renamed
/// themselves. Without flags, an existing file with the path `new_path` is replaced atomically; a
/// directory can replace an empty directory only. If both paths are names of the same file, nothing
/// is renamed, and both names remain.
///
/// # Errors
///
/// - `EEXIST`: `NOREPLACE` is set, and `new_path` exists.
/// - `EEXIST`, `ENOTEMPTY`: the directory `new_path` contains files.
/// - `EISDIR`, `ENOTDIR`: only one of the files is a directory, and `EXCHANGE` is not set.
/// - `EXDEV`: the two paths are not on the same mount.
/// - `EBUSY`: a file is a mount point, or the last component of a path is `.` or `..`.
/// - `EINVAL`: the directory `old_path` contains `new_path`; or the file system does not support a
///   flag, or the flags contradict each other; or a path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `EACCES`, `EPERM`, `EROFS`: the rename is not permitted.
/// - `ENOSPC`, `EDQUOT`, `EMLINK`: a limit of the file system has been reached.
/// - `EBADF`: a path is relative, and the directory before it is [`ABS`](crate::fs::ABS).
///
/// [`raw::renameat2`](crate::fs::raw::renameat2) lists all errors and causes.
/// [`Error::with_paths`](crate::Error::with_paths) prints only `new_path` if the error identifies
/// it.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, CWD, RenameFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let (blue, green) = (temporary.child("blue"), temporary.child("green"));
/// std::fs::write(&blue, "blue")?;
/// std::fs::write(&green, "green")?;
/// fs::renameat2(CWD, &blue, CWD, &green, RenameFlags::EXCHANGE)?;
/// assert_eq!(std::fs::read(&blue)?, b"green");
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 3.15; [renameat2(2)].
///
/// [renameat2(2)]: https://man7.org/linux/man-pages/man2/renameat2.2.html
#[doc(alias = "rename")]
#[doc(alias = "renameat")]
#[doc(alias = "renameat_with")]
#[inline]
pub fn renameat2(
    old_directory: impl DirectoryArg,
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
    flags: RenameFlags,
) -> Result<()> {
    let old = (old_directory.directory_number(), old_path.as_path_bytes());
    renameat2_paths(old, (new_directory.directory_number(), new_path.as_path_bytes()), flags)
}

#[inline]
fn renameat2_paths(
    old: (RawFd, PathBytes<'_>),
    new: (RawFd, PathBytes<'_>),
    flags: RenameFlags,
) -> Result<()> {
    with_c_str(Call::RENAMEAT2, old.1, move |old_path| {
        with_c_str(Call::RENAMEAT2, new.1, move |new_path| {
            retry(|| raw::renameat2_c((old.0, old_path), (new.0, new_path), flags))
        })
    })
}
