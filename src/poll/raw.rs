//! The kernel's call.

use super::PollFd;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::signal::SigSet;
use crate::syscall::syscall;
use crate::time::Timespec;

/// `ppoll(fds, nfds, timeout, sigmask, sigsetsize)` - waits until one of the descriptors is ready, the time is over or
/// a signal comes.
///
/// Returns how many descriptors are ready: 0 when the time is over. Without a timeout it waits for ever; with one, the
/// kernel writes back what is left of it. With a mask, the thread has that signal mask while it waits.
///
/// # Errors
///
/// `EINTR` - a signal came, also one whose handler asks for restarts. `EINVAL` - the timeout is negative or has a
/// billion nanoseconds or more; or there are more descriptors than the process may have open. `ENOMEM` - no memory for
/// the list.
///
/// Since Linux 2.6.16; ppoll(2).
#[inline]
pub fn ppoll(
    fds: &mut [PollFd<'_>],
    timeout: Option<&mut Timespec>,
    mask: Option<&SigSet>,
) -> Result<u32> {
    let timeout = timeout.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let mask = mask.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads the descriptors and writes what they are ready for into the same list, writes the rest
    // of the time over the timeout, reads the mask, and keeps nothing.
    let returned = unsafe {
        syscall!(
            Call::PPOLL,
            ppoll(fds.as_mut_ptr(), fds.len(), timeout, mask, size_of::<SigSet>())
        )
    };
    Ok(returned.int()?.cast_unsigned())
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PPOLL:
        INVAL => "the timeout is no time, or the list is longer than the limit on descriptors (RLIMIT_NOFILE)",
        INTR => "a signal came before anything was ready";
};
