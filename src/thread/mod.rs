//! The calling thread's ID, and sending signals to one thread.
//!
//! The signal mask and the alternate signal stack also belong to a thread: see
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

#[doc(alias = "pid_t")]
pub use crate::ids::Tid;
pub use crate::ids::gettid;
pub(crate) use kill::REASONS;
#[doc(alias = "tgkill", alias = "pthread_kill", alias = "raise")]
pub use kill::kill;
#[doc(alias = "rt_tgsigqueueinfo", alias = "pthread_sigqueue")]
pub use kill::queue;
pub use kill::{rt_tgsigqueueinfo, tgkill};
