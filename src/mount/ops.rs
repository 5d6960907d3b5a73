//! Mounts made, changed, moved and taken away.

use super::{MountFlags, UnmountFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::path;

/// No path, and no type.
const NONE: Option<&core::ffi::CStr> = None;

/// Flags that say what the call does.
const OPERATIONS: MountFlags = MountFlags::REMOUNT
    .union(MountFlags::BIND)
    .union(MountFlags::MOVE)
    .union(MountFlags::REC)
    .union(MountFlags::SHARED)
    .union(MountFlags::PRIVATE)
    .union(MountFlags::SLAVE)
    .union(MountFlags::UNBINDABLE);

/// Mounts a file system of this type.
///
/// The source is what the type takes for one: the path of a device; for a file system without one any text, which is
/// shown in lists of mounts. Options are text with commas between, as `"size=16m,mode=755"`; `""` is none. On the
/// target, what was there is covered and comes back when the mount is gone.
///
/// # Errors
///
/// As [`raw::mount`] without flags for another operation, which are `EINVAL`; so are 4096 bytes of options, and a NUL
/// byte in them.
#[inline]
pub fn mount(
    source: impl path::Arg,
    target: impl path::Arg,
    fstype: impl path::Arg,
    flags: MountFlags,
    options: impl path::Arg,
) -> Result<()> {
    let options = checked(Call::MOUNT, flags, options.as_path_bytes().bytes())?;
    raw::mount(Some(source), target, Some(fstype), flags, options)
}

/// Makes a file or a directory visible at another place, too: a bind mount. Mounts below a directory are not.
///
/// The new mount is of the same file system and as the other is mounted: the kernel takes no flags here. Made read-only
/// afterwards, by [`remount_bind`], it can be written to in between.
///
/// # Errors
///
/// As [`raw::mount`] with `BIND`: `EINVAL` - the mount is not of this namespace, or one that cannot be bound; mounts on
/// it came from another user namespace, and what they cover would be seen. `ENOTDIR` - one is a directory, and one is
/// not.
#[doc(alias = "MS_BIND")]
#[inline]
pub fn bind_mount(from: impl path::Arg, to: impl path::Arg) -> Result<()> {
    raw::mount(Some(from), to, NONE, MountFlags::BIND, None)
}

/// As [`bind_mount`], with all mounts below, but for those that cannot be bound.
///
/// # Errors
///
/// As [`bind_mount`], but what mounts cover stays covered.
#[doc(alias = "MS_REC")]
#[inline]
pub fn bind_mount_recursive(from: impl path::Arg, to: impl path::Arg) -> Result<()> {
    raw::mount(Some(from), to, NONE, MountFlags::BIND.union(MountFlags::REC), None)
}

/// Changes how a file system is mounted, wherever it is; and this mount of it.
///
/// What is not said again is no more: `RDONLY`, `SYNCHRONOUS`, `MANDLOCK`, `I_VERSION` and `LAZYTIME` of the file
/// system, and all that [`remount_bind`] sets of the mount. `DIRSYNC` stays as it was. Of options, most file systems
/// keep those that are not named.
///
/// # Errors
///
/// As [`raw::mount`] with `REMOUNT`, and flags and options as [`mount`]: `EINVAL` - nothing is mounted right there.
/// `EBUSY` - files are open for writing, and it is to be read-only. `EPERM` - the file system was mounted in another
/// user namespace.
#[doc(alias = "MS_REMOUNT")]
#[inline]
pub fn remount(target: impl path::Arg, flags: MountFlags, options: impl path::Arg) -> Result<()> {
    let options = checked(Call::MOUNT_REMOUNT, flags, options.as_path_bytes().bytes())?;
    raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT), options)
}

/// Changes one mount, and neither its file system nor mounts below it.
///
/// Exactly these of `RDONLY`, `NOSUID`, `NODEV`, `NOEXEC`, `NOSYMFOLLOW`, `NOATIME`, `NODIRATIME`, `RELATIME` and
/// `STRICTATIME` hold from then on; the others are dropped. Only where none of the last four is said, those stay as
/// they were. Any other flag is ignored.
///
/// # Errors
///
/// As [`raw::mount`] with `REMOUNT` and `BIND`: `EINVAL` - nothing is mounted right there; or a flag for an operation.
/// `EPERM` - what would be dropped was set in another user namespace. `EBUSY` - files are open for writing, and it is
/// to be read-only.
#[doc(alias = "MS_REMOUNT")]
#[inline]
pub fn remount_bind(target: impl path::Arg, flags: MountFlags) -> Result<()> {
    checked(Call::MOUNT_REMOUNT_BIND, flags, &[])?;
    raw::mount(NONE, target, NONE, flags.union(MountFlags::REMOUNT).union(MountFlags::BIND), None)
}

/// Moves a mount, and all below it, to another place.
///
/// # Errors
///
/// As [`raw::mount`] with `MOVE`: `EINVAL` - nothing is mounted right there, or it is mounted below a mount that is
/// [shared](super::make_shared), or came from another user namespace; or one is a directory, and one is not. `ELOOP` -
/// to a place below itself.
#[doc(alias = "MS_MOVE")]
#[inline]
pub fn move_to(from: impl path::Arg, to: impl path::Arg) -> Result<()> {
    raw::mount(Some(from), to, NONE, MountFlags::MOVE, None)
}

/// Unmounts what is mounted last at a place, if nobody uses it.
///
/// The caller's own root directory is not unmounted so: instead, its file system can no longer be written to, by
/// anybody who sees it. [`detach`] takes it away.
///
/// # Errors
///
/// As [`raw::umount2`], which takes flags: `EBUSY` - it is in use. `EINVAL` - nothing is mounted right there.
#[doc(alias = "umount2")]
#[doc(alias = "umount")]
#[inline]
pub fn unmount(target: impl path::Arg) -> Result<()> {
    raw::umount2(target, UnmountFlags::empty())
}

/// Takes a mount and all below it away from its place, used or not: nobody finds it any more, and who uses it still
/// may.
///
/// The file systems are given back when the last one stops. A working directory is such a use: to unmount `"."` takes
/// this.
///
/// # Errors
///
/// As [`raw::umount2`], without `EBUSY`.
#[doc(alias = "MNT_DETACH")]
#[inline]
pub fn detach(target: impl path::Arg) -> Result<()> {
    raw::umount2(target, UnmountFlags::DETACH)
}

/// What became of a mount that may expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpireOutcome {
    /// It was used since it was last asked for so, or never asked for: the next time counts from now.
    Marked,
    /// It was not used since then, and is unmounted.
    Unmounted,
}

/// Unmounts a mount if nobody has used it since this was last asked for, and otherwise marks it. A second call in a row
/// finds out.
///
/// # Errors
///
/// As [`raw::umount2`], without `EAGAIN`: `EBUSY` - it is in use now. `EINVAL` - nothing is mounted right there, or it
/// is the root.
#[doc(alias = "MNT_EXPIRE")]
#[inline]
pub fn expire(target: impl path::Arg) -> Result<ExpireOutcome> {
    match raw::umount2(target, UnmountFlags::EXPIRE) {
        Ok(()) => Ok(ExpireOutcome::Unmounted),
        Err(error) if error.is(Errno::AGAIN) => Ok(ExpireOutcome::Marked),
        Err(error) => Err(error),
    }
}

/// Makes a mount the root of the mount namespace, and mounts the old root at a place below it.
///
/// The place may be the new root itself: the old one then covers it, and [`detach`] takes it away. With the working
/// directory in the new root this is `pivot_root(".", ".")`, then `detach(".")`. The new root has to be a mount point:
/// a directory is one when it is [bound](bind_mount) to itself. Neither it nor the old one may be below a mount that is
/// [shared](super::make_shared), nor may the mount be that the place is on.
///
/// # Errors
///
/// As [`raw::pivot_root`].
#[inline]
pub fn pivot_root(new_root: impl path::Arg, put_old: impl path::Arg) -> Result<()> {
    raw::pivot_root(new_root, put_old)
}

/// Options as the kernel takes them, if these and the flags are of this call.
fn checked(call: Call, flags: MountFlags, options: &[u8]) -> Result<Option<&[u8]>> {
    if flags.intersects(OPERATIONS) || options.contains(&0) {
        return Err(Error::new(call, Errno::INVAL));
    }
    Ok(Some(options).filter(|options| !options.is_empty()))
}
