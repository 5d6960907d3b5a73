//! Changing the mode and the owner of files.

mod ops;
pub(crate) mod raw;

pub use ops::{chmodat, chownat, fchmod, fchown};
