//! Reading symbolic links, renaming and removing files.

mod ops;
#[cfg(feature = "alloc")]
mod owned;
pub(crate) mod raw;
mod types;

pub use ops::{readlinkat, renameat, renameat2, unlinkat};
#[cfg(feature = "alloc")]
pub use owned::read_link;
pub use types::RenameFlags;
