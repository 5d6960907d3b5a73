//! Attributes of the calling process or thread: session, process group, users, groups and
//! scheduling.

pub(crate) mod raw;
mod types;

pub use types::{PriorityOf, SchedulingPolicy};
