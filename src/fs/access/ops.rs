//! Checking access to files.

use super::{Access, raw};
use crate::error::{Call, Result};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Checks whether the caller may access a file.
///
/// The kernel checks the access with the real IDs of the thread and, unless the real user ID is 0,
/// without its capabilities. With [`EACCESS`], it checks the access with the effective IDs and the
/// capabilities, as a later open does. A relative path is resolved from `directory`. Symbolic links
/// are followed, unless [`SYMLINK_NOFOLLOW`] is set. With [`EMPTY_PATH`] and an empty path, the
/// call checks the file of `directory`, which can be any descriptor.
///
/// The result can be out of date when it is returned: a later access can fail, or can refer to
/// another file. Do not check the access before an open: open the file, and handle the error.
///
/// # Errors
///
/// - `EACCES`: an access is not permitted, or a directory in the path cannot be searched.
/// - `EROFS`, `EPERM`: write access is requested, and the file system is read-only (`EROFS`) or the
///   file is immutable (`EPERM`).
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EBADF`: the path is relative, and `directory` is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag is not permitted, or the path contains a NUL byte.
///
/// [`raw::faccessat2`](crate::fs::raw::faccessat2) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::Errno;
/// use butter::fs::{self, Access, AtFlags, CWD};
///
/// # fn main() -> butter::Result<()> {
/// fs::accessat(CWD, "/proc/self", Access::READ_OK | Access::EXEC_OK, AtFlags::EACCESS)?;
/// let missing = fs::accessat(CWD, "/nowhere", Access::EXISTS, AtFlags::empty());
/// assert_eq!(missing.unwrap_err().errno(), Errno::NOENT);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 5.8; [faccessat2(2)].
///
/// [faccessat2(2)]: https://man7.org/linux/man-pages/man2/faccessat2.2.html
/// [`EACCESS`]: AtFlags::EACCESS
/// [`SYMLINK_NOFOLLOW`]: AtFlags::SYMLINK_NOFOLLOW
/// [`EMPTY_PATH`]: AtFlags::EMPTY_PATH
#[doc(alias = "access")]
#[doc(alias = "faccessat")]
#[doc(alias = "faccessat2")]
#[doc(alias = "euidaccess")]
#[inline]
pub fn accessat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    access: Access,
    flags: AtFlags,
) -> Result<()> {
    accessat_path(directory.directory_number(), path.as_path_bytes(), access, flags)
}

#[inline]
fn accessat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    access: Access,
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::FACCESSAT2, path, move |path| {
        retry(|| raw::faccessat2_c(directory, path, access, flags))
    })
}
