//! The types of files, as a directory contains them.

const DT_FIFO: u8 = 1;
const DT_CHR: u8 = 2;
const DT_DIR: u8 = 4;
const DT_BLK: u8 = 6;
const DT_REG: u8 = 8;
const DT_LNK: u8 = 10;
const DT_SOCK: u8 = 12;
const DT_WHT: u8 = 14;

/// The type of the file to which a directory entry refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntryType {
    /// `DT_FIFO` - a named pipe.
    #[doc(alias = "DT_FIFO")]
    Fifo,
    /// `DT_CHR` - a character device.
    #[doc(alias = "DT_CHR")]
    CharacterDevice,
    /// `DT_DIR` - a directory.
    #[doc(alias = "DT_DIR")]
    Directory,
    /// `DT_BLK` - a block device.
    #[doc(alias = "DT_BLK")]
    BlockDevice,
    /// `DT_REG` - a regular file.
    #[doc(alias = "DT_REG")]
    RegularFile,
    /// `DT_LNK` - a symbolic link.
    #[doc(alias = "DT_LNK")]
    Symlink,
    /// `DT_SOCK` - a UNIX domain socket.
    #[doc(alias = "DT_SOCK")]
    Socket,
    /// `DT_WHT` - a whiteout, which hides a file of a lower layer. The kernel's own file systems
    /// represent a whiteout by a character device instead; a FUSE server can return this type.
    #[doc(alias = "DT_WHT")]
    Whiteout,
}

impl EntryType {
    /// Converts the field `d_type` of a directory entry. Returns `None` for `DT_UNKNOWN` and for
    /// values that the kernel does not define.
    pub(super) const fn from_d_type(d_type: u8) -> Option<Self> {
        Some(match d_type {
            DT_FIFO => Self::Fifo,
            DT_CHR => Self::CharacterDevice,
            DT_DIR => Self::Directory,
            DT_BLK => Self::BlockDevice,
            DT_REG => Self::RegularFile,
            DT_LNK => Self::Symlink,
            DT_SOCK => Self::Socket,
            DT_WHT => Self::Whiteout,
            _ => return None,
        })
    }
}
