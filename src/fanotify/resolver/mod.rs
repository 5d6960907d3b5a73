//! Resolution of the directory handles in fanotify events to paths.
//!
//! An event of a group with [`InitFlags::REPORT_DFID_NAME`](super::InitFlags::REPORT_DFID_NAME)
//! identifies a file by the handle of its directory and a name. A [`Resolver`] returns the path. It
//! caches the directories, so that most events require no system call, and follows renames of
//! directories. Its system calls cause no events.
//!
//! ```no_run
//! use butter::fanotify::resolver::{Mount, ResolveError, Resolver};
//! use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let flags = InitFlags::REPORT_DFID_NAME_TARGET;
//! let group = Fanotify::builder(Class::Notification).flags(flags).build()?;
//! let mut resolver = Resolver::new([Mount::open("/srv")?], Vec::new());
//! let mask = MarkMask::CREATE | MarkMask::DELETE | MarkMask::CLOSE_WRITE | MarkMask::RENAME;
//! group.add(Mark::Filesystem, mask | MarkMask::ONDIR, "/srv")?;
//!
//! let mut buffer = [0; 8192];
//! loop {
//!     for event in group.read_events(&mut buffer)? {
//!         match resolver.resolve(&event) {
//!             Ok(path) => println!("{} {}", event.mask(), path.escape()),
//!             Err(ResolveError::Overflow) => println!("events were lost"),
//!             Err(error) => println!("{} in an unknown directory: {error}", event.mask()),
//!         }
//!     }
//! }
//! # }
//! ```
//!
//! # Renames
//!
//! To follow the renames of directories, the resolver must receive every event of the group, in
//! order, and the group must report the renames of all directories of the file system: the group
//! marks the file system ([`Mark::Filesystem`](super::Mark::Filesystem)), and the mask contains
//! [`ONDIR`](super::MarkMask::ONDIR), and [`RENAME`](super::MarkMask::RENAME) or
//! [`MOVE`](super::MarkMask::MOVE). Without these events, the resolver can return the path that a
//! directory had before it was renamed.
//!
//! The path is the one that the file had when the event occurred, or a later one: if a directory is
//! not cached, the resolver looks up its current path. After a rename, the resolver looks up the
//! directory again, and does not use the new name in the event, because the kernel merges equal
//! events: if `a` is renamed to `b`, to `a` and to `b` again, the queue contains two events.
//!
//! With [`CREATE`](super::MarkMask::CREATE), `ONDIR` and
//! [`REPORT_TARGET_FID`](super::InitFlags::REPORT_TARGET_FID), the resolver also knows the paths of
//! new directories without a system call, even of a directory that has been removed already.

mod buffer;
mod error;
mod lookup;
mod resolve;
mod slot;
mod table;
#[cfg(feature = "alloc")]
mod vec;

pub use error::ResolveError;
pub use lookup::Mount;
pub use resolve::Resolver;
pub use slot::{Slot, Slots};
