//! The epoll as a type.

use core::time::Duration;

use super::{BusyPoll, CreateFlags, Event, Interest, Token, raw};
use crate::error::{Errno, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::signal::SigSet;
use crate::time::{Deadline, Timeout, Timespec};

/// A set of descriptors that are waited for together.
///
/// Shared by reference: several threads may wait, and others add and delete meanwhile.
pub struct Epoll(OwnedFd);

fd_wrapper! { Epoll }

impl Epoll {
    /// An epoll with nothing to wait for. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::epoll_create1`].
    #[doc(alias = "epoll_create1")]
    #[inline]
    pub fn new() -> Result<Self> {
        raw::epoll_create1(CreateFlags::CLOEXEC).map(Self)
    }

    /// Begins to wait for a descriptor.
    ///
    /// # Errors
    ///
    /// As [`raw::epoll_ctl_add`].
    #[doc(alias = "epoll_ctl")]
    #[inline]
    pub fn add(&self, fd: &(impl AsFd + ?Sized), token: Token, interest: Interest) -> Result<()> {
        raw::epoll_ctl_add(self.as_fd(), fd.as_fd(), token, interest)
    }

    /// Changes what a descriptor is waited for, and its token; wakes one that was [`ONESHOT`](Interest::ONESHOT) anew.
    ///
    /// # Errors
    ///
    /// As [`raw::epoll_ctl_mod`].
    #[inline]
    pub fn modify(
        &self,
        fd: &(impl AsFd + ?Sized),
        token: Token,
        interest: Interest,
    ) -> Result<()> {
        raw::epoll_ctl_mod(self.as_fd(), fd.as_fd(), token, interest)
    }

    /// Waits for a descriptor no more.
    ///
    /// # Errors
    ///
    /// As [`raw::epoll_ctl_del`].
    #[inline]
    pub fn delete(&self, fd: &(impl AsFd + ?Sized)) -> Result<()> {
        raw::epoll_ctl_del(self.as_fd(), fd.as_fd())
    }

    /// Waits until a descriptor is ready, or the time is over; returns those that are ready, none when it is over.
    ///
    /// Signals do not end the wait and do not prolong it. To know the moment at which it ends, a wait with a time asks
    /// the clock first: that is a second call, which [`wait_interruptible`](Self::wait_interruptible) does without.
    ///
    /// A time of whole milliseconds works on every Linux; a finer one takes 5.11, unless it is made whole by
    /// [`Timeout::ceil_to_millis`].
    ///
    /// # Errors
    ///
    /// `EINVAL` - the buffer has no room. `ENOSYS` - a time finer than a millisecond, on a kernel older than 5.11.
    pub fn wait<'r>(
        &self,
        ready: &'r mut [Event],
        timeout: impl Into<Timeout>,
    ) -> Result<&'r [Event]> {
        let timeout = timeout.into();
        let deadline = Deadline::of(timeout)?;
        let count = match wait_once(self.as_fd(), ready, timeout, None) {
            Ok(count) if count > 0 || !exceeds_one_call(timeout) => count,
            first => wait_again(self.as_fd(), ready, timeout, deadline, first)?,
        };
        // SAFETY: the kernel has filled the first `count` entries, never more than there are.
        Ok(unsafe { ready.get_unchecked(..count) })
    }

    /// As [`wait`](Self::wait), but a signal ends it, and with a mask the thread has that signal mask while it waits.
    ///
    /// A time of more than 24 days, in whole milliseconds, ends after 24 days.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait); `EINTR` - a signal came first.
    #[inline]
    pub fn wait_interruptible<'r>(
        &self,
        ready: &'r mut [Event],
        timeout: impl Into<Timeout>,
        mask: Option<&SigSet>,
    ) -> Result<&'r [Event]> {
        let count = wait_once(self.as_fd(), ready, timeout.into(), mask)?;
        // SAFETY: the kernel has filled the first `count` entries, never more than there are.
        Ok(unsafe { ready.get_unchecked(..count) })
    }

    /// How waits poll network devices by themselves.
    ///
    /// # Errors
    ///
    /// As [`raw::ioctl_epiocgparams`].
    #[doc(alias = "EPIOCGPARAMS")]
    #[inline]
    pub fn busy_poll(&self) -> Result<BusyPoll> {
        raw::ioctl_epiocgparams(self.as_fd())
    }

    /// Sets how waits poll network devices by themselves.
    ///
    /// # Errors
    ///
    /// As [`raw::ioctl_epiocsparams`].
    #[doc(alias = "EPIOCSPARAMS")]
    #[inline]
    pub fn set_busy_poll(&self, params: &BusyPoll) -> Result<()> {
        raw::ioctl_epiocsparams(self.as_fd(), params)
    }
}

/// The longest that `epoll_pwait` can wait.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// One call: the older one for what it can express, so that it works on every kernel.
#[inline]
fn wait_once(
    epoll: BorrowedFd<'_>,
    ready: &mut [Event],
    timeout: Timeout,
    mask: Option<&SigSet>,
) -> Result<usize> {
    match timeout {
        Timeout::Infinite => raw::epoll_pwait(epoll, ready, -1, mask),
        Timeout::Zero => raw::epoll_pwait(epoll, ready, 0, mask),
        Timeout::After(duration) if timeout.ceil_to_millis() == timeout => {
            raw::epoll_pwait(epoll, ready, duration.min(LONGEST).as_millis() as i32, mask)
        }
        Timeout::After(duration) => {
            raw::epoll_pwait2(epoll, ready, Some(&Timespec::saturating_from(duration)), mask)
        }
    }
}

/// The rest of a wait that a signal has interrupted, or that is longer than one call can wait.
#[cold]
fn wait_again(
    epoll: BorrowedFd<'_>,
    ready: &mut [Event],
    timeout: Timeout,
    deadline: Option<Deadline>,
    first: Result<usize>,
) -> Result<usize> {
    let (mut left, mut last) = (timeout, first);
    loop {
        match last {
            Err(error) if error.is(Errno::INTR) => {}
            Ok(0) if exceeds_one_call(left) => {}
            done => return done,
        }
        if let Some(deadline) = deadline {
            left = deadline.remaining()?;
            // The rest of whole milliseconds asks for no finer call.
            if timeout.ceil_to_millis() == timeout {
                left = left.ceil_to_millis();
            }
        }
        last = wait_once(epoll, ready, left, None);
    }
}

/// Whether one call may end before the time is over.
fn exceeds_one_call(timeout: Timeout) -> bool {
    matches!(timeout, Timeout::After(duration) if duration > LONGEST)
}
