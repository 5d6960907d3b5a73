//! Reading the entries of directories.

mod entry;
#[cfg(feature = "alloc")]
mod owned;
pub(crate) mod raw;
mod reader;

pub use entry::{DIR_ENTRY_SIZE_MAX, DirEntries, DirEntry, DirOffset, decode_entries};
#[cfg(feature = "alloc")]
pub use owned::{DirEntryBuf, ReadDir};
pub use reader::{Dir, read_entries};
