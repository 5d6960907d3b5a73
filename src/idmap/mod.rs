//! User and group ID maps of user namespaces.
//!
//! In a new user namespace, no ID is mapped until its maps are set: by the thread that created it,
//! or by a process outside.
//!
//! ```
//! use butter::idmap::{IdMaps, IdRange, Task};
//! use butter::namespace::{self, Namespaces};
//! use butter::process;
//!
//! /// Creates a user namespace in which the caller keeps its IDs, as an ordinary user can.
//! fn unshare_user() -> butter::Result<()> {
//!     // Inside the namespace, the IDs are not available any more.
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
//! // For a child, from outside: root can map all of its IDs with `maps.write(child)?`.
//! let ranges = [IdRange::new(0, 100_000, 65_536)];
//! let maps = IdMaps::new(&ranges, &ranges);
//! # let _ = maps;
//! ```
//!
//! [`unshare_as_root`](crate::namespace::unshare_as_root) does the former, as root of the
//! namespace.
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `openat`, `write` of `uid_map` | [`raw::openat_uid_map`], [`raw::write_uid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `gid_map` | [`raw::openat_gid_map`], [`raw::write_gid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `setgroups` | [`raw::openat_setgroups`], [`raw::write_setgroups_deny`] | [`IdMaps::deny_setgroups`] | 3.19 |
//!
//! # Notes
//!
//! - Each map is set once, as a whole, before the namespace has processes that need it.
//! - IDs without a mapping appear as the overflow ID, 65534. Files that belong to them are visible,
//!   but can be neither changed nor created.
//! - Mapping more than one's own IDs requires privileges in the parent namespace: a process that
//!   remains outside writes the maps of a process inside. The programs `newuidmap` and `newgidmap`
//!   have these privileges, and read `/etc/subuid` and `/etc/subgid`.
//! - The files in `/proc` of a process that is not dumpable belong to root: only root can map its
//!   IDs.
//! - If a security module lets ordinary users create user namespaces only without capabilities,
//!   the write fails with `EPERM`.

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
