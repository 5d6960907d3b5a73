//! Raw system calls that set and remove extended attributes.

use core::ffi::CStr;

use super::super::name::with_name;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::fs::XattrFlags;
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `setxattr(path, name, value, size, flags)` - sets an extended attribute of a file.
///
/// The name begins with a namespace, such as `user.`, and has at most 255 bytes. Without flags, the
/// call creates or replaces the attribute. The value can contain any bytes, and can be empty.
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
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
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
        with_name(Call::SETXATTR, name, move |name| setxattr_c(path, name, value, flags))
    })
}

#[inline]
pub(super) fn setxattr_c(path: &CStr, name: &CStr, value: &[u8], flags: XattrFlags) -> Result<()> {
    let (path, name, flags) = (path.as_ptr(), name.as_ptr(), flags.bits());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and the value, and
    // keeps nothing of them.
    unsafe { syscall!(Call::SETXATTR, setxattr(path, name, value.as_ptr(), value.len(), flags)) }
        .unit()
}

/// `lsetxattr(path, name, value, size, flags)` - sets an extended attribute of a file or a symbolic
/// link.
///
/// The call is [`setxattr`], but does not follow a symbolic link in the last component of the path.
///
/// # Errors
///
/// The errors of [`setxattr`] also apply to this call.
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
        with_name(Call::LSETXATTR, name, move |name| lsetxattr_c(path, name, value, flags))
    })
}

#[inline]
pub(super) fn lsetxattr_c(path: &CStr, name: &CStr, value: &[u8], flags: XattrFlags) -> Result<()> {
    let (path, name, flags) = (path.as_ptr(), name.as_ptr(), flags.bits());
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and the value, and
    // keeps nothing of them.
    unsafe { syscall!(Call::LSETXATTR, lsetxattr(path, name, value.as_ptr(), value.len(), flags)) }
        .unit()
}

/// `fsetxattr(fd, name, value, size, flags)` - sets an extended attribute of an open file.
///
/// See [`setxattr`] for the name and the value. The descriptor need not be open for writing.
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
/// - `EACCES`: the permissions of the file do not permit the access; or a security module denies
///   the call.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: a flag, the name or the value is not valid; or an argument contains a NUL byte. A
///   name must continue after the namespace.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOSPC`: the file system has no free space.
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.4; [fsetxattr(2)].
///
/// [fsetxattr(2)]: https://man7.org/linux/man-pages/man2/fsetxattr.2.html
#[inline]
pub fn fsetxattr(
    fd: BorrowedFd<'_>,
    name: impl path::Arg,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    fsetxattr_name(fd, name.as_path_bytes(), value, flags)
}

#[inline]
fn fsetxattr_name(
    fd: BorrowedFd<'_>,
    name: PathBytes<'_>,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    with_name(Call::FSETXATTR, name, move |name| fsetxattr_c(fd, name, value, flags))
}

#[inline]
pub(super) fn fsetxattr_c(
    fd: BorrowedFd<'_>,
    name: &CStr,
    value: &[u8],
    flags: XattrFlags,
) -> Result<()> {
    let (name, bytes, size, flags) = (name.as_ptr(), value.as_ptr(), value.len(), flags.bits());
    // SAFETY: the kernel reads the name up to its NUL byte, and the value, and keeps nothing of
    // them.
    unsafe { syscall!(Call::FSETXATTR, fsetxattr(fd, name, bytes, size, flags)) }.unit()
}

/// `removexattr(path, name)` - removes an extended attribute of a file.
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
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
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
        with_name(Call::REMOVEXATTR, name, move |name| removexattr_c(path, name))
    })
}

#[inline]
pub(super) fn removexattr_c(path: &CStr, name: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and keeps nothing of
    // them.
    unsafe { syscall!(Call::REMOVEXATTR, removexattr(path.as_ptr(), name.as_ptr())) }.unit()
}

/// `lremovexattr(path, name)` - removes an extended attribute of a file or a symbolic link.
///
/// The call is [`removexattr`], but does not follow a symbolic link in the last component of the
/// path.
///
/// # Errors
///
/// The errors of [`removexattr`] also apply to this call.
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
        with_name(Call::LREMOVEXATTR, name, move |name| lremovexattr_c(path, name))
    })
}

#[inline]
pub(super) fn lremovexattr_c(path: &CStr, name: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the path and the name up to their NUL bytes, and keeps nothing of
    // them.
    unsafe { syscall!(Call::LREMOVEXATTR, lremovexattr(path.as_ptr(), name.as_ptr())) }.unit()
}

/// `fremovexattr(fd, name)` - removes an extended attribute of an open file.
///
/// The descriptor need not be open for writing.
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
/// - `EACCES`: the permissions of the file do not permit the access; or a security module denies
///   the call.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the name is not valid, or an argument contains a NUL byte. A name must continue
///   after the namespace.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.4; [fremovexattr(2)].
///
/// [fremovexattr(2)]: https://man7.org/linux/man-pages/man2/fremovexattr.2.html
#[inline]
pub fn fremovexattr(fd: BorrowedFd<'_>, name: impl path::Arg) -> Result<()> {
    fremovexattr_name(fd, name.as_path_bytes())
}

#[inline]
fn fremovexattr_name(fd: BorrowedFd<'_>, name: PathBytes<'_>) -> Result<()> {
    with_name(Call::FREMOVEXATTR, name, move |name| fremovexattr_c(fd, name))
}

#[inline]
pub(super) fn fremovexattr_c(fd: BorrowedFd<'_>, name: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the name up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::FREMOVEXATTR, fremovexattr(fd, name.as_ptr())) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SETXATTR:
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
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    LSETXATTR:
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
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    FSETXATTR:
        EXIST => "XATTR_CREATE is set, and the attribute exists",
        NODATA => NotFound "XATTR_REPLACE is set, and the attribute does not exist",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        RANGE => "the name is empty or has more than 255 bytes",
        TOOBIG => "the value has more than 65,536 bytes",
        PERM => "the namespace of the attribute does not permit the change; or the file is \
            immutable or append-only; or the user namespace of the file system does not map an ID \
            of the file",
        ACCES => "the permissions of the file do not permit the access; or a security module \
            denies the call",
        ROFS => "the file system or the mount is read-only",
        INVAL => "a flag, the name or the value is not valid; or an argument contains a NUL byte",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        NOSPC => "the file system has no free space",
        DQUOT => "the quota on the file system does not permit the change";
    REMOVEXATTR:
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
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    LREMOVEXATTR:
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
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    FREMOVEXATTR:
        NODATA => NotFound "the attribute does not exist",
        OPNOTSUPP => "the file system does not support extended attributes or the namespace of the \
            attribute",
        RANGE => "the name is empty or has more than 255 bytes",
        PERM => "the namespace of the attribute does not permit the change; or the file is \
            immutable or append-only; or the user namespace of the file system does not map an ID \
            of the file",
        ACCES => "the permissions of the file do not permit the access; or a security module \
            denies the call",
        ROFS => "the file system or the mount is read-only",
        INVAL => "the name is not valid, or an argument contains a NUL byte",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
