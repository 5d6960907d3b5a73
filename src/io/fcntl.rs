//! `fcntl` and `dup3`: the flags of a descriptor and of its open file description, and duplicates.

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
    /// Flags of [`dup3`].
    pub struct DupFlags: u32 {
        "O_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the duplicate.";
    }
}

flags! {
    /// Flags of a descriptor. Each duplicate of a descriptor has separate flags.
    pub struct DescriptorFlags: u32 {
        "FD_CLOEXEC" CLOEXEC = 1, "`execve` closes the descriptor.";
    }
}

flags! {
    /// Status flags of an open file description. All duplicates of a descriptor share its status
    /// flags.
    ///
    /// `DIRECT`, `LARGEFILE`, `DIRECTORY`, `NOFOLLOW` and `TMPFILE` have different values on x86_64
    /// and aarch64. The access mode is not a set of flags: see [`access`](Self::access).
    pub struct StatusFlags: u32 {
        "O_APPEND" APPEND = 0x400, "writes append to the end of the file. `F_SETFL` can \
            change this flag.";
        "O_NONBLOCK" NONBLOCK = 0x800, "reads, writes and other operations that would \
            block fail with `EAGAIN`. `F_SETFL` can change this flag.";
        "O_DSYNC" DSYNC = 0x1000, "a write returns when its data is on the device.";
        "O_ASYNC" ASYNC = 0x2000, "the kernel sends a signal when the file becomes ready. \
            `F_SETFL` can change this flag.";
        "O_DIRECT" DIRECT = abi::O_DIRECT, "direct I/O for a file, packet mode for a pipe. \
            `F_SETFL` can change this flag.";
        "O_LARGEFILE" LARGEFILE = abi::O_LARGEFILE, "file offsets have 64 bits. The kernel sets this \
            flag.";
        "O_DIRECTORY" DIRECTORY = abi::O_DIRECTORY, "`open` fails with `ENOTDIR` if the file is \
            not a directory.";
        "O_NOFOLLOW" NOFOLLOW = abi::O_NOFOLLOW, "`open` fails with `ELOOP` if the file is a \
            symbolic link.";
        "O_NOATIME" NOATIME = 0x4_0000, "reads do not update the access time of the file. \
            `F_SETFL` can change this flag.";
        "O_SYNC" SYNC = 0x10_1000, "a write returns when its data and the metadata of the \
            file are on the device.";
        "O_PATH" PATH = 0x20_0000, "a path-only descriptor, not open for reading or writing.";
        "O_TMPFILE" TMPFILE = 0x40_0000 | abi::O_DIRECTORY, "an unnamed temporary file.";
    }
}

/// The access mode of an open file description: the two lowest bits of its status flags.
#[doc(alias = "O_ACCMODE")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessMode {
    /// `O_RDONLY`: open for reading.
    ReadOnly,
    /// `O_WRONLY`: open for writing.
    WriteOnly,
    /// `O_RDWR`: open for reading and writing.
    ReadWrite,
    /// Access mode 3: open for neither reading nor writing. Some device drivers use this access
    /// mode for descriptors that support only `ioctl`.
    Neither,
}

impl AccessMode {
    /// Returns the two bits of the access mode.
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
    /// Returns the access mode.
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

/// `fcntl(fd, F_GETFD)` - returns the flags of a descriptor.
///
/// `fcntl(F_GETFD)` cannot fail.
///
/// Since Linux 1.0; [F_GETFD(2const)].
///
/// [F_GETFD(2const)]: https://man7.org/linux/man-pages/man2/F_GETFD.2const.html
#[doc(alias = "F_GETFD")]
#[inline]
pub fn fcntl_getfd(fd: impl AsFd) -> Result<DescriptorFlags> {
    // SAFETY: the call accesses no memory.
    let flags = unsafe { syscall!(Call::FCNTL_GETFD, fcntl(fd.as_fd(), F_GETFD)) }.int()?;
    Ok(DescriptorFlags::from_bits_retain(flags.cast_unsigned()))
}

/// `fcntl(fd, F_SETFD, flags)` - sets the flags of a descriptor. Without
/// [`DescriptorFlags::CLOEXEC`], a program that is executed by `execve` inherits the descriptor.
///
/// `fcntl(F_SETFD)` cannot fail.
///
/// Since Linux 1.0; [F_SETFD(2const)].
///
/// [F_SETFD(2const)]: https://man7.org/linux/man-pages/man2/F_SETFD.2const.html
#[doc(alias = "F_SETFD")]
#[inline]
pub fn fcntl_setfd(fd: impl AsFd, flags: DescriptorFlags) -> Result<()> {
    // SAFETY: the call accesses no memory.
    unsafe { syscall!(Call::FCNTL_SETFD, fcntl(fd.as_fd(), F_SETFD, flags.bits())) }.unit()
}

/// `fcntl(fd, F_GETFL)` - returns the status flags of an open file description.
///
/// `fcntl(F_GETFL)` cannot fail.
///
/// Since Linux 1.0; [F_GETFL(2const)].
///
/// [F_GETFL(2const)]: https://man7.org/linux/man-pages/man2/F_GETFL.2const.html
#[doc(alias = "F_GETFL")]
#[inline]
pub fn fcntl_getfl(fd: impl AsFd) -> Result<StatusFlags> {
    // SAFETY: the call accesses no memory.
    let flags = unsafe { syscall!(Call::FCNTL_GETFL, fcntl(fd.as_fd(), F_GETFL)) }.int()?;
    Ok(StatusFlags::from_bits_retain(flags.cast_unsigned()))
}

/// `fcntl(fd, F_SETFL, flags)` - sets the status flags of an open file description. The change
/// affects all descriptors that share the description, including descriptors of other processes.
///
/// The kernel changes `APPEND`, `ASYNC`, `DIRECT`, `NOATIME` and `NONBLOCK`, and ignores all other
/// flags.
///
/// # Errors
///
/// - `EPERM`: the file is append-only, and O_APPEND is cleared; or O_NOATIME is set on a file of
///   another user, without the capability CAP_FOWNER.
/// - `EINVAL`: the file system does not support direct I/O (O_DIRECT).
/// - `EBADF`: the descriptor is path-only (O_PATH).
///
/// Since Linux 1.0; [F_SETFL(2const)].
///
/// [F_SETFL(2const)]: https://man7.org/linux/man-pages/man2/F_SETFL.2const.html
#[doc(alias = "F_SETFL")]
#[inline]
pub fn fcntl_setfl(fd: impl AsFd, flags: StatusFlags) -> Result<()> {
    // SAFETY: the call accesses no memory.
    unsafe { syscall!(Call::FCNTL_SETFL, fcntl(fd.as_fd(), F_SETFL, flags.bits())) }.unit()
}

/// `dup3(fd, newfd, flags)` - duplicates a descriptor to the number of another descriptor.
///
/// The open file description to which `new` referred is closed, and errors of this close are not
/// reported. `new` keeps its number, and then refers to the same open file description as `fd`.
///
/// Unlike in C, the new number always belongs to a descriptor that the caller owns: another part of
/// the program could open a free number at the same time, and its file would be closed. To
/// duplicate to a free number, call [`fcntl_dupfd_cloexec`].
///
/// # Errors
///
/// - `EBADF`: the number of `new` is not below the limit on open file descriptors (RLIMIT_NOFILE).
/// - `EINVAL`: a flag is unknown to the kernel, or the descriptors have the same number.
///
/// Since Linux 2.6.27; [dup3(2)].
///
/// [dup3(2)]: https://man7.org/linux/man-pages/man2/dup3.2.html
#[doc(alias = "dup2")]
#[inline]
pub fn dup3(fd: impl AsFd, new: &mut OwnedFd, flags: DupFlags) -> Result<()> {
    // SAFETY: the call accesses no memory, and replaces a descriptor that is exclusively borrowed.
    unsafe { syscall!(Call::DUP3, dup3(fd.as_fd(), new.as_fd(), flags.bits())) }.unit()
}

/// `fcntl(fd, F_DUPFD_CLOEXEC, lowest)` - duplicates a descriptor to the lowest free number that is
/// at least `lowest`. The duplicate is close-on-exec.
///
/// # Errors
///
/// - `EINVAL`: the requested lowest number is negative, or not below the limit on open file
///   descriptors (RLIMIT_NOFILE).
/// - `EMFILE`: no number from the requested lowest number up to the limit on open file descriptors
///   (RLIMIT_NOFILE) is free.
///
/// Since Linux 2.6.24; [F_DUPFD_CLOEXEC(2const)].
///
/// [F_DUPFD_CLOEXEC(2const)]: https://man7.org/linux/man-pages/man2/F_DUPFD_CLOEXEC.2const.html
#[doc(alias = "F_DUPFD_CLOEXEC")]
#[inline]
pub fn fcntl_dupfd_cloexec(fd: impl AsFd, lowest: RawFd) -> Result<OwnedFd> {
    // SAFETY: the call accesses no memory.
    let returned =
        unsafe { syscall!(Call::FCNTL_DUPFD_CLOEXEC, fcntl(fd.as_fd(), F_DUPFD_CLOEXEC, lowest)) };
    // SAFETY: a successful call returns a new descriptor.
    unsafe { returned.descriptor() }
}
