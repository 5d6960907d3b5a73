//! User and group ID maps of user namespaces.
//!
//! A new user namespace has no ID maps. The maps are set either by the thread that created the
//! namespace or by a process in the parent namespace.
//!
//! ```
//! use butter::idmap::{IdMaps, IdRange, Task};
//! use butter::namespace::{self, Namespaces};
//! use butter::process;
//!
//! /// Creates a user namespace in which the caller keeps its IDs. Requires no capabilities.
//! fn unshare_user() -> butter::Result<()> {
//!     // In the new namespace, `geteuid` and `getegid` would return the overflow ID.
//!     let (user, group) = (process::geteuid().as_raw(), process::getegid().as_raw());
//!     namespace::unshare(Namespaces::USER)?;
//!     let (users, groups) = ([IdRange::one(user, user)], [IdRange::one(group, group)]);
//!     IdMaps::new(&users, &groups).deny_setgroups().write(Task::Own)?;
//!     Ok(())
//! }
//!
//! if let Err(error) = unshare_user() {
//!     println!("{error}"); // the host can forbid user namespaces
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
//! - Each map can be set only once, with all its ranges. Set the maps before a process in the
//!   namespace needs mapped IDs.
//! - IDs without a mapping appear as the overflow ID, 65534. Capabilities in the namespace do not
//!   apply to a file whose user or group ID is not mapped. `chown` cannot change the owner of a
//!   file to an ID that is not mapped.
//! - Mapping IDs other than those of the creator requires capabilities in the parent namespace: a
//!   process in the parent namespace must set the maps. The programs `newuidmap` and `newgidmap`
//!   have the required capabilities, and set only maps that `/etc/subuid` and `/etc/subgid` permit.
//! - If a process is not dumpable, its files in `/proc` belong to root, so only root can set the
//!   maps of its user namespace.
//! - Setting a map fails with `EPERM` if a security module permits unprivileged users to create a
//!   user namespace, but denies them capabilities in the new namespace.

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
