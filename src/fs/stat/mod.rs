//! The status of files and file systems.

mod ops;
pub(crate) mod raw;
mod statfs;
mod status;
mod statx;
mod types;

pub use ops::{fstat, fstatfs, statfs, statx};
pub use statfs::{StatFs, StatFsFlags};
pub use status::Stat;
pub use statx::{Statx, StatxAttributes, StatxFlags};
pub use types::{Dev, FileType};
