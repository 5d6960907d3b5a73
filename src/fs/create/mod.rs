//! Creating directories, special files, symbolic links and hard links.

mod ops;
pub(crate) mod raw;

pub use ops::{linkat, mkdirat, mknodat, symlinkat};
