//! Raw system calls that return extended attributes.

use core::ffi::CStr;

use super::super::name::{size_or_count, with_name};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `getxattr(path, name, value, size)` - returns the value of an extended attribute of a file.
///
/// If the buffer is empty, the call returns the size of the value, and does not return the value.
/// Otherwise, it writes the value to the buffer, and returns the number of bytes.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist, or the caller may not see it. Attributes of the
///   namespace `trusted` are visible with the capability `CAP_SYS_ADMIN` in the initial user
///   namespace, and attributes of the namespace `user` exist only on regular files and directories.
/// - `ERANGE`: the buffer is not empty, and is too small for the value; or the name is empty or has
///   more than 255 bytes.
/// - `EOPNOTSUPP`: the file system does not support extended attributes or the namespace of the
///   attribute. The namespace is the part of the name up to the first period.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `EACCES`: the permissions of the file do not permit the access; or a directory in the path
///   cannot be searched; or a symbolic link may not be followed (`fs.protected_symlinks`); or a
///   security module denies the call.
/// - `EINVAL`: the name is not valid, or an argument contains a NUL byte. A name must continue
///   after the namespace.
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
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
        with_name(Call::GETXATTR, name, move |name| getxattr_c(path, name, buffer))
    })
}

#[inline]
pub(super) fn getxattr_c(path: &CStr, name: &CStr, buffer: &mut [u8]) -> Result<usize> {
    let (path, name, size) = (path.as_ptr(), name.as_ptr(), buffer.len());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, writes at most `size`
    // bytes to the buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::GETXATTR, getxattr(path, name, buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

/// `lgetxattr(path, name, value, size)` - returns the value of an extended attribute of a file or a
/// symbolic link.
///
/// The call is [`getxattr`], but does not follow a symbolic link in the last component of the path.
///
/// # Errors
///
/// The errors of [`getxattr`] also apply to this call.
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
        with_name(Call::LGETXATTR, name, move |name| lgetxattr_c(path, name, buffer))
    })
}

#[inline]
pub(super) fn lgetxattr_c(path: &CStr, name: &CStr, buffer: &mut [u8]) -> Result<usize> {
    let (path, name, size) = (path.as_ptr(), name.as_ptr(), buffer.len());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, writes at most `size`
    // bytes to the buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::LGETXATTR, lgetxattr(path, name, buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

/// `fgetxattr(fd, name, value, size)` - returns the value of an extended attribute of an open file.
///
/// See [`getxattr`] for the buffer. The descriptor need not be open for reading.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist, or the caller may not see it. Attributes of the
///   namespace `trusted` are visible with the capability `CAP_SYS_ADMIN` in the initial user
///   namespace, and attributes of the namespace `user` exist only on regular files and directories.
/// - `ERANGE`: the buffer is not empty, and is too small for the value; or the name is empty or has
///   more than 255 bytes.
/// - `EOPNOTSUPP`: the file system does not support extended attributes or the namespace of the
///   attribute. The namespace is the part of the name up to the first period.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `EACCES`: the permissions of the file do not permit the access; or a security module denies
///   the call.
/// - `EINVAL`: the name is not valid, or an argument contains a NUL byte. A name must continue
///   after the namespace.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 2.4; [fgetxattr(2)].
///
/// [fgetxattr(2)]: https://man7.org/linux/man-pages/man2/fgetxattr.2.html
#[inline]
pub fn fgetxattr(fd: BorrowedFd<'_>, name: impl path::Arg, buffer: &mut [u8]) -> Result<usize> {
    fgetxattr_name(fd, name.as_path_bytes(), buffer)
}

#[inline]
fn fgetxattr_name(fd: BorrowedFd<'_>, name: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_name(Call::FGETXATTR, name, move |name| fgetxattr_c(fd, name, buffer))
}

#[inline]
pub(super) fn fgetxattr_c(fd: BorrowedFd<'_>, name: &CStr, buffer: &mut [u8]) -> Result<usize> {
    let (name, size) = (name.as_ptr(), buffer.len());
    // SAFETY: the kernel reads the name up to its NUL byte, writes at most `size` bytes to the
    // buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::FGETXATTR, fgetxattr(fd, name, buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

/// `listxattr(path, list, size)` - returns the names of the extended attributes of a file, each
/// terminated by a NUL byte.
///
/// If the buffer is empty, the call returns the size of the list, and does not return the list.
/// Otherwise, it writes the list to the buffer, and returns the number of bytes. The kernel omits
/// names that the caller may not see.
///
/// # Errors
///
/// - `ERANGE`: the buffer is not empty, and is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
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
    with_c_str(Call::LISTXATTR, path, move |path| listxattr_c(path, buffer))
}

#[inline]
pub(super) fn listxattr_c(path: &CStr, buffer: &mut [u8]) -> Result<usize> {
    let size = buffer.len();
    // SAFETY: the kernel reads the path up to its NUL byte, writes at most `size` bytes to the
    // buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::LISTXATTR, listxattr(path.as_ptr(), buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

/// `llistxattr(path, list, size)` - returns the names of the extended attributes of a file or a
/// symbolic link.
///
/// The call is [`listxattr`], but does not follow a symbolic link in the last component of the
/// path.
///
/// # Errors
///
/// The errors of [`listxattr`] also apply to this call.
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
    with_c_str(Call::LLISTXATTR, path, move |path| llistxattr_c(path, buffer))
}

#[inline]
pub(super) fn llistxattr_c(path: &CStr, buffer: &mut [u8]) -> Result<usize> {
    let size = buffer.len();
    // SAFETY: the kernel reads the path up to its NUL byte, writes at most `size` bytes to the
    // buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::LLISTXATTR, llistxattr(path.as_ptr(), buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

/// `flistxattr(fd, list, size)` - returns the names of the extended attributes of an open file,
/// each terminated by a NUL byte.
///
/// See [`listxattr`] for the buffer.
///
/// # Errors
///
/// - `ERANGE`: the buffer is not empty, and is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: a security module denies the call.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 2.4; [flistxattr(2)].
///
/// [flistxattr(2)]: https://man7.org/linux/man-pages/man2/flistxattr.2.html
#[inline]
pub fn flistxattr(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize> {
    let size = buffer.len();
    // SAFETY: the kernel writes at most `size` bytes to the buffer, and keeps nothing.
    let returned = unsafe { syscall!(Call::FLISTXATTR, flistxattr(fd, buffer.as_mut_ptr(), size)) };
    size_or_count(returned, size)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    GETXATTR:
        NODATA => NotFound "the attribute does not exist, or the caller may not see it",
        RANGE => "the buffer is not empty, and is too small for the value; or the name is empty or \
            has more than 255 bytes",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        TOOBIG => "the value has more than 65,536 bytes",
        ACCES => "the permissions of the file do not permit the access; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    LGETXATTR:
        NODATA => NotFound "the attribute does not exist, or the caller may not see it",
        RANGE => "the buffer is not empty, and is too small for the value; or the name is empty or \
            has more than 255 bytes",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        TOOBIG => "the value has more than 65,536 bytes",
        ACCES => "the permissions of the file do not permit the access; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    FGETXATTR:
        NODATA => NotFound "the attribute does not exist, or the caller may not see it",
        RANGE => "the buffer is not empty, and is too small for the value; or the name is empty or \
            has more than 255 bytes",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        TOOBIG => "the value has more than 65,536 bytes",
        ACCES => "the permissions of the file do not permit the access; or a security module \
            denies the call",
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    LISTXATTR:
        RANGE => "the buffer is not empty, and is too small for the list",
        TOOBIG => "the list has more than 65,536 bytes",
        OPNOTSUPP => "the file system does not support extended attributes",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        INVAL => "the path contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    LLISTXATTR:
        RANGE => "the buffer is not empty, and is too small for the list",
        TOOBIG => "the list has more than 65,536 bytes",
        OPNOTSUPP => "the file system does not support extended attributes",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        INVAL => "the path contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    FLISTXATTR:
        RANGE => "the buffer is not empty, and is too small for the list",
        TOOBIG => "the list has more than 65,536 bytes",
        OPNOTSUPP => "the file system does not support extended attributes",
        ACCES => "a security module denies the call",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
