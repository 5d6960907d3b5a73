//! Writing cached data to the device, and advice about the use of the page cache.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{fadvise, fdatasync, fsync, sync, sync_file_range, syncfs};
pub use types::{Advice, SyncFileRangeFlags};
