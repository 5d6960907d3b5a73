//! Mounts: file systems made visible at places, changed, moved and taken away.
//!
//! Another root, as a container has one, in a mount namespace of its own:
//!
//! ```no_run
//! use butter::mount::{self, MountFlags};
//! use butter::process;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! mount::make_private_recursive("/")?; // or all that follows is seen outside, too
//! mount::mount("world", "/mnt", "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, "size=16m")?;
//! std::fs::create_dir("/mnt/usr")?;
//! mount::bind_mount_recursive("/usr", "/mnt/usr")?;
//!
//! process::chdir("/mnt")?;
//! mount::pivot_root(".", ".")?; // the old root covers the new one,
//! mount::detach(".")?; // until it is taken away
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
//! | `mount(MS_SHARED)` and its kin | [`raw::mount`] | [`make_shared`], [`make_private`], [`make_slave`], [`make_unbindable`]; `make_*_recursive` | 2.6.15 |
//! | `umount2` | [`raw::umount2`] | [`unmount`], [`detach`], [`expire`] | 2.1.116 |
//! | `pivot_root` | [`raw::pivot_root`] | [`pivot_root`] | 2.3.41 |
//!
//! # Worth knowing
//!
//! - Mounts belong to the thread's mount namespace. A new one starts with copies of all mounts, which are peers of the
//!   originals where those are shared, as most systems make them: [`make_private_recursive`] comes first, or
//!   [`make_slave_recursive`] to go on seeing what is mounted outside.
//! - Paths are followed through symbolic links to the end. To unmount by a path that others can change takes
//!   [`UnmountFlags::NOFOLLOW`], with [`raw::umount2`].
//! - A bind mount is mounted as what it shows. One that is [made read-only](remount_bind) is writable before, and what
//!   is mounted below it stays as it is.
//! - The same place may have many mounts, each covering the one before: [`unmount`] takes away the last.
//! - In a namespace that belongs to a new user namespace, mounts from outside keep their flags and stay together: what
//!   they cover cannot be uncovered. New mounts may be of some file systems only, as `tmpfs`, `proc` and, since Linux
//!   5.11, `overlay`.
//! - To the kernel `EINVAL` of an option is all there is to say; what the file system has against it stands in the
//!   kernel's log.
//! - Options can name descriptors by their numbers, as those of `fuse`, `9p` and `autofs` do: what a program mounts
//!   with such ones it lends them to, for good.
//! - Nothing here is undone when the program ends, but when the last process of the namespace does.

mod ops;
mod propagation;
pub mod raw;
mod types;

pub use ops::{
    ExpireOutcome, bind_mount, bind_mount_recursive, detach, expire, mount, move_to, pivot_root,
    remount, remount_bind, unmount,
};
pub use propagation::{
    make_private, make_private_recursive, make_shared, make_shared_recursive, make_slave,
    make_slave_recursive, make_unbindable, make_unbindable_recursive,
};
pub use types::{MountFlags, UnmountFlags};
