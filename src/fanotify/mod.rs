//! Monitoring files, mounts and whole file systems, and permitting or denying access to files.
//!
//! A [`Fanotify`] group has marks, which request events, and a queue of events. In contrast to
//! [`inotify`](crate::inotify), a mark can cover a whole mount or file system, an event contains
//! the process that caused it, and a permission event blocks an access until the listener responds.
//!
//! ```no_run
//! use butter::fanotify::{Class, Fanotify, Mark, MarkMask, Response};
//!
//! # fn allowed(_: butter::fd::BorrowedFd<'_>) -> butter::Result<bool> { Ok(true) }
//! # fn main() -> butter::Result<()> {
//! let guard = Fanotify::builder(Class::Content).default_response(Response::Deny).build()?;
//! guard.add(Mark::Inode, MarkMask::OPEN_PERM | MarkMask::EVENT_ON_CHILD, "/srv")?;
//!
//! let mut buffer = [0; 4096];
//! loop {
//!     for event in guard.read_events(&mut buffer)? {
//!         let Ok(event) = event.into_permission() else { continue };
//!         if allowed(event.file())? { event.allow()? } else { event.deny()? }
//!     }
//! }
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `fanotify_init` | [`raw::fanotify_init`] | [`Fanotify::new`], [`Fanotify::builder`] | 2.6.37 |
//! | `fanotify_mark` | [`raw::fanotify_mark`] | [`Fanotify::add`], [`ignore`](Fanotify::ignore), [`remove`](Fanotify::remove), [`flush`](Fanotify::flush) | 2.6.37 |
//! | `read` | [`raw::read`] | [`Fanotify::read_events`] | 2.6.37 |
//! | `write` | [`raw::write`] | [`PermissionEvent::respond`] | 2.6.37 |
//! | `ioctl(FIONREAD)` | [`io::bytes_available`](crate::io::bytes_available) | - | 2.6.37 |

mod event;
mod group;
mod info;
mod marks;
mod mask;
mod permission;
pub mod raw;
mod reading;
mod response;
mod structs;
mod types;

#[doc(alias = "fanotify_event_metadata")]
pub use event::Record;
pub use event::{EVENT_SIZE_MAX, Kind, Records, decode};
#[doc(alias = "fanotify_init", alias = "fanotify_mark")]
pub use group::Fanotify;
pub use group::{Builder, GroupRef};
#[doc(alias = "fanotify_event_info_error")]
pub use info::FilesystemError;
#[doc(alias = "fanotify_event_info_header")]
pub use info::Info;
#[doc(alias = "fanotify_event_info_range")]
pub use info::Range;
#[doc(alias = "fanotify_event_info_fid", alias = "file_handle")]
pub use info::{Entry, Fid};
pub use info::{Infos, PidFdError};
pub use mask::{EventMask, MarkMask};
pub use permission::PermissionEvent;
pub use reading::{Event, Events};
#[doc(alias = "FAN_AUDIT")]
pub use response::Audit;
#[doc(alias = "FAN_DENY_ERRNO")]
pub use response::DenyErrno;
#[doc(alias = "fanotify_response")]
pub use response::Response;
#[doc(alias = "fanotify_response_info_audit_rule")]
pub use response::{AuditRule, Trust};
pub use types::{Class, EventFileFlags, InitFlags, Mark, MarkFlags, MarkOperation};
