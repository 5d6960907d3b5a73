//! Mounting, changing, moving and unmounting file systems.
//!
//! This example creates a mount namespace with another root directory, as for a container:
//!
//! ```no_run
//! use butter::mount::{self, MountFlags};
//! use butter::namespace::{self, Namespaces};
//! use butter::process;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! namespace::unshare(Namespaces::MOUNT)?;
//! // Without this call, the following mounts could also appear outside the new namespace.
//! mount::make_private_recursive("/")?;
//! mount::mount("root", "/mnt", "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, "size=16m")?;
//! std::fs::create_dir("/mnt/usr")?;
//! mount::bind_mount_recursive("/usr", "/mnt/usr")?;
//!
//! process::chdir("/mnt")?;
//! mount::pivot_root(".", ".")?; // the old root now covers the new root
//! mount::detach(".")?; // unmounts the old root
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
//! - Every mount belongs to a mount namespace. A new mount namespace starts with copies of all
//!   mounts of its creator's mount namespace. The copy of a shared mount is in the same peer group:
//!   new mounts are propagated between the copy and the original. On most systems, all mounts are
//!   shared. To stop the propagation of mounts, first call [`make_private_recursive`] in the new
//!   namespace. To stop only the propagation out of the new namespace, call
//!   [`make_slave_recursive`] instead.
//! - The functions follow symbolic links in paths, including a link in the last component. To
//!   unmount a mount at a path that other users can change, use [`raw::umount2`] with
//!   [`UnmountFlags::NOFOLLOW`].
//! - A new bind mount has the flags of the mount that contains its source. To make a bind mount
//!   read-only, create it, and then call [`remount_bind`]; until then, the bind mount is writable.
//!   [`remount_bind`] does not change the mounts below the bind mount.
//! - Several mounts can have the same path, and each of them covers the previous mount. [`unmount`]
//!   unmounts the topmost mount at a path.
//! - In a new mount namespace that is owned by a new user namespace, all copied mounts are locked,
//!   and the copies of shared mounts are slaves of the originals. The flags of a locked mount
//!   cannot be cleared. A locked mount cannot be unmounted by itself, because the files that it
//!   covers would become visible.
//! - In a user namespace other than the initial one, only a few types of file systems can be
//!   mounted, such as `tmpfs`, `proc` and, since Linux 5.11, `overlay`.
//! - If a mount option is invalid, `mount` fails with `EINVAL`, and only the kernel's log (`dmesg`)
//!   has details of the error.
//! - Some options of `fuse`, `9p` and `autofs` contain the number of a file descriptor. The file
//!   system uses the descriptor's file until the file system is unmounted. The safe functions
//!   reject options that name a file descriptor; the unsafe function [`raw::mount`] accepts such
//!   options.
//! - [`Options`] splits a string of mount options, as in `/etc/fstab`, into flags and the options
//!   of the file system.
//! - A mount persists after the program that created it exits, until the mount is unmounted or the
//!   last process in its mount namespace exits.

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
