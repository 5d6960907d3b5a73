//! Times, clocks and timeouts.
//!
//! | kernel call | function | since |
//! |---|---|---|
//! | `clock_gettime` | [`clock_gettime`] | 2.6.0 |
//!
//! [`Timespec`] is the kernel's representation of a point in time or a duration, and [`Timeout`] is
//! the maximum duration of a wait.

use core::fmt;
use core::mem::MaybeUninit;
use core::time::Duration;

use crate::error::{Call, Errno, ErrnoReason, Result, errno_reasons};
use crate::syscall::syscall;

/// `struct timespec`: a point in time or a duration, in seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "timespec")]
#[repr(C)]
pub struct Timespec {
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds in addition to `seconds`. The kernel accepts only values in `0..=999_999_999`.
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
#[doc(alias = "clockid_t")]
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

/// `clock_gettime(clockid, &time)` - returns the time of a clock.
///
/// # Errors
///
/// - `EINVAL`: the kernel does not have the clock; or the clock is an alarm clock, and the system
///   has no real-time clock (RTC) that can wake the system from suspension.
///
/// Since Linux 2.6.0; [clock_gettime(2)].
///
/// [clock_gettime(2)]: https://man7.org/linux/man-pages/man2/clock_gettime.2.html
#[inline]
pub fn clock_gettime(clock: Clock) -> Result<Timespec> {
    let mut now = MaybeUninit::<Timespec>::uninit();
    // SAFETY: the kernel writes one timespec and keeps nothing.
    unsafe { syscall!(Call::CLOCK_GETTIME, clock_gettime(clock as u32, now.as_mut_ptr())) }
        .unit()?;
    // SAFETY: the kernel has written the timespec, because the call has succeeded.
    Ok(unsafe { now.assume_init() })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CLOCK_GETTIME:
        INVAL => Unsupported "the kernel does not have the clock; or the clock is an alarm clock, \
            and the system has no real-time clock (RTC) that can wake the system from suspension";
};

/// The maximum duration of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// Waits indefinitely.
    Infinite,
    /// Does not wait: the call returns immediately.
    Zero,
    /// Waits at most for the given duration. Signals do not prolong the wait.
    After(Duration),
}

impl Timeout {
    /// Converts a timeout to the timeout argument of a system call, which is `None` (a null
    /// pointer) for an infinite wait.
    #[inline]
    pub(crate) const fn timespec(self) -> Option<Timespec> {
        match self {
            Self::Infinite => None,
            Self::Zero => Some(Timespec { seconds: 0, nanoseconds: 0 }),
            Self::After(duration) => Some(Timespec::saturating_from(duration)),
        }
    }

    /// Rounds a timeout up to a whole number of milliseconds.
    ///
    /// [`Epoll::wait`](crate::epoll::Epoll::wait) calls `epoll_pwait` if the timeout is a whole
    /// number of milliseconds, and otherwise `epoll_pwait2` (since Linux 5.11).
    #[must_use]
    pub const fn ceil_to_millis(self) -> Self {
        match self {
            Self::After(duration) => {
                let excess = duration.subsec_nanos() % 1_000_000;
                let missing = if excess == 0 { 0 } else { 1_000_000 - excess };
                Self::After(duration.saturating_add(Duration::from_nanos(missing as u64)))
            }
            infinite_or_zero => infinite_or_zero,
        }
    }
}

/// A duration of zero becomes [`Timeout::Zero`].
impl From<Duration> for Timeout {
    #[inline]
    fn from(duration: Duration) -> Self {
        if duration.is_zero() { Self::Zero } else { Self::After(duration) }
    }
}

/// `None` becomes [`Timeout::Infinite`].
impl From<Option<Duration>> for Timeout {
    #[inline]
    fn from(duration: Option<Duration>) -> Self {
        duration.map_or(Self::Infinite, Self::from)
    }
}

/// Calls `wait` with the remaining time, and calls it again after each interruption by a signal, so
/// that signals neither end nor prolong the wait.
///
/// Before a wait with a timeout, this function reads the clock, which is an additional system call.
/// The remaining time that some calls write back is not used, because it does not account for the
/// time that a signal handler runs.
pub(crate) fn wait_until_timeout<T>(
    timeout: Timeout,
    mut wait: impl FnMut(Timeout) -> Result<T>,
) -> Result<T> {
    let deadline = Deadline::of(timeout)?;
    let mut remaining = timeout;
    loop {
        match wait(remaining) {
            Err(error) if error.is(Errno::INTR) => {}
            result => return result,
        }
        if let Some(deadline) = deadline {
            remaining = deadline.remaining()?;
        }
    }
}

/// The time of the monotonic clock at which a wait ends.
#[derive(Clone, Copy)]
struct Deadline(Duration);

impl Deadline {
    /// Returns the deadline of a wait that begins now, or `None` if the timeout is infinite, zero
    /// or too long to be represented.
    #[inline]
    fn of(timeout: Timeout) -> Result<Option<Self>> {
        match timeout {
            Timeout::Infinite | Timeout::Zero => Ok(None),
            // `checked_add` returns `None` if the sum overflows: the clock never reaches that
            // deadline.
            Timeout::After(duration) => Ok(monotonic()?.checked_add(duration).map(Self)),
        }
    }

    /// Returns the time until the deadline, which is zero if the deadline has passed.
    fn remaining(self) -> Result<Timeout> {
        Ok(Timeout::from(self.0.saturating_sub(monotonic()?)))
    }
}

/// Returns the time of the monotonic clock, which never decreases and is never negative.
fn monotonic() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(Clock::Monotonic)?).unwrap_or_default())
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

    #[test]
    fn timeout_ceil_to_millis_rounds_up_to_whole_milliseconds() {
        let rounded = |nanos| Timeout::After(Duration::from_nanos(nanos)).ceil_to_millis();
        assert_eq!(rounded(0), Timeout::After(Duration::ZERO));
        assert_eq!(rounded(1), Timeout::After(Duration::from_millis(1)));
        assert_eq!(rounded(3_000_001), Timeout::After(Duration::from_millis(4)));
        assert_eq!(rounded(999_999_999), Timeout::After(Duration::from_secs(1)));
        assert_eq!(rounded(5_000_000), Timeout::After(Duration::from_millis(5)));
        assert_eq!(Timeout::After(Duration::MAX).ceil_to_millis(), Timeout::After(Duration::MAX));
        assert_eq!(Timeout::Infinite.ceil_to_millis(), Timeout::Infinite);
    }

    #[test]
    #[cfg_attr(miri, ignore = "makes system calls")]
    fn wait_until_timeout_retries_with_remaining_time_after_eintr() {
        let mut calls = 0;
        let interrupted = |remaining| {
            calls += 1;
            match remaining {
                Timeout::Zero => Ok(calls),
                Timeout::After(left) if left <= Duration::from_millis(2) => {
                    Err(crate::Error::new(Call::PPOLL, Errno::INTR))
                }
                other => panic!("the remaining time should be at most 2 ms: {other:?}"),
            }
        };
        let calls = wait_until_timeout(Timeout::After(Duration::from_millis(2)), interrupted);
        assert!(calls.unwrap() > 1);
        let failed = wait_until_timeout(Timeout::Infinite, |remaining| {
            assert_eq!(remaining, Timeout::Infinite);
            Err::<(), _>(crate::Error::new(Call::PPOLL, Errno::NOMEM))
        });
        assert_eq!(failed.unwrap_err().errno(), Errno::NOMEM);
    }

    #[test]
    fn timeout_from_none_is_infinite() {
        assert_eq!(Timeout::from(None), Timeout::Infinite);
        assert_eq!(Timeout::from(Some(Duration::ZERO)), Timeout::Zero);
        assert_eq!(Timeout::from(Duration::MAX), Timeout::After(Duration::MAX));
    }
}
