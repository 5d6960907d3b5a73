//! Signals: their names, sets of them, and to send, take and handle them.
//!
//! A program that waits for events best takes its signals as events too, from a
//! [`SignalFd`](crate::signalfd::SignalFd). Where it does nothing but wait for signals, [`wait`] is enough:
//!
//! ```
//! use butter::process::getpid;
//! use butter::signal::{self, Cause, SigSet, Signal};
//! use butter::thread;
//! use butter::time::Timeout;
//!
//! # fn main() -> butter::Result<()> {
//! let wanted = SigSet::from([Signal::RTMIN, Signal::TERM]);
//! let _blocked = signal::block(wanted)?; // one that is not held back takes effect instead
//! signal::queue(getpid(), Signal::RTMIN, 42)?;
//!
//! let taken = signal::wait(wanted, Timeout::Infinite)?.expect("it waits until one is there");
//! match taken.cause() {
//!     Cause::Queue { pid, value, .. } => println!("{pid:?} has sent {}", value.int()),
//!     other => println!("{}: {other:?}", taken.signal()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `kill` | [`raw::kill`] | [`kill`] | 1.0 |
//! | `rt_sigqueueinfo` | [`raw::rt_sigqueueinfo`] | [`queue`] | 2.1.67 |
//! | `rt_sigpending` | [`raw::rt_sigpending`] | [`pending`] | 2.1.67 |
//! | `rt_sigtimedwait` | [`raw::rt_sigtimedwait`] | [`wait`], [`wait_interruptible`] | 2.1.67 |
//! | `rt_sigsuspend` | [`raw::rt_sigsuspend`] | [`suspend`] | 2.1.67 |
//! | `rt_sigaction` | [`raw::rt_sigaction`] | [`action`](action()), [`set_action`], [`ignore`], [`reset`] | 2.1.67 |
//!
//! What is sent to one thread, and the mask of what it holds back, stands in [`thread`](crate::thread).
//!
//! # Worth knowing
//!
//! - Of a signal below 32 one can be held back, and those that come meanwhile are lost: after one `CHLD`, ask for every
//!   child. From 32 up each is told, as long as its receiver's user has no more of them than `RLIMIT_SIGPENDING` says.
//! - What was sent to the thread is taken before what was sent to the process. Of either `SEGV`, `BUS`, `ILL`, `TRAP`,
//!   `FPE` and `SYS` come first, and then the lowest number.
//! - A program with musl that handles signals here and starts programs holds them back meanwhile:
//!   [`raw::rt_sigaction`] says why.
//! - C libraries keep signals 32 to 34 for themselves; [`Signal::RTMIN`] is 35, and [`SigSet::all`] leaves them out.
//! - A handler may run between any two instructions, of any thread that does not hold the signal back. Hardly anything
//!   is safe there: to write to an [`EventFd`](crate::eventfd::EventFd) is.
//! - `execve` sets what was handled back to the default; what was ignored stays ignored, and what was held back, held
//!   back.
//! - The first process of a PID namespace gets no signal from within that it does not handle or take.

mod action;
mod alt_stack;
mod cause;
mod code;
mod info;
mod mask;
mod number;
mod ops;
pub mod raw;
mod record;
mod set;
mod target;

pub use action::{Action, ActionFlags, Handler, InfoHandler};
pub use alt_stack::{SignalStack, StackFlags, sigaltstack};
pub use cause::{Cause, ChildEvent, FaultDetail, Value};
pub use code::Code;
pub(crate) use code::Named;
pub use info::SigInfo;
pub use mask::{How, MaskGuard, block, mask, rt_sigprocmask, set_mask, unblock};
pub use number::Signal;
pub use ops::{
    action, ignore, kill, pending, queue, set_action, set_default, suspend, wait,
    wait_interruptible,
};
pub(crate) use record::Record;
pub use set::SigSet;
pub use target::Target;
