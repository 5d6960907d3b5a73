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
//! | `mkdirat` | [`raw::mkdirat`] | [`mkdirat`] | 2.6.16 |
//! | `mknodat` | [`raw::mknodat`] | [`mknodat`] | 2.6.16 |
//! | `symlinkat` | [`raw::symlinkat`] | [`symlinkat`] | 2.6.16 |
//! | `linkat` | [`raw::linkat`] | [`linkat`] | 2.6.16 |
//! | `readlinkat` | [`raw::readlinkat`] | [`readlinkat`] | 2.6.16 |
//! | `unlinkat` | [`raw::unlinkat`] | [`unlinkat`] | 2.6.16 |
//! | `renameat2` | [`raw::renameat2`] | [`renameat2`], [`renameat`] | 3.15 |
//! | `fchmodat`, `fchmodat2` | [`raw::fchmodat`], [`raw::fchmodat2`] | [`chmodat`] | 2.6.16, 6.6 |
//! | `fchmod` | [`raw::fchmod`] | [`fchmod`] | 1.0 |
//! | `fchownat` | [`raw::fchownat`] | [`chownat`] | 2.6.16 |
//! | `fchown` | [`raw::fchown`] | [`fchown`] | 1.0 |
//! | `utimensat` | [`raw::utimensat`], [`raw::utimensat_fd`] | [`utimensat`], [`futimens`] | 2.6.22 |
//! | `faccessat2` | [`raw::faccessat2`] | [`accessat`] | 5.8 |
//! | `setxattr` | [`raw::setxattr`] | [`setxattr`] | 2.4 |
//! | `lsetxattr` | [`raw::lsetxattr`] | [`lsetxattr`] | 2.4 |
//! | `fsetxattr` | [`raw::fsetxattr`] | [`fsetxattr`] | 2.4 |
//! | `getxattr` | [`raw::getxattr`] | [`getxattr`] | 2.4 |
//! | `lgetxattr` | [`raw::lgetxattr`] | [`lgetxattr`] | 2.4 |
//! | `fgetxattr` | [`raw::fgetxattr`] | [`fgetxattr`] | 2.4 |
//! | `listxattr` | [`raw::listxattr`] | [`listxattr`] | 2.4 |
//! | `llistxattr` | [`raw::llistxattr`] | [`llistxattr`] | 2.4 |
//! | `flistxattr` | [`raw::flistxattr`] | [`flistxattr`] | 2.4 |
//! | `removexattr` | [`raw::removexattr`] | [`removexattr`] | 2.4 |
//! | `lremovexattr` | [`raw::lremovexattr`] | [`lremovexattr`] | 2.4 |
//! | `fremovexattr` | [`raw::fremovexattr`] | [`fremovexattr`] | 2.4 |
//! | `lseek` | - | [`Dir::rewind`], [`Dir::seek`] | 1.0 |
//!
//! With the feature `alloc`, `ReadDir` returns owned directory entries, and `read_link` returns the
//! content of a symbolic link of any length.

pub(crate) mod access;
pub(crate) mod attributes;
pub(crate) mod create;
pub(crate) mod dir;
mod internal;
pub(crate) mod link;
pub(crate) mod open;
pub(crate) mod stat;
pub(crate) mod times;
mod types;
pub(crate) mod xattr;

pub use access::Access;
#[doc(alias = "access", alias = "faccessat", alias = "faccessat2", alias = "euidaccess")]
pub use access::accessat;
#[doc(alias = "chmod", alias = "lchmod", alias = "fchmodat", alias = "fchmodat2")]
pub use attributes::chmodat;
#[doc(alias = "chown", alias = "lchown", alias = "fchownat")]
pub use attributes::chownat;
pub use attributes::{fchmod, fchown};
#[doc(alias = "link")]
pub use create::linkat;
#[doc(alias = "mkdir")]
pub use create::mkdirat;
#[doc(alias = "mknod", alias = "mkfifo", alias = "mkfifoat")]
pub use create::mknodat;
#[doc(alias = "symlink")]
pub use create::symlinkat;
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
pub use link::RenameFlags;
#[cfg(feature = "alloc")]
#[doc(alias = "readlink", alias = "readlinkat")]
pub use link::read_link;
#[doc(alias = "readlink")]
pub use link::readlinkat;
#[doc(alias = "rename")]
pub use link::renameat;
#[doc(alias = "rename", alias = "renameat")]
pub use link::renameat2;
#[doc(alias = "unlink", alias = "rmdir")]
pub use link::unlinkat;
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
#[doc(alias = "UTIME_NOW", alias = "UTIME_OMIT")]
pub use times::SetTime;
pub use times::Timestamps;
#[doc(alias = "futimes", alias = "utimensat")]
pub use times::futimens;
#[doc(alias = "utimes", alias = "lutimes")]
pub use times::utimensat;
#[doc(alias = "AT_FDCWD")]
pub use types::{ABS, Abs, AtFlags, CWD, Cwd, DirectoryArg, Mode, OFlags};
#[doc(alias = "XATTR_LIST_MAX")]
pub use xattr::XATTR_SIZE_MAX;
pub use xattr::{XATTR_NAME_MAX, XattrFlags, XattrNames};
pub use xattr::{fgetxattr, flistxattr, fremovexattr, fsetxattr};
pub use xattr::{getxattr, listxattr, removexattr, setxattr};
pub use xattr::{lgetxattr, llistxattr, lremovexattr, lsetxattr};

/// Raw system calls on files.
pub mod raw {
    pub use super::access::raw::faccessat2;
    pub use super::attributes::raw::{fchmod, fchmodat, fchmodat2, fchown, fchownat};
    pub use super::create::raw::{linkat, mkdirat, mknodat, symlinkat};
    pub use super::dir::raw::getdents64;
    pub use super::link::raw::{readlinkat, renameat2, unlinkat};
    pub use super::open::raw::{openat, openat2};
    pub use super::stat::raw::{fstat, fstatfs, statfs, statx};
    pub use super::times::raw::utimensat;
    #[doc(alias = "futimens")]
    pub use super::times::raw::utimensat_fd;
    pub use super::xattr::read::raw::{fgetxattr, flistxattr};
    pub use super::xattr::read::raw::{getxattr, lgetxattr, listxattr, llistxattr};
    pub use super::xattr::write::raw::{fremovexattr, lremovexattr, removexattr};
    pub use super::xattr::write::raw::{fsetxattr, lsetxattr, setxattr};
}
