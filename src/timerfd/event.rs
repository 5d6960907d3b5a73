//! What a timer is asked for, and what it tells.

use core::time::Duration;

use super::{Itimerspec, SetFlags};
use crate::time::{OutOfRangeError, Timespec};

/// What a timer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Nothing.
    Disarmed,
    /// Goes off once.
    Once(Start),
    /// Goes off again and again, for the first time after one period.
    Every(Duration),
    /// Goes off again and again, with this period, for the first time then.
    EveryAfter(Start, Duration),
}

/// When a timer goes off for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// After this time; at once if it is zero.
    After(Duration),
    /// At this moment of the timer's clock; at once if it has passed. One before the clock's zero is out of range.
    At(Timespec),
}

impl Timer {
    /// Once, after this time.
    #[inline]
    #[must_use]
    pub const fn once(delay: Duration) -> Self {
        Self::Once(Start::After(delay))
    }

    /// Once, at this moment of the timer's clock.
    #[inline]
    #[must_use]
    pub const fn once_at(moment: Timespec) -> Self {
        Self::Once(Start::At(moment))
    }

    /// Again and again, for the first time after one period.
    #[inline]
    #[must_use]
    pub const fn every(period: Duration) -> Self {
        Self::Every(period)
    }

    /// Again and again, for the first time after this delay.
    #[inline]
    #[must_use]
    pub const fn every_after(delay: Duration, period: Duration) -> Self {
        Self::EveryAfter(Start::After(delay), period)
    }

    /// Again and again, for the first time at this moment of the timer's clock.
    #[inline]
    #[must_use]
    pub const fn every_from(moment: Timespec, period: Duration) -> Self {
        Self::EveryAfter(Start::At(moment), period)
    }

    /// What the kernel is given: a period of zero is none, and so out of range.
    #[inline]
    pub(super) fn to_kernel(self) -> Result<(SetFlags, Itimerspec), OutOfRangeError> {
        let period = |period: Duration| {
            if period.is_zero() { Err(OutOfRangeError) } else { Timespec::try_from(period) }
        };
        let (start, interval) = match self {
            Self::Disarmed => return Ok((SetFlags::empty(), Itimerspec::default())),
            Self::Once(start) => (start, Timespec::default()),
            Self::Every(every) => (Start::After(every), period(every)?),
            Self::EveryAfter(start, every) => (start, period(every)?),
        };
        let (flags, mut value) = match start {
            Start::After(delay) => (SetFlags::empty(), Timespec::try_from(delay)?),
            Start::At(moment) => (SetFlags::ABSTIME, moment),
        };
        if value == Timespec::default() {
            // The kernel would take it as no timer. One nanosecond is the least that is one.
            value.nanoseconds = 1;
        }
        Ok((flags, Itimerspec { interval, value }))
    }

    /// What the kernel tells: times from now, whatever the timer was set with.
    #[inline]
    pub(super) fn from_kernel(told: Itimerspec) -> Self {
        let [value, interval] =
            [told.value, told.interval].map(|time| Duration::try_from(time).unwrap_or_default());
        match (value.is_zero(), interval.is_zero()) {
            (true, _) => Self::Disarmed,
            (false, true) => Self::once(value),
            (false, false) => Self::every_after(value, interval),
        }
    }
}

/// What a read of a timer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ticks {
    /// It went off so many times since it was last read, or set.
    Expired(u64),
    /// The clock was set, or jumped, and the timer asked to be told.
    ///
    /// What went off before this was read is forgotten. A timer that did go off has stopped, one with a period too, and
    /// is to be set anew; one that did not goes on.
    ClockChanged,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Timespec = Timespec { seconds: 1, nanoseconds: 0 };
    const ZERO: Timespec = Timespec { seconds: 0, nanoseconds: 0 };
    const LEAST: Timespec = Timespec { seconds: 0, nanoseconds: 1 };

    fn kernel(timer: Timer) -> (u32, Timespec, Timespec) {
        let (flags, given) = timer.to_kernel().unwrap();
        (flags.bits(), given.value, given.interval)
    }

    #[test]
    fn each_timer_is_what_the_kernel_takes_for_it() {
        let second = Duration::from_secs(1);
        assert_eq!(kernel(Timer::Disarmed), (0, ZERO, ZERO));
        assert_eq!(kernel(Timer::once(second)), (0, SECOND, ZERO));
        assert_eq!(kernel(Timer::once_at(SECOND)), (1, SECOND, ZERO));
        assert_eq!(kernel(Timer::every(second)), (0, SECOND, SECOND));
        assert_eq!(kernel(Timer::every_from(SECOND, second)), (1, SECOND, SECOND));
    }

    #[test]
    fn no_delay_is_the_least_delay_and_no_period_is_refused() {
        let second = Duration::from_secs(1);
        assert_eq!(kernel(Timer::once(Duration::ZERO)), (0, LEAST, ZERO));
        assert_eq!(kernel(Timer::once_at(ZERO)), (1, LEAST, ZERO));
        assert_eq!(kernel(Timer::every_after(Duration::ZERO, second)), (0, LEAST, SECOND));
        assert_eq!(Timer::every(Duration::ZERO).to_kernel(), Err(OutOfRangeError));
        assert_eq!(Timer::every_after(second, Duration::ZERO).to_kernel(), Err(OutOfRangeError));
        assert_eq!(Timer::once(Duration::MAX).to_kernel(), Err(OutOfRangeError));
    }

    #[test]
    fn a_timer_prints_all_its_times() {
        let timer = Timer::every_after(Duration::new(1, 2), Duration::new(3, 4));
        assert_eq!(format!("{timer:?}"), "EveryAfter(After(1.000000002s), 3.000000004s)");
    }

    #[test]
    fn what_the_kernel_tells_is_a_timer() {
        let told = |value, interval| Timer::from_kernel(Itimerspec { interval, value });
        assert_eq!(told(ZERO, ZERO), Timer::Disarmed);
        assert_eq!(told(ZERO, SECOND), Timer::Disarmed);
        assert_eq!(told(SECOND, ZERO), Timer::once(Duration::from_secs(1)));
        assert_eq!(
            told(LEAST, SECOND),
            Timer::every_after(Duration::from_nanos(1), Duration::from_secs(1))
        );
        let hostile = Timespec { seconds: -1, nanoseconds: i64::MAX };
        assert_eq!(told(hostile, hostile), Timer::Disarmed);
    }
}
