//! Setting and removing extended attributes.

use super::super::name::with_name;
use super::raw;
use crate::error::{Call, Result};
use crate::fd::AsFd;
use crate::fs::XattrFlags;
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Sets an extended attribute of a file.
///
/// The name begins with a namespace, such as `user.`, and has at most 255 bytes. Without flags, the
/// attribute is created or replaced. The value can contain any bytes, and can be empty. Most file
/// systems limit the size of all attributes of a file to a few thousand bytes.
///
/// # Errors
///
/// - `EEXIST`: `CREATE` is set, and the attribute exists.
/// - `ENODATA`: `REPLACE` is set, and the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EINVAL`: the name or the value is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::setxattr`](crate::fs::raw::setxattr) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::error::ErrorKind;
/// use butter::fs::{self, XattrFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let temporary = temp_dir::TempDir::new()?;
/// # let path = temporary.path().join("file");
/// std::fs::write(&path, "text")?;
/// match fs::setxattr(&path, "user.origin", b"https://example.org", XattrFlags::CREATE) {
///     Err(error) if error.kind() == ErrorKind::Unsupported => println!("{error}"),
///     result => result?,
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.4; [setxattr(2)].
///
/// [setxattr(2)]: https://man7.org/linux/man-pages/man2/setxattr.2.html
#[inline]
pub fn setxattr(
    path: impl path::Arg,
    name: impl path::Arg,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    setxattr_path(path.as_path_bytes(), name.as_path_bytes(), value, flags)
}

#[inline]
fn setxattr_path(
    path: PathBytes<'_>,
    name: PathBytes<'_>,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    with_c_str(Call::SETXATTR, path, move |path| {
        with_name(Call::SETXATTR, name, move |name| {
            retry(|| raw::setxattr_c(path, name, value, flags))
        })
    })
}

/// Sets an extended attribute of a file or a symbolic link.
///
/// Unlike [`setxattr`], this function does not follow a symbolic link in the last component of the
/// path. The kernel does not permit attributes of the namespace `user` on symbolic links.
///
/// # Errors
///
/// - `EEXIST`: `CREATE` is set, and the attribute exists.
/// - `ENODATA`: `REPLACE` is set, and the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EINVAL`: the name or the value is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::lsetxattr`](crate::fs::raw::lsetxattr) lists all errors and causes.
///
/// Since Linux 2.4; [lsetxattr(2)].
///
/// [lsetxattr(2)]: https://man7.org/linux/man-pages/man2/lsetxattr.2.html
#[inline]
pub fn lsetxattr(
    path: impl path::Arg,
    name: impl path::Arg,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    lsetxattr_path(path.as_path_bytes(), name.as_path_bytes(), value, flags)
}

#[inline]
fn lsetxattr_path(
    path: PathBytes<'_>,
    name: PathBytes<'_>,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    with_c_str(Call::LSETXATTR, path, move |path| {
        with_name(Call::LSETXATTR, name, move |name| {
            retry(|| raw::lsetxattr_c(path, name, value, flags))
        })
    })
}

/// Sets an extended attribute of an open file, which need not be open for writing.
///
/// See [`setxattr`] for the name and the value.
///
/// # Errors
///
/// - `EEXIST`: `CREATE` is set, and the attribute exists.
/// - `ENODATA`: `REPLACE` is set, and the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `ENOSPC`, `EDQUOT`: a limit of the file system has been reached.
/// - `EINVAL`: the name or the value is not valid, or the name contains a NUL byte.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// [`raw::fsetxattr`](crate::fs::raw::fsetxattr) lists all errors and causes.
///
/// Since Linux 2.4; [fsetxattr(2)].
///
/// [fsetxattr(2)]: https://man7.org/linux/man-pages/man2/fsetxattr.2.html
#[inline]
pub fn fsetxattr(
    fd: impl AsFd,
    name: impl path::Arg,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    let fd = fd.as_fd();
    with_name(Call::FSETXATTR, name.as_path_bytes(), |name| {
        retry(|| raw::fsetxattr_c(fd, name, value, flags))
    })
}

/// Removes an extended attribute of a file.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `EINVAL`: the name is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::removexattr`](crate::fs::raw::removexattr) lists all errors and causes.
///
/// Since Linux 2.4; [removexattr(2)].
///
/// [removexattr(2)]: https://man7.org/linux/man-pages/man2/removexattr.2.html
#[inline]
pub fn removexattr(path: impl path::Arg, name: impl path::Arg) -> Result<()> {
    removexattr_path(path.as_path_bytes(), name.as_path_bytes())
}

#[inline]
fn removexattr_path(path: PathBytes<'_>, name: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::REMOVEXATTR, path, move |path| {
        with_name(Call::REMOVEXATTR, name, move |name| retry(|| raw::removexattr_c(path, name)))
    })
}

/// Removes an extended attribute of a file or a symbolic link.
///
/// Unlike [`removexattr`], this function does not follow a symbolic link in the last component of
/// the path.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `EINVAL`: the name is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::lremovexattr`](crate::fs::raw::lremovexattr) lists all errors and causes.
///
/// Since Linux 2.4; [lremovexattr(2)].
///
/// [lremovexattr(2)]: https://man7.org/linux/man-pages/man2/lremovexattr.2.html
#[inline]
pub fn lremovexattr(path: impl path::Arg, name: impl path::Arg) -> Result<()> {
    lremovexattr_path(path.as_path_bytes(), name.as_path_bytes())
}

#[inline]
fn lremovexattr_path(path: PathBytes<'_>, name: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::LREMOVEXATTR, path, move |path| {
        with_name(Call::LREMOVEXATTR, name, move |name| retry(|| raw::lremovexattr_c(path, name)))
    })
}

/// Removes an extended attribute of an open file, which need not be open for writing.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EPERM`, `EACCES`, `EROFS`: the change is not permitted.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `EINVAL`: the name is not valid, or the name contains a NUL byte.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// [`raw::fremovexattr`](crate::fs::raw::fremovexattr) lists all errors and causes.
///
/// Since Linux 2.4; [fremovexattr(2)].
///
/// [fremovexattr(2)]: https://man7.org/linux/man-pages/man2/fremovexattr.2.html
#[inline]
pub fn fremovexattr(fd: impl AsFd, name: impl path::Arg) -> Result<()> {
    let fd = fd.as_fd();
    with_name(Call::FREMOVEXATTR, name.as_path_bytes(), |name| {
        retry(|| raw::fremovexattr_c(fd, name))
    })
}
