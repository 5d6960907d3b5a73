//! Files: opening, reading, writing and their properties.

mod internal;
mod types;

pub(crate) use internal::*;
#[doc(alias = "AT_FDCWD")]
pub use types::{ABS, CWD, Abs, AtFlags, Cwd, DirectoryArg, Mode, OFlags};
