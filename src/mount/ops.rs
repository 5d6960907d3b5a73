//! Functions that mount, change, move and unmount file systems.

use super::{MountFlags, UnmountFlags, options, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::io::retry;
use crate::path;

/// An absent source or file system type of [`raw::mount`].
const NONE: Option<&core::ffi::CStr> = None;

/// The flags that select or modify an operation of `mount(2)` other than a new mount.
const OPERATIONS: MountFlags = MountFlags::REMOUNT
    .union(MountFlags::BIND)
    .union(MountFlags::MOVE)
    .union(MountFlags::REC)
    .union(MountFlags::SHARED)
    .union(MountFlags::PRIVATE)
    .union(MountFlags::SLAVE)
    .union(MountFlags::UNBINDABLE);

/// Mounts a file system of type `fstype`.
///
/// `source` is the path of a device or, for a file system without a device, usually any string.
/// `/proc/self/mounts` lists the sources of all mounts. The new mount covers the previous content
/// of `target`, which becomes visible again when the mount is unmounted.
///
/// `options` contains the options of the file system, separated by commas, for example
/// `"size=16m,mode=755"`. The string has at most 4,095 bytes, and is empty if there are no options.
/// Options such as `ro` and `nosuid` are flags: to separate flags from the options of the file
/// system, use [`Options`](super::Options).
///
/// This function rejects options that name file descriptors (`fd=`, `rfdno=` and `wfdno=`, of
/// `autofs`, `fuse`, `coda` and `9p`), because other code could own the descriptor. The names of
/// these options are also rejected in upper case and with surrounding spaces. Binary data is
/// rejected as well. The unsafe function [`raw::mount`] accepts all options and binary data.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace. Most file systems also require the capability in the initial user
///   namespace. Instead, `proc`, `sysfs`, `mqueue` and `cgroup` require the capability in the user
///   namespace that owns the PID, network, IPC or cgroup namespace. In a user namespace, `EPERM`
///   also means that a new `proc` or `sysfs` would reveal what other mounts cover in the existing
///   mount of this type, or would lack a flag of the existing mount.
/// - `ENODEV`: the kernel has no file system of this type, or the file system cannot find its
///   device.
/// - `ENOTBLK`: the file system requires a block device, and the source is not a block device.
/// - `ENXIO`: the source is a device file, but its block device does not exist.
/// - `EACCES`, `EROFS`: the device is read-only, and `RDONLY` is not set; or (only `EACCES`) the
///   device file is on a mount that does not permit the use of devices, for example because of
///   `NODEV`.
/// - `EBUSY`: the same file system is already mounted at the target; or the device, or a directory
///   in the options, is in use; or the device is mounted elsewhere, and only one of the two mounts
///   has `RDONLY`.
/// - `EINVAL`: the file system rejects an option, the source or the content of the device; or an
///   option names a file descriptor; or the options are binary data; or `flags` contains a flag
///   that selects another operation; or an argument contains a NUL byte. If an option names a file
///   descriptor or the options are binary data, [`Error::call`] returns [`Call::MOUNT_OPTIONS`].
/// - `E2BIG`: the options have more than 4095 bytes. [`Error::call`] returns
///   [`Call::MOUNT_OPTIONS`].
/// - `EMFILE`, `ENOSPC`: the limit on file systems without a device (`EMFILE`) or the limit on
///   mounts (`ENOSPC`) has been reached.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[inline]
pub fn mount(
    source: impl path::Arg,
    target: impl path::Arg,
    fstype: impl path::Arg,
    flags: MountFlags,
    options: impl path::Arg,
) -> Result<()> {
    let options = check_options(Call::MOUNT, flags, options.as_path_bytes().bytes())?;
    // SAFETY: `check_options` rejects binary data, and options that name descriptors.
    unsafe { raw::mount(Some(source), target, Some(fstype), flags, options) }
}

/// Creates a bind mount: makes a file or a directory visible at another path, without the mounts
/// below the directory.
///
/// The bind mount has the flags of the mount that contains the source: the kernel cannot set other
/// flags when it creates a bind mount. To make the bind mount read-only, call [`remount_bind`]
/// afterwards; until then, the bind mount is writable.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the source or the target is not in the caller's mount namespace; or the source is an
///   empty path, or is on an unbindable mount; or a mount below the source came from another user
///   namespace, and the files that this mount covers would become visible; or the source is the
///   file of a mount namespace that is not newer than the caller's mount namespace; or a path
///   contains a NUL byte.
/// - `ENOTDIR`: only one of the source and the target is a directory.
/// - `ENOSPC`: the limit on mounts has been reached in the mount namespace, or in another mount
///   namespace to which the mount would be propagated.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.4; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_BIND")]
#[inline]
pub fn bind_mount(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    // SAFETY: no data is passed.
    unsafe { raw::mount(Some(source), target, NONE, MountFlags::BIND, None) }
}

/// Creates a bind mount like [`bind_mount`], and includes all mounts below the source, except
/// unbindable mounts.
///
/// # Errors
///
/// The errors of [`bind_mount`], except that mounts below the source never cause `EINVAL`.
#[doc(alias = "MS_BIND")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn bind_mount_recursive(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    let flags = MountFlags::BIND.union(MountFlags::REC);
    // SAFETY: no data is passed.
    unsafe { raw::mount(Some(source), target, NONE, flags, None) }
}

/// Changes the properties of the file system that is mounted at `target`, and the flags of this
/// mount.
///
/// The properties of the file system, which apply to all of its mounts, are the options and the
/// flags `RDONLY`, `SYNCHRONOUS`, `MANDLOCK`, `I_VERSION` and `LAZYTIME`. This function clears each
/// of these flags that `flags` does not contain, and sets and clears the flags of the mount like
/// [`remount_bind`]. `DIRSYNC` is not changed. Most file systems do not change an option that
/// `options` does not contain.
///
/// `options` has at most 4,095 bytes. Options that name file descriptors are rejected, as in
/// [`mount`](mount()).
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in both the user namespace
///   that owns the mount namespace and the user namespace that owns the file system; or the call
///   would clear a flag, or change an access time flag, that was set in another user namespace.
/// - `EBUSY`: the file system cannot become read-only while files are open for writing or deleted
///   files are open; or the file system is frozen.
/// - `EROFS`, `EACCES`: the file system (`EROFS`) or its device (`EACCES`) cannot become writable.
/// - `EINVAL`: the target is not a mount point; or the file system rejects an option; or an option
///   names a file descriptor; or the options are binary data; or `flags` contains a flag that
///   selects another operation; or an argument contains a NUL byte. If an option names a file
///   descriptor or the options are binary data, [`Error::call`] returns [`Call::MOUNT_OPTIONS`].
/// - `E2BIG`: the options have more than 4095 bytes. [`Error::call`] returns
///   [`Call::MOUNT_OPTIONS`].
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_REMOUNT")]
#[inline]
pub fn remount(target: impl path::Arg, flags: MountFlags, options: impl path::Arg) -> Result<()> {
    let options = check_options(Call::MOUNT_REMOUNT, flags, options.as_path_bytes().bytes())?;
    // SAFETY: `check_options` rejects binary data, and options that name descriptors.
    unsafe { raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT), options) }
}

/// Changes the flags of one mount, but not its file system or the mounts below it.
///
/// The flags of a mount are `RDONLY`, `NOSUID`, `NODEV`, `NOEXEC`, `NOSYMFOLLOW`, `NOATIME`,
/// `NODIRATIME`, `RELATIME` and `STRICTATIME`. This function sets the flags of the mount that
/// `flags` contains, and clears its other flags. If `flags` contains none of `NOATIME`,
/// `NODIRATIME`, `RELATIME` and `STRICTATIME`, these four flags are not changed. Other flags, such
/// as `SYNCHRONOUS`, are ignored, unless they select another operation.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace; or the call would clear a flag, or change an access time flag, that
///   was set in another user namespace.
/// - `EBUSY`: the mount cannot become read-only while files are open for writing through it.
/// - `EINVAL`: the target is not a mount point; or `flags` contains a flag that selects another
///   operation; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.26; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_REMOUNT")]
#[inline]
pub fn remount_bind(target: impl path::Arg, flags: MountFlags) -> Result<()> {
    check_options(Call::MOUNT_REMOUNT_BIND, flags, &[])?;
    let flags = flags.union(MountFlags::REMOUNT).union(MountFlags::BIND);
    // SAFETY: no data is passed.
    unsafe { raw::mount(NONE, target, NONE, flags, None) }
}

/// Moves a mount, and all mounts below it, to another path.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the source is not a mount point, or came from another user namespace; or the parent
///   mount of the source is [shared](super::make_shared); or the target is on a shared mount, and a
///   moved mount is unbindable; or the target is not in the caller's mount namespace; or only one
///   of the source and the target is a directory; or a path contains a NUL byte.
/// - `ELOOP`: the target is below the source.
/// - `ENOSPC`: a mount namespace to which the moved mounts would be propagated has reached the
///   limit on mounts.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.4.18; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_MOVE")]
#[inline]
pub fn move_to(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    // SAFETY: no data is passed.
    unsafe { raw::mount(Some(source), target, NONE, MountFlags::MOVE, None) }
}

/// Unmounts the topmost mount at a path, unless the mount is in use.
///
/// If `target` is the root directory of the caller, nothing is unmounted: instead, the file system
/// of the root directory becomes read-only for all processes. To unmount the root directory, use
/// [`detach`].
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace or, for the root directory, in the user namespace that owns the file
///   system.
/// - `EBUSY`: the mount, or a propagated copy that would also be unmounted, is in use: by an open
///   or mapped file, a working or root directory, swap space, or a mount below it.
/// - `EINVAL`: the target is not a mount point; or the mount came from another user namespace, and
///   the files that it covers would become visible; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.1.116; [umount(2)].
///
/// [umount(2)]: https://man7.org/linux/man-pages/man2/umount.2.html
#[doc(alias = "umount2")]
#[doc(alias = "umount")]
#[inline]
pub fn unmount(target: impl path::Arg) -> Result<()> {
    raw::umount2(target, UnmountFlags::empty())
}

/// Detaches a mount and all mounts below it from their paths, even if the mounts are in use.
///
/// Open files and working directories on these mounts remain usable. The kernel unmounts each file
/// system when it is no longer in use. [`unmount`] fails with `EBUSY` for `"."`, because the
/// working directory is in use; this function can unmount `"."`.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point; or the mount came from another user namespace, and
///   the files that it covers would become visible; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.4.11; [umount(2)].
///
/// [umount(2)]: https://man7.org/linux/man-pages/man2/umount.2.html
#[doc(alias = "umount2")]
#[doc(alias = "MNT_DETACH")]
#[inline]
pub fn detach(target: impl path::Arg) -> Result<()> {
    raw::umount2(target, UnmountFlags::DETACH)
}

/// The result of [`expire`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpireOutcome {
    /// The mount is now marked as expired: it was not marked before, or had been used since it was
    /// marked.
    Marked,
    /// The mount is now unmounted: it had not been used since it was marked as expired.
    Unmounted,
}

/// Unmounts a mount if it has not been used since it was marked as expired; otherwise, marks the
/// mount as expired.
///
/// Two calls unmount a mount that is not used between the two calls.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: the mount is in use.
/// - `EINVAL`: the target is not a mount point, or is the root directory; or the mount came from
///   another user namespace, and the files that it covers would become visible; or the path
///   contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.8; [umount(2)].
///
/// [umount(2)]: https://man7.org/linux/man-pages/man2/umount.2.html
#[doc(alias = "umount2")]
#[doc(alias = "MNT_EXPIRE")]
#[inline]
pub fn expire(target: impl path::Arg) -> Result<ExpireOutcome> {
    match raw::umount2(target, UnmountFlags::EXPIRE) {
        Ok(()) => Ok(ExpireOutcome::Unmounted),
        Err(error) if error.is(Errno::AGAIN) => Ok(ExpireOutcome::Marked),
        Err(error) => Err(error),
    }
}

/// Changes the root of the mount namespace to the mount at `new_root`, and moves the old root to
/// `put_old`, a directory below the new root.
///
/// `put_old` can be equal to `new_root`: the old root then covers the new root, until [`detach`]
/// unmounts the old root. If the working directory is `new_root`, call `pivot_root(".", ".")` and
/// then `detach(".")`.
///
/// `new_root` must be a mount point: to make a directory a mount point, create a bind mount of the
/// directory at the same path with [`bind_mount`]. Three mounts must not be
/// [shared](super::make_shared): the mount that contains `put_old`, the parent mount of the old
/// root, and the parent mount of the new root.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: `new_root` or `put_old` is on the mount of the current root.
/// - `EINVAL`: the new root or the current root is not a mount point; or the new root came from
///   another user namespace, or is not below the current root; or `put_old` is not below
///   `new_root`; or a mount that must not be shared is shared; or the current root is the initial
///   root file system (before Linux 7.0); or a path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.3.41; [pivot_root(2)].
///
/// [pivot_root(2)]: https://man7.org/linux/man-pages/man2/pivot_root.2.html
#[inline]
pub fn pivot_root(new_root: impl path::Arg, put_old: impl path::Arg) -> Result<()> {
    raw::pivot_root(new_root, put_old)
}

/// Returns the current flags of the mount and of the file system that contain a path.
///
/// The result can contain the mount's flags `NOSUID`, `NODEV`, `NOEXEC`, `NOSYMFOLLOW`, `NOATIME`,
/// `NODIRATIME`, `RELATIME` and `STRICTATIME`, and the file system's flags `SYNCHRONOUS` and
/// `MANDLOCK`. `RDONLY` is set if the mount or the file system is read-only. The kernel does not
/// report the flags `DIRSYNC`, `LAZYTIME`, `I_VERSION` and `POSIXACL`. The path need not be a mount
/// point.
///
/// To add a flag to a mount, pass the union of the result and the flag to [`remount_bind`].
/// `NOATIME`, `RELATIME` and `STRICTATIME` exclude each other:
/// [`Options::apply_to`](super::Options::apply_to) sets one of these flags and clears the other
/// two.
///
/// # Errors
///
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOTCONN`: the file system is no longer connected to its server.
/// - `ESTALE`: the file no longer exists on the server of the file system.
/// - `EIO`: the file system could not be read.
/// - `ENOSYS`: the file system does not support `statfs`.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.36; [statfs(2)].
///
/// [statfs(2)]: https://man7.org/linux/man-pages/man2/statfs.2.html
#[doc(alias = "statfs")]
#[doc(alias = "statvfs")]
#[doc(alias = "ST_RDONLY")]
#[inline]
pub fn flags(path: impl path::Arg) -> Result<MountFlags> {
    retry(|| raw::statfs_flags(&path))
}

/// Returns the options as the `data` argument of [`raw::mount`], which is `None` if there are no
/// options.
///
/// Fails with `EINVAL` if a flag selects another operation, if the options contain a NUL byte or
/// name a descriptor, or if the options are binary data.
fn check_options(call: Call, flags: MountFlags, options: &[u8]) -> Result<Option<&[u8]>> {
    if flags.intersects(OPERATIONS) || options.contains(&0) {
        return Err(Error::new(call, Errno::INVAL));
    }
    if options::may_name_descriptors(options) {
        return Err(Error::new(Call::MOUNT_OPTIONS, Errno::INVAL));
    }
    Ok(Some(options).filter(|options| !options.is_empty()))
}
