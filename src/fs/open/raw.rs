//! Raw system calls that open files.

use core::ffi::CStr;

use super::types::{OpenHow, OpenHowFlags, ResolveFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{OwnedFd, RawFd};
use crate::fs::types::{DirectoryArg, Mode, OFlags};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `openat(dirfd, path, flags, mode)` - opens a file.
///
/// A relative path is resolved from `directory`. `mode` contains the permissions of a file that the
/// call creates, from which the kernel removes the bits of the umask. The kernel ignores `mode`
/// unless `CREATE` or `TMPFILE` is set, and ignores unknown flags. If `PATH` is set, the kernel
/// ignores all other flags except `DIRECTORY`, `NOFOLLOW` and `CLOEXEC`.
///
/// # Errors
///
/// - `ENOENT`: the file does not exist, and `O_CREAT` is not set; or a directory in the path does
///   not exist or has been removed; or a symbolic link in the path is dangling; or the path is
///   empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory; or the path
///   is relative, and the directory argument is not a directory; or `O_DIRECTORY` or `O_TMPFILE` is
///   set, and the file is not a directory.
/// - `EISDIR`: the file is a directory, and is opened for writing or with `O_CREAT`; or `O_CREAT`
///   is set, and the path ends with a slash.
/// - `EEXIST`: `O_CREAT` and `O_EXCL` are set, and the file exists or is a symbolic link.
/// - `EBADF`: the path is relative, and the directory argument is [`ABS`](crate::fs::ABS).
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`; or `O_NOFOLLOW` is set without `O_PATH`, and the last component of the path
///   is a symbolic link.
/// - `EACCES`: the permissions of the file do not permit the access mode; or a directory in the
///   path cannot be searched; or the file is to be created, and the directory is not writable; or
///   the file is a device on a mount with `MS_NODEV`; or the file or a symbolic link in a sticky
///   directory belongs to another user (`fs.protected_symlinks`, `fs.protected_regular`,
///   `fs.protected_fifos`); or a security module denies the access.
/// - `EPERM`: `O_NOATIME` is set, and the caller neither owns the file nor has `CAP_FOWNER`; or the
///   file is append-only, and is opened for writing without `O_APPEND` or with `O_TRUNC`; or the
///   file is immutable or protected by fs-verity, and is opened for writing; or the file is to be
///   created, and the directory is immutable; or `O_TRUNC` is set, and the file is sealed against
///   shrinking (`F_SEAL_SHRINK`); or a security module denies the access.
/// - `EINVAL`: the path contains a NUL byte; or `O_TMPFILE` is set, and the file is not opened for
///   writing; or `O_CREAT` and `O_DIRECTORY` are both set (since Linux 6.4); or the file system
///   does not support `O_DIRECT`, or does not permit the name of the new file; or the device driver
///   does not support the open.
/// - `EAGAIN`: `O_NONBLOCK` is set, and the open would block, for example because another process
///   has a lease on the file (`F_SETLEASE`).
/// - `EROFS`: the file system or the mount is read-only, and the file is opened for writing,
///   truncated or created.
/// - `ETXTBSY`: the file is being executed or is read by the kernel, and is opened for writing; or
///   the file is a swap file, and `O_TRUNC` is set.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENXIO`: the file is a FIFO without a reader, and is opened only for writing with
///   `O_NONBLOCK`; or the file is a socket; or the file is a device file without a device.
/// - `ENODEV`: the file is a device file without a device or a driver.
/// - `EBUSY`: the file is a block device that is in use, and `O_EXCL` is set; or the device driver
///   does not permit a further open.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOSPC`: the file system has no free space or no free inode for a new file.
/// - `EDQUOT`: the quota of the user on the file system does not permit a new file.
/// - `EOVERFLOW`: the file is to be created, and the user namespace of the file system does not map
///   the user ID or the group ID of the caller.
/// - `EOPNOTSUPP`: the file system does not support `O_TMPFILE`, or the device driver does not
///   support the open.
/// - `ENOMEM`: the kernel is out of memory; or the file is a FIFO, and the limit on the memory in
///   pipes of the user has been reached (`fs.pipe-user-pages-hard`).
/// - `EINTR`: interrupted by a signal handler, for example during the open of a FIFO.
/// - `EIO`: an I/O error occurred.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.6.16; [openat(2)].
///
/// [openat(2)]: https://man7.org/linux/man-pages/man2/openat.2.html
#[inline]
pub fn openat(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    openat_path(directory.directory_number(), path.as_path_bytes(), flags, mode)
}

#[inline]
fn openat_path(
    directory: RawFd,
    path: PathBytes<'_>,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    with_c_str(Call::OPENAT, path, move |path| openat_c(directory, path, flags, mode))
}

#[inline]
pub(super) fn openat_c(
    directory: RawFd,
    path: &CStr,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd> {
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    let returned = unsafe {
        syscall!(Call::OPENAT, openat(directory, path.as_ptr(), flags.bits(), mode.bits()))
    };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `openat2(dirfd, path, how, size)` - opens a file, with restrictions on the resolution of the
/// path.
///
/// `flags`, `mode` and `resolve` are the fields of `how`. In contrast to [`openat`], the call
/// rejects unknown flags, flags that have no effect, and a mode without `CREATE` or `TMPFILE`. The
/// size is that of the first version of `struct open_how`, so the call does not fail with `E2BIG`.
///
/// # Errors
///
/// - `EXDEV`: `RESOLVE_BENEATH` is set, and the path is absolute or leads out of the directory; or
///   `RESOLVE_BENEATH` or `RESOLVE_IN_ROOT` is set, and the path contains a magic link; or
///   `RESOLVE_NO_XDEV` is set, and the path crosses a mount point.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`; or `O_NOFOLLOW` is set without `O_PATH`, and the last component of the path
///   is a symbolic link; or `RESOLVE_NO_SYMLINKS` is set, and the path contains a symbolic link; or
///   `RESOLVE_NO_MAGICLINKS` or `RESOLVE_NO_SYMLINKS` is set, and the path contains a magic link.
/// - `EAGAIN`: `O_NONBLOCK` is set, and the open would block, for example because another process
///   has a lease on the file (`F_SETLEASE`); or `RESOLVE_CACHED` is set, and the kernel has not
///   cached the path, or `O_CREAT`, `O_TRUNC` or `O_TMPFILE` is set; or `RESOLVE_BENEATH` or
///   `RESOLVE_IN_ROOT` is set, and a file was renamed or mounted during the lookup of a component
///   `..`, in which case the call can be repeated.
/// - `EINVAL`: the kernel does not support a flag (`RESOLVE_CACHED` requires Linux 5.12,
///   `OPENAT2_REGULAR` Linux 7.2); or the mode is not empty, and neither `O_CREAT` nor `O_TMPFILE`
///   is set; or the mode contains a bit that is not a permission; or `RESOLVE_BENEATH` and
///   `RESOLVE_IN_ROOT` are both set; or `O_PATH` is set with a flag other than `O_DIRECTORY`,
///   `O_NOFOLLOW` and `O_CLOEXEC`; or the path contains a NUL byte; or `O_TMPFILE` is set, and the
///   file is not opened for writing; or `O_CREAT` and `O_DIRECTORY` are both set (since Linux 6.4);
///   or the file system does not support `O_DIRECT`, or does not permit the name of the new file;
///   or the device driver does not support the open.
/// - `EFTYPE`: `OPENAT2_REGULAR` is set, and the file is not a regular file.
///
/// The errors of [`openat`] also apply to `openat2`.
///
/// Since Linux 5.6; [openat2(2)].
///
/// [openat2(2)]: https://man7.org/linux/man-pages/man2/openat2.2.html
#[inline]
pub fn openat2(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    flags: impl Into<OpenHowFlags>,
    mode: Mode,
    resolve: ResolveFlags,
) -> Result<OwnedFd> {
    let how = OpenHow::new(flags.into(), mode, resolve);
    openat2_path(directory.directory_number(), path.as_path_bytes(), &how)
}

#[inline]
fn openat2_path(directory: RawFd, path: PathBytes<'_>, how: &OpenHow) -> Result<OwnedFd> {
    with_c_str(Call::OPENAT2, path, move |path| openat2_c(directory, path, how))
}

#[inline]
pub(super) fn openat2_c(directory: RawFd, path: &CStr, how: &OpenHow) -> Result<OwnedFd> {
    // SAFETY: the kernel reads the path up to its NUL byte and one struct, and keeps nothing of
    // them.
    let returned = unsafe {
        syscall!(
            Call::OPENAT2,
            openat2(directory, path.as_ptr(), core::ptr::from_ref(how), size_of::<OpenHow>())
        )
    };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    OPENAT:
        NOENT => "the file does not exist, and O_CREAT is not set; or a directory in the path \
            does not exist or has been removed; or a symbolic link in the path is dangling; or \
            the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the directory argument is not a directory; or O_DIRECTORY or \
            O_TMPFILE is set, and the file is not a directory",
        ISDIR => "the file is a directory, and is opened for writing or with O_CREAT; or O_CREAT \
            is set, and the path ends with a slash",
        EXIST => "O_CREAT and O_EXCL are set, and the file exists or is a symbolic link",
        BADF => "the path is relative, and the directory argument is ABS",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount \
            with MS_NOSYMFOLLOW; or O_NOFOLLOW is set without O_PATH, and the last component of \
            the path is a symbolic link",
        ACCES => "the permissions of the file do not permit the access mode; or a directory in \
            the path cannot be searched; or the file is to be created, and the directory is not \
            writable; or the file is a device on a mount with MS_NODEV; or the file or a symbolic \
            link in a sticky directory belongs to another user (fs.protected_symlinks, \
            fs.protected_regular, fs.protected_fifos); or a security module denies the access",
        PERM => "O_NOATIME is set, and the caller neither owns the file nor has CAP_FOWNER; or \
            the file is append-only, and is opened for writing without O_APPEND or with O_TRUNC; \
            or the file is immutable or protected by fs-verity, and is opened for writing; or the \
            file is to be created, and the directory is immutable; or O_TRUNC is set, and the \
            file is sealed against shrinking (F_SEAL_SHRINK); or a security module denies the \
            access",
        INVAL => "the path contains a NUL byte; or O_TMPFILE is set, and the file is not opened \
            for writing; or O_CREAT and O_DIRECTORY are both set (since Linux 6.4); or the file \
            system does not support O_DIRECT, or does not permit the name of the new file; or the \
            device driver does not support the open",
        AGAIN => "O_NONBLOCK is set, and the open would block, for example because another \
            process has a lease on the file (F_SETLEASE)",
        ROFS => "the file system or the mount is read-only, and the file is opened for writing, \
            truncated or created",
        TXTBSY => "the file is being executed or is read by the kernel, and is opened for \
            writing; or the file is a swap file, and O_TRUNC is set",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        NXIO => "the file is a FIFO without a reader, and is opened only for writing with \
            O_NONBLOCK; or the file is a socket; or the file is a device file without a device",
        NODEV => "the file is a device file without a device or a driver",
        BUSY => "the file is a block device that is in use, and O_EXCL is set; or the device \
            driver does not permit a further open",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOSPC => "the file system has no free space or no free inode for a new file",
        DQUOT => "the quota of the user on the file system does not permit a new file",
        OVERFLOW => "the file is to be created, and the user namespace of the file system does \
            not map the user ID or the group ID of the caller",
        OPNOTSUPP => "the file system does not support O_TMPFILE, or the device driver does not \
            support the open",
        NOMEM => "the kernel is out of memory; or the file is a FIFO, and the limit on the memory \
            in pipes of the user has been reached (fs.pipe-user-pages-hard)";
    OPENAT2:
        XDEV => "RESOLVE_BENEATH is set, and the path is absolute or leads out of the directory; \
            or RESOLVE_BENEATH or RESOLVE_IN_ROOT is set, and the path contains a magic link; or \
            RESOLVE_NO_XDEV is set, and the path crosses a mount point",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount \
            with MS_NOSYMFOLLOW; or O_NOFOLLOW is set without O_PATH, and the last component of \
            the path is a symbolic link; or RESOLVE_NO_SYMLINKS is set, and the path contains a \
            symbolic link; or RESOLVE_NO_MAGICLINKS or RESOLVE_NO_SYMLINKS is set, and the path \
            contains a magic link",
        AGAIN => "O_NONBLOCK is set, and the open would block, for example because another \
            process has a lease on the file (F_SETLEASE); or RESOLVE_CACHED is set, and the \
            kernel has not cached the path, or O_CREAT, O_TRUNC or O_TMPFILE is set; or \
            RESOLVE_BENEATH or RESOLVE_IN_ROOT is set, and a file was renamed or mounted during \
            the lookup of a component .., in which case the call can be repeated",
        INVAL => "the kernel does not support a flag (RESOLVE_CACHED requires Linux 5.12, \
            OPENAT2_REGULAR Linux 7.2); or the mode is not empty, and neither O_CREAT nor \
            O_TMPFILE is set; or the mode contains a bit that is not a permission; or \
            RESOLVE_BENEATH and RESOLVE_IN_ROOT are both set; or O_PATH is set with a flag other \
            than O_DIRECTORY, O_NOFOLLOW and O_CLOEXEC; or the path contains a NUL byte; or \
            O_TMPFILE is set, and the file is not opened for writing; or O_CREAT and O_DIRECTORY \
            are both set (since Linux 6.4); or the file system does not support O_DIRECT, or does \
            not permit the name of the new file; or the device driver does not support the open",
        FTYPE => InvalidArgument "OPENAT2_REGULAR is set, and the file is not a regular file",
        NOENT => "the file does not exist, and O_CREAT is not set; or a directory in the path \
            does not exist or has been removed; or a symbolic link in the path is dangling; or \
            the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the directory argument is not a directory; or O_DIRECTORY or \
            O_TMPFILE is set, and the file is not a directory",
        ISDIR => "the file is a directory, and is opened for writing or with O_CREAT; or O_CREAT \
            is set, and the path ends with a slash",
        EXIST => "O_CREAT and O_EXCL are set, and the file exists or is a symbolic link",
        BADF => "the path is relative, and the directory argument is ABS",
        ACCES => "the permissions of the file do not permit the access mode; or a directory in \
            the path cannot be searched; or the file is to be created, and the directory is not \
            writable; or the file is a device on a mount with MS_NODEV; or the file or a symbolic \
            link in a sticky directory belongs to another user (fs.protected_symlinks, \
            fs.protected_regular, fs.protected_fifos); or a security module denies the access",
        PERM => "O_NOATIME is set, and the caller neither owns the file nor has CAP_FOWNER; or \
            the file is append-only, and is opened for writing without O_APPEND or with O_TRUNC; \
            or the file is immutable or protected by fs-verity, and is opened for writing; or the \
            file is to be created, and the directory is immutable; or O_TRUNC is set, and the \
            file is sealed against shrinking (F_SEAL_SHRINK); or a security module denies the \
            access",
        ROFS => "the file system or the mount is read-only, and the file is opened for writing, \
            truncated or created",
        TXTBSY => "the file is being executed or is read by the kernel, and is opened for \
            writing; or the file is a swap file, and O_TRUNC is set",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        NXIO => "the file is a FIFO without a reader, and is opened only for writing with \
            O_NONBLOCK; or the file is a socket; or the file is a device file without a device",
        NODEV => "the file is a device file without a device or a driver",
        BUSY => "the file is a block device that is in use, and O_EXCL is set; or the device \
            driver does not permit a further open",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOSPC => "the file system has no free space or no free inode for a new file",
        DQUOT => "the quota of the user on the file system does not permit a new file",
        OVERFLOW => "the file is to be created, and the user namespace of the file system does \
            not map the user ID or the group ID of the caller",
        OPNOTSUPP => "the file system does not support O_TMPFILE, or the device driver does not \
            support the open",
        NOMEM => "the kernel is out of memory; or the file is a FIFO, and the limit on the memory \
            in pipes of the user has been reached (fs.pipe-user-pages-hard)";
};
