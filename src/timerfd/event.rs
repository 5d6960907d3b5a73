//! The settings of a timer, and the events that are read from a timer.

use core::time::Duration;

use super::{Itimerspec, SetFlags};
use crate::time::{OutOfRangeError, Timespec};

/// The setting of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The timer does not expire.
    Disarmed,
    /// The timer expires once.
    OneShot(Start),
    /// The timer expires repeatedly.
    Periodic {
        /// The time of the first expiration.
        first: Start,
        /// The time between two expirations. Setting a timer with a period of zero fails with
        /// `EINVAL`.
        period: Duration,
    },
}

/// The time of the first expiration of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// The timer first expires after this delay. A timer with a delay of zero expires immediately.
    After(Duration),
    /// The timer first expires at this absolute time of its clock. If the time is in the past, the
    /// timer expires immediately. Setting a timer with a negative time fails with `EINVAL`.
    At(Timespec),
}

impl Timer {
    /// Creates the setting of a timer that expires once, after a delay.
    #[inline]
    #[must_use]
    pub const fn once(delay: Duration) -> Self {
        Self::OneShot(Start::After(delay))
    }

    /// Creates the setting of a timer that expires once, at an absolute time of the timer's clock.
    #[inline]
    #[must_use]
    pub const fn once_at(time: Timespec) -> Self {
        Self::OneShot(Start::At(time))
    }

    /// Creates the setting of a timer that expires repeatedly, for the first time after one period.
    #[inline]
    #[must_use]
    pub const fn every(period: Duration) -> Self {
        Self::every_after(period, period)
    }

    /// Creates the setting of a timer that expires repeatedly, for the first time after a delay.
    #[inline]
    #[must_use]
    pub const fn every_after(delay: Duration, period: Duration) -> Self {
        Self::Periodic { first: Start::After(delay), period }
    }

    /// Creates the setting of a timer that expires repeatedly, for the first time at an absolute
    /// time of the timer's clock.
    #[inline]
    #[must_use]
    pub const fn every_from(time: Timespec, period: Duration) -> Self {
        Self::Periodic { first: Start::At(time), period }
    }

    /// Converts the setting to the arguments of `timerfd_settime`. Fails if the period of a
    /// periodic timer is zero, because the kernel would set a timer that expires once.
    #[inline]
    pub(super) fn to_kernel(self) -> Result<(SetFlags, Itimerspec), OutOfRangeError> {
        let (start, interval) = match self {
            Self::Disarmed => return Ok((SetFlags::empty(), Itimerspec::default())),
            Self::OneShot(start) => (start, Timespec::default()),
            Self::Periodic { period: Duration::ZERO, .. } => return Err(OutOfRangeError),
            Self::Periodic { first, period } => (first, Timespec::try_from(period)?),
        };
        let (flags, mut value) = match start {
            Start::After(delay) => (SetFlags::empty(), Timespec::try_from(delay)?),
            Start::At(time) => (SetFlags::ABSTIME, time),
        };
        if value == Timespec::default() {
            // A value of zero would disarm the timer. One nanosecond is the smallest value that
            // does not disarm the timer.
            value.nanoseconds = 1;
        }
        Ok((flags, Itimerspec { interval, value }))
    }

    /// Converts a setting that the kernel returned. The times of the setting are relative to the
    /// current time, even if the timer was set to an absolute time.
    ///
    /// The kernel can return a `value` of zero for a periodic timer that is due, but whose
    /// expiration has not yet been processed. A timer is therefore disarmed only if its `interval`
    /// is also zero: this crate disarms a timer by setting `value` and `interval` to zero.
    #[inline]
    pub(super) fn from_kernel(setting: Itimerspec) -> Self {
        let [value, interval] = [setting.value, setting.interval]
            .map(|time| Duration::try_from(time).unwrap_or_default());
        match (value, interval) {
            (Duration::ZERO, Duration::ZERO) => Self::Disarmed,
            (value, Duration::ZERO) => Self::once(value),
            (value, interval) => Self::every_after(value, interval),
        }
    }
}

/// The result of reading a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The number of expirations since the timer was last read or set.
    Expired(u64),
    /// The clock was changed discontinuously, for example by `clock_settime`. This event is
    /// reported only after [`set_cancel_on_set`](super::TimerFd::set_cancel_on_set).
    ///
    /// Expirations that were not read before this event are discarded. A timer that had expired is
    /// stopped, even if the timer is periodic, and must be set again. A timer that had not expired
    /// continues to run.
    ClockChanged,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Timespec = Timespec { seconds: 1, nanoseconds: 0 };
    const ZERO: Timespec = Timespec { seconds: 0, nanoseconds: 0 };
    const LEAST: Timespec = Timespec { seconds: 0, nanoseconds: 1 };

    fn kernel(timer: Timer) -> (u32, Timespec, Timespec) {
        let (flags, setting) = timer.to_kernel().unwrap();
        (flags.bits(), setting.value, setting.interval)
    }

    #[test]
    fn timer_to_kernel_converts_each_setting() {
        let second = Duration::from_secs(1);
        assert_eq!(kernel(Timer::Disarmed), (0, ZERO, ZERO));
        assert_eq!(kernel(Timer::once(second)), (0, SECOND, ZERO));
        assert_eq!(kernel(Timer::once_at(SECOND)), (1, SECOND, ZERO));
        assert_eq!(kernel(Timer::every(second)), (0, SECOND, SECOND));
        assert_eq!(kernel(Timer::every_from(SECOND, second)), (1, SECOND, SECOND));
    }

    #[test]
    fn timer_to_kernel_raises_zero_delay_to_one_nanosecond_and_rejects_zero_period() {
        let second = Duration::from_secs(1);
        assert_eq!(kernel(Timer::once(Duration::ZERO)), (0, LEAST, ZERO));
        assert_eq!(kernel(Timer::once_at(ZERO)), (1, LEAST, ZERO));
        assert_eq!(kernel(Timer::every_after(Duration::ZERO, second)), (0, LEAST, SECOND));
        assert_eq!(Timer::every(Duration::ZERO).to_kernel(), Err(OutOfRangeError));
        assert_eq!(Timer::every_after(second, Duration::ZERO).to_kernel(), Err(OutOfRangeError));
        assert_eq!(Timer::once(Duration::MAX).to_kernel(), Err(OutOfRangeError));
    }

    #[test]
    fn timer_debug_shows_all_times() {
        let timer = Timer::every_after(Duration::new(1, 2), Duration::new(3, 4));
        assert_eq!(
            format!("{timer:?}"),
            "Periodic { first: After(1.000000002s), period: 3.000000004s }"
        );
    }

    #[test]
    fn timer_from_kernel_converts_each_setting() {
        let timer = |value, interval| Timer::from_kernel(Itimerspec { interval, value });
        assert_eq!(timer(ZERO, ZERO), Timer::Disarmed);
        assert_eq!(timer(SECOND, ZERO), Timer::once(Duration::from_secs(1)));
        assert_eq!(
            timer(LEAST, SECOND),
            Timer::every_after(Duration::from_nanos(1), Duration::from_secs(1))
        );
        let invalid = Timespec { seconds: -1, nanoseconds: i64::MAX };
        assert_eq!(timer(invalid, invalid), Timer::Disarmed);
    }

    #[test]
    fn timer_from_kernel_returns_periodic_timer_if_only_value_is_zero() {
        let due = Timer::from_kernel(Itimerspec { interval: SECOND, value: ZERO });
        assert_eq!(due, Timer::every_after(Duration::ZERO, Duration::from_secs(1)));
        assert_eq!(kernel(due), (0, LEAST, SECOND), "a delay of zero should become one nanosecond");
    }
}
