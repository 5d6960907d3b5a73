//! Raw call: waiting for events with `ppoll`.

use super::PollFd;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::signal::SigSet;
use crate::syscall::syscall;
use crate::time::Timespec;

/// `ppoll(fds, nfds, timeout, sigmask, sigsetsize)` - waits until a descriptor is ready, the
/// timeout expires or a signal handler interrupts the call.
///
/// Returns the number of entries whose `revents` is not empty, which is 0 if the timeout expired.
/// Waits indefinitely if `timeout` is `None`; otherwise, the kernel writes the remaining time to
/// `timeout`. If `mask` is not `None`, it replaces the calling thread's signal mask during the
/// call.
///
/// # Errors
///
/// - `EINVAL`: the timeout is negative or has more than 999,999,999 nanoseconds, or the list is
///   longer than the per-process limit on open file descriptors (`RLIMIT_NOFILE`).
/// - `EINTR`: interrupted by a signal handler. `SA_RESTART` has no effect on this call.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [ppoll(2)].
///
/// [ppoll(2)]: https://man7.org/linux/man-pages/man2/ppoll.2.html
#[inline]
pub fn ppoll(
    fds: &mut [PollFd<'_>],
    timeout: Option<&mut Timespec>,
    mask: Option<SigSet>,
) -> Result<usize> {
    let timeout = timeout.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let mask = mask.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads the entries and writes their `revents`, writes the remaining time to
    // the timeout, reads the mask, and keeps nothing.
    unsafe {
        syscall!(
            Call::PPOLL,
            ppoll(fds.as_mut_ptr(), fds.len(), timeout, mask, size_of::<SigSet>())
        )
    }
    .size()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PPOLL:
        INVAL => "the timeout is negative or has more than 999,999,999 nanoseconds, or the list is \
            longer than the per-process limit on open file descriptors (RLIMIT_NOFILE)",
        INTR => "interrupted by a signal handler";
};
