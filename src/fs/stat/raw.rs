//! Raw calls that return the status of files and file systems.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::{Stat, StatFs, Statx, StatxFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, RawFd};
use crate::fs::{AtFlags, DirectoryArg};
use crate::path::{self, with_c_str};
use crate::syscall::syscall;

/// `fstat(fd, &stat)` - returns the status of a file.
///
/// # Errors
///
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EACCES`: a security module denies the call.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: the file system could not be read.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [fstat(2)].
///
/// [fstat(2)]: https://man7.org/linux/man-pages/man2/fstat.2.html
#[inline]
pub fn fstat(fd: BorrowedFd<'_>) -> Result<Stat> {
    let mut stat = MaybeUninit::<Stat>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::FSTAT, fstat(fd, stat.as_mut_ptr())) }.unit()?;
    // SAFETY: written, because the call has succeeded.
    Ok(unsafe { stat.assume_init() })
}

/// `statx(dirfd, path, flags, mask, &statx)` - returns the extended status of a file: the fields
/// `mask`, if the kernel and the file system support them, and fields that need no extra work.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`,
/// `AT_NO_AUTOMOUNT`, `AT_EMPTY_PATH`, and one of `AT_STATX_SYNC_AS_STAT` (0),
/// `AT_STATX_FORCE_SYNC` and `AT_STATX_DONT_SYNC`. With `AT_EMPTY_PATH` and an empty path, the call
/// returns the status of `directory`, which can be any descriptor.
///
/// # Errors
///
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open.
/// - `EINVAL`: a flag is unknown or not permitted, or both `AT_STATX_FORCE_SYNC` and
///   `AT_STATX_DONT_SYNC` are set; or the mask contains `STATX__RESERVED`; or the path contains a
///   NUL byte.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: the file system could not be read.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 4.11; [statx(2)].
///
/// [statx(2)]: https://man7.org/linux/man-pages/man2/statx.2.html
#[inline]
pub fn statx(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: AtFlags,
    mask: StatxFlags,
) -> Result<Statx> {
    let directory = directory.directory_number();
    with_c_str(Call::STATX, path.as_path_bytes(), |path| statx_c(directory, path, flags, mask))
}

#[inline]
pub(super) fn statx_c(
    directory: RawFd,
    path: &CStr,
    flags: AtFlags,
    mask: StatxFlags,
) -> Result<Statx> {
    let (path, flags, mask) = (path.as_ptr(), flags.bits(), mask.bits());
    let mut statx = MaybeUninit::<Statx>::uninit();
    // SAFETY: the kernel reads the path up to its NUL byte, writes one struct, and keeps nothing.
    unsafe { syscall!(Call::STATX, statx(directory, path, flags, mask, statx.as_mut_ptr())) }
        .unit()?;
    // SAFETY: the kernel has written the entire struct, because the call has succeeded.
    Ok(unsafe { statx.assume_init() })
}

/// `statfs(path, &buf)` - returns information about the file system that contains a path.
///
/// # Errors
///
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `ENOSYS`: the file system does not support `statfs`.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: the file system could not be read.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [statfs(2)].
///
/// [statfs(2)]: https://man7.org/linux/man-pages/man2/statfs.2.html
#[inline]
pub fn statfs(path: impl path::Arg) -> Result<StatFs> {
    with_c_str(Call::STATFS, path.as_path_bytes(), statfs_c)
}

#[inline]
pub(crate) fn statfs_c(path: &CStr) -> Result<StatFs> {
    let mut statfs = MaybeUninit::<StatFs>::uninit();
    // SAFETY: the kernel reads the path up to its NUL byte, writes one struct, and keeps nothing.
    unsafe { syscall!(Call::STATFS, statfs(path.as_ptr(), statfs.as_mut_ptr())) }.unit()?;
    // SAFETY: the kernel has written the struct, because the call has succeeded.
    Ok(unsafe { statfs.assume_init() })
}

/// `fstatfs(fd, &buf)` - returns information about the file system that contains a file.
///
/// # Errors
///
/// - `EACCES`: a security module denies the call.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `ENOSYS`: the file system does not support `statfs`.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: the file system could not be read.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [fstatfs(2)].
///
/// [fstatfs(2)]: https://man7.org/linux/man-pages/man2/fstatfs.2.html
#[inline]
pub fn fstatfs(fd: BorrowedFd<'_>) -> Result<StatFs> {
    let mut statfs = MaybeUninit::<StatFs>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::FSTATFS, fstatfs(fd, statfs.as_mut_ptr())) }.unit()?;
    // SAFETY: written, because the call has succeeded.
    Ok(unsafe { statfs.assume_init() })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FSTAT:
        NOTCONN => "the file system is no longer connected to its server",
        STALE => "the file no longer exists on the server of the file system",
        ACCES => "a security module denies the call";
    STATX:
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open",
        INVAL => "a flag is unknown or not permitted, or both AT_STATX_FORCE_SYNC and \
            AT_STATX_DONT_SYNC are set; or the mask contains STATX__RESERVED; or the path contains \
            a NUL byte",
        NOTCONN => "the file system is no longer connected to its server",
        STALE => "the file no longer exists on the server of the file system";
    STATFS:
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        INVAL => "the path contains a NUL byte",
        NOTCONN => "the file system is no longer connected to its server",
        STALE => "the file no longer exists on the server of the file system";
    FSTATFS:
        ACCES => "a security module denies the call",
        NOTCONN => "the file system is no longer connected to its server",
        STALE => "the file no longer exists on the server of the file system";
};
