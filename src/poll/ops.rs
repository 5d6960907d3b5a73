//! Waits that survive signals.

use super::{PollFd, PollFlags, raw};
use crate::error::{Errno, Result};
use crate::fd::BorrowedFd;
use crate::signal::SigSet;
use crate::time::{Deadline, Timeout};

/// Waits until one of the descriptors is ready, or the time is over; returns how many are ready, 0 when it is over.
///
/// Signals do not end the wait and do not prolong it, however long their handlers take. To know the moment at which it
/// ends, a wait with a time asks the clock first: that is a second call, which
/// [`wait_interruptible`] does without.
///
/// # Errors
///
/// `EINVAL` - there are more descriptors than the process may have open. `ENOMEM` - no memory for the list.
pub fn wait(fds: &mut [PollFd<'_>], timeout: impl Into<Timeout>) -> Result<u32> {
    let mut left = timeout.into();
    let deadline = Deadline::of(left)?;
    loop {
        match raw::ppoll(fds, left.timespec().as_mut(), None) {
            Err(error) if error.is(Errno::INTR) => {}
            done => return done,
        }
        // What the kernel says is left is as of before the signal's handler ran.
        if let Some(deadline) = deadline {
            left = deadline.remaining()?;
        }
    }
}

/// As [`wait`], but a signal ends it, and with a mask the thread has that signal mask while it waits.
///
/// # Errors
///
/// As [`wait`]; `EINTR` - a signal came first.
#[inline]
pub fn wait_interruptible(
    fds: &mut [PollFd<'_>],
    timeout: impl Into<Timeout>,
    mask: Option<&SigSet>,
) -> Result<u32> {
    raw::ppoll(fds, timeout.into().timespec().as_mut(), mask)
}

/// Waits until a read of one descriptor would not wait; `false` when the time is over.
pub(crate) fn readable(fd: BorrowedFd<'_>, timeout: Timeout) -> Result<bool> {
    Ok(wait(&mut [PollFd::new(&fd, PollFlags::IN)], timeout)? > 0)
}
