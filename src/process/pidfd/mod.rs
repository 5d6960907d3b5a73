//! pidfds: descriptors that refer to a process.

mod handle;
mod info;
pub(crate) mod raw;
mod types;

pub use handle::PidFd;
pub use info::{CoredumpFlags, InfoMask, PidFdInfo};
pub use types::{OpenFlags, PidFdArg, SelfProcess, SelfThread, SignalFlags};
pub use types::{PIDFD_SELF_THREAD, PIDFD_SELF_THREAD_GROUP};
