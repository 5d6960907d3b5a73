//! Maps of users and groups: who is who in a user namespace.
//!
//! In a new user namespace nobody is anybody until its maps are set: by the thread that made it, or by a process that
//! is still outside.
//!
//! ```
//! use butter::idmap::{IdMaps, IdRange};
//! use butter::namespace::{self, Namespaces};
//! use butter::idmap::Task;
//! use butter::thread;
//!
//! /// An ordinary user may be themselves.
//! fn alone() -> butter::Result<()> {
//!     let (user, group) = (process::geteuid(), process::getegid()); // inside, nobody knows any more
//!     namespace::unshare(Namespaces::USER)?;
//!     let (users, groups) = ([IdRange::one(user, user)], [IdRange::one(group, group)]);
//!     IdMaps::new(&users, &groups).deny_setgroups().write(Task::Own)?;
//!     Ok(())
//! }
//!
//! if let Err(error) = alone() {
//!     println!("{error}"); // a machine need not allow it
//! }
//!
//! // For a child, from outside: root may map whatever it has. `maps.write(child)?`
//! let ranges = [IdRange::new(0, 100_000, 65_536)];
//! let maps = IdMaps::new(&ranges, &ranges);
//! # let _ = maps;
//! ```
//!
//! [`unshare_as_root`](crate::namespace::unshare_as_root) does the first, as the namespace's root.
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `openat`, `write` of `uid_map` | [`raw::openat_uid_map`], [`raw::write_uid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `gid_map` | [`raw::openat_gid_map`], [`raw::write_gid_map`] | [`IdMaps::write`] | 3.5 |
//! | `openat`, `write` of `setgroups` | [`raw::openat_setgroups`], [`raw::write_setgroups_deny`] | [`IdMaps::deny_setgroups`] | 3.19 |
//!
//! # Worth knowing
//!
//! - Each map is set once, as a whole: before the namespace has processes that need it.
//! - Whom the maps do not have is 65534 inside. That user's files are there, but neither changed nor made.
//! - A map of more than one's own takes privileges in the parent namespace: a process that stays outside writes it, by
//!   the number of one that is inside. The two programs `newuidmap` and `newgidmap` have them, and look into
//!   `/etc/subuid`.
//! - A process that is not dumpable has files of root's: nobody else maps its users.
//! - Where a security module lets ordinary users make namespaces without capabilities, the write fails with `EPERM`.

mod map_error;
mod maps;
pub mod raw;
mod types;

pub use crate::procfs::Task;
pub use map_error::{MapError, MapErrorKind};
pub use maps::IdMaps;
pub use types::{IdRange, MAX_RANGES};
