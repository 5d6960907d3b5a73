//! The status of a file, as `fstat` returns it.

use core::fmt;

use super::{Dev, FileType};
use crate::arch::abi;
use crate::fs::Mode;
use crate::ids::{Gid, Uid};
use crate::time::Timespec;

/// `struct stat`: the status of a file.
#[derive(Clone, Copy)]
#[doc(alias = "stat")]
#[repr(transparent)]
pub struct Stat(abi::Stat);

impl Stat {
    /// Returns the device that contains the file.
    #[doc(alias = "st_dev")]
    #[inline]
    #[must_use]
    pub const fn dev(&self) -> Dev {
        Dev::from_raw(self.0.dev)
    }

    /// Returns the inode number. The device and the inode number together identify the file while
    /// the file exists.
    #[doc(alias = "st_ino")]
    #[inline]
    #[must_use]
    pub const fn ino(&self) -> u64 {
        self.0.ino
    }

    /// Returns the type of the file.
    #[doc(alias = "st_mode")]
    #[doc(alias = "S_IFMT")]
    #[inline]
    #[must_use]
    pub const fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.0.mode)
    }

    /// Returns the permissions, and the set-user-ID, set-group-ID and sticky bits.
    #[doc(alias = "st_mode")]
    #[inline]
    #[must_use]
    pub const fn mode(&self) -> Mode {
        Mode::from_raw_mode(self.0.mode)
    }

    /// Returns the number of hard links.
    #[doc(alias = "st_nlink")]
    #[inline]
    #[must_use]
    pub const fn nlink(&self) -> u64 {
        self.0.nlink()
    }

    /// Returns the owner.
    #[doc(alias = "st_uid")]
    #[inline]
    #[must_use]
    pub const fn uid(&self) -> Uid {
        Uid::from_raw(self.0.uid)
    }

    /// Returns the group.
    #[doc(alias = "st_gid")]
    #[inline]
    #[must_use]
    pub const fn gid(&self) -> Gid {
        Gid::from_raw(self.0.gid)
    }

    /// Returns the device that a device file represents, and 0:0 for another file.
    #[doc(alias = "st_rdev")]
    #[inline]
    #[must_use]
    pub const fn rdev(&self) -> Dev {
        Dev::from_raw(self.0.rdev)
    }

    /// Returns the size in bytes: for a symbolic link, the length of the target; for a block
    /// device, 0.
    #[doc(alias = "st_size")]
    #[inline]
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.0.size.cast_unsigned()
    }

    /// Returns the block size in bytes for efficient I/O.
    #[doc(alias = "st_blksize")]
    #[inline]
    #[must_use]
    pub const fn block_size(&self) -> u64 {
        self.0.block_size().cast_unsigned()
    }

    /// Returns the number of 512-byte blocks that are allocated to the file. A file with holes has
    /// fewer blocks than its size requires.
    #[doc(alias = "st_blocks")]
    #[inline]
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.0.blocks.cast_unsigned()
    }

    /// Returns the time of the last access.
    #[doc(alias = "st_atime")]
    #[doc(alias = "st_atim")]
    #[inline]
    #[must_use]
    pub const fn atime(&self) -> Timespec {
        Timespec { seconds: self.0.atime, nanoseconds: self.0.atime_nsec }
    }

    /// Returns the time of the last modification of the contents.
    #[doc(alias = "st_mtime")]
    #[doc(alias = "st_mtim")]
    #[inline]
    #[must_use]
    pub const fn mtime(&self) -> Timespec {
        Timespec { seconds: self.0.mtime, nanoseconds: self.0.mtime_nsec }
    }

    /// Returns the time of the last change of the status, such as the owner or the permissions. A
    /// modification of the contents is also a change of the status.
    #[doc(alias = "st_ctime")]
    #[doc(alias = "st_ctim")]
    #[inline]
    #[must_use]
    pub const fn ctime(&self) -> Timespec {
        Timespec { seconds: self.0.ctime, nanoseconds: self.0.ctime_nsec }
    }
}

impl fmt::Debug for Stat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stat")
            .field("dev", &self.dev())
            .field("ino", &self.ino())
            .field("file_type", &self.file_type())
            .field("mode", &self.mode())
            .field("nlink", &self.nlink())
            .field("uid", &self.uid())
            .field("gid", &self.gid())
            .field("rdev", &self.rdev())
            .field("size", &self.size())
            .field("block_size", &self.block_size())
            .field("blocks", &self.blocks())
            .field("atime", &self.atime())
            .field("mtime", &self.mtime())
            .field("ctime", &self.ctime())
            .finish()
    }
}
