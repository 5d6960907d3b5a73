//! The timer as a type.

use super::{CreateFlags, Itimerspec, SetFlags, Ticks, Timer, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::io;
use crate::time::{Clock, OutOfRangeError};

/// A timer on one of the kernel's clocks.
///
/// Shared by reference: each time that it goes off is told to one reader.
pub struct TimerFd(OwnedFd);

fd_wrapper! { TimerFd }
event_source! { TimerFd }

impl TimerFd {
    /// A timer, disarmed, whose reads wait until it goes off. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::timerfd_create`].
    #[doc(alias = "timerfd_create")]
    #[inline]
    pub fn new(clock: Clock) -> Result<Self> {
        raw::timerfd_create(clock, CreateFlags::CLOEXEC).map(Self)
    }

    /// A timer, disarmed, whose reads never wait. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::timerfd_create`].
    #[inline]
    pub fn nonblocking(clock: Clock) -> Result<Self> {
        raw::timerfd_create(clock, CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map(Self)
    }

    /// Sets what the timer does from now on; what it told and was not read is forgotten.
    ///
    /// # Errors
    ///
    /// As [`raw::timerfd_settime`], without `ECANCELED`; `EINVAL` also for a period of zero, and for a time of more
    /// than [`i64::MAX`] seconds.
    #[doc(alias = "timerfd_settime")]
    #[inline]
    pub fn set(&self, timer: Timer) -> Result<()> {
        let (flags, new) = timer.to_kernel().map_err(refused)?;
        raw::timerfd_settime(self.as_fd(), flags, &new, None)
    }

    /// As [`set`](Self::set), and tells what the timer would have done: times from now, whatever it was set with.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    #[inline]
    pub fn replace(&self, timer: Timer) -> Result<Timer> {
        let (flags, new) = timer.to_kernel().map_err(refused)?;
        let mut old = Itimerspec::default();
        raw::timerfd_settime(self.as_fd(), flags, &new, Some(&mut old))?;
        Ok(Timer::from_kernel(old))
    }

    /// As [`set`](Self::set), for a moment on a real-time clock, and a read tells when that clock is set:
    /// [`Ticks::ClockChanged`]. `true` says that it was set already, since the timer was last read.
    ///
    /// On any other clock, and for times from now, nothing is told.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    #[doc(alias = "TFD_TIMER_CANCEL_ON_SET")]
    #[inline]
    pub fn set_cancel_on_set(&self, timer: Timer) -> Result<bool> {
        let (flags, new) = timer.to_kernel().map_err(refused)?;
        match raw::timerfd_settime(self.as_fd(), flags | SetFlags::CANCEL_ON_SET, &new, None) {
            Ok(()) => Ok(false),
            Err(error) if error.is(Errno::CANCELED) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// What the timer will do: times from now, whatever it was set with.
    ///
    /// # Errors
    ///
    /// As [`raw::timerfd_gettime`].
    #[doc(alias = "timerfd_gettime")]
    #[inline]
    pub fn get(&self) -> Result<Timer> {
        raw::timerfd_gettime(self.as_fd()).map(Timer::from_kernel)
    }

    /// How often the timer went off. Where it did not it waits, whatever signals come; for ever if it is disarmed.
    ///
    /// # Errors
    ///
    /// As [`raw::read`], without `EINTR` and `ECANCELED`.
    #[inline]
    pub fn read(&self) -> Result<Ticks> {
        ticks(io::retry(move || raw::read(self.as_fd())))
    }

    /// How often the timer went off; `None` where a non-blocking timer did not.
    ///
    /// A timer that is not non-blocking waits: ask [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), without `EAGAIN`.
    #[inline]
    pub fn try_read(&self) -> Result<Option<Ticks>> {
        io::would_block_as_none(self.read())
    }

    /// As [`read`](Self::read), but a signal ends the wait.
    ///
    /// # Errors
    ///
    /// As [`raw::read`], without `ECANCELED`.
    #[inline]
    pub fn read_interruptible(&self) -> Result<Ticks> {
        ticks(raw::read(self.as_fd()))
    }
}

/// A clock that was set is something to tell, not a failure.
#[inline]
fn ticks(read: Result<u64>) -> Result<Ticks> {
    match read {
        Ok(count) => Ok(Ticks::Expired(count)),
        Err(error) if error.is(Errno::CANCELED) => Ok(Ticks::ClockChanged),
        Err(error) => Err(error),
    }
}

/// A time that the kernel cannot be given.
#[cold]
fn refused(_: OutOfRangeError) -> Error {
    Error::new(Call::TIMERFD_SETTIME, Errno::INVAL)
}
