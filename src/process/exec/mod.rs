//! Executing programs, and their arguments.

mod array;
pub(crate) mod raw;

#[cfg(feature = "alloc")]
mod owned;

pub use array::CStrArray;
#[cfg(feature = "alloc")]
pub use owned::CStringArray;
