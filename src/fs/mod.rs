//! Files: opening, reading, writing and their properties.
//!
//! The first parameter of most functions is the directory from which a relative path is resolved: a
//! descriptor, [`CWD`] or [`ABS`]. Most names and parameters are those of `rustix::fs`; the
//! [differences](#differences-from-rustix) are listed below.
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
//! With the feature `std`, [`OwnedFd`](crate::fd::OwnedFd) is the type of `std`, which can be
//! converted to a `std::fs::File` and back:
//!
//! ```
//! use std::fs::File;
//! use std::io::{BufRead, BufReader};
//!
//! use butter::fd::OwnedFd;
//! use butter::fs::{self, CWD, Mode, OFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fd = fs::openat(CWD, "/proc/self/status", OFlags::RDONLY, Mode::empty())?;
//! let mut lines = BufReader::new(File::from(fd)).lines();
//! assert!(lines.next().is_some_and(|line| line.is_ok_and(|line| line.starts_with("Name:"))));
//!
//! let fd = OwnedFd::from(File::open("/proc/self/comm")?);
//! assert!(!fs::read_to_vec(&fd)?.is_empty());
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
//! | `setxattrat` | [`raw::setxattrat`] | - | 6.13 |
//! | `getxattrat` | [`raw::getxattrat`] | - | 6.13 |
//! | `listxattrat` | [`raw::listxattrat`] | - | 6.13 |
//! | `removexattrat` | [`raw::removexattrat`] | - | 6.13 |
//! | `pread64` | [`raw::pread64`], [`raw::pread64_uninit`] | [`pread`], [`pread_uninit`] | 2.1.60 |
//! | `pwrite64` | [`raw::pwrite64`] | [`pwrite`], [`write_all_at`] | 2.1.60 |
//! | `preadv2` | [`raw::preadv2`] | [`preadv2`] | 4.6 |
//! | `pwritev2` | [`raw::pwritev2`] | [`pwritev2`] | 4.6 |
//! | `read`, repeated | - | [`read_to_end`], `read_to_vec` | 1.0 |
//! | `lseek` | [`raw::lseek`] | [`seek`], [`tell`], [`Dir::rewind`], [`Dir::seek`] | 1.0 |
//! | `ftruncate` | [`raw::ftruncate`] | [`ftruncate`] | 1.0 |
//! | `fallocate` | [`raw::fallocate`] | [`fallocate`] | 2.6.23 |
//! | `fsync` | [`raw::fsync`] | [`fsync`] | 1.0 |
//! | `fdatasync` | [`raw::fdatasync`] | [`fdatasync`] | 2.0 |
//! | `syncfs` | [`raw::syncfs`] | [`syncfs`] | 2.6.39 |
//! | `sync` | [`raw::sync()`] | [`sync()`] | 1.0 |
//! | `sync_file_range` | [`raw::sync_file_range`] | [`sync_file_range`] | 2.6.17 |
//! | `fadvise64` | [`raw::fadvise64`] | [`fadvise`] | 2.6 |
//! | `flock` | [`raw::flock`] | [`flock`] | 2.0 |
//! | `fcntl(F_OFD_SETLKW)` | [`raw::fcntl_ofd_setlkw`] | [`ofd_lock`] | 3.15 |
//! | `fcntl(F_OFD_SETLK)` | [`raw::fcntl_ofd_setlk`] | [`ofd_try_lock`] | 3.15 |
//! | `fcntl(F_OFD_GETLK)` | [`raw::fcntl_ofd_getlk`] | [`ofd_query_lock`] | 3.15 |
//!
//! The module re-exports [`read`], [`write()`] and [`write_all`] of [`io`](crate::io). With the
//! feature `alloc`, `ReadDir` returns owned directory entries, `read_to_vec` returns the rest of a
//! file, and `read_link` returns the content of a symbolic link of any length.
//!
//! Related functions are in other modules: [`dup3`](crate::io::dup3) and
//! [`close_range`](crate::io::close_range) in `io`, [`getcwd`](crate::process::getcwd) and
//! [`umask`](crate::process::umask) in `process`, and `copy_file_range` and `sendfile` in
//! [`copy`](crate::copy).
//!
//! # Interruption by signals
//!
//! If a signal interrupts a call, the functions of this module repeat the call, except for [`read`]
//! and [`write()`], which return `EINTR` like the functions of [`raw`]. [`io::retry`] repeats such
//! a call.
//!
//! [`io::retry`]: crate::io::retry
//!
//! # Differences from C
//!
//! - Null pointers and invalid pointers cannot be passed, so `EFAULT` is not documented. A number
//!   for which an enum has no variant, such as an unknown `whence`, cannot be passed either; the
//!   kernel rejects it. Flags that have no constant can be passed with `from_bits_retain`.
//! - A path that is not a `CStr`, and has a NUL byte or more than 4,095 bytes, fails without a
//!   system call. If a further argument is not valid, C functions can return the error of this
//!   argument instead. The same applies to names of extended attributes with more than 255 bytes.
//! - Unsigned offsets and lengths greater than [`i64::MAX`] correspond to negative numbers in C.
//!
//! # Differences from `rustix`
//!
//! | `rustix` | this crate |
//! |---|---|
//! | `open`, `stat`, `mkdir`, ... without a directory | the function with a directory, [`CWD`] |
//! | `statat`, `lstat` | [`statx`], with [`AtFlags::SYMLINK_NOFOLLOW`] for `lstat` |
//! | `renameat_with` | [`renameat2`] |
//! | `readlinkat`, `readlinkat_raw` | `read_link`; [`readlinkat`], [`raw::readlinkat`] |
//! | `RawDir`; `Dir` | [`Dir`]; `ReadDir` |
//! | `mkfifoat` | [`mknodat`] with [`FileType::Fifo`] |
//! | `makedev`, `major`, `minor` | [`Dev`] |
//! | `fcntl_lock` | [`ofd_lock`], whose locks belong to the open file description |
//! | `Timestamps` with `UTIME_NOW` | [`Timestamps`] with [`SetTime`] |
//! | fields such as `st_size` and `stx_size` | methods such as [`Stat::size`] and [`Statx::size`] |
//! | fields such as `f_bsize` and `tv_sec` | fields such as [`StatFs::block_size`] and `seconds` |
//! | `preadv2` with the offset `u64::MAX` | [`preadv2`] with `None` |

pub(crate) mod access;
pub(crate) mod attributes;
pub(crate) mod create;
pub(crate) mod data;
pub(crate) mod dir;
mod internal;
pub(crate) mod link;
pub(crate) mod lock;
pub(crate) mod open;
pub(crate) mod range;
pub(crate) mod stat;
pub(crate) mod sync;
pub(crate) mod times;
mod types;
pub(crate) mod xattr;

#[doc(no_inline)]
pub use crate::io::{read, write, write_all, write_all_at};
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
#[doc(alias = "RWF_NOWAIT")]
pub use data::ReadWriteFlags;
#[doc(alias = "preadv")]
pub use data::preadv2;
#[doc(alias = "pwrite64")]
pub use data::pwrite;
#[doc(alias = "pwritev")]
pub use data::pwritev2;
#[doc(alias = "read")]
pub use data::read_to_end;
#[cfg(feature = "alloc")]
#[doc(alias = "read")]
pub use data::read_to_vec;
#[doc(alias = "pread64")]
pub use data::{pread, pread_uninit};
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
#[doc(alias = "rename", alias = "renameat", alias = "renameat_with")]
pub use link::renameat2;
#[doc(alias = "unlink", alias = "rmdir")]
pub use link::unlinkat;
#[doc(alias = "LOCK_EX", alias = "LOCK_SH", alias = "LOCK_UN")]
pub use lock::FlockOperation;
#[doc(alias = "F_RDLCK", alias = "F_WRLCK", alias = "F_UNLCK")]
pub use lock::LockType;
#[doc(alias = "LOCK_EX")]
pub use lock::flock;
#[doc(alias = "F_OFD_SETLKW", alias = "F_SETLKW", alias = "fcntl_lock", alias = "lockf")]
pub use lock::ofd_lock;
#[doc(alias = "F_OFD_GETLK", alias = "F_GETLK")]
pub use lock::ofd_query_lock;
#[doc(alias = "F_OFD_SETLK", alias = "F_SETLK")]
pub use lock::ofd_try_lock;
#[doc(alias = "struct flock")]
pub use lock::{HeldLock, LockRange};
#[doc(alias = "open", alias = "creat")]
pub use open::openat;
#[doc(alias = "open_how")]
pub use open::{OpenHowFlags, ResolveFlags, openat2};
#[doc(alias = "FALLOC_FL_PUNCH_HOLE")]
pub use range::FallocateFlags;
#[doc(alias = "whence", alias = "SEEK_SET", alias = "SEEK_DATA", alias = "SEEK_HOLE")]
pub use range::SeekFrom;
#[doc(alias = "posix_fallocate")]
pub use range::fallocate;
#[doc(alias = "truncate")]
pub use range::ftruncate;
#[doc(alias = "lseek")]
pub use range::{seek, tell};
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
#[doc(alias = "stat", alias = "lstat", alias = "fstatat")]
#[doc(alias = "newfstatat", alias = "statat")]
pub use stat::statx;
#[doc(alias = "statvfs")]
pub use stat::{StatFs, StatFsFlags};
pub use stat::{Statx, StatxAttributes, StatxFlags};
pub use stat::{fstat, fstatfs, statfs};
#[doc(alias = "POSIX_FADV_WILLNEED")]
pub use sync::Advice;
pub use sync::SyncFileRangeFlags;
#[doc(alias = "posix_fadvise", alias = "fadvise64")]
pub use sync::fadvise;
pub use sync::{fdatasync, fsync, sync, sync_file_range, syncfs};
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
    #[doc(alias = "preadv")]
    pub use super::data::raw::preadv2;
    #[doc(alias = "pwrite")]
    pub use super::data::raw::pwrite64;
    #[doc(alias = "pwritev")]
    pub use super::data::raw::pwritev2;
    #[doc(alias = "pread")]
    pub use super::data::raw::{pread64, pread64_uninit};
    pub use super::dir::raw::getdents64;
    pub use super::link::raw::{readlinkat, renameat2, unlinkat};
    #[doc(alias = "F_OFD_GETLK")]
    pub use super::lock::raw::fcntl_ofd_getlk;
    #[doc(alias = "F_OFD_SETLK")]
    pub use super::lock::raw::fcntl_ofd_setlk;
    #[doc(alias = "F_OFD_SETLKW")]
    pub use super::lock::raw::fcntl_ofd_setlkw;
    pub use super::lock::raw::flock;
    pub use super::open::raw::{openat, openat2};
    #[doc(alias = "posix_fallocate")]
    pub use super::range::raw::fallocate;
    pub use super::range::raw::{ftruncate, lseek};
    pub use super::stat::raw::{fstat, fstatfs, statfs, statx};
    #[doc(alias = "posix_fadvise")]
    pub use super::sync::raw::fadvise64;
    pub use super::sync::raw::{fdatasync, fsync, sync, sync_file_range, syncfs};
    pub use super::times::raw::utimensat;
    #[doc(alias = "futimens")]
    pub use super::times::raw::utimensat_fd;
    pub use super::xattr::at::raw::{getxattrat, listxattrat, removexattrat, setxattrat};
    pub use super::xattr::read::raw::{fgetxattr, flistxattr};
    pub use super::xattr::read::raw::{getxattr, lgetxattr, listxattr, llistxattr};
    pub use super::xattr::write::raw::{fremovexattr, lremovexattr, removexattr};
    pub use super::xattr::write::raw::{fsetxattr, lsetxattr, setxattr};
}
