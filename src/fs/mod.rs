//! Files: opening, reading, writing and their properties.
//!
//! The names are those of `rustix::fs`. The first parameter of most functions is the directory from
//! which a relative path is resolved: a descriptor, [`CWD`] or [`ABS`].
//!
//! | system call | raw | function | since |
//! |---|---|---|---|
//! | `openat` | [`raw::openat`] | [`openat`] | 2.6.16 |
//! | `openat2` | [`raw::openat2`] | [`openat2`] | 5.6 |

mod internal;
pub(crate) mod open;
mod types;

pub(crate) use internal::*;
#[doc(alias = "open", alias = "creat")]
pub use open::openat;
#[doc(alias = "open_how")]
pub use open::{OpenHowFlags, ResolveFlags, openat2};
#[doc(alias = "AT_FDCWD")]
pub use types::{ABS, Abs, AtFlags, CWD, Cwd, DirectoryArg, Mode, OFlags};

/// Raw system calls on files.
pub mod raw {
    pub use super::open::raw::{openat, openat2};
}
