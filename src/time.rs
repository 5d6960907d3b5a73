//! Times as the kernel takes them, and how long a wait may last.

use core::fmt;
use core::mem::MaybeUninit;
use core::time::Duration;

use crate::error::{Call, ErrnoReason, errno_reasons};
use crate::syscall::syscall;

/// `struct timespec`: seconds, and nanoseconds within them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(C)]
pub struct Timespec {
    /// Whole seconds.
    pub seconds: i64,
    /// Nanoseconds beyond them, `0..=999_999_999` where the kernel is to take it.
    pub nanoseconds: i64,
}

layout! { Timespec: size 16, align 8, seconds at 0, nanoseconds at 8 }

impl Timespec {
    /// A duration as a timespec; beyond what a timespec can hold, the longest.
    #[inline]
    #[must_use]
    pub const fn saturating_from(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        if seconds > i64::MAX as u64 {
            return Self { seconds: i64::MAX, nanoseconds: 999_999_999 };
        }
        Self { seconds: seconds as i64, nanoseconds: duration.subsec_nanos() as i64 }
    }

    /// The moment so much later; `None` beyond the last that a timespec can hold, and where the nanoseconds are not
    /// within a second.
    #[must_use]
    pub const fn checked_add(self, duration: Duration) -> Option<Self> {
        self.moved(
            self.seconds.checked_add_unsigned(duration.as_secs()),
            duration.subsec_nanos() as i64,
        )
    }

    /// The moment so much earlier, which may be before the clock's zero; `None` beyond the first that a timespec can
    /// hold, and where the nanoseconds are not within a second.
    #[must_use]
    pub const fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.moved(
            self.seconds.checked_sub_unsigned(duration.as_secs()),
            -(duration.subsec_nanos() as i64),
        )
    }

    /// The moment of these seconds, and so many nanoseconds, less than a second, later.
    const fn moved(self, seconds: Option<i64>, by: i64) -> Option<Self> {
        let (0..NANOSECONDS, Some(seconds)) = (self.nanoseconds, seconds) else { return None };
        let nanoseconds = self.nanoseconds + by;
        match seconds.checked_add(nanoseconds.div_euclid(NANOSECONDS)) {
            Some(seconds) => {
                Some(Self { seconds, nanoseconds: nanoseconds.rem_euclid(NANOSECONDS) })
            }
            None => None,
        }
    }
}

/// So many are a second.
const NANOSECONDS: i64 = 1_000_000_000;

/// A time is beyond what the other type can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutOfRangeError;

impl fmt::Display for OutOfRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is negative, or beyond what can be held")
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

/// A clock of the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Clock {
    /// `CLOCK_REALTIME` - the time of day, as seconds since 1970; it can be set.
    #[doc(alias = "CLOCK_REALTIME")]
    Realtime = 0,
    /// `CLOCK_MONOTONIC` - the time since some moment before the machine started, without the time that it slept.
    #[doc(alias = "CLOCK_MONOTONIC")]
    Monotonic = 1,
    /// `CLOCK_PROCESS_CPUTIME_ID` - the processors' time that the process has used.
    #[doc(alias = "CLOCK_PROCESS_CPUTIME_ID")]
    ProcessCpu = 2,
    /// `CLOCK_THREAD_CPUTIME_ID` - the processors' time that the thread has used.
    #[doc(alias = "CLOCK_THREAD_CPUTIME_ID")]
    ThreadCpu = 3,
    /// `CLOCK_MONOTONIC_RAW` - as `Monotonic`, but never slowed or sped up. Since Linux 2.6.28.
    #[doc(alias = "CLOCK_MONOTONIC_RAW")]
    MonotonicRaw = 4,
    /// `CLOCK_REALTIME_COARSE` - as `Realtime`, cheaper and coarser. Since Linux 2.6.32.
    #[doc(alias = "CLOCK_REALTIME_COARSE")]
    RealtimeCoarse = 5,
    /// `CLOCK_MONOTONIC_COARSE` - as `Monotonic`, cheaper and coarser. Since Linux 2.6.32.
    #[doc(alias = "CLOCK_MONOTONIC_COARSE")]
    MonotonicCoarse = 6,
    /// `CLOCK_BOOTTIME` - as `Monotonic`, with the time that the machine slept. Since Linux 2.6.39.
    #[doc(alias = "CLOCK_BOOTTIME")]
    Boottime = 7,
    /// `CLOCK_REALTIME_ALARM` - as `Realtime`; a timer on it wakes the machine. Since Linux 3.0.
    #[doc(alias = "CLOCK_REALTIME_ALARM")]
    RealtimeAlarm = 8,
    /// `CLOCK_BOOTTIME_ALARM` - as `Boottime`; a timer on it wakes the machine. Since Linux 3.0.
    #[doc(alias = "CLOCK_BOOTTIME_ALARM")]
    BoottimeAlarm = 9,
    /// `CLOCK_TAI` - as `Realtime`, without leap seconds. Since Linux 3.10.
    #[doc(alias = "CLOCK_TAI")]
    Tai = 11,
}

/// `clock_gettime(clockid, &time)` - what a clock says.
///
/// # Errors
///
/// `EINVAL` - the kernel does not have the clock; an alarm clock takes a real-time clock in the machine.
///
/// Since Linux 2.6.0; `clock_gettime`(2).
#[inline]
pub fn clock_gettime(clock: Clock) -> crate::Result<Timespec> {
    let mut now = MaybeUninit::<Timespec>::uninit();
    // SAFETY: the kernel writes one timespec and keeps nothing.
    unsafe { syscall!(Call::CLOCK_GETTIME, clock_gettime(clock as u32, now.as_mut_ptr())) }
        .unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { now.assume_init() })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CLOCK_GETTIME:
        INVAL => Unsupported "the kernel does not have the clock; or it is an alarm clock, and the machine has no clock \
            that runs while it sleeps";
};

/// How long a wait may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// Until there is something.
    Infinite,
    /// Not at all: only look.
    Zero,
    /// This long, whatever signals come in between.
    After(Duration),
}

impl Timeout {
    /// The time as the kernel's calls take one; none is for ever.
    #[inline]
    pub(crate) const fn timespec(self) -> Option<Timespec> {
        match self {
            Self::Infinite => None,
            Self::Zero => Some(Timespec { seconds: 0, nanoseconds: 0 }),
            Self::After(duration) => Some(Timespec::saturating_from(duration)),
        }
    }

    /// The time up to whole milliseconds: a wait for it works on every Linux, where a finer one may take a newer call.
    #[must_use]
    pub const fn ceil_to_millis(self) -> Self {
        match self {
            Self::After(duration) => {
                let beyond = duration.subsec_nanos() % 1_000_000;
                let missing = if beyond == 0 { 0 } else { 1_000_000 - beyond };
                Self::After(duration.saturating_add(Duration::from_nanos(missing as u64)))
            }
            never_or_zero => never_or_zero,
        }
    }
}

/// No time at all is [`Timeout::Zero`].
impl From<Duration> for Timeout {
    #[inline]
    fn from(duration: Duration) -> Self {
        if duration.is_zero() { Self::Zero } else { Self::After(duration) }
    }
}

/// `None` is [`Timeout::Infinite`].
impl From<Option<Duration>> for Timeout {
    #[inline]
    fn from(duration: Option<Duration>) -> Self {
        duration.map_or(Self::Infinite, Self::from)
    }
}

/// The moment at which a wait ends, so that it can go on after a signal for just as long as is left.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Duration);

impl Deadline {
    /// When a wait that begins now ends; `None` if it does not, or only looks.
    #[inline]
    pub(crate) fn of(timeout: Timeout) -> crate::Result<Option<Self>> {
        match timeout {
            Timeout::Infinite | Timeout::Zero => Ok(None),
            // A moment beyond all clocks does not come.
            Timeout::After(duration) => Ok(monotonic()?.checked_add(duration).map(Self)),
        }
    }

    /// How much is left: nothing when the moment has passed.
    pub(crate) fn remaining(self) -> crate::Result<Timeout> {
        Ok(Timeout::from(self.0.saturating_sub(monotonic()?)))
    }
}

/// What the monotonic clock says; it never goes back, and began before the machine started.
fn monotonic() -> crate::Result<Duration> {
    Ok(Duration::try_from(clock_gettime(Clock::Monotonic)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_beyond_the_kernels_range_is_the_longest() {
        let longest = Timespec { seconds: i64::MAX, nanoseconds: 999_999_999 };
        assert_eq!(Timespec::saturating_from(Duration::MAX), longest);
        let second = Timespec::saturating_from(Duration::new(1, 5));
        assert_eq!(second, Timespec { seconds: 1, nanoseconds: 5 });
    }

    #[test]
    fn what_does_not_fit_is_an_error_both_ways() {
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
    fn moments_are_counted_on_from() {
        let at = |seconds, nanoseconds| Timespec { seconds, nanoseconds };
        let add = |moment: Timespec, seconds, nanoseconds| {
            moment.checked_add(Duration::new(seconds, nanoseconds))
        };
        let sub = |moment: Timespec, seconds, nanoseconds| {
            moment.checked_sub(Duration::new(seconds, nanoseconds))
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
        for no_moment in [at(0, -1), at(0, 1_000_000_000), at(0, i64::MAX), at(0, i64::MIN)] {
            assert_eq!((add(no_moment, 1, 1), sub(no_moment, 1, 1)), (None, None));
        }
    }

    #[test]
    fn milliseconds_are_rounded_up() {
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
    fn no_duration_is_never() {
        assert_eq!(Timeout::from(None), Timeout::Infinite);
        assert_eq!(Timeout::from(Some(Duration::ZERO)), Timeout::Zero);
        assert_eq!(Timeout::from(Duration::MAX), Timeout::After(Duration::MAX));
    }
}
