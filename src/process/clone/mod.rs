//! `clone` and `clone3`: creating a child process with every option of the kernel.

mod ops;
pub(crate) mod raw;
mod types;

pub use ops::clone_with;
pub use types::{ChildFn, CloneArgs, CloneFlags, Cloned};
