//! Checking access to files.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::accessat;
pub use types::Access;
