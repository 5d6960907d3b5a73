//! The kernel's calls on descriptors of signals.

use super::CreateFlags;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::signal::SigSet;
use crate::syscall::syscall;

/// `signalfd4(-1, mask, sizemask, flags)` - makes a descriptor from which these signals are read.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has.
/// `ENODEV` - the kernel's file system of unnamed inodes is not there. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.27; signalfd(2).
#[inline]
pub fn signalfd4(mask: SigSet, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: the kernel reads one set and keeps nothing of its memory.
    let returned = unsafe {
        syscall!(
            Call::SIGNALFD4,
            signalfd4(-1_i32, &raw const mask, size_of::<SigSet>(), flags.bits())
        )
    };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `signalfd4(fd, mask, sizemask, 0)` - sets which signals are read from a descriptor.
///
/// # Errors
///
/// `EINVAL` - the descriptor is not one of signals. `EBADF` - it was opened with `O_PATH`.
///
/// Since Linux 2.6.27; signalfd(2).
#[inline]
pub fn signalfd4_set_mask(fd: BorrowedFd<'_>, mask: SigSet) -> Result<()> {
    // SAFETY: the kernel reads one set and keeps nothing of its memory; it returns the descriptor that it was given.
    unsafe {
        syscall!(
            Call::SIGNALFD4_SET_MASK,
            signalfd4(fd, &raw const mask, size_of::<SigSet>(), 0_u32)
        )
    }
    .unit()
}

/// `read(fd, buf, count)` - takes signals that are held back, as many as there is room for; returns the records' bytes.
///
/// # Errors
///
/// `EAGAIN` - none has come, and the descriptor is non-blocking. `EINVAL` - the buffer has no room for one. `EINTR` -
/// another signal's handler has run.
///
/// Since Linux 2.6.22; signalfd(2).
#[inline]
pub fn read<'b>(fd: BorrowedFd<'_>, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<&'b [u8]> {
    io::read_bytes(Call::SIGNALFD_READ, fd, buffer)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SIGNALFD4:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)",
        NODEV => Other "the kernel's file system of unnamed inodes is not there";
    SIGNALFD4_SET_MASK:
        INVAL => "the descriptor is not one of signals",
        BADF => "the descriptor is a place in the file system, not an open file (O_PATH)";
    SIGNALFD_READ:
        AGAIN => "no signal of the set has come",
        INVAL => "the buffer has no room for a record, which has 128 bytes, or the descriptor is not one of signals";
};
