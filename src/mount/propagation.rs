//! Where mounts below a mount go to and come from.

use core::ffi::CStr;

use super::{MountFlags, raw};
use crate::error::Result;
use crate::path;

/// Makes a mount shared: mounts made below it appear below all its peers, and theirs below it; so do unmounts.
///
/// Its peers are what it was bound from and to, and its copies in other namespaces, since it is shared. Alone it is a
/// peer group of one.
///
/// # Errors
///
/// As [`raw::mount`] with `SHARED`: `EINVAL` - nothing is mounted right there.
#[doc(alias = "MS_SHARED")]
#[inline]
pub fn make_shared(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::SHARED)
}

/// As [`make_shared`], with all mounts below.
///
/// # Errors
///
/// As [`make_shared`].
#[inline]
pub fn make_shared_recursive(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::SHARED.union(MountFlags::REC))
}

/// Makes a mount private: mounts made below it appear nowhere else, and none appear below it.
///
/// # Errors
///
/// As [`raw::mount`] with `PRIVATE`: `EINVAL` - nothing is mounted right there.
#[doc(alias = "MS_PRIVATE")]
#[inline]
pub fn make_private(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::PRIVATE)
}

/// As [`make_private`], with all mounts below.
///
/// # Errors
///
/// As [`make_private`].
#[inline]
pub fn make_private_recursive(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::PRIVATE.union(MountFlags::REC))
}

/// Makes a mount the slave of its peers: mounts made below them appear below it, and none of its own below them. One
/// that is shared without peers becomes private, and one that is not shared stays as it is.
///
/// # Errors
///
/// As [`raw::mount`] with `SLAVE`: `EINVAL` - nothing is mounted right there.
#[doc(alias = "MS_SLAVE")]
#[inline]
pub fn make_slave(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::SLAVE)
}

/// As [`make_slave`], with all mounts below.
///
/// # Errors
///
/// As [`make_slave`].
#[inline]
pub fn make_slave_recursive(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::SLAVE.union(MountFlags::REC))
}

/// Makes a mount private, and such that none can be bound from it.
///
/// # Errors
///
/// As [`raw::mount`] with `UNBINDABLE`: `EINVAL` - nothing is mounted right there.
#[doc(alias = "MS_UNBINDABLE")]
#[inline]
pub fn make_unbindable(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::UNBINDABLE)
}

/// As [`make_unbindable`], with all mounts below.
///
/// # Errors
///
/// As [`make_unbindable`].
#[inline]
pub fn make_unbindable_recursive(target: impl path::Arg) -> Result<()> {
    make(target, MountFlags::UNBINDABLE.union(MountFlags::REC))
}

#[inline]
fn make(target: impl path::Arg, flags: MountFlags) -> Result<()> {
    raw::mount(None::<&CStr>, target, None::<&CStr>, flags, None)
}
