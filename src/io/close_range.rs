//! `close_range`: closing many descriptors, or setting their close-on-exec flags.

use crate::error::{Call, Result};
use crate::syscall::syscall;

flags! {
    /// Flags of [`close_range`].
    pub struct CloseRangeFlags: u32 {
        "CLOSE_RANGE_UNSHARE" UNSHARE = 2, "first give the calling thread a separate copy of the \
            descriptor table, as `unshare(CLONE_FILES)` does. Descriptors that are to be closed \
            are not copied.";
        "CLOSE_RANGE_CLOEXEC" CLOEXEC = 4, "set the close-on-exec flag instead of closing the \
            descriptors. Since Linux 5.11.";
    }
}

/// `close_range(first, last, flags)` - closes all open descriptors with the numbers `first` to
/// `last`, both included.
///
/// Errors of closing a descriptor are not reported. To close all descriptors from a number, pass
/// `u32::MAX` as the last number. To close the descriptors only when a program is executed, use
/// [`close_range_cloexec`], which is safe.
///
/// # Errors
///
/// - `EINVAL`: the first number is greater than the last number; or a flag is unknown to the kernel
///   (`CLOSE_RANGE_CLOEXEC` requires Linux 5.11).
/// - `EMFILE`: `CLOSE_RANGE_UNSHARE` is set, and a descriptor number that remains open is not below
///   the limit of the system (`fs.nr_open`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.9; [close_range(2)].
///
/// # Safety
///
/// - Unless `CLOEXEC` is set, no descriptor in the range may have an owner that uses or closes it
///   later: the kernel reuses the numbers of closed descriptors.
/// - If `UNSHARE` is set, the thread must not use or close descriptors that other threads open,
///   close or replace after the call, and other threads must not use or close descriptors of this
///   thread.
///
/// # Examples
///
/// ```no_run
/// use butter::io::{self, CloseRangeFlags};
///
/// # fn main() -> butter::Result<()> {
/// // SAFETY: no object of this process owns a descriptor above the standard error.
/// unsafe { io::close_range(3, u32::MAX, CloseRangeFlags::empty()) }?;
/// # Ok(())
/// # }
/// ```
///
/// [close_range(2)]: https://man7.org/linux/man-pages/man2/close_range.2.html
#[doc(alias = "closefrom")]
#[inline]
pub unsafe fn close_range(first: u32, last: u32, flags: CloseRangeFlags) -> Result<()> {
    // SAFETY: the call touches no memory; that no owner of a closed descriptor remains is upheld by
    // the caller.
    unsafe { syscall!(Call::CLOSE_RANGE, close_range(first, last, flags.bits())) }.unit()
}

/// Sets the close-on-exec flag of all open descriptors with the numbers `first` to `last`, both
/// included: `close_range` with the flag `CLOSE_RANGE_CLOEXEC`.
///
/// A program that is executed afterwards does not inherit these descriptors, even if they were
/// opened by other libraries without the flag. To include all descriptors from a number, pass
/// `u32::MAX` as the last number.
///
/// # Errors
///
/// - `EINVAL`: the first number is greater than the last number, or the kernel is older than Linux
///   5.11.
///
/// Since Linux 5.11; [close_range(2)].
///
/// # Examples
///
/// ```
/// use butter::io;
///
/// # fn main() -> butter::Result<()> {
/// io::close_range_cloexec(3, u32::MAX)?;
/// # Ok(())
/// # }
/// ```
///
/// [close_range(2)]: https://man7.org/linux/man-pages/man2/close_range.2.html
#[doc(alias = "close_range")]
#[doc(alias = "CLOSE_RANGE_CLOEXEC")]
#[inline]
pub fn close_range_cloexec(first: u32, last: u32) -> Result<()> {
    // SAFETY: with this flag, the call closes no descriptor.
    unsafe { close_range(first, last, CloseRangeFlags::CLOEXEC) }
}
