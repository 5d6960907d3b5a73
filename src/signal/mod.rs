//! Signals: sending, waiting, signal masks, actions and handlers.
//!
//! A program with an event loop should read its signals from a
//! [`SignalFd`](crate::signalfd::SignalFd). A program that only waits for signals can use [`wait`]:
//!
//! ```
//! use butter::process::getpid;
//! use butter::signal::{self, Cause, SigSet, Signal};
//! use butter::time::Timeout;
//!
//! # fn main() -> butter::Result<()> {
//! let wanted = SigSet::from([Signal::RTMIN, Signal::TERM]);
//! let _blocked = signal::block(wanted)?; // unblocked signals are delivered
//! signal::queue(getpid(), Signal::RTMIN, 42)?;
//!
//! let info = signal::wait(wanted, Timeout::Infinite)?.expect("the wait has no timeout");
//! match info.cause() {
//!     Cause::Queue { pid, value, .. } => println!("{pid:?} sent {}", value.int()),
//!     other => println!("{}: {other:?}", info.signal()),
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
//! | `rt_sigprocmask` | [`raw::rt_sigprocmask`] | [`block`], [`unblock`], [`mask`](mask()), [`set_mask`] | 2.1.62 |
//! | `rt_sigsuspend` | [`raw::rt_sigsuspend`] | [`suspend`] | 2.1.67 |
//! | `rt_sigaction` | [`raw::rt_sigaction`] | [`action`](action()), [`set_action`], [`ignore`], [`set_default`] | 2.1.67 |
//! | `sigaltstack` | [`raw::sigaltstack`] | - | 2.1.67 |
//!
//! [`thread::kill`](crate::thread::kill()) and [`thread::queue`](crate::thread::queue) send a
//! signal to one thread.
//!
//! Calls that are documented as unable to fail still return a `Result`, because a seccomp filter
//! can make any call fail.
//!
//! # Notes
//!
//! - Standard signals (below 32) do not queue: at most one instance of each is pending. After one
//!   `CHLD`, check every child, because several may have changed state. Real-time signals (32 and
//!   above) are queued, up to the limit (`RLIMIT_SIGPENDING`) of the receiver's user.
//! - Signals that are pending for the thread are dequeued before signals that are pending for the
//!   process. Among the pending signals of the thread, or of the process, `SEGV`, `BUS`, `ILL`,
//!   `TRAP`, `FPE` and `SYS` are dequeued first, then the signal with the lowest number.
//! - C libraries reserve signals: glibc 32 and 33, musl 32 to 34. [`Signal::RTMIN`] is 34, as in
//!   glibc, systemd and container engines; a program that may be linked with musl should not use
//!   `RTMIN`. [`SigSet::all`] excludes signals 32 to 34.
//! - A handler can run between any two instructions of any thread that does not block the signal.
//!   Few operations are async-signal-safe; one of them is a write to an
//!   [`EventFd`](crate::eventfd::EventFd).
//! - In a program linked with musl, block all handled signals while a child process is spawned, for
//!   the reason that [`raw::rt_sigaction`] documents.
//! - `execve` resets handled signals to their default actions. Ignored signals stay ignored, and
//!   the signal mask is preserved. See [Child processes](#child-processes).
//! - The first process of a PID namespace receives signals from within the namespace only if it
//!   handles them or waits for them.
//!
//! # Child processes
//!
//! A child process inherits the signal mask of the thread that starts it, also with
//! `std::process::Command`, and few programs unblock signals at their start: a child with a blocked
//! `TERM` does not react to `kill`. With `std`,
//! `process::CommandExt::signal_mask` sets the signal mask of the child. A child of
//! `process::Command` of this crate starts without blocked signals.

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

#[doc(alias = "sigaction")]
pub use action::Action;
pub use action::{ActionFlags, Handler, InfoHandler};
#[doc(alias = "sigaltstack", alias = "stack_t")]
pub use alt_stack::SignalStack;
pub use alt_stack::StackFlags;
#[doc(alias = "sigval")]
pub use cause::Value;
pub use cause::{Cause, ChildEvent, FaultDetail};
#[doc(alias = "si_code")]
pub use code::Code;
pub(crate) use code::Named;
#[doc(alias = "siginfo_t")]
pub use info::SigInfo;
#[doc(
    alias = "SIG_BLOCK",
    alias = "sigprocmask",
    alias = "rt_sigprocmask",
    alias = "pthread_sigmask"
)]
pub use mask::block;
#[doc(alias = "sigprocmask", alias = "rt_sigprocmask", alias = "pthread_sigmask")]
pub use mask::mask;
#[doc(
    alias = "SIG_SETMASK",
    alias = "sigprocmask",
    alias = "rt_sigprocmask",
    alias = "pthread_sigmask"
)]
pub use mask::set_mask;
#[doc(
    alias = "SIG_UNBLOCK",
    alias = "sigprocmask",
    alias = "rt_sigprocmask",
    alias = "pthread_sigmask"
)]
pub use mask::unblock;
pub use mask::{How, MaskGuard};
pub use number::Signal;
#[doc(alias = "SIG_IGN")]
pub use ops::ignore;
#[doc(alias = "killpg")]
pub use ops::kill;
#[doc(alias = "sigpending", alias = "rt_sigpending")]
pub use ops::pending;
#[doc(alias = "sigqueue", alias = "rt_sigqueueinfo")]
pub use ops::queue;
#[doc(alias = "SIG_DFL")]
pub use ops::set_default;
#[doc(alias = "sigsuspend", alias = "rt_sigsuspend")]
pub use ops::suspend;
#[doc(
    alias = "sigtimedwait",
    alias = "sigwaitinfo",
    alias = "sigwait",
    alias = "rt_sigtimedwait"
)]
pub use ops::wait;
pub use ops::{Target, wait_interruptible};
#[doc(alias = "sigaction", alias = "rt_sigaction")]
pub use ops::{action, set_action};
pub(crate) use record::Record;
#[doc(alias = "sigset_t")]
pub use set::SigSet;
pub use set::SigSetIter;
