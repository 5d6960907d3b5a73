//! User and group ID maps of user namespaces.
//!
//! In a new user namespace, no ID is mapped until its maps are set, either by the thread that
//! created the namespace or by a process in the parent namespace.
//!
//! ```
//! use butter::idmap::{IdMaps, IdRange, Task};
//! use butter::namespace::{self, Namespaces};
//! use butter::process;
//!
//! /// Creates a user namespace in which the caller keeps its IDs. Requires no capabilities.
//! fn unshare_user() -> butter::Result<()> {
//!     // In the new namespace, these calls would return the overflow ID.
//!     let (user, group) = (process::geteuid().as_raw(), process::getegid().as_raw());
//!     namespace::unshare(Namespaces::USER)?;
//!     let (users, groups) = ([IdRange::one(user, user)], [IdRange::one(group, group)]);
//!     IdMaps::new(&users, &groups).deny_setgroups().write(Task::Own)?;
//!     Ok(())
//! }
//!
//! if let Err(error) = unshare_user() {
//!     println!("{error}"); // the host may not permit it
//! }
//!
//! // Root can set these maps for the user namespace of a child: `maps.write(child)?`.
//! let ranges = [IdRange::new(0, 100_000, 65_536)];
//! let maps = IdMaps::new(&ranges, &ranges);
//! # let _ = maps;
//! ```
//!
//! [`unshare_as_root`](crate::namespace::unshare_as_root) creates a user namespace in which the
//! caller is root, and sets its maps.
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `openat`, `write` of `uid_map` | [`raw::openat_uid_map`], [`raw::write_uid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `gid_map` | [`raw::openat_gid_map`], [`raw::write_gid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `setgroups` | [`raw::openat_setgroups`], [`raw::write_setgroups_deny`] | [`IdMaps::deny_setgroups`] | 3.19 |
//!
//! # Notes
//!
//! - Each map can be set only once, as a whole: set it before a process in the namespace needs
//!   mapped IDs.
//! - IDs without a mapping appear as the overflow ID, 65534. Capabilities in the namespace do not
//!   apply to files that belong to such IDs, and no file can be assigned to them.
//! - Mapping IDs other than those of the creator requires privileges in the parent namespace: a
//!   process that remains there sets the maps of a process in the new namespace. The programs
//!   `newuidmap` and `newgidmap` have these privileges, and read `/etc/subuid` and `/etc/subgid`.
//! - The files in `/proc` of a process that is not dumpable belong to root: only root can set its
//!   maps.
//! - A security module can permit unprivileged users to create user namespaces, but deny them
//!   capabilities in these namespaces: setting a map then fails with `EPERM`.

mod map_error;
mod maps;
pub mod raw;
mod types;

pub use crate::procfs::Task;
pub use map_error::{MapError, MapErrorKind};
#[doc(alias = "uid_map")]
#[doc(alias = "gid_map")]
#[doc(alias = "setgroups")]
pub use maps::IdMaps;
pub use types::{IdRange, MAX_RANGES};
