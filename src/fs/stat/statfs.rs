//! The status of a file system, as `statfs` and `fstatfs` return it.

use core::fmt;

flags! {
    /// Flags of a mount and of its file system, as `statfs` reports them.
    ///
    /// [`mount::flags`](crate::mount::flags) returns these flags as the flags of `mount`.
    pub struct StatFsFlags: u64 {
        "ST_RDONLY" RDONLY = 0x1, "the mount or the file system is read-only.";
        "ST_NOSUID" NOSUID = 0x2, "set-user-ID and set-group-ID bits and file capabilities are \
            ignored.";
        "ST_NODEV" NODEV = 0x4, "device files cannot be opened.";
        "ST_NOEXEC" NOEXEC = 0x8, "programs cannot be executed.";
        "ST_SYNCHRONOUS" SYNCHRONOUS = 0x10, "writes return only after the data has been stored.";
        "ST_VALID" VALID = 0x20, "the kernel reports flags. Since Linux 2.6.36, this flag is always \
            set.";
        "ST_MANDLOCK" MANDLOCK = 0x40, "the file system permits mandatory locks. Without effect \
            since Linux 5.15.";
        "ST_NOATIME" NOATIME = 0x400, "reads do not update access times.";
        "ST_NODIRATIME" NODIRATIME = 0x800, "reads do not update the access times of directories.";
        "ST_RELATIME" RELATIME = 0x1000, "a read updates the access time only after a \
            modification, or if the access time is at least a day old.";
        "ST_NOSYMFOLLOW" NOSYMFOLLOW = 0x2000, "symbolic links are not followed. Since Linux 5.10.";
    }
}

/// `struct statfs`: information about a file system.
///
/// A file system that does not have a value, such as the number of blocks of a pseudo-file system,
/// reports 0.
#[derive(Clone, Copy)]
#[doc(alias = "statfs")]
#[doc(alias = "statvfs")]
#[non_exhaustive]
#[repr(C)]
pub struct StatFs {
    /// The type of the file system, such as 0x0102_1994 for a tmpfs (`TMPFS_MAGIC`; see
    /// `linux/magic.h`).
    #[doc(alias = "f_type")]
    pub fs_type: i64,
    /// The block size in bytes for efficient I/O; for a hugetlbfs, the size of a huge page.
    #[doc(alias = "f_bsize")]
    pub block_size: u64,
    /// The number of blocks of `fragment_size` bytes.
    #[doc(alias = "f_blocks")]
    pub blocks: u64,
    /// The number of free blocks.
    #[doc(alias = "f_bfree")]
    pub blocks_free: u64,
    /// The number of free blocks that are available to unprivileged users.
    #[doc(alias = "f_bavail")]
    pub blocks_available: u64,
    /// The number of inodes.
    #[doc(alias = "f_files")]
    pub files: u64,
    /// The number of free inodes.
    #[doc(alias = "f_ffree")]
    pub files_free: u64,
    /// The ID of the file system, which most file systems derive from their device or UUID. The
    /// same ID is part of fanotify events with file handles.
    #[doc(alias = "f_fsid")]
    pub fsid: [i32; 2],
    /// The maximum length in bytes of a file name, in the unit of the file system. Names can be
    /// longer in bytes if the file system stores them in another encoding.
    #[doc(alias = "f_namelen")]
    #[doc(alias = "f_namemax")]
    pub name_max: u64,
    /// The unit of the numbers of blocks in bytes. For most file systems, it is equal to
    /// `block_size`.
    #[doc(alias = "f_frsize")]
    pub fragment_size: u64,
    /// The flags of the mount and of the file system.
    #[doc(alias = "f_flags")]
    #[doc(alias = "f_flag")]
    pub flags: StatFsFlags,
    spare: [u64; 4],
}

layout! {
    StatFs: size 120, align 8, fs_type at 0, block_size at 8, blocks at 16, blocks_free at 24,
    blocks_available at 32, files at 40, files_free at 48, fsid at 56, name_max at 64,
    fragment_size at 72, flags at 80, spare at 88
}

impl fmt::Debug for StatFs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatFs")
            .field("fs_type", &format_args!("{:#x}", self.fs_type))
            .field("block_size", &self.block_size)
            .field("blocks", &self.blocks)
            .field("blocks_free", &self.blocks_free)
            .field("blocks_available", &self.blocks_available)
            .field("files", &self.files)
            .field("files_free", &self.files_free)
            .field("fsid", &self.fsid)
            .field("name_max", &self.name_max)
            .field("fragment_size", &self.fragment_size)
            .field("flags", &self.flags)
            .finish()
    }
}
