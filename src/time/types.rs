//! Points in time, and clocks.

use core::fmt;
use core::time::Duration;

use crate::error::Result;

/// `struct timespec`: a point in time or a duration, in seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "timespec")]
#[repr(C)]
pub struct Timespec {
    /// Whole seconds.
    #[doc(alias = "tv_sec")]
    pub seconds: i64,
    /// Nanoseconds in addition to `seconds`. The kernel accepts only values in `0..=999_999_999`.
    #[doc(alias = "tv_nsec")]
    pub nanoseconds: i64,
}

layout! { Timespec: size 16, align 8, seconds at 0, nanoseconds at 8 }

impl Timespec {
    /// Converts a duration to a `Timespec`. Returns the longest `Timespec` if the duration is too
    /// long to be represented.
    #[inline]
    #[must_use]
    pub const fn saturating_from(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        if seconds > i64::MAX as u64 {
            return Self { seconds: i64::MAX, nanoseconds: 999_999_999 };
        }
        Self { seconds: seconds as i64, nanoseconds: duration.subsec_nanos() as i64 }
    }

    /// Adds a duration to a time. Returns `None` if the result cannot be represented, or if
    /// `nanoseconds` is not in `0..=999_999_999`.
    #[must_use]
    pub const fn checked_add(self, duration: Duration) -> Option<Self> {
        self.with_offset(
            self.seconds.checked_add_unsigned(duration.as_secs()),
            duration.subsec_nanos() as i64,
        )
    }

    /// Subtracts a duration from a time. A negative result is a time before the zero point of the
    /// clock.
    ///
    /// Returns `None` if the result cannot be represented, or if `nanoseconds` is not in
    /// `0..=999_999_999`.
    #[must_use]
    pub const fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.with_offset(
            self.seconds.checked_sub_unsigned(duration.as_secs()),
            -(duration.subsec_nanos() as i64),
        )
    }

    /// Replaces the seconds of a time, and adds `offset` nanoseconds, which are less than a second
    /// and may be negative.
    const fn with_offset(self, seconds: Option<i64>, offset: i64) -> Option<Self> {
        let (0..NANOS_PER_SEC, Some(seconds)) = (self.nanoseconds, seconds) else { return None };
        let nanoseconds = self.nanoseconds + offset;
        match seconds.checked_add(nanoseconds.div_euclid(NANOS_PER_SEC)) {
            Some(seconds) => {
                Some(Self { seconds, nanoseconds: nanoseconds.rem_euclid(NANOS_PER_SEC) })
            }
            None => None,
        }
    }
}

const NANOS_PER_SEC: i64 = 1_000_000_000;

/// The error of a conversion between [`Timespec`] and [`Duration`] if the target type cannot
/// represent the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutOfRangeError;

impl fmt::Display for OutOfRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is negative or too long")
    }
}

impl core::error::Error for OutOfRangeError {}

impl TryFrom<Duration> for Timespec {
    type Error = OutOfRangeError;

    #[inline]
    fn try_from(duration: Duration) -> Result<Self, OutOfRangeError> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| OutOfRangeError)?;
        Ok(Self { seconds, nanoseconds: duration.subsec_nanos().into() })
    }
}

impl TryFrom<Timespec> for Duration {
    type Error = OutOfRangeError;

    #[inline]
    fn try_from(time: Timespec) -> Result<Self, OutOfRangeError> {
        match (u64::try_from(time.seconds), u32::try_from(time.nanoseconds)) {
            (Ok(seconds), Ok(nanoseconds @ 0..=999_999_999)) => Ok(Self::new(seconds, nanoseconds)),
            _ => Err(OutOfRangeError),
        }
    }
}

/// A clock of the kernel.
///
/// The enum contains the clocks whose numbers are constants on all supported kernels. It does not
/// contain the clocks whose numbers are composed at run time: a clock of a device, such as a PTP
/// clock, from a descriptor, and a clock of the CPU time of another process or thread from its ID.
/// It also does not contain the auxiliary clocks (`CLOCK_AUX`) of Linux 6.17.
#[doc(alias = "clockid_t")]
#[doc(alias = "ClockId")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Clock {
    /// `CLOCK_REALTIME` - the time of day: the time since 1970-01-01 00:00:00 UTC. The clock can be
    /// set.
    #[doc(alias = "CLOCK_REALTIME")]
    Realtime = 0,
    /// `CLOCK_MONOTONIC` - the time since an unspecified point (on Linux, system boot), without the
    /// time during which the system was suspended. The clock cannot be set.
    #[doc(alias = "CLOCK_MONOTONIC")]
    Monotonic = 1,
    /// `CLOCK_PROCESS_CPUTIME_ID` - the CPU time that all threads of the process have used.
    #[doc(alias = "CLOCK_PROCESS_CPUTIME_ID")]
    ProcessCpu = 2,
    /// `CLOCK_THREAD_CPUTIME_ID` - the CPU time that the calling thread has used.
    #[doc(alias = "CLOCK_THREAD_CPUTIME_ID")]
    ThreadCpu = 3,
    /// `CLOCK_MONOTONIC_RAW` - like `Monotonic`, but without the frequency adjustments of NTP.
    /// Since Linux 2.6.28.
    #[doc(alias = "CLOCK_MONOTONIC_RAW")]
    MonotonicRaw = 4,
    /// `CLOCK_REALTIME_COARSE` - like `Realtime`, but with a lower resolution, and faster to read.
    /// Since Linux 2.6.32.
    #[doc(alias = "CLOCK_REALTIME_COARSE")]
    RealtimeCoarse = 5,
    /// `CLOCK_MONOTONIC_COARSE` - like `Monotonic`, but with a lower resolution, and faster to
    /// read. Since Linux 2.6.32.
    #[doc(alias = "CLOCK_MONOTONIC_COARSE")]
    MonotonicCoarse = 6,
    /// `CLOCK_BOOTTIME` - like `Monotonic`, but including the time during which the system was
    /// suspended. Since Linux 2.6.39.
    #[doc(alias = "CLOCK_BOOTTIME")]
    Boottime = 7,
    /// `CLOCK_REALTIME_ALARM` - like `Realtime`, but a timer of this clock wakes a suspended
    /// system. Since Linux 3.0.
    #[doc(alias = "CLOCK_REALTIME_ALARM")]
    RealtimeAlarm = 8,
    /// `CLOCK_BOOTTIME_ALARM` - like `Boottime`, but a timer of this clock wakes a suspended
    /// system. Since Linux 3.0.
    #[doc(alias = "CLOCK_BOOTTIME_ALARM")]
    BoottimeAlarm = 9,
    /// `CLOCK_TAI` - like `Realtime`, but without leap seconds (International Atomic Time). Since
    /// Linux 3.10.
    #[doc(alias = "CLOCK_TAI")]
    Tai = 11,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespec_saturating_from_returns_longest_timespec_if_duration_is_too_long() {
        let longest = Timespec { seconds: i64::MAX, nanoseconds: 999_999_999 };
        assert_eq!(Timespec::saturating_from(Duration::MAX), longest);
        let second = Timespec::saturating_from(Duration::new(1, 5));
        assert_eq!(second, Timespec { seconds: 1, nanoseconds: 5 });
    }

    #[test]
    fn timespec_conversion_fails_if_time_is_out_of_range() {
        assert_eq!(Timespec::try_from(Duration::MAX), Err(OutOfRangeError));
        for duration in
            [Duration::ZERO, Duration::new(5, 999_999_999), Duration::from_secs(i64::MAX as u64)]
        {
            assert_eq!(Timespec::try_from(duration).unwrap().try_into(), Ok(duration));
        }
        for (seconds, nanoseconds) in [(-1, 0), (0, -1), (0, 1_000_000_000), (i64::MIN, i64::MIN)] {
            assert_eq!(Duration::try_from(Timespec { seconds, nanoseconds }), Err(OutOfRangeError));
        }
        assert_eq!(OutOfRangeError.to_string(), "the time is negative or too long");
    }

    #[test]
    fn timespec_checked_add_and_checked_sub_carry_nanoseconds_and_return_none_on_overflow() {
        let at = |seconds, nanoseconds| Timespec { seconds, nanoseconds };
        let add = |time: Timespec, seconds, nanoseconds| {
            time.checked_add(Duration::new(seconds, nanoseconds))
        };
        let sub = |time: Timespec, seconds, nanoseconds| {
            time.checked_sub(Duration::new(seconds, nanoseconds))
        };
        assert_eq!(add(at(1, 999_999_999), 2, 1), Some(at(4, 0)));
        assert_eq!(add(at(-1, 5), 0, 999_999_994), Some(at(-1, 999_999_999)));
        assert_eq!(sub(at(4, 0), 2, 1), Some(at(1, 999_999_999)));
        assert_eq!(sub(at(0, 0), 0, 1), Some(at(-1, 999_999_999)));
        let (first, last) = (at(i64::MIN, 0), at(i64::MAX, 999_999_999));
        assert_eq!((add(last, 0, 1), sub(first, 0, 1)), (None, None));
        assert_eq!((add(last, u64::MAX, 0), sub(first, u64::MAX, 0)), (None, None));
        assert_eq!(add(first, u64::MAX, 999_999_999), Some(last));
        assert_eq!(sub(last, u64::MAX, 999_999_999), Some(first));
        assert_eq!(sub(at(0, 0), 1 << 63, 0), Some(first));
        assert_eq!((sub(at(0, 0), 1 << 63, 1), add(at(0, 0), 1 << 63, 0)), (None, None));
        for invalid in [at(0, -1), at(0, 1_000_000_000), at(0, i64::MAX), at(0, i64::MIN)] {
            assert_eq!((add(invalid, 1, 1), sub(invalid, 1, 1)), (None, None));
        }
    }
}
