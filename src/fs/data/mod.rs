//! Reading and writing the contents of files.

mod ops;
#[cfg(feature = "alloc")]
mod owned;
pub(crate) mod raw;
mod types;

pub use ops::{pread, pread_uninit, preadv2, pwrite, pwritev2, read_to_end};
#[cfg(feature = "alloc")]
pub use owned::read_to_vec;
pub use types::ReadWriteFlags;
