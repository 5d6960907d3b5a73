//! Waiting for children that terminate, stop or continue.

mod ops;
pub(crate) mod raw;
mod status;
mod types;

pub use ops::{wait, wait_any_nonblocking, wait_interruptible, wait_nonblocking, wait_with_rusage};
pub use status::{ExitStatus, WaitStatus};
pub use types::{WaitFlags, WaitId};
