//! `fcntl`: the flags of a descriptor and of the open file behind it.

use crate::arch::abi;
use crate::error::{Call, Result};
use crate::fd::{AsFd, OwnedFd, RawFd};
use crate::syscall::syscall;

const F_GETFD: u32 = 1;
const F_SETFD: u32 = 2;
const F_GETFL: u32 = 3;
const F_SETFL: u32 = 4;
const F_DUPFD_CLOEXEC: u32 = 1030;

flags! {
    /// Flags of a descriptor, which a duplicate does not share.
    pub struct DescriptorFlags: u32 {
        "FD_CLOEXEC" CLOEXEC = 1, "`execve` closes the descriptor.";
    }
}

flags! {
    /// Flags of an open file, which every duplicate of its descriptor shares: what `open` was asked for.
    ///
    /// Five of them have another value on each processor. The access mode is not a set of flags:
    /// [`access`](Self::access) tells it.
    pub struct StatusFlags: u32 {
        "O_APPEND" APPEND = 0x400, "every write goes to the end of the file. Can be set later.";
        "O_NONBLOCK" NONBLOCK = 0x800, "what would have to wait fails with `EAGAIN`. Can be set later.";
        "O_DSYNC" DSYNC = 0x1000, "a write returns when its data is stored.";
        "O_ASYNC" ASYNC = 0x2000, "a signal comes when the file is ready. Can be set later.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "past the page cache; for a pipe, packets. Can be set later.";
        "O_LARGEFILE" LARGEFILE = abi::O_LARGEFILE, "offsets have 64 bits; the kernel sets it by itself.";
        "O_DIRECTORY" DIRECTORY = abi::O_DIRECTORY, "a directory, or nothing.";
        "O_NOFOLLOW" NOFOLLOW = abi::O_NOFOLLOW, "not through a symbolic link as the last part.";
        "O_NOATIME" NOATIME = 0x4_0000, "a read does not move the access time. Can be set later.";
        "O_SYNC" SYNC = 0x10_1000, "a write returns when its data and the file's attributes are stored.";
        "O_PATH" PATH = 0x20_0000, "a place in the file system, not an open file.";
        "O_TMPFILE" TMPFILE = 0x40_0000 | abi::O_DIRECTORY, "a file without a name.";
    }
}

/// What an open file may be used for: the two lowest bits of its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessMode {
    /// `O_RDONLY`.
    ReadOnly,
    /// `O_WRONLY`.
    WriteOnly,
    /// `O_RDWR`.
    ReadWrite,
    /// 3: neither, only for `ioctl`, as some drivers of devices take it.
    Neither,
}

impl AccessMode {
    /// The two bits.
    pub(crate) const fn bits(self) -> u32 {
        match self {
            Self::ReadOnly => 0,
            Self::WriteOnly => 1,
            Self::ReadWrite => 2,
            Self::Neither => 3,
        }
    }
}

impl StatusFlags {
    /// What the file may be used for.
    #[must_use]
    pub const fn access(self) -> AccessMode {
        match self.bits() & 3 {
            0 => AccessMode::ReadOnly,
            1 => AccessMode::WriteOnly,
            2 => AccessMode::ReadWrite,
            _ => AccessMode::Neither,
        }
    }
}

/// `fcntl(fd, F_GETFD)` - the flags of a descriptor.
///
/// # Errors
///
/// None of its own: the descriptor is open.
///
/// Since Linux 1.0; `F_GETFD`(2const).
#[inline]
pub fn fcntl_getfd(fd: impl AsFd) -> Result<DescriptorFlags> {
    // SAFETY: touches no memory.
    let flags = unsafe { syscall!(Call::FCNTL_GETFD, fcntl(fd.as_fd(), F_GETFD)) }.int()?;
    Ok(DescriptorFlags::from_bits_retain(flags.cast_unsigned()))
}

/// `fcntl(fd, F_SETFD, flags)` - sets the flags of a descriptor: without [`DescriptorFlags::CLOEXEC`] it is inherited
/// over `execve`.
///
/// # Errors
///
/// None of its own: the descriptor is open.
///
/// Since Linux 1.0; `F_SETFD`(2const).
#[inline]
pub fn fcntl_setfd(fd: impl AsFd, flags: DescriptorFlags) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_SETFD, fcntl(fd.as_fd(), F_SETFD, flags.bits())) }.unit()
}

/// `fcntl(fd, F_GETFL)` - the flags of the open file behind a descriptor.
///
/// # Errors
///
/// None of its own: the descriptor is open.
///
/// Since Linux 1.0; `F_GETFL`(2const).
#[inline]
pub fn fcntl_getfl(fd: impl AsFd) -> Result<StatusFlags> {
    // SAFETY: touches no memory.
    let flags = unsafe { syscall!(Call::FCNTL_GETFL, fcntl(fd.as_fd(), F_GETFL)) }.int()?;
    Ok(StatusFlags::from_bits_retain(flags.cast_unsigned()))
}

/// `fcntl(fd, F_SETFL, flags)` - sets the flags of the open file behind a descriptor, for all that share it.
///
/// The kernel takes `APPEND`, `ASYNC`, `DIRECT`, `NOATIME` and `NONBLOCK`, and leaves the others as they are.
///
/// # Errors
///
/// `EPERM` - `APPEND` cannot be cleared on this file, nor `NOATIME` set. `EINVAL` - the file system does not take
/// `DIRECT`. `EBADF` - the descriptor was opened with `O_PATH`.
///
/// Since Linux 1.0; `F_SETFL`(2const).
#[inline]
pub fn fcntl_setfl(fd: impl AsFd, flags: StatusFlags) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::FCNTL_SETFL, fcntl(fd.as_fd(), F_SETFL, flags.bits())) }.unit()
}

/// `fcntl(fd, F_DUPFD_CLOEXEC, lowest)` - duplicates a descriptor, to the first free number from `lowest` up, closed
/// by `execve`.
///
/// # Errors
///
/// `EINVAL` - `lowest` is negative or beyond the limit on descriptors. `EMFILE` - that limit is reached.
///
/// Since Linux 2.6.24; `F_DUPFD_CLOEXEC`(2const).
#[inline]
pub fn fcntl_dupfd_cloexec(fd: impl AsFd, lowest: RawFd) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::FCNTL_DUPFD_CLOEXEC, fcntl(fd.as_fd(), F_DUPFD_CLOEXEC, lowest)) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}
