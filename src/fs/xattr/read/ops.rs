//! Reading extended attributes.

use super::super::name::with_name;
use super::raw;
use crate::error::{Call, Result};
use crate::fd::AsFd;
use crate::io::retry;
use crate::path::{self, PathBytes, with_c_str};

/// Returns the value of an extended attribute of a file, in the buffer.
///
/// If the buffer is empty, this function returns the size of the value, which another process can
/// change before the next call. Otherwise, the value is in the buffer, and the function returns the
/// number of bytes. A buffer of [`XATTR_SIZE_MAX`](crate::fs::XATTR_SIZE_MAX) bytes is large enough
/// for any value.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist, or the caller may not read it.
/// - `ERANGE`: the buffer is too small for the value; or the name is empty or has more than 255
///   bytes.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EACCES`: the access is not permitted.
/// - `EINVAL`: the name is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::getxattr`](crate::fs::raw::getxattr) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::Errno;
/// use butter::fs;
///
/// # fn main() -> butter::Result<()> {
/// let mut buffer = [0; 1024];
/// match fs::getxattr("/proc/self/exe", "security.capability", &mut buffer) {
///     Ok(count) => println!("file capabilities: {:x?}", &buffer[..count]),
///     Err(error) if error.is(Errno::NODATA) || error.is(Errno::OPNOTSUPP) => println!("none"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.4; [getxattr(2)].
///
/// [getxattr(2)]: https://man7.org/linux/man-pages/man2/getxattr.2.html
#[inline]
pub fn getxattr(path: impl path::Arg, name: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    getxattr_path(path.as_path_bytes(), name.as_path_bytes(), buffer)
}

#[inline]
fn getxattr_path(path: PathBytes<'_>, name: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_c_str(Call::GETXATTR, path, move |path| {
        with_name(Call::GETXATTR, name, move |name| retry(|| raw::getxattr_c(path, name, buffer)))
    })
}

/// Returns the value of an extended attribute of a file or a symbolic link, in the buffer.
///
/// Unlike [`getxattr`], this function does not follow a symbolic link in the last component of the
/// path.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist, or the caller may not read it.
/// - `ERANGE`: the buffer is too small for the value; or the name is empty or has more than 255
///   bytes.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EACCES`: the access is not permitted.
/// - `EINVAL`: the name is not valid, or the name or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::lgetxattr`](crate::fs::raw::lgetxattr) lists all errors and causes.
///
/// Since Linux 2.4; [lgetxattr(2)].
///
/// [lgetxattr(2)]: https://man7.org/linux/man-pages/man2/lgetxattr.2.html
#[inline]
pub fn lgetxattr(path: impl path::Arg, name: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    lgetxattr_path(path.as_path_bytes(), name.as_path_bytes(), buffer)
}

#[inline]
fn lgetxattr_path(path: PathBytes<'_>, name: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_c_str(Call::LGETXATTR, path, move |path| {
        with_name(Call::LGETXATTR, name, move |name| retry(|| raw::lgetxattr_c(path, name, buffer)))
    })
}

/// Returns the value of an extended attribute of an open file, in the buffer.
///
/// See [`getxattr`] for the buffer. The file need not be open for reading.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist, or the caller may not read it.
/// - `ERANGE`: the buffer is too small for the value; or the name is empty or has more than 255
///   bytes.
/// - `EOPNOTSUPP`: the file system does not support the attribute.
/// - `EACCES`: the access is not permitted.
/// - `EINVAL`: the name is not valid, or the name contains a NUL byte.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// [`raw::fgetxattr`](crate::fs::raw::fgetxattr) lists all errors and causes.
///
/// Since Linux 2.4; [fgetxattr(2)].
///
/// [fgetxattr(2)]: https://man7.org/linux/man-pages/man2/fgetxattr.2.html
#[inline]
pub fn fgetxattr(fd: impl AsFd, name: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    let fd = fd.as_fd();
    with_name(Call::FGETXATTR, name.as_path_bytes(), |name| {
        retry(|| raw::fgetxattr_c(fd, name, buffer))
    })
}

/// Returns the names of the extended attributes of a file, in the buffer.
///
/// [`XattrNames`](crate::fs::XattrNames) iterates over the names. The kernel omits names that the
/// caller may not see.
///
/// If the buffer is empty, this function returns the size of the list, which another process can
/// change before the next call. Otherwise, the list is in the buffer, and the function returns the
/// number of bytes. A buffer of [`XATTR_SIZE_MAX`](crate::fs::XATTR_SIZE_MAX) bytes is large enough
/// for any list.
///
/// # Errors
///
/// - `ERANGE`: the buffer is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes, which the kernel cannot return.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: the access is not permitted.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::listxattr`](crate::fs::raw::listxattr) lists all errors and causes.
///
/// # Examples
///
/// ```
/// use butter::fs::{self, XATTR_SIZE_MAX, XattrNames};
///
/// # fn main() -> butter::Result<()> {
/// let mut buffer = vec![0; XATTR_SIZE_MAX];
/// let count = fs::listxattr("/proc/self/exe", &mut buffer)?;
/// for name in XattrNames::new(&buffer[..count]) {
///     println!("{}", name.escape());
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.4; [listxattr(2)].
///
/// [listxattr(2)]: https://man7.org/linux/man-pages/man2/listxattr.2.html
#[inline]
pub fn listxattr(path: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    listxattr_path(path.as_path_bytes(), buffer)
}

#[inline]
fn listxattr_path(path: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_c_str(Call::LISTXATTR, path, move |path| retry(|| raw::listxattr_c(path, buffer)))
}

/// Returns the names of the extended attributes of a file or a symbolic link, in the buffer.
///
/// Unlike [`listxattr`], this function does not follow a symbolic link in the last component of the
/// path.
///
/// # Errors
///
/// - `ERANGE`: the buffer is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes, which the kernel cannot return.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: the access is not permitted.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
///
/// [`raw::llistxattr`](crate::fs::raw::llistxattr) lists all errors and causes.
///
/// Since Linux 2.4; [llistxattr(2)].
///
/// [llistxattr(2)]: https://man7.org/linux/man-pages/man2/llistxattr.2.html
#[inline]
pub fn llistxattr(path: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    llistxattr_path(path.as_path_bytes(), buffer)
}

#[inline]
fn llistxattr_path(path: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_c_str(Call::LLISTXATTR, path, move |path| retry(|| raw::llistxattr_c(path, buffer)))
}

/// Returns the names of the extended attributes of an open file, in the buffer.
///
/// See [`listxattr`] for the buffer.
///
/// # Errors
///
/// - `ERANGE`: the buffer is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes, which the kernel cannot return.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: the access is not permitted.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// [`raw::flistxattr`](crate::fs::raw::flistxattr) lists all errors and causes.
///
/// Since Linux 2.4; [flistxattr(2)].
///
/// [flistxattr(2)]: https://man7.org/linux/man-pages/man2/flistxattr.2.html
#[inline]
pub fn flistxattr(fd: impl AsFd, buffer: &mut [u8]) -> Result<usize> {
    retry(|| raw::flistxattr(fd.as_fd(), buffer))
}
