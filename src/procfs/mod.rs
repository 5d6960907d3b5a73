//! The files in `/proc/PID` and `/proc/PID/task/TID` that this crate opens.
//!
//! The files belong to the file system that is mounted at `/proc` in the root directory of the
//! process, which `chroot` changes. IDs are those of the PID namespace to which that procfs
//! belongs, which can differ from the namespace of the caller.

mod stack_buf;
mod task;

pub(crate) use stack_buf::StackBuf;
pub use task::Task;
pub(crate) use task::{TaskDir, open, open_procfs};
