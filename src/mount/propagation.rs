//! The propagation type of mounts.

use core::ffi::CStr;

use super::{MountFlags, raw};
use crate::error::Result;
use crate::path;

/// Changes a mount to shared: mounts and unmounts below it are propagated to all its peers, and
/// theirs to it.
///
/// From then on, the peers of a mount are the bind mounts that are created from it and its copies
/// in other mount namespaces. A shared mount without peers forms a separate peer group.
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

/// Changes a mount and all mounts below it to shared, like [`make_shared`].
///
/// # Errors
///
/// Those of [`make_shared`].
#[doc(alias = "MS_SHARED")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_shared_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SHARED.union(MountFlags::REC))
}

/// Changes a mount to private: mounts below it are not propagated, in either direction.
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

/// Changes a mount and all mounts below it to private, like [`make_private`].
///
/// # Errors
///
/// Those of [`make_private`].
#[doc(alias = "MS_PRIVATE")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_private_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::PRIVATE.union(MountFlags::REC))
}

/// Changes a mount to a slave of its peers: mounts below the peers are propagated to it, but not
/// from it. A shared mount without peers becomes private, and a mount that is not shared is not
/// changed.
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

/// Changes a mount and all mounts below it to slaves, like [`make_slave`].
///
/// # Errors
///
/// Those of [`make_slave`].
#[doc(alias = "MS_SLAVE")]
#[doc(alias = "MS_REC")]
#[inline]
pub fn make_slave_recursive(target: impl path::Arg) -> Result<()> {
    change(target, MountFlags::SLAVE.union(MountFlags::REC))
}

/// Changes a mount to private and unbindable: no bind mounts can be created from it.
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

/// Changes a mount and all mounts below it to unbindable, like [`make_unbindable`].
///
/// # Errors
///
/// Those of [`make_unbindable`].
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
