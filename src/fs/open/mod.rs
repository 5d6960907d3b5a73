//! Opening files: `openat` and `openat2`.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::{openat, openat2};
pub use types::{OpenHowFlags, ResolveFlags};
