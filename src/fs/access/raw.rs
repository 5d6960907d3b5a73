//! The raw system call that checks access to a file.

use core::ffi::CStr;

use super::Access;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `faccessat2(dirfd, path, mode, flags)` - checks whether the caller may access a file.
///
/// The kernel checks the access with the real IDs of the thread and, unless the real user ID is 0,
/// without its capabilities. With `AT_EACCESS`, it checks the access with the effective IDs and the
/// capabilities. A relative path is resolved from `directory`. Further permitted flags are
/// `AT_SYMLINK_NOFOLLOW` and `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which
/// can be any descriptor.
///
/// The result can be out of date when it is returned: a later access can fail, or can refer to
/// another file.
///
/// # Errors
///
/// - `EACCES`: the permissions of the file or the flags of the mount do not permit the access; or a
///   directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call. A mount with `MS_NOEXEC` does
///   not permit the execution of regular files, and the root user may execute a file only if an
///   execute permission is set.
/// - `EROFS`: write access is requested, and the file system or the mount is read-only, and the
///   file is a regular file, a directory or a symbolic link.
/// - `EPERM`: write access is requested, and the file is immutable.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open.
/// - `EINVAL`: a flag is unknown or not permitted; or the path contains a NUL byte.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 5.8; [faccessat2(2)].
///
/// [faccessat2(2)]: https://man7.org/linux/man-pages/man2/faccessat2.2.html
#[inline]
pub fn faccessat2(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    access: Access,
    flags: AtFlags,
) -> Result<()> {
    faccessat2_path(directory.directory_number(), path.as_path_bytes(), access, flags)
}

#[inline]
fn faccessat2_path(
    directory: RawFd,
    path: PathBytes<'_>,
    access: Access,
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::FACCESSAT2, path, move |path| faccessat2_c(directory, path, access, flags))
}

#[inline]
pub(super) fn faccessat2_c(
    directory: RawFd,
    path: &CStr,
    access: Access,
    flags: AtFlags,
) -> Result<()> {
    let (path, access, flags) = (path.as_ptr(), access.bits(), flags.bits());
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::FACCESSAT2, faccessat2(directory, path, access, flags)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FACCESSAT2:
        ACCES => "the permissions of the file or the flags of the mount do not permit the access; \
            or a directory in the path cannot be searched; or a symbolic link may not be followed \
            (fs.protected_symlinks); or a security module denies the call",
        ROFS => "write access is requested, and the file system or the mount is read-only, and the \
            file is a regular file, a directory or a symbolic link",
        PERM => "write access is requested, and the file is immutable",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open",
        INVAL => "a flag is unknown or not permitted; or the path contains a NUL byte";
};
