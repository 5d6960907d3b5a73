//! File types and device numbers.

use core::fmt;

const S_IFMT: u32 = 0o17_0000;
const S_IFIFO: u32 = 0o1_0000;
const S_IFCHR: u32 = 0o2_0000;
const S_IFDIR: u32 = 0o4_0000;
const S_IFBLK: u32 = 0o6_0000;
const S_IFREG: u32 = 0o10_0000;
const S_IFLNK: u32 = 0o12_0000;
const S_IFSOCK: u32 = 0o14_0000;

/// The type of a file: `S_IF*` in the mode of the file, and `DT_*` in a directory entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "S_IFMT")]
#[non_exhaustive]
pub enum FileType {
    /// A regular file.
    #[doc(alias = "S_IFREG")]
    #[doc(alias = "S_ISREG")]
    #[doc(alias = "DT_REG")]
    RegularFile,
    /// A directory.
    #[doc(alias = "S_IFDIR")]
    #[doc(alias = "S_ISDIR")]
    #[doc(alias = "DT_DIR")]
    Directory,
    /// A symbolic link.
    #[doc(alias = "S_IFLNK")]
    #[doc(alias = "S_ISLNK")]
    #[doc(alias = "DT_LNK")]
    Symlink,
    /// A pipe, with or without a name.
    #[doc(alias = "S_IFIFO")]
    #[doc(alias = "S_ISFIFO")]
    #[doc(alias = "DT_FIFO")]
    Fifo,
    /// A socket.
    #[doc(alias = "S_IFSOCK")]
    #[doc(alias = "S_ISSOCK")]
    #[doc(alias = "DT_SOCK")]
    Socket,
    /// A character device.
    #[doc(alias = "S_IFCHR")]
    #[doc(alias = "S_ISCHR")]
    #[doc(alias = "DT_CHR")]
    CharacterDevice,
    /// A block device.
    #[doc(alias = "S_IFBLK")]
    #[doc(alias = "S_ISBLK")]
    #[doc(alias = "DT_BLK")]
    BlockDevice,
    /// No type, or a type that this crate does not know. The kernel reports no type for files such
    /// as eventfds and epoll instances.
    #[doc(alias = "DT_UNKNOWN")]
    Unknown,
}

impl FileType {
    /// Returns the type of a file whose mode has these bits (`st_mode`). The permissions in the
    /// mode are ignored.
    #[inline]
    #[must_use]
    pub const fn from_raw_mode(mode: u32) -> Self {
        match mode & S_IFMT {
            S_IFREG => Self::RegularFile,
            S_IFDIR => Self::Directory,
            S_IFLNK => Self::Symlink,
            S_IFIFO => Self::Fifo,
            S_IFSOCK => Self::Socket,
            S_IFCHR => Self::CharacterDevice,
            S_IFBLK => Self::BlockDevice,
            _ => Self::Unknown,
        }
    }

    /// Returns the bits of the type in the mode of a file, without permissions, and 0 for
    /// [`Unknown`](Self::Unknown).
    #[inline]
    #[must_use]
    pub const fn as_raw_mode(self) -> u32 {
        match self {
            Self::RegularFile => S_IFREG,
            Self::Directory => S_IFDIR,
            Self::Symlink => S_IFLNK,
            Self::Fifo => S_IFIFO,
            Self::Socket => S_IFSOCK,
            Self::CharacterDevice => S_IFCHR,
            Self::BlockDevice => S_IFBLK,
            Self::Unknown => 0,
        }
    }
}

/// A device number, which consists of a major number (the driver) and a minor number (the device).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "dev_t")]
#[repr(transparent)]
pub struct Dev(u64);

impl Dev {
    /// Combines a major and a minor number. The kernel uses major numbers of 12 bits and minor
    /// numbers of 20 bits.
    #[doc(alias = "makedev")]
    #[inline]
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        let (major, minor) = (major as u64, minor as u64);
        Self(
            ((major & 0xFFFF_F000) << 32)
                | ((major & 0xFFF) << 8)
                | ((minor & 0xFFFF_FF00) << 12)
                | (minor & 0xFF),
        )
    }

    /// Returns the major number.
    #[inline]
    #[must_use]
    pub const fn major(self) -> u32 {
        (((self.0 >> 32) & 0xFFFF_F000) | ((self.0 >> 8) & 0xFFF)) as u32
    }

    /// Returns the minor number.
    #[inline]
    #[must_use]
    pub const fn minor(self) -> u32 {
        (((self.0 >> 12) & 0xFFFF_FF00) | (self.0 & 0xFF)) as u32
    }

    /// Creates a device number from the representation of `stat` and `mknod` (`dev_t`).
    #[inline]
    #[must_use]
    pub const fn from_raw(number: u64) -> Self {
        Self(number)
    }

    /// Returns the device number in the representation of `stat` and `mknod` (`dev_t`).
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> u64 {
        self.0
    }
}

/// Prints the major and the minor number as in `/proc/self/mountinfo`: `8:1`.
impl fmt::Display for Dev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.major(), self.minor())
    }
}

impl fmt::Debug for Dev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dev({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_type_from_raw_mode_ignores_permissions() {
        for file_type in [
            FileType::RegularFile,
            FileType::Directory,
            FileType::Symlink,
            FileType::Fifo,
            FileType::Socket,
            FileType::CharacterDevice,
            FileType::BlockDevice,
            FileType::Unknown,
        ] {
            for permissions in [0, 0o7777, 0o644] {
                let mode = file_type.as_raw_mode() | permissions;
                assert_eq!(FileType::from_raw_mode(mode), file_type, "{mode:o}");
            }
        }
        assert_eq!(FileType::from_raw_mode(0o17_0000), FileType::Unknown);
    }

    #[test]
    fn dev_major_and_minor_are_the_numbers_passed_to_new() {
        let numbers = [0, 1, 0xFF, 0x100, 0xFFF, 0x1000, 0xF_FFFF, 0x10_0000, u32::MAX];
        for (major, minor) in numbers.iter().flat_map(|&major| numbers.map(|minor| (major, minor)))
        {
            let dev = Dev::new(major, minor);
            assert_eq!((dev.major(), dev.minor()), (major, minor), "{:#x}", dev.as_raw());
            assert_eq!(Dev::from_raw(dev.as_raw()), dev);
        }
        // The encoding of the kernel: 12 bits of the major number between 8 and 12 bits of the
        // minor number.
        assert_eq!(Dev::new(0xABC, 0x1_2345).as_raw(), 0x123A_BC45);
        assert_eq!(format!("{0} {0:?}", Dev::new(8, 257)), "8:257 Dev(8:257)");
    }
}
