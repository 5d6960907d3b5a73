//! Reading extended attributes.

mod ops;
pub(crate) mod raw;

pub use ops::{fgetxattr, flistxattr, getxattr, lgetxattr, listxattr, llistxattr};
