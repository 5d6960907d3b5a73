//! Files: opening, reading, writing and their properties.
//!
//! The names are those of `rustix::fs`. The first parameter of most functions is the directory from
//! which a relative path is resolved: a descriptor, [`CWD`] or [`ABS`].
//!
//! | system call | raw | function or method | since |
//! |---|---|---|---|
//! | `openat` | [`raw::openat`] | [`openat`] | 2.6.16 |
//! | `openat2` | [`raw::openat2`] | [`openat2`] | 5.6 |
//! | `getdents64` | [`raw::getdents64`] | [`read_entries`], [`Dir::next`] | 2.4 |
//! | `lseek` | - | [`Dir::rewind`], [`Dir::seek`] | 1.0 |
//!
//! With the feature `alloc`, `ReadDir` returns owned directory entries.

pub(crate) mod dir;
mod internal;
pub(crate) mod open;
mod types;

#[doc(alias = "getdents64", alias = "opendir", alias = "fdopendir", alias = "readdir")]
#[doc(alias = "rewinddir", alias = "seekdir")]
pub use dir::Dir;
#[doc(alias = "linux_dirent64", alias = "dirent", alias = "d_type", alias = "readdir")]
pub use dir::DirEntry;
#[cfg(feature = "alloc")]
pub use dir::DirEntryBuf;
#[cfg(feature = "alloc")]
#[doc(alias = "readdir")]
pub use dir::ReadDir;
#[doc(alias = "getdents64", alias = "readdir")]
pub use dir::read_entries;
pub use dir::{DIR_ENTRY_SIZE_MAX, DirEntries, DirOffset, EntryType, decode_entries};
pub(crate) use internal::*;
#[doc(alias = "open", alias = "creat")]
pub use open::openat;
#[doc(alias = "open_how")]
pub use open::{OpenHowFlags, ResolveFlags, openat2};
#[doc(alias = "AT_FDCWD")]
pub use types::{ABS, Abs, AtFlags, CWD, Cwd, DirectoryArg, Mode, OFlags};

/// Raw system calls on files and directories.
pub mod raw {
    pub use super::dir::raw::getdents64;
    pub use super::open::raw::{openat, openat2};
}
