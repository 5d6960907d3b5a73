//! Raw system calls of event counters.

use super::CreateFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::syscall::syscall;

/// `eventfd2(initval, flags)` - creates an event counter.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [eventfd(2)].
///
/// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
#[inline]
pub fn eventfd2(initial: u32, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::EVENTFD2, eventfd2(initial, flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `read(fd, &value, 8)` - reads the counter and resets it to 0; for a semaphore, decrements the
/// counter by 1 and returns 1.
///
/// A read of an event counter always returns 8 bytes. If the kernel returns fewer bytes, the
/// descriptor is not an event counter, and this function fails with `EINVAL`.
///
/// # Errors
///
/// - `EAGAIN`: the value of the counter is 0, and the counter is non-blocking.
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the descriptor is not an event counter.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for reading.
///
/// Since Linux 2.6.22; [eventfd(2)].
///
/// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
#[inline]
pub fn read(fd: BorrowedFd<'_>) -> Result<u64> {
    let mut value = 0_u64;
    // SAFETY: the kernel writes at most these 8 bytes, and keeps nothing.
    unsafe { syscall!(Call::EVENTFD_READ, read(fd, &raw mut value, size_of::<u64>())) }
        .exactly(size_of::<u64>())?;
    Ok(value)
}

/// `write(fd, &value, 8)` - adds a value to the counter.
///
/// # Errors
///
/// - `EAGAIN`: the value of the counter would exceed 2^64 - 2, and the counter is non-blocking.
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the value is 2^64 - 1, or the descriptor is not an event counter.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for writing.
///
/// Since Linux 2.6.22; [eventfd(2)].
///
/// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
#[inline]
pub fn write(fd: BorrowedFd<'_>, value: u64) -> Result<()> {
    // SAFETY: the kernel reads these 8 bytes, and keeps nothing.
    unsafe { syscall!(Call::EVENTFD_WRITE, write(fd, &raw const value, size_of::<u64>())) }
        .exactly(size_of::<u64>())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    EVENTFD2:
        INVAL => "a flag is unknown to the kernel",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NODEV => Other "the kernel's internal file system of anonymous inodes could not be mounted";
    EVENTFD_READ:
        AGAIN => "the value of the counter is 0, and the counter is non-blocking",
        INVAL => "the descriptor is not an event counter",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for reading";
    EVENTFD_WRITE:
        AGAIN => "the value of the counter would exceed 2^64 - 2, and the counter is non-blocking",
        INVAL => "the value is 2^64 - 1, or the descriptor is not an event counter",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for writing";
};
