//! Raw calls: creating and reading a signalfd.

use super::CreateFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::signal::SigSet;
use crate::syscall::syscall;

/// `signalfd4(-1, mask, sizemask, flags)` - creates a signalfd for a set of signals.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [signalfd(2)].
///
/// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
#[inline]
pub fn signalfd4(mask: SigSet, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: the kernel reads one set and keeps no pointer to it.
    let returned = unsafe {
        syscall!(
            Call::SIGNALFD4,
            signalfd4(-1_i32, &raw const mask, size_of::<SigSet>(), flags.bits())
        )
    };
    // SAFETY: a successful call returns a new descriptor.
    unsafe { returned.descriptor() }
}

/// `signalfd4(fd, mask, sizemask, 0)` - replaces the set of signals that a signalfd reads.
///
/// # Errors
///
/// - `EINVAL`: the descriptor is not a signalfd.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 2.6.27; [signalfd(2)].
///
/// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
#[inline]
pub fn signalfd4_set_mask(fd: BorrowedFd<'_>, mask: SigSet) -> Result<()> {
    // SAFETY: the kernel reads one set and keeps no pointer to it; the call creates no descriptor.
    unsafe {
        syscall!(
            Call::SIGNALFD4_SET_MASK,
            signalfd4(fd, &raw const mask, size_of::<SigSet>(), 0_u32)
        )
    }
    .unit()
}

/// `read(fd, buf, count)` - dequeues pending signals, as many as fit into the buffer. Returns the
/// bytes of the events.
///
/// # Errors
///
/// - `EAGAIN`: no signal of the set is pending, and the descriptor is in non-blocking mode.
/// - `EINVAL`: the buffer is smaller than one event (128 bytes), or the descriptor is not a
///   signalfd.
/// - `EINTR`: interrupted by a signal handler.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for reading.
///
/// Since Linux 2.6.22; [signalfd(2)].
///
/// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
#[inline]
pub fn read<'b>(fd: BorrowedFd<'_>, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<&'b [u8]> {
    io::read_bytes(Call::SIGNALFD_READ, fd, buffer)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SIGNALFD4:
        INVAL => "a flag is unknown to the kernel",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NODEV => Other "the kernel's internal file system of anonymous inodes could not be mounted";
    SIGNALFD4_SET_MASK:
        INVAL => "the descriptor is not a signalfd",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    SIGNALFD_READ:
        AGAIN => "no signal of the set is pending, and the descriptor is in non-blocking mode",
        INVAL => "the buffer is smaller than one event (128 bytes), or the descriptor is not a \
            signalfd",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for reading";
};
