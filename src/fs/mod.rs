//! Files: opening, reading, writing and their properties.
//!
//! The names are those of `rustix::fs`. The first parameter of most functions is the directory from
//! which a relative path is resolved: a descriptor, [`CWD`] or [`ABS`].
//!
//! ```
//! use butter::fs::{self, AtFlags, CWD, FileType, StatxFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
//! let link = fs::statx(CWD, "/proc/self", AtFlags::SYMLINK_NOFOLLOW, wanted)?;
//! assert_eq!(link.file_type(), Some(FileType::Symlink));
//! assert_eq!(link.btime(), None); // procfs does not store the creation time
//!
//! let file = std::fs::File::open("/proc/self/status")?;
//! let stat = fs::fstat(&file)?;
//! assert_eq!((stat.file_type(), stat.dev()), (FileType::RegularFile, link.dev()));
//! assert_eq!(fs::fstatfs(&file)?.fs_type, 0x9FA0); // PROC_SUPER_MAGIC
//! # Ok(())
//! # }
//! ```
//!
//! | system call | raw | function or method | since |
//! |---|---|---|---|
//! | `openat` | [`raw::openat`] | [`openat`] | 2.6.16 |
//! | `openat2` | [`raw::openat2`] | [`openat2`] | 5.6 |
//! | `fstat` | [`raw::fstat`] | [`fstat`] | 1.0 |
//! | `statx` | [`raw::statx`] | [`statx`] | 4.11 |
//! | `statfs` | [`raw::statfs`] | [`statfs`] | 1.0 |
//! | `fstatfs` | [`raw::fstatfs`] | [`fstatfs`] | 1.0 |
//! | `getdents64` | [`raw::getdents64`] | [`read_entries`], [`Dir::next`] | 2.4 |
//! | `lseek` | - | [`Dir::rewind`], [`Dir::seek`] | 1.0 |
//!
//! With the feature `alloc`, `ReadDir` returns owned directory entries.

pub(crate) mod dir;
mod internal;
pub(crate) mod open;
pub(crate) mod stat;
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
pub use dir::{DIR_ENTRY_SIZE_MAX, DirEntries, DirOffset, decode_entries};
pub(crate) use internal::*;
#[doc(alias = "open", alias = "creat")]
pub use open::openat;
#[doc(alias = "open_how")]
pub use open::{OpenHowFlags, ResolveFlags, openat2};
#[doc(alias = "makedev")]
#[doc(alias = "major")]
#[doc(alias = "minor")]
#[doc(alias = "dev_t")]
pub use stat::Dev;
#[doc(alias = "S_IFMT")]
#[doc(alias = "S_ISREG")]
#[doc(alias = "S_ISDIR")]
pub use stat::FileType;
#[doc(alias = "struct stat")]
pub use stat::Stat;
#[doc(alias = "statvfs")]
pub use stat::{StatFs, StatFsFlags};
pub use stat::{Statx, StatxAttributes, StatxFlags};
pub use stat::{fstat, fstatfs, statfs, statx};
#[doc(alias = "AT_FDCWD")]
pub use types::{ABS, Abs, AtFlags, CWD, Cwd, DirectoryArg, Mode, OFlags};

/// Raw system calls on files.
pub mod raw {
    pub use super::dir::raw::getdents64;
    pub use super::open::raw::{openat, openat2};
    pub use super::stat::raw::{fstat, fstatfs, statfs, statx};
}
