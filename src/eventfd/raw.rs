//! The kernel's calls on event counters.

use super::CreateFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::syscall::syscall;

/// `eventfd2(initval, flags)` - makes an event counter.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has.
/// `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.27; eventfd(2).
#[inline]
pub fn eventfd2(initial: u32, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::EVENTFD2, eventfd2(initial, flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `read(fd, &value, 8)` - takes the counter's value, or 1 of a semaphore's.
///
/// # Errors
///
/// `EAGAIN` - the counter is 0, and non-blocking. `EINTR` - a signal came first. `EINVAL` - the descriptor is no event
/// counter.
///
/// Since Linux 2.6.22; eventfd(2).
#[inline]
pub fn read(fd: BorrowedFd<'_>) -> Result<u64> {
    let mut value = 0_u64;
    // SAFETY: the kernel writes at most these 8 bytes, and keeps nothing.
    unsafe { syscall!(Call::EVENTFD_READ, read(fd, &raw mut value, size_of::<u64>())) }
        .exactly(size_of::<u64>())?;
    Ok(value)
}

/// `write(fd, &value, 8)` - adds to the counter.
///
/// # Errors
///
/// `EAGAIN` - the counter would exceed [`VALUE_MAX`](super::VALUE_MAX), and is non-blocking. `EINTR` - a signal came first.
/// `EINVAL` - [`u64::MAX`] can never be added.
///
/// Since Linux 2.6.22; eventfd(2).
#[inline]
pub fn write(fd: BorrowedFd<'_>, value: u64) -> Result<()> {
    // SAFETY: the kernel reads these 8 bytes, and keeps nothing.
    unsafe { syscall!(Call::EVENTFD_WRITE, write(fd, &raw const value, size_of::<u64>())) }
        .exactly(size_of::<u64>())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    EVENTFD2:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)",
        NODEV => Other "the kernel's file system of unnamed inodes is not there";
    EVENTFD_READ:
        AGAIN => "the counter is zero",
        INVAL => "the descriptor is not an event counter";
    EVENTFD_WRITE:
        AGAIN => "the counter would exceed 2^64 - 2: somebody must read first",
        INVAL => "2^64 - 1 can never be added, or the descriptor is not an event counter";
};
