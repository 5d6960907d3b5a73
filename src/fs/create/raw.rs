//! Raw system calls that create files other than by opening them: directories, special files,
//! symbolic links and hard links.

use core::ffi::CStr;

use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::RawFd;
use crate::fs::types::{AtFlags, DirectoryArg, Mode};
use crate::fs::{Dev, FileType};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `mkdirat(dirfd, path, mode)` - creates a directory.
///
/// A relative path is resolved from `directory`, and can end with slashes. The kernel removes the
/// bits of the umask from `mode`, and ignores all bits except the permissions and the sticky bit.
/// If the parent directory has the set-group-ID bit, the new directory inherits this bit and the
/// group.
///
/// # Errors
///
/// - `EEXIST`: the file exists, also as a dangling symbolic link. This includes paths whose last
///   component is `.` or `..`, and paths that consist of slashes.
/// - `ENOENT`: a directory in a path does not exist, or a path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `EACCES`: a directory in a path cannot be searched; or a directory is not writable; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   call.
/// - `EPERM`: the file system does not support files of this type, or the directory of the new file
///   is immutable.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the path contains a NUL byte, or the file system does not permit the name.
/// - `EMLINK`: a directory has the maximum number of subdirectories.
/// - `ENOSPC`: the file system has no free space or no free inode for a new file.
/// - `EDQUOT`: the quota of the user on the file system does not permit a new file.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID belongs to the
///   caller or to a file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [mkdirat(2)].
///
/// [mkdirat(2)]: https://man7.org/linux/man-pages/man2/mkdirat.2.html
#[inline]
pub fn mkdirat(directory: impl DirectoryArg, path: impl path::Arg, mode: Mode) -> Result<()> {
    mkdirat_path(directory.directory_number(), path.as_path_bytes(), mode)
}

#[inline]
fn mkdirat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode) -> Result<()> {
    with_c_str(Call::MKDIRAT, path, move |path| mkdirat_c(directory, path, mode))
}

#[inline]
pub(super) fn mkdirat_c(directory: RawFd, path: &CStr, mode: Mode) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::MKDIRAT, mkdirat(directory, path.as_ptr(), mode.bits())) }.unit()
}

/// `mknodat(dirfd, path, mode, dev)` - creates a regular file, a FIFO, a socket or a device file.
///
/// A relative path is resolved from `directory`. The kernel receives `file_type` and `mode` as one
/// number, removes the bits of the umask, and ignores `dev` unless the file is a device.
/// [`FileType::Unknown`] creates a regular file. The path must not end with a slash.
///
/// # Errors
///
/// - `EEXIST`: the file exists, also as a dangling symbolic link. This includes paths whose last
///   component is `.` or `..`, and paths that consist of slashes.
/// - `ENOENT`: a directory in a path does not exist, or a path is empty. The error is also `ENOENT`
///   if the path ends with a slash, and the file does not exist.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the descriptor does not refer to a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a directory is not writable; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or the file system does not
///   support the creation of regular files; or a security module denies the call.
/// - `EPERM`: the file is a device, and the caller does not have the capability `CAP_MKNOD` in the
///   initial user namespace, or a device control group denies the creation; or the file type is a
///   directory; or the file system does not support files of this type, or the directory of the new
///   file is immutable. A character device with the number 0:0 does not require the capability
///   since Linux 5.8.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: the file type is a symbolic link; or the major number of the device is greater than
///   4,095, or the minor number is greater than 1,048,575; or the path contains a NUL byte, or the
///   file system does not permit the name.
/// - `ENOSPC`: the file system has no free space or no free inode for a new file.
/// - `EDQUOT`: the quota of the user on the file system does not permit a new file.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID belongs to the
///   caller or to a file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [mknodat(2)].
///
/// [mknodat(2)]: https://man7.org/linux/man-pages/man2/mknodat.2.html
#[inline]
pub fn mknodat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    file_type: FileType,
    mode: Mode,
    dev: Dev,
) -> Result<()> {
    let mode = mode | Mode::from_bits_retain(file_type.as_raw_mode());
    mknodat_path(directory.directory_number(), path.as_path_bytes(), mode, dev)
}

#[inline]
fn mknodat_path(directory: RawFd, path: PathBytes<'_>, mode: Mode, dev: Dev) -> Result<()> {
    with_c_str(Call::MKNODAT, path, move |path| mknodat_c(directory, path, mode, dev))
}

#[inline]
pub(super) fn mknodat_c(directory: RawFd, path: &CStr, mode: Mode, dev: Dev) -> Result<()> {
    // The kernel would ignore the upper 32 bits, and create another device.
    let Ok(dev) = u32::try_from(dev.as_raw()) else {
        return Err(Error::new(Call::MKNODAT, Errno::INVAL));
    };
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    unsafe { syscall!(Call::MKNODAT, mknodat(directory, path.as_ptr(), mode.bits(), dev)) }.unit()
}

/// `symlinkat(target, newdirfd, linkpath)` - creates a symbolic link.
///
/// `old_path` is the content of the link, which the kernel stores without resolving it. `new_path`
/// is the path of the link. If `new_path` is relative, it is resolved from `new_directory`; a
/// relative content of a link is resolved from the directory that contains the link.
///
/// # Errors
///
/// - `EEXIST`: the file exists, also as a dangling symbolic link. This includes paths whose last
///   component is `.` or `..`, and paths that consist of slashes.
/// - `ENOENT`: the file or a directory in a path does not exist, or a path is empty, or the caller
///   may not use `AT_EMPTY_PATH`. A file that has been removed does not exist. The error is also
///   `ENOENT` if the new path ends with a slash, and the file does not exist. `AT_EMPTY_PATH`
///   requires the capability `CAP_DAC_READ_SEARCH` or, since Linux 6.10, that the caller has opened
///   the descriptor with the same credentials.
/// - `ENOTDIR`: a component of a path that is used as a directory is not a directory; or a path is
///   relative, and its directory argument is not a directory.
/// - `EACCES`: a directory in a path cannot be searched; or a directory is not writable; or a
///   symbolic link may not be followed (`fs.protected_symlinks`); or a security module denies the
///   call.
/// - `EPERM`: the file system does not support files of this type, or the directory of the new file
///   is immutable.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: a path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: a path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `EBADF`: a path is relative, and its directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag other than `AT_SYMLINK_FOLLOW` and `AT_EMPTY_PATH` is set; or a path contains
///   a NUL byte, or the file system does not permit the name.
/// - `ENOSPC`: the file system has no free space.
/// - `EDQUOT`: the quota on the file system does not permit the change.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID. The ID belongs to the
///   caller or to a file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [symlinkat(2)].
///
/// [symlinkat(2)]: https://man7.org/linux/man-pages/man2/symlinkat.2.html
#[inline]
pub fn symlinkat(
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
) -> Result<()> {
    let new_directory = new_directory.directory_number();
    symlinkat_paths(old_path.as_path_bytes(), new_directory, new_path.as_path_bytes())
}

#[inline]
fn symlinkat_paths(old: PathBytes<'_>, new_directory: RawFd, new: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::SYMLINKAT, old, move |old| {
        with_c_str(Call::SYMLINKAT, new, move |new| symlinkat_c(old, new_directory, new))
    })
}

#[inline]
pub(super) fn symlinkat_c(old: &CStr, new_directory: RawFd, new: &CStr) -> Result<()> {
    let (old, new) = (old.as_ptr(), new.as_ptr());
    // SAFETY: the kernel reads the paths up to their NUL bytes, and keeps nothing of them.
    unsafe { syscall!(Call::SYMLINKAT, symlinkat(old, new_directory, new)) }.unit()
}

/// `linkat(olddirfd, oldpath, newdirfd, newpath, flags)` - creates a hard link, a further name of a
/// file.
///
/// Relative paths are resolved from the directory before them. Permitted flags are
/// `AT_SYMLINK_FOLLOW` and `AT_EMPTY_PATH`. If `old_path` is a symbolic link, the call creates a
/// link to the symbolic link itself, unless `AT_SYMLINK_FOLLOW` is set. With `AT_EMPTY_PATH` and an
/// empty `old_path`, the call creates a link to the file of `old_directory`, which can be a file
/// that was opened with `O_TMPFILE`.
///
/// # Errors
///
/// - `EEXIST`: the new path exists, also as a dangling symbolic link; or its last component is `.`
///   or `..`; or it consists of slashes.
/// - `ENOENT`: the file, or a directory in one of the paths, does not exist or has been removed; or
///   a symbolic link in one of the paths is dangling; or the new path is empty or ends with a
///   slash; or the old path is empty, and `AT_EMPTY_PATH` is not set; or `AT_EMPTY_PATH` is set,
///   and the caller neither has the capability `CAP_DAC_READ_SEARCH` nor (since Linux 6.10) has
///   opened the descriptor with the same credentials.
/// - `EXDEV`: the paths are not on the same mount of the same file system, or the file system does
///   not permit the operation between the two directories.
/// - `EPERM`: the file is a directory; or the caller neither owns the file nor may read and write
///   it (`fs.protected_hardlinks`); or the file is immutable or append-only; or the file system
///   does not support hard links; or the directory of the new link is immutable.
/// - `EMLINK`: the file has the maximum number of links.
/// - `ENOTDIR`: a component of a path that is used as a directory is not a directory; or a path is
///   relative, and its directory argument is not a directory.
/// - `EACCES`: a directory in one of the paths cannot be searched; or the directory of the new link
///   is not writable; or a symbolic link may not be followed (`fs.protected_symlinks`); or a
///   security module denies the call.
/// - `EROFS`: the file system or the mount is read-only.
/// - `ELOOP`: one of the paths contains more than 40 symbolic links, or a symbolic link on a mount
///   with `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: one of the paths has more than 4,095 bytes, or a component of it is too long
///   for its file system.
/// - `EBADF`: a path is relative, and its directory argument is [`ABS`](crate::fs::ABS).
/// - `EINVAL`: a flag other than `AT_SYMLINK_FOLLOW` and `AT_EMPTY_PATH` is set; or one of the
///   paths contains a NUL byte, or the file system does not permit the name.
/// - `ENOSPC`: the file system has no free space for the new name.
/// - `EDQUOT`: the quota of the user on the file system does not permit the new name.
/// - `EOVERFLOW`: the user namespace of the file system does not map an ID of the caller or of the
///   file.
/// - `ENOMEM`: the kernel is out of memory.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: an I/O error occurred.
///
/// File systems return further errors.
///
/// Since Linux 2.6.16; [linkat(2)].
///
/// [linkat(2)]: https://man7.org/linux/man-pages/man2/linkat.2.html
#[inline]
pub fn linkat(
    old_directory: impl DirectoryArg,
    old_path: impl path::Arg,
    new_directory: impl DirectoryArg,
    new_path: impl path::Arg,
    flags: AtFlags,
) -> Result<()> {
    let old = (old_directory.directory_number(), old_path.as_path_bytes());
    linkat_paths(old, (new_directory.directory_number(), new_path.as_path_bytes()), flags)
}

#[inline]
fn linkat_paths(
    old: (RawFd, PathBytes<'_>),
    new: (RawFd, PathBytes<'_>),
    flags: AtFlags,
) -> Result<()> {
    with_c_str(Call::LINKAT, old.1, move |old_path| {
        with_c_str(Call::LINKAT, new.1, move |new_path| {
            linkat_c((old.0, old_path), (new.0, new_path), flags)
        })
    })
}

#[inline]
pub(super) fn linkat_c(old: (RawFd, &CStr), new: (RawFd, &CStr), flags: AtFlags) -> Result<()> {
    let (old_path, new_path) = (old.1.as_ptr(), new.1.as_ptr());
    // SAFETY: the kernel reads the paths up to their NUL bytes, and keeps nothing of them.
    unsafe { syscall!(Call::LINKAT, linkat(old.0, old_path, new.0, new_path, flags.bits())) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MKDIRAT:
        EXIST => "the file exists, also as a dangling symbolic link",
        NOENT => "a directory in a path does not exist, or a path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in a path cannot be searched; or a directory is not writable; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the call",
        PERM => "the file system does not support files of this type, or the directory of the new \
            file is immutable",
        ROFS => "the file system or the mount is read-only",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative, and the directory argument is ABS",
        INVAL => "the path contains a NUL byte, or the file system does not permit the name",
        MLINK => "a directory has the maximum number of subdirectories",
        NOSPC => "the file system has no free space or no free inode for a new file",
        DQUOT => "the quota of the user on the file system does not permit a new file",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    MKNODAT:
        EXIST => "the file exists, also as a dangling symbolic link",
        NOENT => "a directory in a path does not exist, or a path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in the path cannot be searched; or a directory is not writable; or a \
            symbolic link may not be followed (fs.protected_symlinks); or the file system does not \
            support the creation of regular files; or a security module denies the call",
        PERM => "the file is a device, and the caller does not have the capability CAP_MKNOD in \
            the initial user namespace, or a device control group denies the creation; or the file \
            type is a directory; or the file system does not support files of this type, or the \
            directory of the new file is immutable",
        ROFS => "the file system or the mount is read-only",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative, and the directory argument is ABS",
        INVAL => "the file type is a symbolic link; or the major number of the device is greater \
            than 4,095, or the minor number is greater than 1,048,575; or the path contains a NUL \
            byte, or the file system does not permit the name",
        NOSPC => "the file system has no free space or no free inode for a new file",
        DQUOT => "the quota of the user on the file system does not permit a new file",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    SYMLINKAT:
        EXIST => "the file exists, also as a dangling symbolic link",
        NOENT => "the file or a directory in a path does not exist, or a path is empty, or the \
            caller may not use AT_EMPTY_PATH",
        NOTDIR => "a component of a path that is used as a directory is not a directory; or a path \
            is relative, and its directory argument is not a directory",
        ACCES => "a directory in a path cannot be searched; or a directory is not writable; or a \
            symbolic link may not be followed (fs.protected_symlinks); or a security module denies \
            the call",
        PERM => "the file system does not support files of this type, or the directory of the new \
            file is immutable",
        ROFS => "the file system or the mount is read-only",
        LOOP => "a path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system",
        BADF => "a path is relative, and its directory argument is ABS",
        INVAL => "a flag other than AT_SYMLINK_FOLLOW and AT_EMPTY_PATH is set; or a path contains \
            a NUL byte, or the file system does not permit the name",
        NOSPC => "the file system has no free space",
        DQUOT => "the quota on the file system does not permit the change",
        OVERFLOW => "the user namespace of the file system does not map an ID";
    LINKAT:
        EXIST => "the new path exists, also as a dangling symbolic link; or its last component is \
            . or ..; or it consists of slashes",
        NOENT => "the file, or a directory in one of the paths, does not exist or has been \
            removed; or a symbolic link in one of the paths is dangling; or the new path is empty \
            or ends with a slash; or the old path is empty, and AT_EMPTY_PATH is not set; or \
            AT_EMPTY_PATH is set, and the caller neither has the capability CAP_DAC_READ_SEARCH \
            nor (since Linux 6.10) has opened the descriptor with the same credentials",
        XDEV => "the paths are not on the same mount of the same file system, or the file system \
            does not permit the operation between the two directories",
        PERM => "the file is a directory; or the caller neither owns the file nor may read and \
            write it (fs.protected_hardlinks); or the file is immutable or append-only; or the \
            file system does not support hard links; or the directory of the new link is immutable",
        MLINK => "the file has the maximum number of links",
        NOTDIR => "a component of a path that is used as a directory is not a directory; or a path \
            is relative, and its directory argument is not a directory",
        ACCES => "a directory in one of the paths cannot be searched; or the directory of the new \
            link is not writable; or a symbolic link may not be followed (fs.protected_symlinks); \
            or a security module denies the call",
        ROFS => "the file system or the mount is read-only",
        LOOP => "one of the paths contains more than 40 symbolic links, or a symbolic link on a \
            mount with MS_NOSYMFOLLOW",
        NAMETOOLONG => "one of the paths has more than 4,095 bytes, or a component of it is too \
            long for its file system",
        BADF => "a path is relative, and its directory argument is ABS",
        INVAL => "a flag other than AT_SYMLINK_FOLLOW and AT_EMPTY_PATH is set; or one of the \
            paths contains a NUL byte, or the file system does not permit the name",
        NOSPC => "the file system has no free space for the new name",
        DQUOT => "the quota of the user on the file system does not permit the new name",
        OVERFLOW => "the user namespace of the file system does not map an ID of the caller or of \
            the file";
};
