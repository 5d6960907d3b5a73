//! Mounting, changing, moving and unmounting.

use super::{MountFlags, UnmountFlags, options, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::io::retry;
use crate::path;

/// An absent source or type.
const NONE: Option<&core::ffi::CStr> = None;

/// The flags that select the operation.
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
/// The source depends on the type: the path of a device or, for a file system without a device, any
/// string, which appears in lists of mounts. The options are separated by commas, as in
/// `"size=16m,mode=755"`, and have at most 4,095 bytes; `""` means none. Options such as `ro` and
/// `nosuid` are flags: [`Options`](super::Options) splits a text. The mount covers the previous
/// content of the target, which reappears when the mount is unmounted.
///
/// Options that name file descriptors (`fd=`, `rfdno=` and `wfdno=`, of `autofs`, `fuse`, `coda`
/// and `9p`) are rejected, because they could name a descriptor that other code owns. Such names
/// are also rejected in upper case and with surrounding spaces, and so is binary data.
/// [`raw::mount`] accepts all of these.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace or, for most file systems, in the initial user namespace or, for
///   `proc`, `sysfs`, `mqueue` and `cgroup`, in the one that owns the PID, network, IPC or cgroup
///   namespace; or a new `proc` or `sysfs` would reveal what other mounts cover or restrict.
/// - `ENODEV`: the kernel has no file system of this type, or the file system does not find its
///   device.
/// - `ENOTBLK`, `ENXIO`: the source is not a block device, or does not exist.
/// - `EACCES`, `EROFS`: the device cannot be used, or is read-only and `RDONLY` is not set.
/// - `EBUSY`: the same file system is already mounted at the target; or the device or a directory
///   in the options is in use, or is mounted elsewhere with another `RDONLY`.
/// - `EINVAL`: the file system rejects an option, the source or the content of the device; or an
///   option names a file descriptor; or `flags` select another operation; or an argument contains a
///   NUL byte. If the options are rejected by the library, the call of the error is
///   [`Call::MOUNT_OPTIONS`].
/// - `E2BIG`: the options have more than 4,095 bytes.
/// - `EMFILE`, `ENOSPC`: a limit on file systems or mounts has been reached.
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
    // SAFETY: the options name no descriptors, and are not binary data.
    unsafe { raw::mount(Some(source), target, Some(fstype), flags, options) }
}

/// Creates a bind mount: makes a file or a directory visible at another path. Mounts below a
/// directory are not included.
///
/// The new mount gets the flags of the source's mount; the kernel ignores all other flags.
/// [`remount_bind`] can make it read-only afterwards, but it is writable until then.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the source or the target is not in this mount namespace, or the source is empty or
///   unbindable; or mounts below it came from another user namespace, and the files that they cover
///   would become visible; or the source is the file of a mount namespace that is not newer than
///   the caller's; or a path contains a NUL byte.
/// - `ENOTDIR`: one of source and target is a directory, and the other is not.
/// - `ENOSPC`: the limit on mounts has been reached in the namespace, or in one to which the mount
///   would be propagated.
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
/// unbindable ones.
///
/// # Errors
///
/// Those of [`bind_mount`], except that mounts below the source are never a cause of `EINVAL`.
#[doc(alias = "MS_BIND")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn bind_mount_recursive(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    let flags = MountFlags::BIND.union(MountFlags::REC);
    // SAFETY: no data is passed.
    unsafe { raw::mount(Some(source), target, NONE, flags, None) }
}

/// Changes the properties of a file system, which apply to all of its mounts, and the flags of the
/// mount at `target`.
///
/// Flags that are not set are cleared: `RDONLY`, `SYNCHRONOUS`, `MANDLOCK`, `I_VERSION` and
/// `LAZYTIME` of the file system, and all flags of the mount that [`remount_bind`] sets. `DIRSYNC`
/// is not changed. Most file systems keep the options that are not mentioned. The options have at
/// most 4,095 bytes. Those that name file descriptors are rejected, as by [`mount`](mount()).
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespaces that
///   own the mount namespace and the file system; or a flag would be cleared, or the handling of
///   access times changed, that was set in another user namespace.
/// - `EBUSY`: the file system cannot become read-only while files are open for writing or deleted
///   files are open, or is frozen.
/// - `EROFS`, `EACCES`: the file system or its device cannot become writable.
/// - `EINVAL`: the target is not a mount point; or the file system rejects an option; or an option
///   names a file descriptor; or `flags` select another operation; or an argument contains a NUL
///   byte. If the options are rejected by the library, the call of the error is
///   [`Call::MOUNT_OPTIONS`].
/// - `E2BIG`: the options have more than 4,095 bytes.
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
    // SAFETY: the options name no descriptors, and are not binary data.
    unsafe { raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT), options) }
}

/// Changes the flags of one mount, but not its file system or the mounts below it.
///
/// Sets exactly the given flags among `RDONLY`, `NOSUID`, `NODEV`, `NOEXEC`, `NOSYMFOLLOW`,
/// `NOATIME`, `NODIRATIME`, `RELATIME` and `STRICTATIME`, and clears the others. If none of the
/// last four is given, these four are not changed. Other flags are ignored.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace; or a flag would be cleared, or the handling of access times changed,
///   that was set in another user namespace.
/// - `EBUSY`: the mount cannot become read-only while files are open for writing through it.
/// - `EINVAL`: the target is not a mount point; or `flags` select another operation; or the path
///   contains a NUL byte.
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
/// - `EINVAL`: the source is not a mount point; or it is on a mount that is
///   [shared](super::make_shared), or came from another user namespace; or the target is on a
///   shared mount, and a moved mount is unbindable; or the target is not in this mount namespace;
///   or one of source and target is a directory, and the other is not; or a path contains a NUL
///   byte.
/// - `ELOOP`: the target is below the source.
/// - `ENOSPC`: a namespace to which the moved mounts would be propagated has reached the limit on
///   mounts.
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

/// Unmounts the last mount at a path, unless it is in use.
///
/// The root directory of the caller is not unmounted in this way: instead, its file system becomes
/// read-only for all processes. Use [`detach`] to unmount it.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace or, for the root directory, in the one that owns the file system.
/// - `EBUSY`: the mount, or a copy of it that would be unmounted with it, is in use: by an open or
///   mapped file, a working or root directory, swap space, or a mount below it.
/// - `EINVAL`: the target is not a mount point, or the mount came from another user namespace and
///   covers files that must stay covered; or the path contains a NUL byte.
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

/// Detaches a mount and all mounts below it from their paths, whether or not they are in use.
///
/// Open files and working directories remain usable; the file systems are unmounted when the last
/// of them is closed. A working directory is in use, so unmounting `"."` requires this function.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point, or the mount came from another user namespace and
///   covers files that must stay covered; or the path contains a NUL byte.
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
    /// The mount was not marked, or has been used since it was marked. It is marked now.
    Marked,
    /// The mount has not been used since it was marked. It is unmounted now.
    Unmounted,
}

/// Unmounts a mount if it has not been used since it was marked as expired, and otherwise marks it.
/// Call it twice to unmount a mount that is not used in between.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: the mount is in use.
/// - `EINVAL`: the target is not a mount point, or is the root directory, or the mount came from
///   another user namespace and covers files that must stay covered; or the path contains a NUL
///   byte.
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

/// Changes the root of the mount namespace to another mount, and moves the old root to a directory
/// below it.
///
/// The directory can be the new root itself: the old root then covers it, and [`detach`] unmounts
/// it. If the working directory is the new root, this is `pivot_root(".", ".")` followed by
/// `detach(".")`. The new root must be a mount point: a directory becomes one when it is
/// [bound](bind_mount) to itself. None of these mounts may be [shared](super::make_shared): the
/// mount of the directory, and the mounts on which the two roots are mounted.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: the new root, or the directory for the old root, is on the mount of the current root.
/// - `EINVAL`: the new root or the current root is not a mount point; or the new root came from
///   another user namespace, or is not below the current root; or the directory is not below the
///   new root; or a mount that must not be shared is; or the current root is the initial root file
///   system (before Linux 7.0); or a path contains a NUL byte.
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

/// Returns the current flags of the mount of a path, and of its file system.
///
/// The result is `RDONLY`, `NOSUID`, `NODEV`, `NOEXEC`, `NOSYMFOLLOW`, `NOATIME`, `NODIRATIME`,
/// `RELATIME` and `STRICTATIME` of the mount, and `RDONLY`, `SYNCHRONOUS` and `MANDLOCK` of the
/// file system: `RDONLY` is set if either is read-only. The kernel does not report `DIRSYNC`,
/// `LAZYTIME`, `I_VERSION` and `POSIXACL`. The path need not be a mount point.
///
/// To add a flag to a mount, pass the result and the flag to [`remount_bind`]. `NOATIME`,
/// `RELATIME` and `STRICTATIME` replace each other:
/// [`Options::apply_to`](super::Options::apply_to) clears the previous one.
///
/// # Errors
///
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `EINVAL`: the path contains a NUL byte.
/// - `ENOTCONN`, `ESTALE`, `EIO`: the file system, or its server, does not answer.
/// - `ENOSYS`: the file system does not support the call.
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

/// Returns the options as `raw::mount` accepts them. Fails if the flags select another operation,
/// or if the options contain a NUL byte, name a descriptor or are binary data.
fn check_options(call: Call, flags: MountFlags, options: &[u8]) -> Result<Option<&[u8]>> {
    if flags.intersects(OPERATIONS) || options.contains(&0) {
        return Err(Error::new(call, Errno::INVAL));
    }
    if options::may_name_descriptors(options) {
        return Err(Error::new(Call::MOUNT_OPTIONS, Errno::INVAL));
    }
    Ok(Some(options).filter(|options| !options.is_empty()))
}
