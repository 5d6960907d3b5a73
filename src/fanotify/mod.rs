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
//! | `read` | [`raw::read`] | [`Fanotify::read_events`], [`Reader`] | 2.6.37 |
//! | `write` | [`raw::write`] | [`PermissionEvent::respond`] | 2.6.37 |
//! | `ioctl(FIONREAD)` | [`io::bytes_available`](crate::io::bytes_available) | - | 2.6.37 |
//!
//! # Kinds of groups
//!
//! The flags of a group determine how its events identify files:
//!
//! - By default, the kernel opens the file of each event for the listener
//!   ([`Event::file`]). Only such groups can have a [`Class`] for permission events.
//! - With [`InitFlags::REPORT_FID`], [`REPORT_DIR_FID`](InitFlags::REPORT_DIR_FID) or
//!   [`REPORT_DFID_NAME`](InitFlags::REPORT_DFID_NAME), events contain file handles and names
//!   ([`Record::fid`], [`Record::entry`]). A [`Resolver`](resolver::Resolver) determines the paths.
//!   Only such groups can report created, deleted and renamed files, and they do not require
//!   privileges.
//! - With [`InitFlags::REPORT_MNT`], events contain the IDs of mounts that are attached and
//!   detached ([`Record::mount_id`]).
//!
//! The following example reports the names of created files, without privileges:
//!
//! ```
//! use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = temp_dir::TempDir::new()?;
//! # let directory = directory.path();
//! # let flags = InitFlags::REPORT_DFID_NAME;
//! # if Fanotify::builder(Class::Notification).flags(flags).build().is_err() { return Ok(()) }
//! let group = Fanotify::builder(Class::Notification)
//!     .flags(InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK)
//!     .build()?;
//! # if group.add(Mark::Inode, MarkMask::CREATE, directory).is_err() { return Ok(()) }
//! group.add(Mark::Inode, MarkMask::CREATE | MarkMask::ONDIR, directory)?;
//! std::fs::write(directory.join("news"), "!")?;
//!
//! let mut buffer = [0; 4096];
//! for event in group.read_events(&mut buffer)? {
//!     if event.is_overflow() {
//!         println!("events were lost: examine the directory again");
//!     } else if let Some(entry) = event.entry() {
//!         assert_eq!(entry.name(), "news");
//!         println!("{}: {}", entry.name().escape(), event.mask());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Permission events
//!
//! - An access waits until the listener sends a response. An event that is dropped without a
//!   response, also while a panic unwinds, sends the default response of its group
//!   ([`Builder::default_response`]).
//! - When the last descriptor of the group is closed, for example because the listener terminates
//!   or is killed, the kernel allows all accesses, those that wait and all later ones, even if the
//!   default response is [`Response::Deny`]. A process that must deny accesses after a crash of the
//!   listener keeps a duplicate of the descriptor; the accesses then wait until another listener
//!   reads the events ([`Fanotify::from_fd`]). An event that the terminated listener has read
//!   waits until the duplicate is closed.
//! - A listener that opens a file for which its own group requests permission events waits for its
//!   own response, and never continues. The file of the event ([`PermissionEvent::file`]) causes no
//!   events. Exclude other files that the listener opens, such as its log, with
//!   [`Fanotify::ignore`]. A mark of a mount ([`Mark::Mount`]) covers all files of the mount.
//! - If the event queue is full (`fs.fanotify.max_queued_events`), the kernel allows an access
//!   without an event. A group that denies accesses has the flag [`InitFlags::UNLIMITED_QUEUE`], or
//!   requests no notifications: each thread causes at most one permission event at a time.
//! - The kernel denies an access if it cannot open the file for the listener.
//! - Since Linux 6.14, files that were opened before the first permission mark of their file system
//!   was added cause no [`ACCESS_PERM`](MarkMask::ACCESS_PERM) and
//!   [`PRE_ACCESS`](MarkMask::PRE_ACCESS) events.
//! - The events of a group can be sent to other threads: see [`Fanotify::read_events_of`].
//!
//! # Privileges
//!
//! | group or mark | required capability |
//! |---|---|
//! | file handles or mount IDs | none; since Linux 5.13 |
//! | other groups, [`REPORT_TID`](InitFlags::REPORT_TID), [`REPORT_PIDFD`](InitFlags::REPORT_PIDFD), [`REPORT_FD_ERROR`](InitFlags::REPORT_FD_ERROR), [`UNLIMITED_QUEUE`](InitFlags::UNLIMITED_QUEUE), [`UNLIMITED_MARKS`](InitFlags::UNLIMITED_MARKS) | `CAP_SYS_ADMIN` in the initial user namespace |
//! | [`ENABLE_AUDIT`](InitFlags::ENABLE_AUDIT) | `CAP_AUDIT_WRITE` in the initial user namespace |
//! | [`Mark::Inode`] | none, but the caller must be able to read the file |
//! | other marks | `CAP_SYS_ADMIN` in the user namespace in which the group was created, and in the one that owns the file system or the mount namespace; before Linux 6.16, in the initial user namespace |
//!
//! A group that was created without `CAP_SYS_ADMIN` is unprivileged: its events contain the process
//! ID only if the listener itself caused the event. A privileged process can create a group and its
//! marks, and send the descriptor to an unprivileged listener, which calls [`Fanotify::from_fd`].
//!
//! # Notes
//!
//! - Reading an event opens its file. If this fails, for example because the limit on open files
//!   has been reached (`EMFILE`), the read fails and the event is lost, unless the group has the
//!   flag [`InitFlags::REPORT_FD_ERROR`].
//! - If the event queue is full (`fs.fanotify.max_queued_events`), events are lost, and one event
//!   of the kind [`Kind::Overflow`] is reported.
//! - The kernel merges similar events of a process that have not been read: [`EventMask`] can
//!   contain several events.
//! - A mark belongs to an inode, not to a name, and does not cover subdirectories. Marks of mounts
//!   and file systems cover all directories.
//! - Accesses to mapped memory are not reported. Newer kernels report no events for FIFOs.
//! - All duplicates of the descriptor of a group, including those in child processes, share one
//!   event queue.

mod details;
mod event;
mod group;
mod info;
mod marks;
mod mask;
mod permission;
pub mod raw;
mod reader;
mod reading;
pub mod resolver;
mod response;
mod structs;
mod types;

#[doc(alias = "fanotify_event_info_error")]
pub use details::FilesystemError;
#[doc(alias = "fanotify_event_info_pidfd")]
pub use details::PidFdError;
#[doc(alias = "fanotify_event_info_range")]
pub use details::Range;
#[doc(alias = "fanotify_event_metadata")]
pub use event::Record;
pub use event::{EVENT_SIZE_MAX, Kind, Records, decode};
#[doc(alias = "fanotify_init", alias = "fanotify_mark")]
pub use group::Fanotify;
pub use group::{Builder, GroupRef};
#[doc(alias = "fanotify_event_info_header")]
pub use info::Info;
pub use info::Infos;
#[doc(alias = "fanotify_event_info_fid", alias = "file_handle")]
pub use info::{Entry, Fid};
pub use mask::{EventMask, MarkMask};
pub use permission::PermissionEvent;
pub use reader::Reader;
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
