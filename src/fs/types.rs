//! Flags, permissions and directory arguments that several calls on files share.

use crate::arch::abi;
use crate::fd::{AsFd, AsRawFd, RawFd};

const AT_FDCWD: RawFd = -100;

flags! {
    /// Flags of [`openat`](super::openat) and [`openat2`](super::openat2): the access mode, and the
    /// creation and status flags; [open(2)].
    ///
    /// The access mode is one of `RDONLY`, `WRONLY` and `RDWR`, which are values of the two lowest
    /// bits (`O_ACCMODE`), not single bits: `RDONLY` is 0, and `WRONLY | RDWR` is not `RDWR`.
    ///
    /// [open(2)]: https://man7.org/linux/man-pages/man2/open.2.html
    #[doc(alias = "O_ACCMODE")]
    pub struct OFlags: u32 {
        "O_RDONLY" RDONLY = 0, "open for reading.";
        "O_WRONLY" WRONLY = 1, "open for writing.";
        "O_RDWR" RDWR = 2, "open for reading and writing.";
        "O_CREAT" CREATE = 0x40, "create the file if it does not exist.";
        "O_EXCL" EXCL = 0x80, "with `CREATE`, fail with `EEXIST` if the file exists.";
        "O_NOCTTY" NOCTTY = 0x100, "do not make a terminal the controlling terminal.";
        "O_TRUNC" TRUNC = 0x200, "truncate a regular file to length 0.";
        "O_APPEND" APPEND = 0x400, "writes append to the end of the file.";
        "O_NONBLOCK" NONBLOCK = 0x800, "do not wait, neither for the open nor for later reads \
            and writes.";
        "O_DSYNC" DSYNC = 0x1000, "a write returns when its data is on the device.";
        "O_ASYNC" ASYNC = 0x2000, "the kernel sends a signal when the file becomes ready.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "direct I/O.";
        "O_LARGEFILE" LARGEFILE = abi::O_LARGEFILE, "file offsets have 64 bits. The kernel sets \
            this flag.";
        "O_DIRECTORY" DIRECTORY = abi::O_DIRECTORY, "fail with `ENOTDIR` if the file is not a \
            directory.";
        "O_NOFOLLOW" NOFOLLOW = abi::O_NOFOLLOW, "fail with `ELOOP` if the file is a symbolic \
            link.";
        "O_NOATIME" NOATIME = 0x4_0000, "reads do not update the access time of the file.";
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "close the descriptor when a program is executed.";
        "O_SYNC" SYNC = 0x10_1000, "a write returns when its data and the metadata of the file \
            are on the device.";
        "O_PATH" PATH = 0x20_0000, "a path-only descriptor, not open for reading or writing.";
        "O_TMPFILE" TMPFILE = 0x40_0000 | abi::O_DIRECTORY, "create an unnamed temporary file in \
            the directory.";
    }
}

flags! {
    /// Permissions of a file, and the set-user-ID, set-group-ID and sticky bits; [inode(7)].
    ///
    /// ```
    /// use butter::fs::Mode;
    ///
    /// let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH;
    /// assert_eq!(mode, Mode::from_raw_mode(0o644));
    /// ```
    ///
    /// [inode(7)]: https://man7.org/linux/man-pages/man7/inode.7.html
    #[doc(alias = "mode_t")]
    pub struct Mode: u32 {
        "S_ISUID" SUID = 0o4000, "set the user ID on execution.";
        "S_ISGID" SGID = 0o2000, "set the group ID on execution; for a directory, new files \
            inherit the group of the directory.";
        "S_ISVTX" SVTX = 0o1000, "the sticky bit: only the owner of a file, the owner of the \
            directory and root may delete or rename a file in the directory.";
        "S_IRWXU" RWXU = 0o700, "the owner may read, write and execute.";
        "S_IRUSR" RUSR = 0o400, "the owner may read.";
        "S_IWUSR" WUSR = 0o200, "the owner may write.";
        "S_IXUSR" XUSR = 0o100, "the owner may execute the file, or search the directory.";
        "S_IRWXG" RWXG = 0o070, "the group may read, write and execute.";
        "S_IRGRP" RGRP = 0o040, "the group may read.";
        "S_IWGRP" WGRP = 0o020, "the group may write.";
        "S_IXGRP" XGRP = 0o010, "the group may execute the file, or search the directory.";
        "S_IRWXO" RWXO = 0o007, "others may read, write and execute.";
        "S_IROTH" ROTH = 0o004, "others may read.";
        "S_IWOTH" WOTH = 0o002, "others may write.";
        "S_IXOTH" XOTH = 0o001, "others may execute the file, or search the directory.";
    }
}

impl Mode {
    /// Returns the permissions in the mode of a file (`st_mode`). The type of the file in the mode
    /// is ignored.
    #[inline]
    #[must_use]
    pub const fn from_raw_mode(mode: u32) -> Self {
        Self::from_bits_retain(mode & 0o7777)
    }

    /// Returns the bits of the permissions in the mode of a file, without the type of the file.
    #[inline]
    #[must_use]
    pub const fn as_raw_mode(self) -> u32 {
        self.bits() & 0o7777
    }
}

flags! {
    /// Flags of the calls that look up a path relative to a directory. Each call documents the
    /// flags that it accepts. `EACCESS` and `REMOVEDIR` have the same value, which different calls
    /// interpret differently, and which `Display` prints as `EACCESS`.
    pub struct AtFlags: u32 {
        "AT_SYMLINK_NOFOLLOW" SYMLINK_NOFOLLOW = 0x100, "do not follow a symbolic link in the \
            last component of the path.";
        "AT_EACCESS" EACCESS = 0x200, "check access with the effective IDs (`faccessat2`).";
        "AT_REMOVEDIR" REMOVEDIR = 0x200, "remove a directory (`unlinkat`).";
        "AT_SYMLINK_FOLLOW" SYMLINK_FOLLOW = 0x400, "follow a symbolic link in the last component \
            of the path (`linkat`).";
        "AT_NO_AUTOMOUNT" NO_AUTOMOUNT = 0x800, "do not trigger an automount in the last \
            component of the path.";
        "AT_EMPTY_PATH" EMPTY_PATH = 0x1000, "if the path is empty, operate on the directory \
            descriptor itself, which can refer to any file.";
        "AT_STATX_SYNC_AS_STAT" STATX_SYNC_AS_STAT = 0, "synchronize the status of a remote file \
            with its server as `stat` does (`statx`).";
        "AT_STATX_FORCE_SYNC" STATX_FORCE_SYNC = 0x2000, "synchronize the status of a remote file \
            with its server, which can require that data is written back (`statx`).";
        "AT_STATX_DONT_SYNC" STATX_DONT_SYNC = 0x4000, "return the status of a remote file that \
            the kernel has cached, if possible, which can be out of date (`statx`).";
    }
}

/// The working directory, as the directory argument of a call: `AT_FDCWD`.
#[doc(alias = "AT_FDCWD")]
#[derive(Clone, Copy, Debug)]
pub struct Cwd;

/// The working directory: a relative path is resolved from it.
#[doc(alias = "AT_FDCWD")]
pub const CWD: Cwd = Cwd;

/// An invalid directory, as the directory argument of a call that requires an absolute path.
#[derive(Clone, Copy, Debug)]
pub struct Abs;

/// No directory: an absolute path does not need a directory, and a call with a relative path fails
/// with `EBADF`.
pub const ABS: Abs = Abs;

/// A directory argument: a descriptor, [`CWD`] or [`ABS`]. The trait is sealed.
///
/// A descriptor is any type that implements [`AsFd`], or a reference to it: pass `&directory` to
/// keep the directory open after the call. The descriptor can be a path-only (`O_PATH`) descriptor,
/// and is not used if the path is absolute.
///
/// ```
/// use butter::fs::{self, ABS, CWD, Mode, OFlags};
///
/// # fn main() -> butter::Result<()> {
/// let flags = OFlags::PATH | OFlags::DIRECTORY;
/// let proc = fs::openat(CWD, "/proc", flags, Mode::empty())?;
/// fs::openat(&proc, "self", flags, Mode::empty())?;
/// fs::openat(ABS, "/proc/self", flags, Mode::empty())?;
/// # Ok(())
/// # }
/// ```
pub trait DirectoryArg: sealed::DirectoryNumber {}

pub(crate) mod sealed {
    use super::RawFd;

    /// Returns the number that is passed to the kernel.
    pub trait DirectoryNumber {
        fn directory_number(&self) -> RawFd;
    }
}

use sealed::DirectoryNumber;

impl<T: AsFd> DirectoryArg for T {}
impl<T: AsFd> DirectoryNumber for T {
    #[inline(always)]
    fn directory_number(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl DirectoryArg for Cwd {}
impl DirectoryNumber for Cwd {
    #[inline(always)]
    fn directory_number(&self) -> RawFd {
        AT_FDCWD
    }
}

impl DirectoryArg for Abs {}
impl DirectoryNumber for Abs {
    #[inline(always)]
    fn directory_number(&self) -> RawFd {
        // `-EBADF`, which is not a valid descriptor and not `AT_FDCWD`.
        -9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_parse_c_names_and_print_the_names_of_the_constants() {
        assert_eq!("O_RDWR | O_CREAT".parse(), Ok(OFlags::RDWR | OFlags::CREATE));
        assert_eq!((OFlags::RDWR | OFlags::CREATE).to_string(), "RDWR | CREATE");
        assert_eq!("S_IRUSR | S_ISUID".parse(), Ok(Mode::from_bits_retain(0o4400)));
        assert_eq!("AT_REMOVEDIR".parse(), Ok(AtFlags::EACCESS));
        assert_eq!(AtFlags::REMOVEDIR.to_string(), "EACCESS");
    }

    #[test]
    fn mode_from_raw_mode_and_as_raw_mode_ignore_the_file_type() {
        for (mode, permissions) in [(0, 0), (0o10_0644, 0o644), (u32::MAX, 0o7777)] {
            assert_eq!(Mode::from_raw_mode(mode), Mode::from_bits_retain(permissions));
            assert_eq!(Mode::from_bits_retain(mode).as_raw_mode(), permissions);
        }
    }

    #[test]
    fn directory_number_is_the_descriptor_or_a_constant() {
        assert_eq!((CWD.directory_number(), ABS.directory_number()), (-100, -9));
        // SAFETY: the descriptor is not used.
        let fd = unsafe { crate::fd::BorrowedFd::borrow_raw(7) };
        assert_eq!(fd.directory_number(), 7);
    }
}
