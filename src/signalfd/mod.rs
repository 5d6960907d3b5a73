//! Reading signals from a descriptor, as an alternative to signal handlers.
//!
//! ```
//! use butter::process::getpid;
//! use butter::signal::{self, Cause, SigSet, Signal};
//! use butter::signalfd::SignalFd;
//!
//! # fn main() -> butter::Result<()> {
//! let wanted = SigSet::from([Signal::INT, Signal::TERM]);
//! let _blocked = signal::block(wanted)?; // in `main`, before starting threads
//! let signals = SignalFd::nonblocking(wanted)?;
//! signal::kill(getpid(), Signal::TERM)?;
//!
//! while let Some(event) = signals.try_read()? {
//!     match event.pid() {
//!         Some(pid) => println!("{} from process {pid}", event.signal()),
//!         None => println!("{}: {:?}", event.signal(), event.cause()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `signalfd4` | [`raw::signalfd4`] | [`SignalFd::new`], [`SignalFd::nonblocking`], [`SignalFd::with_flags`] | 2.6.27 |
//! | `signalfd4` | [`raw::signalfd4_set_mask`] | [`SignalFd::set_mask`] | 2.6.27 |
//! | `read` | [`raw::read`] | [`SignalFd::read`], [`SignalFd::try_read`], [`SignalFd::read_events`] | 2.6.22 |
//!
//! # Notes
//!
//! - A signal can be read only while it is blocked: [`signal::block`](crate::signal::block) the
//!   signals in `main` before starting threads, which inherit the signal mask.
//! - A signal that is still pending when it is unblocked is delivered. For example, a pending
//!   `TERM` terminates the process when it is unblocked. Read until no signal is pending before
//!   dropping the [`MaskGuard`](crate::signal::MaskGuard).
//! - Standard signals (below 32) do not queue: at most one instance of each is pending. After one
//!   `CHLD`, check every child, because several may have changed state.
//! - The signal mask is preserved across `execve`: set an empty mask before executing another
//!   program.
//! - A blocked signal is read even if the process ignores it. To keep ignoring the signals that
//!   were ignored when the program started, check [`signal::action`](crate::signal::action())
//!   first, and do not read those signals.
//! - A signal that the program causes by a fault, such as `SEGV`, cannot be read: if it is blocked,
//!   the kernel terminates the process.
//! - The kernel returns whole events only. If a read returns an incomplete event, the descriptor is
//!   not a signalfd: methods that read one signal fail with `EINVAL`, and
//!   [`read_events`](SignalFd::read_events) returns no signals.
//! - A child process that reads an inherited signalfd reads the signals of the child. An inherited
//!   epoll instance keeps reporting the signals of the parent, also to the child: create the
//!   signalfd and the epoll instance again in the child.

mod descriptor;
mod event;
pub mod raw;
mod types;

#[doc(alias = "signalfd", alias = "signalfd4")]
pub use descriptor::SignalFd;
#[doc(alias = "signalfd_siginfo")]
pub use event::Event;
pub use event::{EVENT_SIZE, Events, decode};
pub use types::CreateFlags;
