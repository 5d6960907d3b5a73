//! The files in `/proc/PID` and `/proc/PID/task/TID` that this crate opens.
//!
//! The path `/proc` is resolved from the root directory of the process, which `chroot` changes. PID
//! and TID are IDs in the PID namespace to which the procfs belongs, which can differ from the PID
//! namespace of the caller.

mod stack_buf;
mod task;

pub(crate) use stack_buf::StackBuf;
pub use task::Task;
pub(crate) use task::{TaskDir, open, open_procfs};
