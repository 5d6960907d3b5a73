//! The file offset, the length and the allocated ranges of files.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{fallocate, ftruncate, seek, tell};
pub use types::{FallocateFlags, SeekFrom};
