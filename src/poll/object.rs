//! Waits that survive signals.

use super::{PollFd, PollFlags, raw};
use crate::error::{Errno, Result};
use crate::fd::BorrowedFd;
use crate::time::{Timeout, Timespec};

/// Waits until one of the descriptors is ready, or the time is over; returns how many are ready, 0 when it is over.
///
/// Signals do not end the wait and do not prolong it: the kernel says how much time is left, and the wait goes on. (It
/// does not say so to a process with the personality `STICKY_TIMEOUTS`, whose waits begin anew.)
///
/// # Errors
///
/// `EINVAL` - there are more descriptors than the process may have open. `ENOMEM` - no memory for the list.
pub fn wait(fds: &mut [PollFd<'_>], timeout: impl Into<Timeout>) -> Result<u32> {
    let mut left = match timeout.into() {
        Timeout::Never => None,
        Timeout::Zero => Some(Timespec::default()),
        Timeout::After(duration) => Some(Timespec::saturating_from(duration)),
    };
    loop {
        match raw::ppoll(fds, left.as_mut(), None) {
            Err(error) if error.is(Errno::INTR) => {}
            done => return done,
        }
    }
}

/// Waits until a read of one descriptor would not wait; `false` when the time is over.
pub(crate) fn readable(fd: BorrowedFd<'_>, timeout: Timeout) -> Result<bool> {
    Ok(wait(&mut [PollFd::new(&fd, PollFlags::READ)], timeout)? > 0)
}
