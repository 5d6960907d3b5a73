//! Waiting for events on a list of descriptors.

use super::{PollFd, PollFlags, raw};
use crate::error::Result;
use crate::fd::BorrowedFd;
use crate::signal::SigSet;
use crate::time::{Timeout, wait_until_timeout};

/// Waits until a descriptor is ready or the timeout expires.
///
/// Calls `ppoll`. Returns the number of entries with a non-empty [`ready`](PollFd::ready), which is
/// 0 if the timeout expired. Signals do not interrupt the wait and do not prolong it. Before a wait
/// with a timeout, this function reads the clock, which is an additional system call;
/// [`wait_interruptible`] does not read the clock.
///
/// # Errors
///
/// - `EINVAL`: the list is longer than the per-process limit on open file descriptors
///   (`RLIMIT_NOFILE`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [ppoll(2)].
///
/// [ppoll(2)]: https://man7.org/linux/man-pages/man2/ppoll.2.html
#[doc(alias = "poll")]
#[doc(alias = "ppoll")]
pub fn wait(fds: &mut [PollFd<'_>], timeout: impl Into<Timeout>) -> Result<usize> {
    wait_until_timeout(timeout.into(), |remaining| {
        raw::ppoll(fds, remaining.timespec().as_mut(), None)
    })
}

/// Waits like [`wait`], but returns `EINTR` if interrupted by a signal handler.
///
/// If `mask` is not `None`, it replaces the calling thread's signal mask during the wait. The mask
/// is set and restored atomically, so a signal that `mask` unblocks cannot be handled before the
/// wait begins.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the list is longer than the per-process limit on open file descriptors
///   (`RLIMIT_NOFILE`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.16; [ppoll(2)].
///
/// [ppoll(2)]: https://man7.org/linux/man-pages/man2/ppoll.2.html
#[doc(alias = "ppoll")]
#[inline]
pub fn wait_interruptible(
    fds: &mut [PollFd<'_>],
    timeout: impl Into<Timeout>,
    mask: Option<SigSet>,
) -> Result<usize> {
    raw::ppoll(fds, timeout.into().timespec().as_mut(), mask)
}

/// Waits until a descriptor can be read without blocking. Returns `false` if the timeout expires
/// first.
pub(crate) fn readable(fd: BorrowedFd<'_>, timeout: Timeout) -> Result<bool> {
    Ok(wait(&mut [PollFd::new(&fd, PollFlags::IN)], timeout)? > 0)
}
