//! Raw system calls that set the times of a file.

use core::ffi::CStr;

use super::Timestamps;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, RawFd};
use crate::fs::types::{AtFlags, DirectoryArg};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;
use crate::time::Timespec;

/// `utimensat(dirfd, path, times, flags)` - sets the time of the last access and the time of the
/// last modification of a file.
///
/// A relative path is resolved from `directory`. Permitted flags are `AT_SYMLINK_NOFOLLOW`, with
/// which the call changes a symbolic link itself, and `AT_EMPTY_PATH` (since Linux 5.8), with which
/// an empty path refers to `directory`, which can be any descriptor. If both times are left
/// unchanged, the kernel does not look up the path. A file system rounds down and limits the times
/// to the values that it can store.
///
/// # Errors
///
/// - `EACCES`: both times are set to the current time, and the caller neither owns the file nor may
///   write to it; or a directory in the path cannot be searched; or a symbolic link may not be
///   followed (`fs.protected_symlinks`); or a security module denies the call.
/// - `EPERM`: a time is set to a value or left unchanged, and the caller neither owns the file nor
///   has the capability `CAP_FOWNER`; or the file is immutable; or the file is append-only, and at
///   least one time is not set to the current time.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the nanoseconds of a time are not in 0..=999,999,999; or a flag other than
///   `AT_SYMLINK_NOFOLLOW` and `AT_EMPTY_PATH` is set; or the path contains a NUL byte.
/// - `ENOENT`: a component of the path does not exist; or the path is empty, and `AT_EMPTY_PATH` is
///   not set.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative or empty, and the descriptor is not open.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is an ID of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.22; [utimensat(2)].
///
/// [utimensat(2)]: https://man7.org/linux/man-pages/man2/utimensat.2.html
#[inline]
pub fn utimensat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    times: &Timestamps,
    flags: AtFlags,
) -> Result<()> {
    utimensat_path(directory.directory_number(), path.as_path_bytes(), &times.timespecs(), flags)
}

#[inline]
fn utimensat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    times: &[Timespec; 2],
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::UTIMENSAT, path, move |path| utimensat_c(directory, path, times, flags))
}

#[inline]
pub(super) fn utimensat_c(
    directory: RawFd,
    path: &CStr,
    times: &[Timespec; 2],
    flags: AtFlags,
) -> Result<()> {
    let (path, times, flags) = (path.as_ptr(), times.as_ptr(), flags.bits());
    // SAFETY: the kernel reads the path up to its NUL byte and two structs, and keeps nothing of
    // them.
    unsafe { syscall!(Call::UTIMENSAT, utimensat(directory, path, times, flags)) }.unit()
}

/// `utimensat(fd, NULL, times, 0)` - sets the time of the last access and the time of the last
/// modification of an open file.
///
/// See [`utimensat`] for the times.
///
/// # Errors
///
/// - `EACCES`: both times are set to the current time, and the caller neither owns the file nor may
///   write to it; or a security module denies the call.
/// - `EPERM`: a time is set to a value or left unchanged, and the caller neither owns the file nor
///   has the capability `CAP_FOWNER`; or the file is immutable; or the file is append-only, and at
///   least one time is not set to the current time.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the nanoseconds of a time are not in 0..=999,999,999.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is an ID of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.22; [utimensat(2)].
///
/// [utimensat(2)]: https://man7.org/linux/man-pages/man2/utimensat.2.html
#[doc(alias = "futimens")]
#[inline]
pub fn utimensat_fd(fd: BorrowedFd<'_>, times: &Timestamps) -> Result<()> {
    let (path, times) = (core::ptr::null::<u8>(), times.timespecs());
    // SAFETY: the kernel reads two structs, and keeps nothing of them.
    unsafe { syscall!(Call::UTIMENSAT_FD, utimensat(fd, path, times.as_ptr(), 0_u32)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    UTIMENSAT:
        ACCES => "both times are set to the current time, and the caller neither owns the file nor \
            may write to it; or a directory in the path cannot be searched; or a symbolic link may \
            not be followed (fs.protected_symlinks); or a security module denies the call",
        PERM => "a time is set to a value or left unchanged, and the caller neither owns the file \
            nor has the capability CAP_FOWNER; or the file is immutable; or the file is \
            append-only, and at least one time is not set to the current time",
        ROFS => "the file system or the mount is read-only",
        INVAL => "the nanoseconds of a time are not in 0..=999,999,999; or a flag other than \
            AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH is set; or the path contains a NUL byte",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    UTIMENSAT_FD:
        ACCES => "both times are set to the current time, and the caller neither owns the file nor \
            may write to it; or a security module denies the call",
        PERM => "a time is set to a value or left unchanged, and the caller neither owns the file \
            nor has the capability CAP_FOWNER; or the file is immutable; or the file is \
            append-only, and at least one time is not set to the current time",
        ROFS => "the file system or the mount is read-only",
        INVAL => "the nanoseconds of a time are not in 0..=999,999,999",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        OVERFLOW => "the user namespace of the file system does not map an ID";
};
