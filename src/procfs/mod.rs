//! The files in `/proc/PID` and `/proc/PID/task/TID` that this crate opens.
//!
//! They belong to the file system that is mounted at `/proc`: a program that has changed its root
//! directory sees the `/proc` of that directory tree. IDs are those of the PID namespace in which
//! that procfs was mounted, which can differ from the caller's.

mod stack_buf;
mod task;

pub(crate) use stack_buf::StackBuf;
pub use task::Task;
pub(crate) use task::{TaskDir, open, open_procfs};
