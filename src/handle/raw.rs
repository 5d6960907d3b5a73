//! Raw system calls that create and open file handles.

use core::ffi::CStr;

use super::{EncodeFlags, FileHandle, MountArg, MountId};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{OwnedFd, RawFd};
use crate::fs::{DirectoryArg, OFlags};
use crate::path::{self, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `name_to_handle_at(dirfd, path, handle, &mount_id, flags)` - returns the handle of a file and
/// the ID of the mount that contains the file.
///
/// A relative path is resolved from `directory`. With `AT_EMPTY_PATH` and an empty path, the call
/// returns the handle of `directory`, which can be any descriptor. Without `AT_SYMLINK_FOLLOW`, a
/// symbolic link in the last component of the path is not followed.
///
/// The size of `handle` before the call is the capacity that the kernel may use, at most 128 bytes.
/// If the capacity is not sufficient, the call fails with `EOVERFLOW`, and the size of `handle` is
/// the required capacity:
///
/// ```
/// use butter::error::Errno;
/// use butter::fs::CWD;
/// use butter::handle::{EncodeFlags, FileHandle, raw};
///
/// let mut handle = FileHandle::zeroed(0).unwrap();
/// let error = raw::name_to_handle_at(CWD, "/", &mut handle, EncodeFlags::empty()).unwrap_err();
/// if error.is(Errno::OVERFLOW) {
///     println!("a handle of this file system has {} bytes", handle.size());
/// }
/// ```
///
/// The mount ID is a [`MountId::Unique`] if `AT_HANDLE_MNT_ID_UNIQUE` is set. A capacity of more
/// than 128 bytes, which the kernel rejects with `EINVAL`, cannot be passed.
///
/// # Errors
///
/// - `EOPNOTSUPP`: the file system does not support file handles, or no handles that can be opened,
///   and `AT_HANDLE_FID` is not set; or `AT_HANDLE_CONNECTABLE` is set, and the file system does
///   not support such handles.
/// - `EOVERFLOW`: the handle is larger than the capacity; or the file system cannot create a handle
///   of the file.
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
/// - `EINVAL`: the kernel does not support a flag (`AT_HANDLE_FID` requires Linux 6.5,
///   `AT_HANDLE_MNT_ID_UNIQUE` Linux 6.12, `AT_HANDLE_CONNECTABLE` Linux 6.13); or
///   `AT_HANDLE_CONNECTABLE` is set with `AT_HANDLE_FID` or `AT_EMPTY_PATH`; or the path contains a
///   NUL byte.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EINTR`: a signal handler interrupted the call while the file system waited for its server.
/// - `EIO`: the file system could not be read.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOSYS`: the kernel was built without `CONFIG_FHANDLE`.
///
/// Since Linux 2.6.39; [name_to_handle_at(2)].
///
/// [name_to_handle_at(2)]: https://man7.org/linux/man-pages/man2/name_to_handle_at.2.html
#[inline]
pub fn name_to_handle_at(
    directory: impl DirectoryArg,
    path: impl path::Arg,
    handle: &mut FileHandle,
    flags: EncodeFlags,
) -> Result<MountId> {
    name_to_handle_at_path(directory.directory_number(), path.as_path_bytes(), handle, flags)
}

#[inline]
fn name_to_handle_at_path(
    directory: RawFd,
    path: PathBytes<'_>,
    handle: &mut FileHandle,
    flags: EncodeFlags,
) -> Result<MountId> {
    with_c_str(Call::NAME_TO_HANDLE_AT, path, move |path| {
        name_to_handle_at_c(directory, path, handle, flags)
    })
}

#[inline]
pub(super) fn name_to_handle_at_c(
    directory: RawFd,
    path: &CStr,
    handle: &mut FileHandle,
    flags: EncodeFlags,
) -> Result<MountId> {
    // The kernel writes 4 or 8 bytes, depending on the flags.
    let mut mount_id = 0_u64;
    let (path, handle_pointer) = (path.as_ptr(), core::ptr::from_mut(handle));
    // SAFETY: the kernel reads the path up to its NUL byte and the header of the handle, writes the
    // header, at most as many bytes as the header states, and the mount ID, and keeps nothing. The
    // size in the header is at most the size of the handle's array.
    let returned = unsafe {
        syscall!(
            Call::NAME_TO_HANDLE_AT,
            name_to_handle_at(directory, path, handle_pointer, &raw mut mount_id, flags.bits())
        )
    };
    handle.limit_size();
    returned.unit()?;
    Ok(if flags.contains(EncodeFlags::MNT_ID_UNIQUE) {
        MountId::Unique(mount_id)
    } else {
        MountId::Reusable(mount_id as i32)
    })
}

/// `open_by_handle_at(mount_fd, handle, flags)` - opens the file to which a handle refers.
///
/// `mount` identifies the file system of the handle. `flags` has the meaning that it has for
/// `openat`. A file that the call creates, with `O_TMPFILE`, has no permissions, because the call
/// has no mode argument.
///
/// # Errors
///
/// - `ESTALE`: the handle does not refer to a file of this file system, because the file no longer
///   exists, or the handle belongs to another file system, has a type or a size that the file
///   system does not know, or was created with `AT_HANDLE_FID`; or the file system does not support
///   file handles; or the caller does not have the capability `CAP_DAC_READ_SEARCH` in the initial
///   user namespace, and the directory is not below the root of the mount, or cannot be reached
///   with the permissions of the caller; or the process or the namespace is not visible to the
///   caller.
/// - `EPERM`: the caller does not have the capability `CAP_DAC_READ_SEARCH` in the initial user
///   namespace (since Linux 6.11, a directory can also be opened with `O_DIRECTORY` if the caller
///   has `CAP_DAC_READ_SEARCH` in its user namespace, and `CAP_SYS_ADMIN` in the user namespace
///   that owns the file system or the mount); or the caller is not the owner of the file, does not
///   have `CAP_FOWNER`, and `O_NOATIME` is set; or the file is immutable, append-only, sealed or
///   protected by fs-verity, and the flags do not permit such a file; or a security module denies
///   the access.
/// - `EINVAL`: the handle is empty, or has a negative type or a type with unknown flags; or the
///   flags contradict each other, or the file system does not support them.
/// - `EBADF`: the mount argument is [`ABS`](crate::fs::ABS), or a path-only (`O_PATH`) descriptor;
///   or it is [`PIDFS_ROOT`], which requires Linux 6.17, or [`NSFS_ROOT`], which requires Linux
///   6.18.
/// - `ENOTDIR`: `O_DIRECTORY` or `O_TMPFILE` is set, and the file is not a directory.
/// - `EISDIR`: the file is a directory, and is opened for writing or with `O_CREAT`.
/// - `EEXIST`: `O_CREAT` and `O_EXCL` are set.
/// - `ELOOP`: the file is a symbolic link, and `O_PATH` is not set.
/// - `EACCES`: the permissions of the file do not permit the access mode; or the file is a device
///   on a mount with `MS_NODEV`; or a security module denies the access.
/// - `EAGAIN`: `O_NONBLOCK` is set, and the open would block, for example because another process
///   has a lease on the file (`F_SETLEASE`).
/// - `EROFS`: the file system or the mount is read-only, and the file is opened for writing,
///   truncated or created.
/// - `ETXTBSY`: the file is being executed or is read by the kernel, and is opened for writing; or
///   the file is a swap file, and `O_TRUNC` is set.
/// - `ENXIO`: the file is a FIFO without a reader, and is opened only for writing with
///   `O_NONBLOCK`; or the file is a socket; or the file is a device file without a device.
/// - `ENODEV`: the file is a device file without a device or a driver.
/// - `EBUSY`: the file is a block device that is in use, and `O_EXCL` is set; or the device driver
///   does not permit a further open.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `EOPNOTSUPP`: the file system does not support `O_TMPFILE`, or the device driver does not
///   support the open.
/// - `ENOMEM`: the kernel is out of memory; or the file is a FIFO, and the limit on the memory in
///   pipes of the user has been reached (`fs.pipe-user-pages-hard`).
/// - `EINTR`: interrupted by a signal handler, for example during the open of a FIFO.
/// - `EIO`: an I/O error occurred.
/// - `ENOSYS`: the kernel was built without `CONFIG_FHANDLE`.
///
/// Drivers and file systems return further errors. A handle with more than 128 bytes, which the
/// kernel rejects with `EINVAL`, cannot be passed.
///
/// Since Linux 2.6.39; [open_by_handle_at(2)].
///
/// [open_by_handle_at(2)]: https://man7.org/linux/man-pages/man2/open_by_handle_at.2.html
/// [`PIDFS_ROOT`]: super::PIDFS_ROOT
/// [`NSFS_ROOT`]: super::NSFS_ROOT
#[inline]
pub fn open_by_handle_at(
    mount: impl MountArg,
    handle: &FileHandle,
    flags: OFlags,
) -> Result<OwnedFd> {
    open_by_handle_at_number(mount.mount_number(), handle, flags)
}

#[inline]
pub(super) fn open_by_handle_at_number(
    mount: RawFd,
    handle: &FileHandle,
    flags: OFlags,
) -> Result<OwnedFd> {
    let handle = core::ptr::from_ref(handle);
    // SAFETY: the kernel reads the header of the handle and as many bytes as the header states,
    // which is at most the size of the handle's array, and keeps nothing.
    let returned = unsafe {
        syscall!(Call::OPEN_BY_HANDLE_AT, open_by_handle_at(mount, handle, flags.bits()))
    };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    NAME_TO_HANDLE_AT:
        OPNOTSUPP => "the file system does not support file handles, or no handles that can be \
            opened, and AT_HANDLE_FID is not set; or AT_HANDLE_CONNECTABLE is set, and the file \
            system does not support such handles",
        OVERFLOW => "the handle is larger than the capacity; or the file system cannot create a \
            handle of the file",
        NOENT => "a component of the path does not exist; or the path is empty, and AT_EMPTY_PATH \
            is not set",
        NOTDIR => "a component of the path that is used as a directory is not a directory; or the \
            path is relative, and the descriptor does not refer to a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount \
            with MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system",
        BADF => "the path is relative or empty, and the descriptor is not open",
        INVAL => "the kernel does not support a flag (AT_HANDLE_FID requires Linux 6.5, \
            AT_HANDLE_MNT_ID_UNIQUE Linux 6.12, AT_HANDLE_CONNECTABLE Linux 6.13); or \
            AT_HANDLE_CONNECTABLE is set with AT_HANDLE_FID or AT_EMPTY_PATH; or the path \
            contains a NUL byte",
        NOTCONN => "the file system is no longer connected to its server",
        STALE => "the file no longer exists on the server of the file system";
    OPEN_BY_HANDLE_AT:
        STALE => "the handle does not refer to a file of this file system, because the file no \
            longer exists, or the handle belongs to another file system, has a type or a size \
            that the file system does not know, or was created with AT_HANDLE_FID; or the file \
            system does not support file handles; or the caller does not have the capability \
            CAP_DAC_READ_SEARCH in the initial user namespace, and the directory is not below the \
            root of the mount, or cannot be reached with the permissions of the caller; or the \
            process or the namespace is not visible to the caller",
        PERM => "the caller does not have the capability CAP_DAC_READ_SEARCH in the initial user \
            namespace (since Linux 6.11, a directory can also be opened with O_DIRECTORY if the \
            caller has CAP_DAC_READ_SEARCH in its user namespace, and CAP_SYS_ADMIN in the user \
            namespace that owns the file system or the mount); or the caller is not the owner of \
            the file, does not have CAP_FOWNER, and O_NOATIME is set; or the file is immutable, \
            append-only, sealed or protected by fs-verity, and the flags do not permit such a \
            file; or a security module denies the access",
        INVAL => "the handle is empty, or has a negative type or a type with unknown flags; or \
            the flags contradict each other, or the file system does not support them",
        BADF => "the mount argument is ABS, or a path-only (O_PATH) descriptor; or it is \
            PIDFS_ROOT, which requires Linux 6.17, or NSFS_ROOT, which requires Linux 6.18",
        NOTDIR => "O_DIRECTORY or O_TMPFILE is set, and the file is not a directory",
        ISDIR => "the file is a directory, and is opened for writing or with O_CREAT",
        EXIST => "O_CREAT and O_EXCL are set",
        LOOP => "the file is a symbolic link, and O_PATH is not set",
        ACCES => "the permissions of the file do not permit the access mode; or the file is a \
            device on a mount with MS_NODEV; or a security module denies the access",
        AGAIN => "O_NONBLOCK is set, and the open would block, for example because another \
            process has a lease on the file (F_SETLEASE)",
        ROFS => "the file system or the mount is read-only, and the file is opened for writing, \
            truncated or created",
        TXTBSY => "the file is being executed or is read by the kernel, and is opened for \
            writing; or the file is a swap file, and O_TRUNC is set",
        NXIO => "the file is a FIFO without a reader, and is opened only for writing with \
            O_NONBLOCK; or the file is a socket; or the file is a device file without a device",
        NODEV => "the file is a device file without a device or a driver",
        BUSY => "the file is a block device that is in use, and O_EXCL is set; or the device \
            driver does not permit a further open",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        OPNOTSUPP => "the file system does not support O_TMPFILE, or the device driver does not \
            support the open",
        NOMEM => "the kernel is out of memory; or the file is a FIFO, and the limit on the memory \
            in pipes of the user has been reached (fs.pipe-user-pages-hard)";
};
