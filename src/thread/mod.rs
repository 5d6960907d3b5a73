//! The calling thread's ID, sending signals to one thread, and the CPUs on which a thread runs.
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
//! | `sched_getaffinity` | [`raw::sched_getaffinity`]; [`sched_getaffinity`] | 2.5.8 |
//! | `sched_setaffinity` | [`raw::sched_setaffinity`]; [`sched_setaffinity`] | 2.5.8 |
//! | `sched_yield` | [`raw::sched_yield`]; [`sched_yield`] | 2.0 |

mod affinity;
mod cpu_set;
mod kill;
pub mod raw;

#[doc(alias = "pid_t")]
pub use crate::ids::Tid;
pub use crate::ids::gettid;
#[doc(alias = "pthread_getaffinity_np")]
pub use affinity::sched_getaffinity;
#[doc(alias = "pthread_setaffinity_np")]
pub use affinity::sched_setaffinity;
#[doc(alias = "pthread_yield")]
pub use affinity::sched_yield;
#[doc(alias = "cpu_set_t", alias = "CPU_SETSIZE")]
pub use cpu_set::CpuSet;
pub(crate) use kill::REASONS;
#[doc(alias = "tgkill", alias = "pthread_kill", alias = "raise")]
pub use kill::kill;
#[doc(alias = "rt_tgsigqueueinfo", alias = "pthread_sigqueue")]
pub use kill::queue;
pub use kill::{rt_tgsigqueueinfo, tgkill};
