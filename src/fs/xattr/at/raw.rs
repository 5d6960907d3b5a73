//! Raw system calls on extended attributes that resolve a path from a directory.

use core::ffi::CStr;

use super::super::name::{size_or_count, with_name};
use super::super::types::XattrArgs;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::RawFd;
use crate::fs::XattrFlags;
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `setxattrat(dirfd, path, at_flags, name, args, size)` - sets an extended attribute of a file.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`, with
/// which the call does not follow a symbolic link in the last component of the path, and
/// `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which can be any descriptor
/// except a path-only (`O_PATH`) descriptor.
///
/// See [`setxattr`](crate::fs::raw::setxattr) for the name, the value and the flags of the
/// attribute.
///
/// # Errors
///
/// - `EEXIST`: `XATTR_CREATE` is set, and the attribute exists.
/// - `ENODATA`: `XATTR_REPLACE` is set, and the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support extended attributes or the namespace of the
///   attribute. The namespace is the part of the name up to the first period.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `E2BIG`: the value has more than 65,536 bytes.
/// - `EPERM`: the namespace of the attribute does not permit the change; or the file is immutable
///   or append-only; or the user namespace of the file system does not map an ID of the file. The
///   namespace `user` requires a regular file or a directory, and that the caller owns the
///   directory if it is sticky. Other namespaces require a capability: `CAP_SYS_ADMIN` for
///   `trusted` and most attributes of `security`, `CAP_SETFCAP` for `security.capability`, and
///   `CAP_FOWNER` for access control lists of a file that the caller does not own.
/// - `EACCES`: the permissions of the file do not permit the access; or a directory in the path
///   cannot be searched; or a symbolic link may not be followed (`fs.protected_symlinks`); or a
///   security module denies the call.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: a flag, the name or the value is not valid; or an argument contains a NUL byte. A
///   name must continue after the namespace.
/// - `ENOSPC`: the file system has no free space.
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open or is a path-only
///   (`O_PATH`) descriptor. A path-only descriptor is permitted if the path is relative and not
///   empty.
/// - `ENOSYS`: the kernel is older than Linux 6.13.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 6.13; [setxattrat(2)].
///
/// [setxattrat(2)]: https://man7.org/linux/man-pages/man2/setxattrat.2.html
#[inline]
pub fn setxattrat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    at_flags: AtFlags,
    name: impl path::Arg,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    let at = (directory.directory_number(), at_flags);
    setxattrat_path(at, path.as_path_bytes(), name.as_path_bytes(), value, flags)
}

#[inline]
fn setxattrat_path(
    at: (RawFd, AtFlags),
    path: PathBytes<'_>,
    name: PathBytes<'_>,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    with_c_str(Call::SETXATTRAT, path, move |path| {
        with_name(Call::SETXATTRAT, name, move |name| setxattrat_c(at, path, name, value, flags))
    })
}

#[inline]
fn setxattrat_c(
    (directory, at_flags): (RawFd, AtFlags),
    path: &CStr,
    name: &CStr,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    let args = XattrArgs::new(value.as_ptr().cast_mut(), value.len(), flags);
    let (path, at_flags, name) = (path.as_ptr(), at_flags.bits(), name.as_ptr());
    let (args, size) = (core::ptr::from_ref(&args), size_of::<XattrArgs>());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, one struct, and the
    // value, and keeps nothing of them.
    unsafe { syscall!(Call::SETXATTRAT, setxattrat(directory, path, at_flags, name, args, size)) }
        .unit()
}

/// `getxattrat(dirfd, path, at_flags, name, args, size)` - returns the value of an extended
/// attribute of a file.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`, with
/// which the call does not follow a symbolic link in the last component of the path, and
/// `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which can be any descriptor
/// except a path-only (`O_PATH`) descriptor.
///
/// See [`getxattr`](crate::fs::raw::getxattr) for the name and the buffer.
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
/// - `EINVAL`: a flag, the name or the value is not valid; or an argument contains a NUL byte. A
///   name must continue after the namespace.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open or is a path-only
///   (`O_PATH`) descriptor. A path-only descriptor is permitted if the path is relative and not
///   empty.
/// - `ENOSYS`: the kernel is older than Linux 6.13.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 6.13; [getxattrat(2)].
///
/// [getxattrat(2)]: https://man7.org/linux/man-pages/man2/getxattrat.2.html
#[inline]
pub fn getxattrat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    at_flags: AtFlags,
    name: impl path::Arg,
    buffer: &mut [u8],
) -> Result<usize> {
    let at = (directory.directory_number(), at_flags);
    getxattrat_path(at, path.as_path_bytes(), name.as_path_bytes(), buffer)
}

#[inline]
fn getxattrat_path(
    at: (RawFd, AtFlags),
    path: PathBytes<'_>,
    name: PathBytes<'_>,
    buffer: &mut [u8],
) -> Result<usize> {
    with_c_str(Call::GETXATTRAT, path, move |path| {
        with_name(Call::GETXATTRAT, name, move |name| getxattrat_c(at, path, name, buffer))
    })
}

#[inline]
fn getxattrat_c(
    (directory, at_flags): (RawFd, AtFlags),
    path: &CStr,
    name: &CStr,
    buffer: &mut [u8],
) -> Result<usize> {
    let args = XattrArgs::new(buffer.as_mut_ptr(), buffer.len(), XattrFlags::empty());
    let (path, at_flags, name) = (path.as_ptr(), at_flags.bits(), name.as_ptr());
    let (args, size) = (core::ptr::from_ref(&args), size_of::<XattrArgs>());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and one struct, writes
    // at most as many bytes to the buffer as the buffer has, and keeps nothing.
    let returned = unsafe {
        syscall!(Call::GETXATTRAT, getxattrat(directory, path, at_flags, name, args, size))
    };
    size_or_count(returned, buffer.len())
}

/// `listxattrat(dirfd, path, at_flags, list, size)` - returns the names of the extended attributes
/// of a file, each terminated by a NUL byte.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`, with
/// which the call does not follow a symbolic link in the last component of the path, and
/// `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which can be any descriptor
/// except a path-only (`O_PATH`) descriptor.
///
/// See [`listxattr`](crate::fs::raw::listxattr) for the buffer.
///
/// # Errors
///
/// - `ERANGE`: the buffer is not empty, and is too small for the list.
/// - `E2BIG`: the list has more than 65,536 bytes.
/// - `EOPNOTSUPP`: the file system does not support extended attributes.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `EINVAL`: a flag is unknown or not permitted; or the path contains a NUL byte.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open or is a path-only
///   (`O_PATH`) descriptor. A path-only descriptor is permitted if the path is relative and not
///   empty.
/// - `ENOSYS`: the kernel is older than Linux 6.13.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred. The error is also `EIO` if the call returns more bytes than
///   requested, which only a tracer or a seccomp filter can forge.
///
/// File systems return further errors.
///
/// Since Linux 6.13; [listxattrat(2)].
///
/// [listxattrat(2)]: https://man7.org/linux/man-pages/man2/listxattrat.2.html
#[inline]
pub fn listxattrat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    at_flags: AtFlags,
    buffer: &mut [u8],
) -> Result<usize> {
    listxattrat_path((directory.directory_number(), at_flags), path.as_path_bytes(), buffer)
}

#[inline]
fn listxattrat_path(at: (RawFd, AtFlags), path: PathBytes<'_>, buffer: &mut [u8]) -> Result<usize> {
    with_c_str(Call::LISTXATTRAT, path, move |path| listxattrat_c(at, path, buffer))
}

#[inline]
fn listxattrat_c(
    (directory, at_flags): (RawFd, AtFlags),
    path: &CStr,
    buffer: &mut [u8],
) -> Result<usize> {
    let (path, at_flags) = (path.as_ptr(), at_flags.bits());
    let (list, size) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the kernel reads the path up to its NUL byte, writes at most `size` bytes to the
    // buffer, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::LISTXATTRAT, listxattrat(directory, path, at_flags, list, size)) };
    size_or_count(returned, size)
}

/// `removexattrat(dirfd, path, at_flags, name)` - removes an extended attribute of a file.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`, with
/// which the call does not follow a symbolic link in the last component of the path, and
/// `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which can be any descriptor
/// except a path-only (`O_PATH`) descriptor.
///
/// # Errors
///
/// - `ENODATA`: the attribute does not exist.
/// - `EOPNOTSUPP`: the file system does not support extended attributes or the namespace of the
///   attribute. The namespace is the part of the name up to the first period.
/// - `ERANGE`: the name is empty or has more than 255 bytes.
/// - `EPERM`: the namespace of the attribute does not permit the change; or the file is immutable
///   or append-only; or the user namespace of the file system does not map an ID of the file. The
///   namespace `user` requires a regular file or a directory, and that the caller owns the
///   directory if it is sticky. Other namespaces require a capability: `CAP_SYS_ADMIN` for
///   `trusted` and most attributes of `security`, `CAP_SETFCAP` for `security.capability`, and
///   `CAP_FOWNER` for access control lists of a file that the caller does not own.
/// - `EACCES`: the permissions of the file do not permit the access; or a directory in the path
///   cannot be searched; or a symbolic link may not be followed (`fs.protected_symlinks`); or a
///   security module denies the call.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: a flag, the name or the value is not valid; or an argument contains a NUL byte. A
///   name must continue after the namespace.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open or is a path-only
///   (`O_PATH`) descriptor. A path-only descriptor is permitted if the path is relative and not
///   empty.
/// - `ENOSYS`: the kernel is older than Linux 6.13.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 6.13; [removexattrat(2)].
///
/// [removexattrat(2)]: https://man7.org/linux/man-pages/man2/removexattrat.2.html
#[inline]
pub fn removexattrat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    at_flags: AtFlags,
    name: impl path::Arg,
) -> Result<()> {
    let at = (directory.directory_number(), at_flags);
    removexattrat_path(at, path.as_path_bytes(), name.as_path_bytes())
}

#[inline]
fn removexattrat_path(
    at: (RawFd, AtFlags),
    path: PathBytes<'_>,
    name: PathBytes<'_>,
) -> Result<()> {
    with_c_str(Call::REMOVEXATTRAT, path, move |path| {
        with_name(Call::REMOVEXATTRAT, name, move |name| removexattrat_c(at, path, name))
    })
}

#[inline]
fn removexattrat_c(
    (directory, at_flags): (RawFd, AtFlags),
    path: &CStr,
    name: &CStr,
) -> Result<()> {
    let (path, at_flags, name) = (path.as_ptr(), at_flags.bits(), name.as_ptr());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and keeps nothing of
    // them.
    unsafe { syscall!(Call::REMOVEXATTRAT, removexattrat(directory, path, at_flags, name)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SETXATTRAT:
        EXIST => "XATTR_CREATE is set, and the attribute exists",
        NODATA => NotFound "XATTR_REPLACE is set, and the attribute does not exist",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        RANGE => "the name is empty or has more than 255 bytes",
        TOOBIG => "the value has more than 65,536 bytes",
        PERM => "the namespace of the attribute does not permit the change; or the file is \
            immutable or append-only; or the user namespace of the file system does not map an ID \
            of the file",
        ACCES => "the permissions of the file do not permit the access; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        ROFS => "the file system or the mount is read-only",
        INVAL => "a flag, the name or the value is not valid; or an argument contains a NUL byte",
        NOSPC => "the file system has no free space",
        DQUOT => "the quota on the file system does not permit the change",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open or is a path-only \
            (O_PATH) descriptor";
    GETXATTRAT:
        NODATA => NotFound "the attribute does not exist, or the caller may not see it",
        RANGE => "the buffer is not empty, and is too small for the value; or the name is empty or \
            has more than 255 bytes",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        TOOBIG => "the value has more than 65,536 bytes",
        ACCES => "the permissions of the file do not permit the access; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        INVAL => "a flag, the name or the value is not valid; or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open or is a path-only \
            (O_PATH) descriptor";
    LISTXATTRAT:
        RANGE => "the buffer is not empty, and is too small for the list",
        TOOBIG => "the list has more than 65,536 bytes",
        OPNOTSUPP => "the file system does not support extended attributes",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        INVAL => "a flag is unknown or not permitted; or the path contains a NUL byte",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open or is a path-only \
            (O_PATH) descriptor";
    REMOVEXATTRAT:
        NODATA => NotFound "the attribute does not exist",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        RANGE => "the name is empty or has more than 255 bytes",
        PERM => "the namespace of the attribute does not permit the change; or the file is \
            immutable or append-only; or the user namespace of the file system does not map an ID \
            of the file",
        ACCES => "the permissions of the file do not permit the access; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        ROFS => "the file system or the mount is read-only",
        INVAL => "a flag, the name or the value is not valid; or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open or is a path-only \
            (O_PATH) descriptor";
};
