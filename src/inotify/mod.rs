//! Watching files and directories for changes, which are reported as events.
//!
//! ```
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = temp_dir::TempDir::new()?;
//! # let directory = directory.path();
//! let inotify = Inotify::nonblocking()?;
//! let watch = inotify.add_watch(directory, WatchFlags::CREATE | WatchFlags::CLOSE_WRITE)?;
//! std::fs::write(directory.join("news"), "!")?;
//!
//! let mut buffer = [0; 4096];
//! for event in inotify.read_events(&mut buffer)? {
//!     assert_eq!((event.watch(), event.name().as_bytes()), (Some(watch), &b"news"[..]));
//!     println!("{}: {}", event.name().escape(), event.flags());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `inotify_init1` | [`raw::inotify_init1`] | [`Inotify::new`] | 2.6.27 |
//! | `inotify_add_watch` | [`raw::inotify_add_watch`] | [`Inotify::add_watch`] | 2.6.13 |
//! | `inotify_rm_watch` | [`raw::inotify_rm_watch`] | [`Inotify::remove_watch`] | 2.6.13 |
//! | `read` | [`raw::read`] | [`Inotify::read_events`], [`Reader`] | 2.6.13 |
//! | `ioctl(INOTIFY_IOC_SETNEXTWD)` | [`raw::ioctl_setnextwd`] | - | 4.18 |
//! | `ioctl(FIONREAD)` | [`io::bytes_available`](crate::io::bytes_available) | - | 2.6.13 |
//!
//! [`watch`] waits for one event on one path. With the feature `alloc`,
//! `Inotify::read_events_to_vec` returns owned events.
//!
//! # Notes
//!
//! - A watch belongs to the inode of the file, not to its name. A second call of
//!   [`add_watch`](Inotify::add_watch) for the same file, even through another hard link, returns
//!   the same [`Watch`] and replaces its requested events. For a file that is already watched,
//!   `add_watch` with [`WatchFlags::MASK_ADD`] adds events to the watch, and `add_watch` with
//!   [`WatchFlags::MASK_CREATE`] fails with `EEXIST`. If another file is renamed to the name of a
//!   watched file, the watch remains on the old file: see
//!   [below](#watching-a-file-that-is-replaced-by-rename). To watch a file that is already open,
//!   pass the path `/proc/self/fd/N`: see
//!   [`fd`](crate::fd#using-a-descriptor-where-a-path-is-required).
//! - The kernel removes a watch if the watched file is deleted, if its file system is unmounted,
//!   and after one event if [`WatchFlags::ONESHOT`] is set. The last event of a watch is an
//!   [`is_ignored`](Event::is_ignored) event; events that were queued before it are still returned.
//!   The kernel allocates watch descriptors in increasing order, and reuses a number only after the
//!   counter has wrapped around.
//! - Watches are not recursive: subdirectories of a watched directory are not watched.
//! - If the event queue is full (`fs.inotify.max_queued_events`), events are lost, and one
//!   [`is_overflow`](Event::is_overflow) event is reported: examine the watched files again. The
//!   lost events can include the last event of a watch.
//! - A rename between watched directories is reported as two events with the same [`Cookie`]. Other
//!   events can be queued between the two events of a rename. The second event of a rename is
//!   missing if the target directory is not watched.
//! - The kernel discards an event that is equal to the last event in the queue.
//! - Accesses through `mmap`, changes by other hosts in a network file system, and changes in
//!   pseudo-file systems such as `/proc` are not reported.
//! - On several file systems, file names can be longer than `NAME_MAX` (255 bytes). If the buffer
//!   is too small for the next event, a read fails with `EINVAL` and the event remains in the
//!   queue, so the descriptor remains readable. A buffer of [`EVENT_SIZE_MAX`] bytes is large
//!   enough for any event.
//! - All duplicates of an inotify descriptor, including those in child processes, share one event
//!   queue.
//!
//! # Watching a file that is replaced by rename
//!
//! Many programs change a file by writing a new file and renaming it to the name of the old file. A
//! watch of the old file does not report changes of the new file. Watch the directory instead, and
//! compare the names of the events: `CLOSE_WRITE` reports that the file was written in place, and
//! `MOVED_TO` that it was replaced. Load the file after `add_watch`, so that no change between the
//! two is missed:
//!
//! ```
//! use std::fs;
//!
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = temp_dir::TempDir::new()?;
//! # let directory = directory.path();
//! # fs::write(directory.join("config"), "old")?;
//! let inotify = Inotify::nonblocking()?;
//! inotify.add_watch(directory, WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO)?;
//! let mut config = fs::read_to_string(directory.join("config"))?;
//! # assert_eq!(config, "old");
//!
//! fs::write(directory.join("config.new"), "new")?;
//! fs::rename(directory.join("config.new"), directory.join("config"))?;
//!
//! let mut buffer = [0; 8192];
//! for event in inotify.read_events(&mut buffer)? {
//!     if event.name() == "config" || event.is_overflow() {
//!         config = fs::read_to_string(directory.join("config"))?;
//!     }
//! }
//! assert_eq!(config, "new");
//! # Ok(())
//! # }
//! ```

mod event;
mod instance;
#[cfg(feature = "alloc")]
mod owned;
mod predicates;
pub mod raw;
mod reader;
mod types;

#[doc(alias = "inotify_event")]
pub use event::Event;
pub use event::{Cookie, EVENT_SIZE_MAX, Events, Watch, decode};
#[doc(alias = "inotify_init1", alias = "inotify_init", alias = "inotify_add_watch")]
#[doc(alias = "inotify_rm_watch")]
pub use instance::Inotify;
pub use instance::watch;
#[cfg(feature = "alloc")]
pub use owned::EventBuf;
pub use reader::Reader;
pub use types::{EventFlags, InitFlags, WatchFlags};
