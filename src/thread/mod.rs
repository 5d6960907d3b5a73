//! The calling thread, and signals to one thread.
//!
//! The signal mask and the alternate signal stack belong to a thread, too; they are in
//! [`signal`](crate::signal).
//!
//! ```
//! println!("thread {}", butter::thread::gettid());
//! ```
//!
//! | kernel call | function | since |
//! |---|---|---|
//! | `gettid` | [`gettid`] | 2.4.11 |
//! | `tgkill` | [`tgkill`]; [`kill`](kill()) | 2.5.75 |
//! | `rt_tgsigqueueinfo` | [`rt_tgsigqueueinfo`]; [`queue`] | 2.6.31 |

mod kill;

pub use crate::ids::{Tid, gettid};
pub(crate) use kill::REASONS;
pub use kill::{kill, queue, rt_tgsigqueueinfo, tgkill};
