//! The calling thread: what the kernel keeps for each thread, not for the process.
//!
//! # The signal mask
//!
//! A thread holds back the signals of its mask; they stay pending until it lets them through. A new thread has the mask
//! of the one that made it, and `execve` keeps it: block in `main` before there are other threads, and give a program
//! that is started a clean mask.
//!
//! ```
//! use butter::signal::{SigSet, Signal};
//! use butter::thread;
//!
//! # fn main() -> butter::Result<()> {
//! let wanted = SigSet::from([Signal::INT, Signal::TERM]);
//! let blocked = thread::block(wanted)?;
//! assert!(thread::mask()?.contains(Signal::TERM));
//! drop(blocked); // lets through again what it held back
//! assert!(!thread::mask()?.contains(Signal::TERM));
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | function | since |
//! |---|---|---|
//! | `gettid` | [`gettid`] | 2.4.11 |
//! | `getuid`, `geteuid`, `getgid`, `getegid` | [`getuid`], [`geteuid`], [`getgid`], [`getegid`] | 1.0 |
//! | `rt_sigprocmask` | [`rt_sigprocmask`]; [`mask`](mask()), [`block`], [`unblock`], [`set_mask`] | 2.1.62 |
//! | `tgkill` | [`tgkill`]; [`kill`](kill()) | 2.5.75 |
//! | `rt_tgsigqueueinfo` | [`rt_tgsigqueueinfo`]; [`queue`] | 2.6.31 |
//! | `sigaltstack` | [`sigaltstack`] | 2.1.67 |

mod id;
mod kill;
mod mask;
mod stack;

pub use id::{Tid, getegid, geteuid, getgid, gettid, getuid};
pub(crate) use kill::CAUSES;
pub use kill::{kill, queue, rt_tgsigqueueinfo, tgkill};
pub use mask::{Blocked, How, block, mask, rt_sigprocmask, set_mask, unblock};
pub use stack::{SignalStack, StackFlags, sigaltstack};
