//! The type of a timer: [`TimerFd`].

use core::mem::MaybeUninit;

use super::{Clock, CreateFlags, Event, Itimerspec, SetFlags, Timer, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io::{self, EventSource};
use crate::time::OutOfRangeError;

/// A timer that reports its expirations through a descriptor.
///
/// All methods take `&self`: several threads can read one timer, and each expiration is reported to
/// one of the threads.
#[doc(alias = "timerfd_create")]
pub struct TimerFd(OwnedFd);

fd_wrapper! { TimerFd }
event_source! { TimerFd }

impl TimerFd {
    /// Creates a disarmed timer, in blocking mode and close-on-exec: a read blocks until the timer
    /// expires.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[doc(alias = "timerfd_create")]
    #[inline]
    pub fn new(clock: Clock) -> Result<Self> {
        Self::with_flags(clock, CreateFlags::CLOEXEC)
    }

    /// Creates a disarmed timer, in non-blocking mode and close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[doc(alias = "timerfd_create")]
    #[inline]
    pub fn nonblocking(clock: Clock) -> Result<Self> {
        Self::with_flags(clock, CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)
    }

    /// Creates a disarmed timer with exactly the given flags: its descriptor is close-on-exec only
    /// if the flags contain [`CreateFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a flag is unknown to the kernel.
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[doc(alias = "timerfd_create")]
    #[inline]
    pub fn with_flags(clock: Clock, flags: CreateFlags) -> Result<Self> {
        raw::timerfd_create(clock.into(), flags).map(Self)
    }

    /// Sets the timer. Expirations that were not read are discarded.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a period is zero, a time is negative or longer than [`i64::MAX`] seconds, or an
    ///   absolute time has more than 999,999,999 nanoseconds.
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    ///
    /// Since Linux 2.6.25; [timerfd_settime(2)].
    ///
    /// [timerfd_settime(2)]: https://man7.org/linux/man-pages/man2/timerfd_settime.2.html
    #[doc(alias = "timerfd_settime")]
    #[inline]
    pub fn set(&self, timer: Timer) -> Result<()> {
        let (flags, new) = timer.to_kernel().map_err(invalid_time)?;
        raw::timerfd_settime(self.as_fd(), flags, &new, None)
    }

    /// Sets the timer, and returns the previous setting in the same form as [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a period is zero, a time is negative or longer than [`i64::MAX`] seconds, or an
    ///   absolute time has more than 999,999,999 nanoseconds.
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    ///
    /// Since Linux 2.6.25; [timerfd_settime(2)].
    ///
    /// [timerfd_settime(2)]: https://man7.org/linux/man-pages/man2/timerfd_settime.2.html
    #[doc(alias = "timerfd_settime")]
    #[inline]
    pub fn replace(&self, timer: Timer) -> Result<Timer> {
        let (flags, new) = timer.to_kernel().map_err(invalid_time)?;
        let mut old = Itimerspec::default();
        raw::timerfd_settime(self.as_fd(), flags, &new, Some(&mut old))?;
        Ok(Timer::from_kernel(old))
    }

    /// Sets the timer to an absolute time of a realtime clock, so that a read also returns
    /// [`Event::ClockChanged`] when the clock is set.
    ///
    /// Returns `true` if the clock was set after the timer was created or last reported a change of
    /// the clock; the timer is armed in this case, too. With a clock that is not a realtime clock,
    /// or with a relative time, this method is equivalent to [`set`](Self::set).
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a period is zero, a time is negative or longer than [`i64::MAX`] seconds, or an
    ///   absolute time has more than 999,999,999 nanoseconds.
    /// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
    ///   namespace.
    ///
    /// Since Linux 3.0; [timerfd_settime(2)].
    ///
    /// [timerfd_settime(2)]: https://man7.org/linux/man-pages/man2/timerfd_settime.2.html
    #[doc(alias = "TFD_TIMER_CANCEL_ON_SET")]
    #[inline]
    pub fn set_cancel_on_set(&self, timer: Timer) -> Result<bool> {
        let (flags, new) = timer.to_kernel().map_err(invalid_time)?;
        match raw::timerfd_settime(self.as_fd(), flags | SetFlags::CANCEL_ON_SET, &new, None) {
            Ok(()) => Ok(false),
            Err(error) if error.is(Errno::CANCELED) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Returns the setting of the timer. The times of the setting are relative to the current time,
    /// even if the timer was set to an absolute time.
    ///
    /// For a periodic timer that is due, the returned delay can be zero. The result is the same for
    /// a timer that was disarmed through [`raw::timerfd_settime`] with an interval that is not
    /// zero, because the kernel does not distinguish these two timers.
    ///
    /// # Errors
    ///
    /// `get` fails only if the descriptor is not a timer.
    ///
    /// Since Linux 2.6.25; [timerfd_gettime(2)].
    ///
    /// [timerfd_gettime(2)]: https://man7.org/linux/man-pages/man2/timerfd_gettime.2.html
    #[doc(alias = "timerfd_gettime")]
    #[inline]
    pub fn get(&self) -> Result<Timer> {
        raw::timerfd_gettime(self.as_fd()).map(Timer::from_kernel)
    }

    /// Reads the number of expirations. In blocking mode, this method blocks until the timer
    /// expires (indefinitely if the timer is disarmed), and retries if interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the timer has not expired since it was last read or set, and is non-blocking.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[inline]
    pub fn read(&self) -> Result<Event> {
        match raw::read(self.as_fd()) {
            Ok(Some(count)) => Ok(Event::Expired(count)),
            other => self.read_again(other),
        }
    }

    /// Continues a read whose first result is not a number of expirations. This function is out of
    /// line, to keep the success path small.
    #[cold]
    #[inline(never)]
    fn read_again(&self, first: Result<Option<u64>>) -> Result<Event> {
        let mut result = first;
        loop {
            match event(self.as_fd(), result) {
                Ok(Some(event)) => return Ok(event),
                Err(error) if !error.is(Errno::INTR) => return Err(error),
                Ok(None) | Err(_) => result = raw::read(self.as_fd()),
            }
        }
    }

    /// Reads like [`read`](Self::read), but returns `None` if the timer has not expired. In
    /// blocking mode, this method blocks instead of returning `None`: create the timer with
    /// [`nonblocking`](Self::nonblocking), or call [`wait`](Self::wait) first.
    ///
    /// If the clock is set back between `wait` and `try_read`, `try_read` returns `None` even in
    /// blocking mode.
    ///
    /// # Errors
    ///
    /// `try_read` fails only if the descriptor is not a timer.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[inline]
    pub fn try_read(&self) -> Result<Option<Event>> {
        match io::retry(|| event(self.as_fd(), raw::read(self.as_fd()))) {
            Err(error) if error.is(Errno::AGAIN) => Ok(None),
            result => result,
        }
    }

    /// Reads like [`read`](Self::read), but returns `EINTR` if interrupted by a signal handler.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the timer has not expired since it was last read or set, and is non-blocking.
    /// - `EINTR`: interrupted by a signal handler.
    ///
    /// Since Linux 2.6.25; [timerfd_create(2)].
    ///
    /// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
    #[inline]
    pub fn read_interruptible(&self) -> Result<Event> {
        loop {
            if let Some(event) = event(self.as_fd(), raw::read(self.as_fd()))? {
                return Ok(event);
            }
        }
    }
}

/// Converts the result of [`raw::read`] to an event. Returns `None` if 0 bytes were read because
/// the clock was set back after the expiration.
fn event(fd: BorrowedFd<'_>, result: Result<Option<u64>>) -> Result<Option<Event>> {
    match result {
        Ok(Some(count)) => Ok(Some(Event::Expired(count))),
        Ok(None) => after_zero_bytes(fd),
        Err(error) if error.is(Errno::CANCELED) => Ok(Some(Event::ClockChanged)),
        Err(error) => Err(error),
    }
}

/// Checks that a descriptor from which 0 bytes were read is a timer. Without this check,
/// [`TimerFd::read`] would loop indefinitely if every read of another type of descriptor returns 0
/// bytes.
#[cold]
fn after_zero_bytes(fd: BorrowedFd<'_>) -> Result<Option<Event>> {
    match raw::timerfd_gettime(fd) {
        Ok(_) => Ok(None),
        Err(_) => Err(Error::new(Call::TIMERFD_READ, Errno::INVAL)),
    }
}

/// Returns the error for a time that cannot be passed to the kernel.
#[cold]
fn invalid_time(_: OutOfRangeError) -> Error {
    Error::new(Call::TIMERFD_SETTIME, Errno::INVAL)
}

// SAFETY: owns the descriptor and never replaces it.
unsafe impl EventSource for TimerFd {
    type Event<'b> = Event;

    /// This method does not use the buffer, which may be empty. The handler is not called if the
    /// read returns 0 bytes because the clock was set back after the expiration.
    fn read_events_with<'b>(
        &'b self,
        _buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        event(self.as_fd(), raw::read(self.as_fd()))?.into_iter().for_each(handler);
        Ok(())
    }
}
