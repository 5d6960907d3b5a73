//! Signals that are read: events like any others, in place of handlers.
//!
//! ```
//! use butter::process::getpid;
//! use butter::signal::{self, Cause, SigSet, Signal};
//! use butter::signalfd::SignalFd;
//! use butter::thread;
//!
//! # fn main() -> butter::Result<()> {
//! let wanted = SigSet::from([Signal::INT, Signal::TERM]);
//! let _blocked = signal::block(wanted)?; // in `main`, before there are other threads
//! let signals = SignalFd::nonblocking(wanted)?;
//! signal::kill(getpid(), Signal::TERM)?;
//!
//! while let Some(event) = signals.try_read()? {
//!     match event.cause() {
//!         Cause::Kill { pid: Some(pid), uid } => println!("{} of process {pid}, user {uid}", event.signal()),
//!         other => println!("{}: {other:?}", event.signal()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `signalfd4` | [`raw::signalfd4`] | [`SignalFd::new`], [`SignalFd::nonblocking`] | 2.6.27 |
//! | `signalfd4` | [`raw::signalfd4_set_mask`] | [`SignalFd::set_mask`] | 2.6.27 |
//! | `read` | [`raw::read`] | [`SignalFd::read`], [`SignalFd::try_read`], [`SignalFd::read_events`] | 2.6.22 |
//!
//! # Worth knowing
//!
//! - A signal is read only where it is held back: [`signal::block`](crate::signal::block) them in `main`, before there
//!   are other threads, which have the mask of the one that makes them.
//! - A guard that lets them through again lets through what has come and was not read: a `TERM` ends the program then.
//!   Read until nothing is there before.
//! - Of a signal below 32 one record stands for all that came while it was held back: after one `CHLD`, ask for every
//!   child.
//! - A program that is started keeps the mask: give it a clean one.
//! - What is held back is read also where the process ignores it: a program that should leave alone what it was started
//!   without looks at [`signal::action`](crate::signal::action()) first.
//! - A signal that says that an instruction could not be carried out is never read: where it is held back, the process
//!   ends.
//! - A descriptor that a child process has from its parent reads the child's own signals, but an epoll that both have
//!   waits for the parent's, whoever asks it: in a child, make both anew.

mod descriptor;
mod event;
pub mod raw;
mod types;

pub use descriptor::SignalFd;
pub use event::{EVENT_SIZE, Event, Events, decode};
pub use types::CreateFlags;
