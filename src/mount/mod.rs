//! Mounting, changing, moving and unmounting file systems.
//!
//! A new mount namespace with another root directory, as in a container:
//!
//! ```no_run
//! use butter::mount::{self, MountFlags};
//! use butter::namespace::{self, Namespaces};
//! use butter::process;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! namespace::unshare(Namespaces::MOUNT)?;
//! mount::make_private_recursive("/")?; // else the following mounts appear outside as well
//! mount::mount("root", "/mnt", "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, "size=16m")?;
//! std::fs::create_dir("/mnt/usr")?;
//! mount::bind_mount_recursive("/usr", "/mnt/usr")?;
//!
//! process::chdir("/mnt")?;
//! mount::pivot_root(".", ".")?; // the old root covers the new one,
//! mount::detach(".")?; // until it is unmounted
//! process::chdir("/")?;
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `mount` | [`raw::mount`] | [`mount`](mount()) | 1.0 |
//! | `mount(MS_BIND)` | [`raw::mount`] | [`bind_mount`], [`bind_mount_recursive`] | 2.4 |
//! | `mount(MS_REMOUNT)` | [`raw::mount`] | [`remount`] | 1.0 |
//! | `mount(MS_REMOUNT \| MS_BIND)` | [`raw::mount`] | [`remount_bind`] | 2.6.26 |
//! | `mount(MS_MOVE)` | [`raw::mount`] | [`move_to`] | 2.4.18 |
//! | `mount(MS_SHARED)`, `MS_PRIVATE`, `MS_SLAVE`, `MS_UNBINDABLE` | [`raw::mount`] | [`make_shared`], [`make_private`], [`make_slave`], [`make_unbindable`]; `make_*_recursive` | 2.6.15 |
//! | `umount2` | [`raw::umount2`] | [`unmount`], [`detach`], [`expire`] | 2.1.116 |
//! | `pivot_root` | [`raw::pivot_root`] | [`pivot_root`] | 2.3.41 |
//! | `statfs` | [`raw::statfs_flags`] | [`flags`] | 2.6.36 |
//!
//! # Notes
//!
//! - Mounts belong to a mount namespace. A new namespace starts with copies of all mounts. If the
//!   originals are shared, as they are on most systems, the copies are in their peer groups: what
//!   is mounted in one namespace appears in the other. In the new namespace, first call
//!   [`make_private_recursive`], or [`make_slave_recursive`] to receive mounts from outside only.
//! - Symbolic links in paths are followed, including the last component. To unmount a path that
//!   other users can change, use [`raw::umount2`] with [`UnmountFlags::NOFOLLOW`].
//! - A bind mount gets the flags of its source. To make it read-only, call [`remount_bind`]
//!   afterwards. Until this call, the bind mount is writable. The call does not change the mounts
//!   below it.
//! - Mounts at the same path are stacked, each covering the previous one: [`unmount`] unmounts the
//!   one that was mounted last.
//! - In a mount namespace that belongs to a new user namespace, the mounts from outside keep their
//!   flags and cannot be unmounted one by one, which would reveal what they cover. New mounts are
//!   limited to a few file systems, such as `tmpfs`, `proc` and, since Linux 5.11, `overlay`.
//! - For an invalid mount option, the kernel returns only `EINVAL`; details are in the kernel's
//!   log.
//! - Options can name file descriptors by number, as those of `fuse`, `9p` and `autofs` do: the
//!   file system keeps using such a descriptor's file until it is unmounted. The safe functions
//!   reject these options; [`raw::mount`], which is unsafe, accepts them.
//! - A text that mixes flags and options of the file system, as in `fstab`, is split by
//!   [`Options`].
//! - Mounts persist after the program exits, until the last process of the mount namespace exits.

mod ops;
mod options;
mod propagation;
pub mod raw;
mod types;

#[doc(alias = "statfs")]
#[doc(alias = "statvfs")]
#[doc(alias = "ST_RDONLY")]
pub use ops::flags;
#[doc(alias = "MS_MOVE")]
pub use ops::move_to;
#[doc(alias = "umount2")]
#[doc(alias = "umount")]
#[doc(alias = "MNT_DETACH")]
#[doc(alias = "MNT_EXPIRE")]
pub use ops::{ExpireOutcome, detach, expire, unmount};
#[doc(alias = "MS_BIND")]
#[doc(alias = "MS_REC")]
pub use ops::{bind_mount, bind_mount_recursive};
pub use ops::{mount, pivot_root};
#[doc(alias = "MS_REMOUNT")]
pub use ops::{remount, remount_bind};
pub use options::{Options, ParseOptionsError};
#[doc(alias = "MS_PRIVATE")]
#[doc(alias = "MS_SHARED")]
#[doc(alias = "MS_SLAVE")]
#[doc(alias = "MS_UNBINDABLE")]
pub use propagation::{
    make_private, make_private_recursive, make_shared, make_shared_recursive, make_slave,
    make_slave_recursive, make_unbindable, make_unbindable_recursive,
};
pub use types::{MountFlags, UnmountFlags};
