//! Setting and removing extended attributes.

mod ops;
pub(crate) mod raw;

pub use ops::{fremovexattr, fsetxattr, lremovexattr, lsetxattr, removexattr, setxattr};
