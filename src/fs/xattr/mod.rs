//! Extended attributes of files.

pub(crate) mod at;
mod name;
pub(crate) mod read;
mod types;
pub(crate) mod write;

pub use read::{fgetxattr, flistxattr, getxattr, lgetxattr, listxattr, llistxattr};
pub use types::{XATTR_NAME_MAX, XATTR_SIZE_MAX, XattrFlags, XattrNames};
pub use write::{fremovexattr, fsetxattr, lremovexattr, lsetxattr, removexattr, setxattr};
