//! The extended status of a file, as `statx` returns it.

use core::fmt;

use super::{Dev, FileType};
use crate::fs::Mode;
use crate::ids::{Gid, Uid};
use crate::time::Timespec;

flags! {
    /// Fields of [`Statx`]: the fields that a call of [`statx`](super::statx()) requests, and the
    /// fields that the kernel filled.
    ///
    /// Kernels ignore requests for fields that they do not know.
    pub struct StatxFlags: u32 {
        "STATX_TYPE" TYPE = 0x1, "the type of the file.";
        "STATX_MODE" MODE = 0x2, "the permissions.";
        "STATX_NLINK" NLINK = 0x4, "the number of hard links.";
        "STATX_UID" UID = 0x8, "the owner.";
        "STATX_GID" GID = 0x10, "the group.";
        "STATX_ATIME" ATIME = 0x20, "the time of the last access.";
        "STATX_MTIME" MTIME = 0x40, "the time of the last modification of the contents.";
        "STATX_CTIME" CTIME = 0x80, "the time of the last change of the status.";
        "STATX_INO" INO = 0x100, "the inode number.";
        "STATX_SIZE" SIZE = 0x200, "the size.";
        "STATX_BLOCKS" BLOCKS = 0x400, "the number of allocated blocks.";
        "STATX_BASIC_STATS" BASIC_STATS = 0x7FF, "all fields that `struct stat` also has.";
        "STATX_BTIME" BTIME = 0x800, "the time of the creation of the file.";
        "STATX_MNT_ID" MNT_ID = 0x1000, "the ID of the mount, which the kernel can reuse.";
        "STATX_DIOALIGN" DIOALIGN = 0x2000, "the alignment of direct I/O. Since Linux 6.1.";
        "STATX_MNT_ID_UNIQUE" MNT_ID_UNIQUE = 0x4000, "the unique ID of the mount. Since Linux 6.8.";
        "STATX_SUBVOL" SUBVOL = 0x8000, "the ID of the subvolume. Since Linux 6.10.";
        "STATX_WRITE_ATOMIC" WRITE_ATOMIC = 0x1_0000, "the limits of atomic writes. Since Linux \
            6.11.";
        "STATX_DIO_READ_ALIGN" DIO_READ_ALIGN = 0x2_0000, "the alignment of direct reads. Since \
            Linux 6.14.";
    }
}

flags! {
    /// Attributes of a file that [`Statx`] reports.
    pub struct StatxAttributes: u64 {
        "STATX_ATTR_COMPRESSED" COMPRESSED = 0x4, "the file system compresses the file.";
        "STATX_ATTR_IMMUTABLE" IMMUTABLE = 0x10, "the file cannot be modified, deleted or renamed, \
            and no link to it can be created.";
        "STATX_ATTR_APPEND" APPEND = 0x20, "writes can only append to the file.";
        "STATX_ATTR_NODUMP" NODUMP = 0x40, "backups of the file system omit the file.";
        "STATX_ATTR_ENCRYPTED" ENCRYPTED = 0x800, "the file system encrypts the file.";
        "STATX_ATTR_AUTOMOUNT" AUTOMOUNT = 0x1000, "the directory triggers an automount.";
        "STATX_ATTR_MOUNT_ROOT" MOUNT_ROOT = 0x2000, "the file is the root of a mount.";
        "STATX_ATTR_VERITY" VERITY = 0x10_0000, "the file cannot be written to, and the kernel \
            verifies all data that is read from it (fs-verity).";
        "STATX_ATTR_DAX" DAX = 0x20_0000, "accesses to the file bypass the page cache (DAX).";
        "STATX_ATTR_WRITE_ATOMIC" WRITE_ATOMIC = 0x40_0000, "the file supports atomic writes. Since \
            Linux 6.11.";
    }
}

/// `struct statx_timestamp`: a time of a file.
#[derive(Clone, Copy)]
#[repr(C)]
struct StatxTimestamp {
    seconds: i64,
    nanoseconds: u32,
    reserved: i32,
}

layout! { StatxTimestamp: size 16, align 8, seconds at 0, nanoseconds at 8 }

impl StatxTimestamp {
    const fn to_timespec(self) -> Timespec {
        Timespec { seconds: self.seconds, nanoseconds: self.nanoseconds as i64 }
    }
}

/// `struct statx`: the extended status of a file.
///
/// The methods return `None` for a field that the kernel did not fill, because it was not
/// requested, or because the kernel or the file system does not support the field.
#[derive(Clone, Copy)]
#[doc(alias = "statx")]
#[repr(C)]
pub struct Statx {
    mask: StatxFlags,
    block_size: u32,
    attributes: StatxAttributes,
    nlink: u32,
    uid: u32,
    gid: u32,
    mode: u16,
    spare0: u16,
    ino: u64,
    size: u64,
    blocks: u64,
    attributes_mask: StatxAttributes,
    atime: StatxTimestamp,
    btime: StatxTimestamp,
    ctime: StatxTimestamp,
    mtime: StatxTimestamp,
    rdev_major: u32,
    rdev_minor: u32,
    dev_major: u32,
    dev_minor: u32,
    mnt_id: u64,
    dio_mem_align: u32,
    dio_offset_align: u32,
    subvol: u64,
    atomic_write_unit_min: u32,
    atomic_write_unit_max: u32,
    atomic_write_segments_max: u32,
    dio_read_offset_align: u32,
    atomic_write_unit_max_opt: u32,
    spare2: u32,
    spare3: [u64; 8],
}

layout! {
    Statx: size 256, align 8, mask at 0, block_size at 4, attributes at 8, nlink at 16, uid at 20,
    gid at 24, mode at 28, ino at 32, size at 40, blocks at 48, attributes_mask at 56, atime at 64,
    btime at 80, ctime at 96, mtime at 112, rdev_major at 128, rdev_minor at 132, dev_major at 136,
    dev_minor at 140, mnt_id at 144, dio_mem_align at 152, dio_offset_align at 156, subvol at 160,
    atomic_write_unit_min at 168, atomic_write_unit_max at 172, atomic_write_segments_max at 176,
    dio_read_offset_align at 180, atomic_write_unit_max_opt at 184
}

impl Statx {
    /// Returns the set of fields that the kernel filled, which can contain more or fewer fields
    /// than requested.
    #[doc(alias = "stx_mask")]
    #[inline]
    #[must_use]
    pub const fn mask(&self) -> StatxFlags {
        self.mask
    }

    /// Returns the attributes of the file. An attribute that is not in
    /// [`attributes_mask`](Self::attributes_mask) is never set, because the kernel or the file
    /// system does not report it.
    #[doc(alias = "stx_attributes")]
    #[inline]
    #[must_use]
    pub const fn attributes(&self) -> StatxAttributes {
        self.attributes
    }

    /// Returns the attributes that the kernel and the file system report.
    #[doc(alias = "stx_attributes_mask")]
    #[inline]
    #[must_use]
    pub const fn attributes_mask(&self) -> StatxAttributes {
        self.attributes_mask
    }

    /// Returns the device that contains the file. The kernel always fills this field.
    #[doc(alias = "stx_dev_major")]
    #[inline]
    #[must_use]
    pub const fn dev(&self) -> Dev {
        Dev::new(self.dev_major, self.dev_minor)
    }

    /// Returns the device that a device file represents, and 0:0 for another file. The kernel
    /// always fills this field.
    #[doc(alias = "stx_rdev_major")]
    #[inline]
    #[must_use]
    pub const fn rdev(&self) -> Dev {
        Dev::new(self.rdev_major, self.rdev_minor)
    }

    /// Returns the block size in bytes for efficient I/O. The kernel always fills this field.
    #[doc(alias = "stx_blksize")]
    #[inline]
    #[must_use]
    pub const fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Returns the type of the file (`STATX_TYPE`).
    #[doc(alias = "stx_mode")]
    #[inline]
    #[must_use]
    pub const fn file_type(&self) -> Option<FileType> {
        if self.has(StatxFlags::TYPE) {
            Some(FileType::from_raw_mode(self.mode as u32))
        } else {
            None
        }
    }

    /// Returns the permissions, and the set-user-ID, set-group-ID and sticky bits (`STATX_MODE`).
    #[doc(alias = "stx_mode")]
    #[inline]
    #[must_use]
    pub const fn mode(&self) -> Option<Mode> {
        if self.has(StatxFlags::MODE) { Some(Mode::from_raw_mode(self.mode as u32)) } else { None }
    }

    /// Returns the number of hard links (`STATX_NLINK`).
    #[doc(alias = "stx_nlink")]
    #[inline]
    #[must_use]
    pub const fn nlink(&self) -> Option<u32> {
        if self.has(StatxFlags::NLINK) { Some(self.nlink) } else { None }
    }

    /// Returns the owner (`STATX_UID`).
    #[doc(alias = "stx_uid")]
    #[inline]
    #[must_use]
    pub const fn uid(&self) -> Option<Uid> {
        if self.has(StatxFlags::UID) { Some(Uid::from_raw(self.uid)) } else { None }
    }

    /// Returns the group (`STATX_GID`).
    #[doc(alias = "stx_gid")]
    #[inline]
    #[must_use]
    pub const fn gid(&self) -> Option<Gid> {
        if self.has(StatxFlags::GID) { Some(Gid::from_raw(self.gid)) } else { None }
    }

    /// Returns the time of the last access (`STATX_ATIME`).
    #[doc(alias = "stx_atime")]
    #[inline]
    #[must_use]
    pub const fn atime(&self) -> Option<Timespec> {
        if self.has(StatxFlags::ATIME) { Some(self.atime.to_timespec()) } else { None }
    }

    /// Returns the time of the last modification of the contents (`STATX_MTIME`).
    #[doc(alias = "stx_mtime")]
    #[inline]
    #[must_use]
    pub const fn mtime(&self) -> Option<Timespec> {
        if self.has(StatxFlags::MTIME) { Some(self.mtime.to_timespec()) } else { None }
    }

    /// Returns the time of the last change of the status, such as the owner or the permissions
    /// (`STATX_CTIME`). A modification of the contents is also a change of the status.
    #[doc(alias = "stx_ctime")]
    #[inline]
    #[must_use]
    pub const fn ctime(&self) -> Option<Timespec> {
        if self.has(StatxFlags::CTIME) { Some(self.ctime.to_timespec()) } else { None }
    }

    /// Returns the time of the creation of the file (`STATX_BTIME`).
    #[doc(alias = "stx_btime")]
    #[inline]
    #[must_use]
    pub const fn btime(&self) -> Option<Timespec> {
        if self.has(StatxFlags::BTIME) { Some(self.btime.to_timespec()) } else { None }
    }

    /// Returns the inode number (`STATX_INO`). The device and the inode number together identify
    /// the file while the file exists.
    #[doc(alias = "stx_ino")]
    #[inline]
    #[must_use]
    pub const fn ino(&self) -> Option<u64> {
        if self.has(StatxFlags::INO) { Some(self.ino) } else { None }
    }

    /// Returns the size in bytes (`STATX_SIZE`): for a symbolic link, the length of the target; for
    /// a block device, 0.
    #[doc(alias = "stx_size")]
    #[inline]
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        if self.has(StatxFlags::SIZE) { Some(self.size) } else { None }
    }

    /// Returns the number of 512-byte blocks that are allocated to the file (`STATX_BLOCKS`). A
    /// file with holes has fewer blocks than its size requires.
    #[doc(alias = "stx_blocks")]
    #[inline]
    #[must_use]
    pub const fn blocks(&self) -> Option<u64> {
        if self.has(StatxFlags::BLOCKS) { Some(self.blocks) } else { None }
    }

    /// Returns the ID of the mount that contains the file, as in `/proc/self/mountinfo`
    /// (`STATX_MNT_ID`). The kernel reuses the IDs of unmounted mounts. If
    /// [`MNT_ID_UNIQUE`](StatxFlags::MNT_ID_UNIQUE) is requested, newer kernels return
    /// [`mnt_id_unique`](Self::mnt_id_unique) instead.
    #[doc(alias = "stx_mnt_id")]
    #[inline]
    #[must_use]
    pub const fn mnt_id(&self) -> Option<u64> {
        // Both IDs use the same field, and the kernel sets the bit of only one of them.
        if self.has(StatxFlags::MNT_ID) && !self.has(StatxFlags::MNT_ID_UNIQUE) {
            Some(self.mnt_id)
        } else {
            None
        }
    }

    /// Returns the unique ID of the mount that contains the file, which the kernel never reuses
    /// (`STATX_MNT_ID_UNIQUE`). Since Linux 6.8.
    #[doc(alias = "stx_mnt_id")]
    #[inline]
    #[must_use]
    pub const fn mnt_id_unique(&self) -> Option<u64> {
        if self.has(StatxFlags::MNT_ID_UNIQUE) { Some(self.mnt_id) } else { None }
    }

    /// Returns the alignment in bytes that direct I/O requires of buffers in memory, which is 0 if
    /// the file does not support direct I/O (`STATX_DIOALIGN`). Since Linux 6.1.
    #[doc(alias = "stx_dio_mem_align")]
    #[inline]
    #[must_use]
    pub const fn dio_mem_align(&self) -> Option<u32> {
        if self.has(StatxFlags::DIOALIGN) { Some(self.dio_mem_align) } else { None }
    }

    /// Returns the alignment in bytes that direct I/O requires of file offsets and lengths, which
    /// is 0 if the file does not support direct I/O (`STATX_DIOALIGN`). Since Linux 6.1.
    #[doc(alias = "stx_dio_offset_align")]
    #[inline]
    #[must_use]
    pub const fn dio_offset_align(&self) -> Option<u32> {
        if self.has(StatxFlags::DIOALIGN) { Some(self.dio_offset_align) } else { None }
    }

    /// Returns the alignment in bytes that direct reads require of file offsets and lengths, which
    /// is 0 if it is equal to [`dio_offset_align`](Self::dio_offset_align)
    /// (`STATX_DIO_READ_ALIGN`). Since Linux 6.14.
    #[doc(alias = "stx_dio_read_offset_align")]
    #[inline]
    #[must_use]
    pub const fn dio_read_offset_align(&self) -> Option<u32> {
        if self.has(StatxFlags::DIO_READ_ALIGN) { Some(self.dio_read_offset_align) } else { None }
    }

    /// Returns the ID of the subvolume that contains the file (`STATX_SUBVOL`). Since Linux 6.10.
    #[doc(alias = "stx_subvol")]
    #[inline]
    #[must_use]
    pub const fn subvol(&self) -> Option<u64> {
        if self.has(StatxFlags::SUBVOL) { Some(self.subvol) } else { None }
    }

    /// Returns the minimum size in bytes of an atomic write (`RWF_ATOMIC`), which is 0 if the file
    /// does not support atomic writes (`STATX_WRITE_ATOMIC`). Since Linux 6.11.
    #[doc(alias = "stx_atomic_write_unit_min")]
    #[inline]
    #[must_use]
    pub const fn atomic_write_unit_min(&self) -> Option<u32> {
        if self.has(StatxFlags::WRITE_ATOMIC) { Some(self.atomic_write_unit_min) } else { None }
    }

    /// Returns the maximum size in bytes of an atomic write, which is 0 if the file does not
    /// support atomic writes (`STATX_WRITE_ATOMIC`). Since Linux 6.11.
    #[doc(alias = "stx_atomic_write_unit_max")]
    #[inline]
    #[must_use]
    pub const fn atomic_write_unit_max(&self) -> Option<u32> {
        if self.has(StatxFlags::WRITE_ATOMIC) { Some(self.atomic_write_unit_max) } else { None }
    }

    /// Returns the maximum number of buffers (`struct iovec`) of an atomic write, which is 0 if the
    /// file does not support atomic writes (`STATX_WRITE_ATOMIC`). Since Linux 6.11.
    #[doc(alias = "stx_atomic_write_segments_max")]
    #[inline]
    #[must_use]
    pub const fn atomic_write_segments_max(&self) -> Option<u32> {
        if self.has(StatxFlags::WRITE_ATOMIC) { Some(self.atomic_write_segments_max) } else { None }
    }

    /// Returns the maximum size in bytes of an atomic write that is not slower than other writes
    /// (`STATX_WRITE_ATOMIC`). Returns `None` if the kernel reports no such limit besides
    /// [`atomic_write_unit_max`](Self::atomic_write_unit_max). Since Linux 6.16.
    #[doc(alias = "stx_atomic_write_unit_max_opt")]
    #[inline]
    #[must_use]
    pub const fn atomic_write_unit_max_opt(&self) -> Option<u32> {
        // This field has no bit in the mask. Kernels before 6.16 write 0.
        match self.atomic_write_unit_max_opt {
            0 => None,
            size if self.has(StatxFlags::WRITE_ATOMIC) => Some(size),
            _ => None,
        }
    }

    const fn has(&self, field: StatxFlags) -> bool {
        self.mask.contains(field)
    }
}

impl fmt::Debug for Statx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statx")
            .field("mask", &self.mask())
            .field("attributes", &self.attributes())
            .field("attributes_mask", &self.attributes_mask())
            .field("dev", &self.dev())
            .field("rdev", &self.rdev())
            .field("block_size", &self.block_size())
            .field("file_type", &self.file_type())
            .field("mode", &self.mode())
            .field("nlink", &self.nlink())
            .field("uid", &self.uid())
            .field("gid", &self.gid())
            .field("atime", &self.atime())
            .field("mtime", &self.mtime())
            .field("ctime", &self.ctime())
            .field("btime", &self.btime())
            .field("ino", &self.ino())
            .field("size", &self.size())
            .field("blocks", &self.blocks())
            .field("mnt_id", &self.mnt_id())
            .field("mnt_id_unique", &self.mnt_id_unique())
            .field("dio_mem_align", &self.dio_mem_align())
            .field("dio_offset_align", &self.dio_offset_align())
            .field("dio_read_offset_align", &self.dio_read_offset_align())
            .field("subvol", &self.subvol())
            .field("atomic_write_unit_min", &self.atomic_write_unit_min())
            .field("atomic_write_unit_max", &self.atomic_write_unit_max())
            .field("atomic_write_segments_max", &self.atomic_write_segments_max())
            .field("atomic_write_unit_max_opt", &self.atomic_write_unit_max_opt())
            .finish()
    }
}
