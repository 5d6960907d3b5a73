//! Watching files and directories: what happens to them, as events that are read.
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
//!     println!("{}: {}", event.name(), event.flags());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `inotify_init1` | [`raw::inotify_init1`] | [`Inotify::new`], [`Inotify::nonblocking`] | 2.6.27 |
//! | `inotify_add_watch` | [`raw::inotify_add_watch`] | [`Inotify::add_watch`] | 2.6.13 |
//! | `inotify_rm_watch` | [`raw::inotify_rm_watch`] | [`Inotify::remove_watch`] | 2.6.13 |
//! | `read` | [`raw::read`] | [`Inotify::read_events`], [`Reader`] | 2.6.13 |
//! | `ioctl(INOTIFY_IOC_SETNEXTWD)` | [`raw::ioctl_setnextwd`] | - | 4.18 |
//! | `ioctl(FIONREAD)` | [`io::bytes_available`](crate::io::bytes_available) | - | 2.6.13 |
//!
//! [`watch`] waits for one event of one path, with an instance of its own.
//!
//! # Worth knowing
//!
//! - A watch is on the file, not on its name. A second [`add_watch`](Inotify::add_watch) for the same file, by another
//!   link too, gives the same [`Watch`], and its events replace the first's: unless [`WatchFlags::MASK_ADD`] adds them,
//!   or [`WatchFlags::MASK_CREATE`] makes it fail.
//! - A watch ends by itself when its file is deleted or unmounted, and after one event with [`WatchFlags::ONESHOT`].
//!   Its last event [is ignored](Event::is_ignored); events that were queued before it may still come after a removal.
//!   The kernel counts watches up and does not use a number again until the count is through.
//! - Directories below a watched one are not watched.
//! - When the queue is full (`fs.inotify.max_queued_events`) events are lost, and one [overflow](Event::is_overflow)
//!   says so: look at the files again. The last event of a watch can be among the lost ones.
//! - A rename between watched directories is two events with one [`Cookie`]; other events may stand between them, and
//!   the second never comes if the file went where nobody watches.
//! - Two equal events in a row become one. Nothing is told of `mmap`, of other machines on a network file system, nor
//!   of what the kernel makes up, as in `/proc`.
//! - A child process shares the queue.

mod event;
mod instance;
#[cfg(feature = "alloc")]
mod owned;
pub mod raw;
mod reader;
mod types;

pub use event::{Cookie, EVENT_SIZE_MAX, Event, Events, Watch, decode};
pub use instance::{Inotify, watch};
#[cfg(feature = "alloc")]
pub use owned::EventBuf;
pub use reader::Reader;
pub use types::{EventFlags, InitFlags, WatchFlags};
