//! Locks on files.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{flock, ofd_lock, ofd_query_lock, ofd_try_lock};
pub use types::{FlockOperation, HeldLock, LockRange, LockType};
