//! Mounting, changing, moving and unmounting.

use super::{MountFlags, UnmountFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::path;

/// No source, or no type.
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
/// `"size=16m,mode=755"`, and have at most 4,095 bytes; `""` means none. The mount covers the
/// previous content of the target, which reappears when it is unmounted.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace or, for most file systems, in the initial user namespace; or a new
///   `proc` or `sysfs` would reveal what other mounts cover.
/// - `ENODEV`: the kernel has no file system of this type.
/// - `ENOTBLK`, `ENXIO`: the source is not a block device, or does not exist.
/// - `EACCES`, `EROFS`: the device cannot be used, or is read-only and `RDONLY` is not set.
/// - `EBUSY`: the file system is already mounted at the target, or its device is in use.
/// - `EINVAL`: the file system rejects an option or the content of the device; or `flags` select
///   another operation; or an argument contains a NUL byte; or the options have more than 4,095
///   bytes.
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
    raw::mount(Some(source), target, Some(fstype), flags, options)
}

/// Creates a bind mount: makes a file or a directory visible at another path. Mounts below a
/// directory are not included.
///
/// The new mount gets the flags of the source's mount; the kernel accepts no others here. If it
/// becomes read-only afterwards, by [`remount_bind`], it is writable in between.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the source is not in this mount namespace, or is unbindable; or mounts below it came
///   from another user namespace, and the files that they cover would become visible; or a path
///   contains a NUL byte.
/// - `ENOTDIR`: one of source and target is a directory, and the other is not.
/// - `ENOSPC`: the limit on mounts in the namespace has been reached.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.4; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_BIND")]
#[inline]
pub fn bind_mount(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    raw::mount(Some(source), target, NONE, MountFlags::BIND, None)
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
    raw::mount(Some(source), target, NONE, MountFlags::BIND.union(MountFlags::REC), None)
}

/// Changes the properties of a file system, wherever it is mounted, and of this mount of it.
///
/// Flags that are not set are cleared: `RDONLY`, `SYNCHRONOUS`, `MANDLOCK`, `I_VERSION` and
/// `LAZYTIME` of the file system, and all flags of the mount that [`remount_bind`] sets. `DIRSYNC`
/// is not changed. Most file systems keep the options that are not mentioned. The options have at
/// most 4,095 bytes.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the file system; or a flag would be cleared that was set in another user namespace.
/// - `EBUSY`: the file system cannot become read-only while files are open for writing.
/// - `EROFS`: the file system cannot become writable.
/// - `EINVAL`: the target is not a mount point; or the file system rejects an option; or `flags`
///   select another operation; or an argument contains a NUL byte; or the options have more than
///   4,095 bytes.
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
    raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT), options)
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
///   owns the mount namespace; or a flag would be cleared that was set in another user namespace.
/// - `EBUSY`: the mount cannot become read-only while files are open for writing.
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
    raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT).union(MountFlags::BIND), None)
}

/// Moves a mount, and all mounts below it, to another path.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the source is not a mount point; or it is on a mount that is
///   [shared](super::make_shared), or came from another user namespace; or one of source and target
///   is a directory, and the other is not; or a path contains a NUL byte.
/// - `ELOOP`: the target is below the source.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: a path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.4.18; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_MOVE")]
#[inline]
pub fn move_to(source: impl path::Arg, target: impl path::Arg) -> Result<()> {
    raw::mount(Some(source), target, NONE, MountFlags::MOVE, None)
}

/// Unmounts the last mount at a path, unless it is in use.
///
/// The root directory of the caller is not unmounted in this way: instead, its file system becomes
/// read-only for everyone. Use [`detach`] to unmount it.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: the mount is in use: by an open file, a working directory, or a mount below it.
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
/// [bound](bind_mount) to itself. Neither root may be on a mount that is
/// [shared](super::make_shared), nor may the mount of the directory be shared.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EBUSY`: the new root, or the directory for the old root, is on the mount of the current root.
/// - `EINVAL`: the new root or the current root is not a mount point; or the new root came from
///   another user namespace; or the directory is not below the new root; or a mount that must not
///   be shared is; or the current root is the initial root file system (before Linux 7.0); or a
///   path contains a NUL byte.
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

/// Returns the options as `raw::mount` accepts them. Fails if the flags select another operation,
/// or if the options contain a NUL byte.
fn check_options(call: Call, flags: MountFlags, options: &[u8]) -> Result<Option<&[u8]>> {
    if flags.intersects(OPERATIONS) || options.contains(&0) {
        return Err(Error::new(call, Errno::INVAL));
    }
    Ok(Some(options).filter(|options| !options.is_empty()))
}
