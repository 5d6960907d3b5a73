//! Setting the times of files.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{futimens, utimensat};
pub use types::{SetTime, Timestamps};
