//! Functions that change the propagation type of mounts.

use core::ffi::CStr;

use super::{MountFlags, raw};
use crate::error::Result;
use crate::path;

/// Changes the propagation type of a mount to shared: mounts and unmounts below the mount are
/// propagated to all its peers, and mounts and unmounts below a peer are propagated to the mount.
///
/// Bind mounts of a shared mount, and copies of a shared mount in new mount namespaces, become its
/// peers. A shared mount without peers is the only member of its peer group.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.15; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_SHARED")]
#[inline]
pub fn make_shared(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SHARED)
}

/// Changes the propagation type of a mount and of all mounts below it to shared, like
/// [`make_shared`].
///
/// # Errors
///
/// The errors of [`make_shared`].
#[doc(alias = "MS_SHARED")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_shared_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SHARED.union(MountFlags::REC))
}

/// Changes the propagation type of a mount to private: mounts and unmounts are not propagated to or
/// from the mount.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.15; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_PRIVATE")]
#[inline]
pub fn make_private(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::PRIVATE)
}

/// Changes the propagation type of a mount and of all mounts below it to private, like
/// [`make_private`].
///
/// # Errors
///
/// The errors of [`make_private`].
#[doc(alias = "MS_PRIVATE")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_private_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::PRIVATE.union(MountFlags::REC))
}

/// Changes the propagation type of a mount to slave: mounts and unmounts are propagated from its
/// peers to the slave, but not from the slave to its peers. A shared mount without peers becomes
/// private, and a mount that is not shared is not changed.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.15; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_SLAVE")]
#[inline]
pub fn make_slave(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SLAVE)
}

/// Changes the propagation type of a mount and of all mounts below it to slave, like
/// [`make_slave`].
///
/// # Errors
///
/// The errors of [`make_slave`].
#[doc(alias = "MS_SLAVE")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_slave_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SLAVE.union(MountFlags::REC))
}

/// Changes the propagation type of a mount to unbindable: the mount is private, and no bind mount
/// of the mount can be created.
///
/// # Errors
///
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN` in the user namespace that
///   owns the mount namespace.
/// - `EINVAL`: the target is not a mount point; or the path contains a NUL byte.
/// - `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`, `ENAMETOOLONG`: the path cannot be resolved.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.15; [mount(2)].
///
/// [mount(2)]: https://man7.org/linux/man-pages/man2/mount.2.html
#[doc(alias = "MS_UNBINDABLE")]
#[inline]
pub fn make_unbindable(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::UNBINDABLE)
}

/// Changes the propagation type of a mount and of all mounts below it to unbindable, like
/// [`make_unbindable`].
///
/// # Errors
///
/// The errors of [`make_unbindable`].
#[doc(alias = "MS_UNBINDABLE")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_unbindable_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::UNBINDABLE.union(MountFlags::REC))
}

#[inline]
fn change(target: impl path::Arg, flags: MountFlags) -> Result<()> {
    // SAFETY: no data is passed.
    unsafe { raw::mount(None::<&CStr>, target, None::<&CStr>, flags, None) }
}
