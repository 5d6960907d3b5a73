//! Raw system calls that change the mode and the owner of a file.

use core::ffi::CStr;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, RawFd};
use crate::fs::types::{AtFlags, DirectoryArg, Mode};
use crate::ids::{Gid, Uid};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// The ID with which the kernel leaves the owner or the group unchanged.
const UNCHANGED: u32 = u32::MAX;

/// `fchmodat(dirfd, path, mode)` - sets the mode of a file: the permissions, and the set-user-ID,
/// set-group-ID and sticky bits.
///
/// A relative path is resolved from `directory`, and symbolic links are followed. The kernel
/// ignores bits that are not part of a mode. It clears the set-group-ID bit if the caller is not a
/// member of the group of the file and does not have the capability `CAP_FSETID`.
///
/// # Errors
///
/// - `EPERM`: the caller neither owns the file nor has the capability `CAP_FOWNER`; or the file is
///   immutable or append-only; or the mode would change an execute permission, and the file is
///   sealed against this change (`F_SEAL_EXEC`).
/// - `EROFS`: the file system or the mount is read-only.
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the path contains a NUL byte.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is an ID of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [fchmodat(2)].
///
/// [fchmodat(2)]: https://man7.org/linux/man-pages/man2/fchmodat.2.html
#[inline]
pub fn fchmodat(directory: impl DirectoryArg, path: impl path::Arg, mode: Mode) -> Result<()> {
    fchmodat_path(directory.directory_number(), path.as_path_bytes(), mode)
}

#[inline]
fn fchmodat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode) -> Result<()> {
    with_c_str(Call::FCHMODAT, path, move |path| fchmodat_c(directory, path, mode))
}

#[inline]
pub(super) fn fchmodat_c(directory: RawFd, path: &CStr, mode: Mode) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::FCHMODAT, fchmodat(directory, path.as_ptr(), mode.bits())) }.unit()
}

/// `fchmodat2(dirfd, path, mode, flags)` - sets the mode of a file, with flags.
///
/// The call is [`fchmodat`] with the flags `AT_SYMLINK_NOFOLLOW`, with which the call fails for a
/// symbolic link, and `AT_EMPTY_PATH`, with which an empty path refers to `directory`, which can be
/// any descriptor, also a path-only (`O_PATH`) descriptor.
///
/// # Errors
///
/// - `EOPNOTSUPP`: `AT_SYMLINK_NOFOLLOW` is set, and the file is a symbolic link, whose mode cannot
///   be changed.
/// - `ENOSYS`: the kernel is older than Linux 6.6.
/// - `EPERM`: the caller neither owns the file nor has the capability `CAP_FOWNER`; or the file is
///   immutable or append-only; or the mode would change an execute permission, and the file is
///   sealed against this change (`F_SEAL_EXEC`).
/// - `EROFS`: the file system or the mount is read-only.
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
/// - `EINVAL`: a flag other than `AT_SYMLINK_NOFOLLOW` and `AT_EMPTY_PATH` is set; or the path
///   contains a NUL byte.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is an ID of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 6.6; [fchmodat2(2)].
///
/// [fchmodat2(2)]: https://man7.org/linux/man-pages/man2/fchmodat2.2.html
#[inline]
pub fn fchmodat2(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    mode: Mode,
    flags: AtFlags,
) -> Result<()> {
    fchmodat2_path(directory.directory_number(), path.as_path_bytes(), mode, flags)
}

#[inline]
fn fchmodat2_path(directory: RawFd, path: PathBytes<'_>, mode: Mode, flags: AtFlags) -> Result<()> {
    with_c_str(Call::FCHMODAT2, path, move |path| fchmodat2_c(directory, path, mode, flags))
}

#[inline]
pub(super) fn fchmodat2_c(directory: RawFd, path: &CStr, mode: Mode, flags: AtFlags) -> Result<()> {
    let (path, mode, flags) = (path.as_ptr(), mode.bits(), flags.bits());
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::FCHMODAT2, fchmodat2(directory, path, mode, flags)) }.unit()
}

/// `fchmod(fd, mode)` - sets the mode of an open file.
///
/// See [`fchmodat`] for the mode.
///
/// # Errors
///
/// - `EPERM`: the caller neither owns the file nor has the capability `CAP_FOWNER`; or the file is
///   immutable or append-only; or the mode would change an execute permission, and the file is
///   sealed against this change (`F_SEAL_EXEC`).
/// - `EROFS`: the file system or the mount is read-only.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EACCES`: a security module denies the call.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is an ID of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 1.0; [fchmod(2)].
///
/// [fchmod(2)]: https://man7.org/linux/man-pages/man2/fchmod.2.html
#[inline]
pub fn fchmod(fd: BorrowedFd<'_>, mode: Mode) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCHMOD, fchmod(fd, mode.bits())) }.unit()
}

/// `fchownat(dirfd, path, owner, group, flags)` - changes the owner and the group of a file.
///
/// `None` leaves the owner or the group unchanged, and so does the ID 4294967295, which the kernel
/// does not distinguish from it. A relative path is resolved from `directory`. Permitted flags are
/// `AT_SYMLINK_NOFOLLOW`, with which the call changes a symbolic link itself, and `AT_EMPTY_PATH`,
/// with which an empty path refers to `directory`, which can be any descriptor.
///
/// The kernel clears the set-user-ID and set-group-ID bits and the capabilities of a file that is
/// not a directory.
///
/// # Errors
///
/// - `EPERM`: the caller may not change the owner or the group; or the file is immutable or
///   append-only. The owner of a file may change its group to a group of the caller. All other
///   changes require the capability `CAP_CHOWN` in a user namespace that maps the IDs of the file.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the user namespace of the caller does not map a new ID; or a flag other than
///   `AT_SYMLINK_NOFOLLOW` and `AT_EMPTY_PATH` is set; or the path contains a NUL byte.
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
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is a new ID or
///   an ID of the file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [fchownat(2)].
///
/// [fchownat(2)]: https://man7.org/linux/man-pages/man2/fchownat.2.html
#[inline]
pub fn fchownat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    owner: Option<Uid>,
    group: Option<Gid>,
    flags: AtFlags,
) -> Result<()> {
    let (directory, path) = (directory.directory_number(), path.as_path_bytes());
    fchownat_path(directory, path, ids(owner, group), flags)
}

/// The IDs of the owner and the group as the kernel expects them.
#[inline]
pub(super) fn ids(owner: Option<Uid>, group: Option<Gid>) -> (u32, u32) {
    (owner.map_or(UNCHANGED, Uid::as_raw), group.map_or(UNCHANGED, Gid::as_raw))
}

#[inline]
fn fchownat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    ids: (u32, u32),
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::FCHOWNAT, path, move |path| fchownat_c(directory, path, ids, flags))
}

#[inline]
pub(super) fn fchownat_c(
    directory: RawFd,
    path: &CStr,
    ids: (u32, u32),
    flags: AtFlags,
) -> Result<()> {
    let (path, flags) = (path.as_ptr(), flags.bits());
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::FCHOWNAT, fchownat(directory, path, ids.0, ids.1, flags)) }.unit()
}

/// `fchown(fd, owner, group)` - changes the owner and the group of an open file.
///
/// See [`fchownat`] for the IDs.
///
/// # Errors
///
/// - `EPERM`: the caller may not change the owner or the group; or the file is immutable or
///   append-only. The owner of a file may change its group to a group of the caller. All other
///   changes require the capability `CAP_CHOWN` in a user namespace that maps the IDs of the file.
/// - `EROFS`: the file system or the mount is read-only.
/// - `EINVAL`: the user namespace of the caller does not map a new ID.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EACCES`: a security module denies the call.
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID is a new ID or
///   an ID of the file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 1.0; [fchown(2)].
///
/// [fchown(2)]: https://man7.org/linux/man-pages/man2/fchown.2.html
#[inline]
pub fn fchown(fd: BorrowedFd<'_>, owner: Option<Uid>, group: Option<Gid>) -> Result<()> {
    let (owner, group) = ids(owner, group);
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCHOWN, fchown(fd, owner, group)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    FCHMODAT:
        PERM => "the caller neither owns the file nor has the capability CAP_FOWNER; or the file \
            is immutable or append-only; or the mode would change an execute permission, and the \
            file is sealed against this change (F_SEAL_EXEC)",
        ROFS => "the file system or the mount is read-only",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative, and the directory argument is ABS",
        INVAL => "the path contains a NUL byte",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    FCHMODAT2:
        OPNOTSUPP => "AT_SYMLINK_NOFOLLOW is set, and the file is a symbolic link, whose mode \
            cannot be changed",
        PERM => "the caller neither owns the file nor has the capability CAP_FOWNER; or the file \
            is immutable or append-only; or the mode would change an execute permission, and the \
            file is sealed against this change (F_SEAL_EXEC)",
        ROFS => "the file system or the mount is read-only",
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
        INVAL => "a flag other than AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH is set; or the path \
            contains a NUL byte",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    FCHMOD:
        PERM => "the caller neither owns the file nor has the capability CAP_FOWNER; or the file \
            is immutable or append-only; or the mode would change an execute permission, and the \
            file is sealed against this change (F_SEAL_EXEC)",
        ROFS => "the file system or the mount is read-only",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        ACCES => "a security module denies the call",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    FCHOWNAT:
        PERM => "the caller may not change the owner or the group; or the file is immutable or \
            append-only",
        ROFS => "the file system or the mount is read-only",
        INVAL => "the user namespace of the caller does not map a new ID; or a flag other than \
            AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH is set; or the path contains a NUL byte",
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
        DQUOT => "the quota on the file system does not permit the change",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    FCHOWN:
        PERM => "the caller may not change the owner or the group; or the file is immutable or \
            append-only",
        ROFS => "the file system or the mount is read-only",
        INVAL => "the user namespace of the caller does not map a new ID",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        ACCES => "a security module denies the call",
        DQUOT => "the quota on the file system does not permit the change",
        OVERFLOW => "the user namespace of the file system does not map an ID";
};
