//! Raw system calls that create, change and remove mounts.

use core::ffi::{CStr, c_char};

use super::{MountFlags, UnmountFlags};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fs;
use crate::path::{self, Buffer, PathBytes, with_c_str};
use crate::syscall::syscall;

/// `mount(source, target, filesystemtype, mountflags, data)` - mounts a file system, or changes or
/// moves an existing mount, depending on the flags.
///
/// `REMOUNT` changes a file system and its mount, `BIND` creates a bind mount, and `REMOUNT` with
/// `BIND` changes only one mount. `SHARED`, `PRIVATE`, `SLAVE` or `UNBINDABLE` changes the
/// propagation type of a mount. `MOVE` moves a mount. Without any of these flags, the call mounts a
/// file system.
///
/// The kernel tests for `REMOUNT`, `BIND`, the propagation types and `MOVE` in this order, and
/// performs only the first operation that it finds. The kernel ignores flags that do not apply to
/// this operation. However, a change of the propagation type fails with `EINVAL` if flags other
/// than `REC` and `SILENT` are set.
///
/// If `source`, `fstype` or `data` is `None`, the kernel receives a null pointer. `data` is a
/// string of options, or data in another format that the file system requires. The library appends
/// a NUL byte to `data`, and rejects data of more than 4,095 bytes, because the kernel copies at
/// most one page.
///
/// # Safety
///
/// The data of some file systems contains numbers of file descriptors: `fd=` of `autofs`, `fuse`,
/// `fuseblk` and `coda`, `rfdno=` and `wfdno=` of `9p`, and a field of the binary data of `coda`.
/// The file system uses the descriptor's file until the file system is unmounted. Each descriptor
/// in the data must be open, must be owned or borrowed by the caller, and must permit the file
/// system to use the descriptor's file. The binary data of `nfs4` contains addresses, which must be
/// valid for reads. Data without descriptors and addresses has no safety requirements.
///
/// # Errors
///
/// When a file system is mounted or remounted, it can return further errnos: for example, if a read
/// from the device fails, if the content of the device is damaged, or if the server of the file
/// system does not respond.
///
/// Data (`Call::MOUNT_OPTIONS`):
///
/// - `E2BIG`: the options have more than 4095 bytes: the kernel copies at most one page.
/// - `EINVAL`: an option names a file descriptor (`fd=`, `rfdno=`, `wfdno=`), or the options begin
///   with a control character, as binary data does; only the unsafe function `raw::mount` accepts
///   such options.
///
/// New mounts (`Call::MOUNT`):
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in each required user
///   namespace (in all cases, the one that owns the mount namespace; for most file systems, the
///   initial user namespace; for `proc`, `sysfs`, `mqueue` and `cgroup`, the one that owns the PID,
///   network, IPC or cgroup namespace); or a new `proc` or `sysfs` in a user namespace would reveal
///   what other mounts cover in the existing mount of this type, or would lack a read-only or
///   access time flag of the existing mount, or no mount of this type exists; or a security module
///   or a device control group denies the mount; or, before Linux 5.15, `MS_MANDLOCK` is set, and
///   the caller does not have this capability in the initial user namespace or the kernel was built
///   without `CONFIG_MANDATORY_FILE_LOCKING`.
/// - `ENODEV`: the kernel has no file system of this type, and cannot load a module for this type;
///   or the file system cannot find its device.
/// - `ENOTBLK`: the file system requires a block device, and the source is not a block device.
/// - `ENXIO`: the source is a device file, but its block device does not exist.
/// - `EACCES`: a directory in a path cannot be searched; or the device is read-only, and
///   `MS_RDONLY` is not set; or the device file is on a mount with `MS_NODEV`, or on a file system
///   that was mounted in a user namespace other than the initial user namespace; or a symbolic link
///   may not be followed (`fs.protected_symlinks`); or a security module denies the call.
/// - `EROFS`: the file system is read-only, and `MS_RDONLY` is not set.
/// - `EBUSY`: the root of the same file system is already mounted at the target; or the device is
///   in use, or is mounted elsewhere and only one of the two mounts has `MS_RDONLY`; or a directory
///   in the options is in use by another mount.
/// - `EINVAL`: the file system rejects an option, the source or the content of the device (details
///   are in the kernel's log); or the type is absent, or ends with a period; or the target is not
///   in this mount namespace; or an argument contains a NUL byte; or a flag selects another
///   operation.
/// - `ENOTDIR`: the target is not a directory; or a component of a path, or of a path in the
///   options, that is used as a directory is not a directory.
/// - `EMFILE`: the kernel has no unused device number for a file system without a device.
/// - `ENOSPC`: the limit on mounts (`fs.mount-max`) has been reached in the mount namespace, or in
///   another mount namespace to which the mount would be propagated.
/// - `ENOENT`: a component of a path, or of a path in the options, does not exist; or a path is
///   empty; or the target has been deleted or unmounted.
/// - `ELOOP`: a path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`; or directories in the options overlap.
///
/// Bind mounts (`Call::MOUNT_BIND`):
///
/// - `EINVAL`: the source is absent or empty, or is not in this mount namespace, or is on an
///   unbindable mount; or the target is not in this mount namespace; or mounts below the source
///   cover files that must stay covered, and `MS_REC` is not set; or the source is the file of a
///   mount namespace that is not newer than the caller's mount namespace; or a path contains a NUL
///   byte.
/// - `ENOTDIR`: one of source and target is a directory and the other is not, or a component of a
///   path that is used as a directory is not a directory.
/// - `ENOSPC`: the limit on mounts (`fs.mount-max`) has been reached in the mount namespace, or in
///   another mount namespace to which the mount would be propagated.
///
/// Moves (`Call::MOUNT_MOVE`):
///
/// - `EINVAL`: the source is absent or empty, or is not a mount point of this mount namespace, or
///   is the root of this mount namespace; or the parent mount of the source is shared; or the
///   target is not in this mount namespace; or the target is on a shared mount, and a moved mount
///   is unbindable; or the source came from another user namespace; or one of source and target is
///   a directory and the other is not; or a path contains a NUL byte.
/// - `ELOOP`: the target is below the source; or a path contains more than 40 symbolic links, or a
///   symbolic link on a mount with `MS_NOSYMFOLLOW`.
/// - `ENOSPC`: the target is on a shared mount, and a mount namespace to which the moved mounts
///   would be propagated has reached the limit on mounts (`fs.mount-max`).
///
/// Bind mounts and moves: <!-- MOUNT_BIND --> <!-- MOUNT_MOVE -->
///
/// - `ENOENT`: a component of a path does not exist; or the target is empty, or has been deleted or
///   unmounted.
///
/// Changes of the propagation type (`Call::MOUNT_PROPAGATION`):
///
/// - `EINVAL`: the target is not a mount point or, with some kernels, the mount of the target is
///   detached or in another mount namespace; or the flags contain more than one propagation type,
///   or flags other than `MS_REC` and `MS_SILENT`; or an argument contains a NUL byte.
///
/// Remounts (`Call::MOUNT_REMOUNT`):
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in both the user namespace
///   that owns the mount namespace and the user namespace that owns the file system; or the call
///   would clear a flag, or change an access time flag, that was set in another user namespace; or
///   a security module denies the change; or, before Linux 5.15, `MS_MANDLOCK` is set, and the
///   caller does not have this capability in the initial user namespace or the kernel was built
///   without `CONFIG_MANDATORY_FILE_LOCKING`.
/// - `EBUSY`: the file system cannot become read-only while files are open for writing, or deleted
///   files are open; or the file system is frozen.
/// - `EROFS`: the file system cannot become writable.
/// - `EACCES`: the device is read-only, and `MS_RDONLY` is not set; or a directory in the path
///   cannot be searched; or a symbolic link may not be followed (`fs.protected_symlinks`); or a
///   security module denies the call.
/// - `EINVAL`: the target is not a mount point of this mount namespace; or the file system rejects
///   an option (details are in the kernel's log); or an argument contains a NUL byte; or a flag
///   selects another operation.
///
/// Remounts of a single mount (`Call::MOUNT_REMOUNT_BIND`):
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace; or the call would clear a flag, or change an access time flag, that
///   was set in another user namespace; or a security module denies the change; or, before Linux
///   5.15, `MS_MANDLOCK` is set, and the caller does not have this capability in the initial user
///   namespace or the kernel was built without `CONFIG_MANDATORY_FILE_LOCKING`.
/// - `EBUSY`: the mount cannot become read-only while files are open for writing through it.
/// - `EINVAL`: the target is not a mount point of this mount namespace; or an argument contains a
///   NUL byte; or a flag selects another operation.
///
/// Changes, remounts: <!-- MOUNT_PROPAGATION --> <!-- MOUNT_REMOUNT --> <!-- MOUNT_REMOUNT_BIND -->
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace of the caller or, with some kernels, in the user namespace that owns
///   the mount namespace of the target; or a security module denies the call; or, before Linux
///   5.15, `MS_MANDLOCK` is set, and the caller does not have this capability in the initial user
///   namespace or the kernel was built without `CONFIG_MANDATORY_FILE_LOCKING`.
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
///
/// New mounts, bind mounts and moves: <!-- MOUNT --> <!-- MOUNT_BIND --> <!-- MOUNT_MOVE -->
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace; or a security module denies the call; or, before Linux 5.15,
///   `MS_MANDLOCK` is set, and the caller does not have this capability in the initial user
///   namespace or the kernel was built without `CONFIG_MANDATORY_FILE_LOCKING`.
/// - `ENOTDIR`: a component of a path that is used as a directory is not a directory.
/// - `EACCES`: a directory in a path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: a path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: a path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[inline]
pub unsafe fn mount(
    source: Option<impl path::Arg>,
    target: impl path::Arg,
    fstype: Option<impl path::Arg>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let source = source.as_ref().map(|path| path.as_path_bytes());
    let fstype = fstype.as_ref().map(|name| name.as_path_bytes());
    match (target.as_path_bytes(), data, terminated(source), terminated(fstype)) {
        (PathBytes::Terminated(target), None, Ok(source), Ok(fstype)) => {
            // SAFETY: no data is passed.
            unsafe { mount_c(source, target, fstype, flags, None) }
        }
        (target, ..) => {
            let (source, fstype) = (source.map(PathBytes::bytes), fstype.map(PathBytes::bytes));
            let target = target.bytes();
            // SAFETY: upheld by the caller.
            unsafe { mount_bytes::<{ path::SHORT }>(source, target, fstype, flags, data) }
        }
    }
}

/// Returns an argument that is absent or terminated by a NUL byte, and fails for an argument that
/// must be copied to append a NUL byte.
#[inline(always)]
fn terminated(argument: Option<PathBytes<'_>>) -> Result<Option<&CStr>, ()> {
    match argument {
        None => Ok(None),
        Some(PathBytes::Terminated(argument)) => Ok(Some(argument)),
        Some(PathBytes::Bytes(_)) => Err(()),
    }
}

/// # Safety
///
/// The requirements of [`mount`] apply.
#[inline]
unsafe fn mount_c(
    source: Option<&CStr>,
    target: &CStr,
    fstype: Option<&CStr>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let pointer = |argument: Option<&CStr>| argument.map_or(core::ptr::null(), CStr::as_ptr);
    let data: *const c_char = data.map_or(core::ptr::null(), |data| data.as_ptr().cast());
    let (source, target, fstype) = (pointer(source), target.as_ptr(), pointer(fstype));
    // SAFETY: the kernel reads the strings up to their NUL bytes, and at most one page of the data,
    // up to the first unreadable byte, and keeps copies. That the descriptors and addresses in the
    // data are valid is upheld by the caller.
    unsafe { syscall!(call(flags), mount(source, target, fstype, flags.bits(), data)) }.unit()
}

/// # Safety
///
/// The requirements of [`mount`] apply.
#[inline(never)]
unsafe fn mount_bytes<const CAPACITY: usize>(
    source: Option<&[u8]>,
    target: &[u8],
    fstype: Option<&[u8]>,
    flags: MountFlags,
    data: Option<&[u8]>,
) -> Result<()> {
    let is_too_long =
        |argument: Option<&[u8]>| argument.is_some_and(|argument| argument.len() >= CAPACITY);
    if CAPACITY < path::PATH_MAX
        && (is_too_long(source) || is_too_long(Some(target)) || is_too_long(data))
    {
        // SAFETY: upheld by the caller.
        return unsafe { mount_bytes::<{ path::PATH_MAX }>(source, target, fstype, flags, data) };
    }
    let mut source_buffer = Buffer::<CAPACITY>::new();
    let mut target_buffer = Buffer::<CAPACITY>::new();
    let mut fstype_buffer = Buffer::<{ path::SHORT }>::new();
    let mut data_buffer = Buffer::<CAPACITY>::new();
    let error = |errno| Error::new(call(flags), errno);
    let source = source.map(|path| source_buffer.terminate(path)).transpose().map_err(error)?;
    let target = target_buffer.terminate(target).map_err(error)?;
    let fstype = fstype.map(|name| fstype_buffer.terminate(name)).transpose();
    // A name that does not fit into the buffer is not the name of a file system type.
    let fstype = fstype
        .map_err(|errno| error(if errno == Errno::NAMETOOLONG { Errno::NODEV } else { errno }))?;
    // Unlike the paths, the data may contain NUL bytes.
    let too_long = Error::new(Call::MOUNT_OPTIONS, Errno::TOOBIG);
    let data = data.map(|data| data_buffer.push_nul(data).ok_or(too_long)).transpose()?;
    // SAFETY: upheld by the caller.
    unsafe { mount_c(source, target, fstype, flags, data) }
}

/// Returns the operation that the flags select. The order of the tests is the same as in the
/// kernel.
const fn call(flags: MountFlags) -> Call {
    const PROPAGATION: MountFlags = MountFlags::SHARED
        .union(MountFlags::PRIVATE)
        .union(MountFlags::SLAVE)
        .union(MountFlags::UNBINDABLE);
    if flags.contains(MountFlags::REMOUNT.union(MountFlags::BIND)) {
        Call::MOUNT_REMOUNT_BIND
    } else if flags.contains(MountFlags::REMOUNT) {
        Call::MOUNT_REMOUNT
    } else if flags.contains(MountFlags::BIND) {
        Call::MOUNT_BIND
    } else if flags.intersects(PROPAGATION) {
        Call::MOUNT_PROPAGATION
    } else if flags.contains(MountFlags::MOVE) {
        Call::MOUNT_MOVE
    } else {
        Call::MOUNT
    }
}

/// `umount2(target, flags)` - unmounts the topmost mount at a path.
///
/// If the target is the root directory of the caller and the flags contain neither `DETACH` nor
/// `EXPIRE`, nothing is unmounted: the kernel makes the file system read-only, and the call
/// succeeds.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in each required user
///   namespace (in all cases, the one that owns the mount namespace; for `MNT_FORCE` and for the
///   root directory, the one that owns the file system; for `MNT_FORCE` with older kernels, the
///   initial user namespace); or a security module denies the call.
/// - `EBUSY`: the mount is in use: by an open or mapped file, a working or root directory, swap
///   space, or a mount below it; or a propagated copy of the mount, which would also be unmounted,
///   is in use; or the target is the root directory, which cannot become read-only while files are
///   open for writing.
/// - `EINVAL`: the target is not a mount point of this mount namespace; or the mount came from
///   another user namespace, and covers files that must stay covered; or `MNT_EXPIRE` is combined
///   with `MNT_FORCE` or `MNT_DETACH`, or used for the root directory; or a flag is unknown to the
///   kernel; or the path contains a NUL byte.
/// - `EAGAIN`: the call marked the mount as expired (`MNT_EXPIRE`); the next call with `MNT_EXPIRE`
///   unmounts the mount, unless the mount is used before that call.
/// - `ENOENT`: a component of the path does not exist, or the path is empty.
/// - `ENOTDIR`: a component of the path that is used as a directory is not a directory.
/// - `EACCES`: a directory in the path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: the path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.1.116; [umount(2)].
///
/// [umount(2)]: https://man7.org/linux/man-pages/man2/umount.2.html
#[doc(alias = "umount")]
#[inline]
pub fn umount2(target: impl path::Arg, flags: UnmountFlags) -> Result<()> {
    umount2_path(target.as_path_bytes(), flags)
}

#[inline]
fn umount2_path(target: PathBytes<'_>, flags: UnmountFlags) -> Result<()> {
    with_c_str(Call::UMOUNT2, target, move |target| umount2_c(target, flags))
}

#[inline]
fn umount2_c(target: &CStr, flags: UnmountFlags) -> Result<()> {
    // SAFETY: the kernel reads the path up to its NUL byte and keeps nothing of it.
    unsafe { syscall!(Call::UMOUNT2, umount2(target.as_ptr(), flags.bits())) }.unit()
}

/// `pivot_root(new_root, put_old)` - makes a mount the root of the mount namespace, and moves the
/// old root to a directory below the new root.
///
/// If the root or working directory of a process or thread in the mount namespace is the old root,
/// the kernel changes this directory to the new root. No other root or working directory is
/// changed.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace; or a security module denies the call.
/// - `EBUSY`: the new root, or the directory for the old root, is on the mount of the current root.
/// - `EINVAL`: the new root or the current root is not a mount point of this mount namespace; or
///   the new root came from another user namespace, or is not below the current root; or the
///   directory for the old root is not below the new root; or the mount that contains the directory
///   for the old root, or the parent mount of the new root or of the current root, is shared; or
///   the current root is the initial root file system (before Linux 7.0); or a path contains a NUL
///   byte.
/// - `ENOTDIR`: the new root, or the directory for the old root, or a component of a path that is
///   used as a directory, is not a directory.
/// - `ENOENT`: a component of a path does not exist; or a path is empty; or the new root, or the
///   directory for the old root, has been deleted.
/// - `EACCES`: a directory in a path cannot be searched; or a symbolic link may not be followed
///   (`fs.protected_symlinks`); or a security module denies the call.
/// - `ELOOP`: a path contains more than 40 symbolic links, or a symbolic link on a mount with
///   `MS_NOSYMFOLLOW`.
/// - `ENAMETOOLONG`: a path has more than 4,095 bytes, or a component of it is too long for its
///   file system.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.3.41; [pivot_root(2)].
///
/// [pivot_root(2)]: https://man7.org/linux/man-pages/man2/pivot_root.2.html
#[inline]
pub fn pivot_root(new_root: impl path::Arg, put_old: impl path::Arg) -> Result<()> {
    pivot_root_paths(new_root.as_path_bytes(), put_old.as_path_bytes())
}

#[inline]
fn pivot_root_paths(new_root: PathBytes<'_>, put_old: PathBytes<'_>) -> Result<()> {
    with_c_str(Call::PIVOT_ROOT, new_root, move |new_root| {
        with_c_str(Call::PIVOT_ROOT, put_old, move |put_old| pivot_root_c(new_root, put_old))
    })
}

#[inline]
fn pivot_root_c(new_root: &CStr, put_old: &CStr) -> Result<()> {
    // SAFETY: the kernel reads the paths up to their NUL bytes and keeps nothing of them.
    unsafe { syscall!(Call::PIVOT_ROOT, pivot_root(new_root.as_ptr(), put_old.as_ptr())) }.unit()
}

/// `statfs(path, &buf)` - returns the flags of the mount and of the file system that contain a
/// path.
///
/// The flags `ST_*` that the kernel reports are converted to [`MountFlags`]. If the kernel reports
/// neither `ST_NOATIME` nor `ST_RELATIME`, the result contains `STRICTATIME`.
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
/// Since Linux 2.6.36; [statfs(2)].
///
/// [statfs(2)]: https://man7.org/linux/man-pages/man2/statfs.2.html
#[doc(alias = "statfs")]
#[inline]
pub fn statfs_flags(path: impl path::Arg) -> Result<MountFlags> {
    with_c_str(Call::STATFS, path.as_path_bytes(), statfs_flags_c)
}

#[inline]
fn statfs_flags_c(path: &CStr) -> Result<MountFlags> {
    Ok(MountFlags::from_statfs(fs::stat::raw::statfs_c(path)?.flags.bits()))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    MOUNT:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in each required user \
            namespace (in all cases, the one that owns the mount namespace; for most file systems, \
            the initial user namespace; for proc, sysfs, mqueue and cgroup, the one that owns the \
            PID, network, IPC or cgroup namespace); or a new proc or sysfs in a user namespace \
            would reveal what other mounts cover in the existing mount of this type, or would lack \
            a read-only or access time flag of the existing mount, or no mount of this type \
            exists; or a security module or a device control group denies the mount; or, before \
            Linux 5.15, MS_MANDLOCK is set, and the caller does not have this capability in the \
            initial user namespace or the kernel was built without CONFIG_MANDATORY_FILE_LOCKING",
        NODEV => Unsupported "the kernel has no file system of this type, and cannot load a module \
            for this type; or the file system cannot find its device",
        NOTBLK => "the file system requires a block device, and the source is not a block device",
        NXIO => "the source is a device file, but its block device does not exist",
        ACCES => "a directory in a path cannot be searched; or the device is read-only, and \
            MS_RDONLY is not set; or the device file is on a mount with MS_NODEV, or on a file \
            system that was mounted in a user namespace other than the initial user namespace; or \
            a symbolic link may not be followed (fs.protected_symlinks); or a security module \
            denies the call",
        ROFS => "the file system is read-only, and MS_RDONLY is not set",
        BUSY => "the root of the same file system is already mounted at the target; or the device \
            is in use, or is mounted elsewhere and only one of the two mounts has MS_RDONLY; or a \
            directory in the options is in use by another mount",
        INVAL => "the file system rejects an option, the source or the content of the device \
            (details are in the kernel's log); or the type is absent, or ends with a period; or \
            the target is not in this mount namespace; or an argument contains a NUL byte; or a \
            flag selects another operation",
        NOTDIR => "the target is not a directory; or a component of a path, or of a path in the \
            options, that is used as a directory is not a directory",
        MFILE => "the kernel has no unused device number for a file system without a device",
        NOSPC => "the limit on mounts (fs.mount-max) has been reached in the mount namespace, or \
            in another mount namespace to which the mount would be propagated",
        NOENT => "a component of a path, or of a path in the options, does not exist; or a path is \
            empty; or the target has been deleted or unmounted",
        LOOP => "a path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW; or directories in the options overlap",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system";
    MOUNT_BIND:
        INVAL => "the source is absent or empty, or is not in this mount namespace, or is on an \
            unbindable mount; or the target is not in this mount namespace; or mounts below the \
            source cover files that must stay covered, and MS_REC is not set; or the source is the \
            file of a mount namespace that is not newer than the caller's mount namespace; or a \
            path contains a NUL byte",
        NOTDIR => "one of source and target is a directory and the other is not, or a component of \
            a path that is used as a directory is not a directory",
        NOSPC => "the limit on mounts (fs.mount-max) has been reached in the mount namespace, or \
            in another mount namespace to which the mount would be propagated",
        NOENT => "a component of a path does not exist; or the target is empty, or has been \
            deleted or unmounted",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the mount namespace; or a security module denies the call; or, before Linux 5.15, \
            MS_MANDLOCK is set, and the caller does not have this capability in the initial user \
            namespace or the kernel was built without CONFIG_MANDATORY_FILE_LOCKING",
        ACCES => "a directory in a path cannot be searched; or a symbolic link may not be followed \
            (fs.protected_symlinks); or a security module denies the call",
        LOOP => "a path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system";
    MOUNT_MOVE:
        INVAL => "the source is absent or empty, or is not a mount point of this mount namespace, \
            or is the root of this mount namespace; or the parent mount of the source is shared; \
            or the target is not in this mount namespace; or the target is on a shared mount, and \
            a moved mount is unbindable; or the source came from another user namespace; or one of \
            source and target is a directory and the other is not; or a path contains a NUL byte",
        LOOP => "the target is below the source; or a path contains more than 40 symbolic links, \
            or a symbolic link on a mount with MS_NOSYMFOLLOW",
        NOSPC => "the target is on a shared mount, and a mount namespace to which the moved mounts \
            would be propagated has reached the limit on mounts (fs.mount-max)",
        NOENT => "a component of a path does not exist; or the target is empty, or has been \
            deleted or unmounted",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the mount namespace; or a security module denies the call; or, before Linux 5.15, \
            MS_MANDLOCK is set, and the caller does not have this capability in the initial user \
            namespace or the kernel was built without CONFIG_MANDATORY_FILE_LOCKING",
        NOTDIR => "a component of a path that is used as a directory is not a directory",
        ACCES => "a directory in a path cannot be searched; or a symbolic link may not be followed \
            (fs.protected_symlinks); or a security module denies the call",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system";
    MOUNT_PROPAGATION:
        INVAL => "the target is not a mount point or, with some kernels, the mount of the target \
            is detached or in another mount namespace; or the flags contain more than one \
            propagation type, or flags other than MS_REC and MS_SILENT; or an argument contains a \
            NUL byte",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the mount namespace of the caller or, with some kernels, in the user namespace \
            that owns the mount namespace of the target; or a security module denies the call; or, \
            before Linux 5.15, MS_MANDLOCK is set, and the caller does not have this capability in \
            the initial user namespace or the kernel was built without \
            CONFIG_MANDATORY_FILE_LOCKING",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    MOUNT_REMOUNT:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in both the user namespace \
            that owns the mount namespace and the user namespace that owns the file system; or the \
            call would clear a flag, or change an access time flag, that was set in another user \
            namespace; or a security module denies the change; or, before Linux 5.15, MS_MANDLOCK \
            is set, and the caller does not have this capability in the initial user namespace or \
            the kernel was built without CONFIG_MANDATORY_FILE_LOCKING",
        BUSY => "the file system cannot become read-only while files are open for writing, or \
            deleted files are open; or the file system is frozen",
        ROFS => "the file system cannot become writable",
        ACCES => "the device is read-only, and MS_RDONLY is not set; or a directory in the path \
            cannot be searched; or a symbolic link may not be followed (fs.protected_symlinks); or \
            a security module denies the call",
        INVAL => "the target is not a mount point of this mount namespace; or the file system \
            rejects an option (details are in the kernel's log); or an argument contains a NUL \
            byte; or a flag selects another operation",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    MOUNT_REMOUNT_BIND:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the mount namespace; or the call would clear a flag, or change an access time \
            flag, that was set in another user namespace; or a security module denies the change; \
            or, before Linux 5.15, MS_MANDLOCK is set, and the caller does not have this \
            capability in the initial user namespace or the kernel was built without \
            CONFIG_MANDATORY_FILE_LOCKING",
        BUSY => "the mount cannot become read-only while files are open for writing through it",
        INVAL => "the target is not a mount point of this mount namespace; or an argument contains \
            a NUL byte; or a flag selects another operation",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    UMOUNT2:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in each required user \
            namespace (in all cases, the one that owns the mount namespace; for MNT_FORCE and for \
            the root directory, the one that owns the file system; for MNT_FORCE with older \
            kernels, the initial user namespace); or a security module denies the call",
        BUSY => "the mount is in use: by an open or mapped file, a working or root directory, swap \
            space, or a mount below it; or a propagated copy of the mount, which would also be \
            unmounted, is in use; or the target is the root directory, which cannot become \
            read-only while files are open for writing",
        INVAL => "the target is not a mount point of this mount namespace; or the mount came from \
            another user namespace, and covers files that must stay covered; or MNT_EXPIRE is \
            combined with MNT_FORCE or MNT_DETACH, or used for the root directory; or a flag is \
            unknown to the kernel; or the path contains a NUL byte",
        AGAIN => "the call marked the mount as expired (MNT_EXPIRE); the next call with MNT_EXPIRE \
            unmounts the mount, unless the mount is used before that call",
        NOENT => "a component of the path does not exist, or the path is empty",
        NOTDIR => "a component of the path that is used as a directory is not a directory",
        ACCES => "a directory in the path cannot be searched; or a symbolic link may not be \
            followed (fs.protected_symlinks); or a security module denies the call",
        LOOP => "the path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "the path has more than 4,095 bytes, or a component of it is too long for \
            its file system";
    PIVOT_ROOT:
        PERM => "the caller does not have the capability CAP_SYS_ADMIN in the user namespace that \
            owns the mount namespace; or a security module denies the call",
        BUSY => "the new root, or the directory for the old root, is on the mount of the current \
            root",
        INVAL => "the new root or the current root is not a mount point of this mount namespace; \
            or the new root came from another user namespace, or is not below the current root; or \
            the directory for the old root is not below the new root; or the mount that contains \
            the directory for the old root, or the parent mount of the new root or of the current \
            root, is shared; or the current root is the initial root file system (before Linux \
            7.0); or a path contains a NUL byte",
        NOTDIR => "the new root, or the directory for the old root, or a component of a path that \
            is used as a directory, is not a directory",
        NOENT => "a component of a path does not exist; or a path is empty; or the new root, or \
            the directory for the old root, has been deleted",
        ACCES => "a directory in a path cannot be searched; or a symbolic link may not be followed \
            (fs.protected_symlinks); or a security module denies the call",
        LOOP => "a path contains more than 40 symbolic links, or a symbolic link on a mount with \
            MS_NOSYMFOLLOW",
        NAMETOOLONG => "a path has more than 4,095 bytes, or a component of it is too long for its \
            file system";
    MOUNT_OPTIONS:
        TOOBIG => "the options have more than 4095 bytes: the kernel copies at most one page",
        INVAL => "an option names a file descriptor (fd=, rfdno=, wfdno=), or the options begin \
            with a control character, as binary data does; only the unsafe function raw::mount \
            accepts such options";
};
