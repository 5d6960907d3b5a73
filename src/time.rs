//! Times as the kernel takes them, and how long a wait may last.

use core::fmt;
use core::mem::MaybeUninit;
use core::time::Duration;

use crate::error::Call;
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
}

/// A time is beyond what the other type can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time is negative, or beyond what can be held")
    }
}

impl core::error::Error for OutOfRange {}

impl TryFrom<Duration> for Timespec {
    type Error = OutOfRange;

    #[inline]
    fn try_from(duration: Duration) -> Result<Self, OutOfRange> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| OutOfRange)?;
        Ok(Self { seconds, nanoseconds: duration.subsec_nanos().into() })
    }
}

impl TryFrom<Timespec> for Duration {
    type Error = OutOfRange;

    #[inline]
    fn try_from(time: Timespec) -> Result<Self, OutOfRange> {
        match (u64::try_from(time.seconds), u32::try_from(time.nanoseconds)) {
            (Ok(seconds), Ok(nanoseconds @ 0..=999_999_999)) => Ok(Self::new(seconds, nanoseconds)),
            _ => Err(OutOfRange),
        }
    }
}

/// A clock of the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Clock {
    /// `CLOCK_REALTIME` - the time of day, as seconds since 1970; it can be set.
    Realtime = 0,
    /// `CLOCK_MONOTONIC` - the time since some moment before the machine started, without the time that it slept.
    Monotonic = 1,
    /// `CLOCK_PROCESS_CPUTIME_ID` - the processors' time that the process has used.
    ProcessCpu = 2,
    /// `CLOCK_THREAD_CPUTIME_ID` - the processors' time that the thread has used.
    ThreadCpu = 3,
    /// `CLOCK_MONOTONIC_RAW` - as `Monotonic`, but never slowed or sped up. Since Linux 2.6.28.
    MonotonicRaw = 4,
    /// `CLOCK_REALTIME_COARSE` - as `Realtime`, cheaper and coarser. Since Linux 2.6.32.
    RealtimeCoarse = 5,
    /// `CLOCK_MONOTONIC_COARSE` - as `Monotonic`, cheaper and coarser. Since Linux 2.6.32.
    MonotonicCoarse = 6,
    /// `CLOCK_BOOTTIME` - as `Monotonic`, with the time that the machine slept. Since Linux 2.6.39.
    Boottime = 7,
    /// `CLOCK_REALTIME_ALARM` - as `Realtime`; a timer on it wakes the machine. Since Linux 3.0.
    RealtimeAlarm = 8,
    /// `CLOCK_BOOTTIME_ALARM` - as `Boottime`; a timer on it wakes the machine. Since Linux 3.0.
    BoottimeAlarm = 9,
    /// `CLOCK_TAI` - as `Realtime`, without leap seconds. Since Linux 3.10.
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
    unsafe { syscall!(Call::CLOCK_GETTIME, clock_gettime(clock as u32, now.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { now.assume_init() })
}

/// How long a wait may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// Until there is something.
    Never,
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
            Self::Never => None,
            Self::Zero => Some(Timespec { seconds: 0, nanoseconds: 0 }),
            Self::After(duration) => Some(Timespec::saturating_from(duration)),
        }
    }

    /// The time up to whole milliseconds: a wait for it works on every Linux, where a finer one may take a newer call.
    #[must_use]
    pub const fn in_milliseconds(self) -> Self {
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

/// `None` is [`Timeout::Never`].
impl From<Option<Duration>> for Timeout {
    #[inline]
    fn from(duration: Option<Duration>) -> Self {
        duration.map_or(Self::Never, Self::from)
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
            Timeout::Never | Timeout::Zero => Ok(None),
            // A moment beyond all clocks does not come.
            Timeout::After(duration) => Ok(monotonic()?.checked_add(duration).map(Self)),
        }
    }

    /// How much is left: nothing when the moment has passed.
    pub(crate) fn left(self) -> crate::Result<Timeout> {
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
        assert_eq!(Timespec::try_from(Duration::MAX), Err(OutOfRange));
        for duration in [Duration::ZERO, Duration::new(5, 999_999_999), Duration::from_secs(i64::MAX as u64)] {
            assert_eq!(Timespec::try_from(duration).unwrap().try_into(), Ok(duration));
        }
        for (seconds, nanoseconds) in [(-1, 0), (0, -1), (0, 1_000_000_000), (i64::MIN, i64::MIN)] {
            assert_eq!(Duration::try_from(Timespec { seconds, nanoseconds }), Err(OutOfRange));
        }
    }

    #[test]
    fn milliseconds_are_rounded_up() {
        let rounded = |nanos| Timeout::After(Duration::from_nanos(nanos)).in_milliseconds();
        assert_eq!(rounded(0), Timeout::After(Duration::ZERO));
        assert_eq!(rounded(1), Timeout::After(Duration::from_millis(1)));
        assert_eq!(rounded(3_000_001), Timeout::After(Duration::from_millis(4)));
        assert_eq!(rounded(999_999_999), Timeout::After(Duration::from_secs(1)));
        assert_eq!(rounded(5_000_000), Timeout::After(Duration::from_millis(5)));
        assert_eq!(Timeout::After(Duration::MAX).in_milliseconds(), Timeout::After(Duration::MAX));
        assert_eq!(Timeout::Never.in_milliseconds(), Timeout::Never);
    }

    #[test]
    fn no_duration_is_never() {
        assert_eq!(Timeout::from(None), Timeout::Never);
        assert_eq!(Timeout::from(Some(Duration::ZERO)), Timeout::Zero);
        assert_eq!(Timeout::from(Duration::MAX), Timeout::After(Duration::MAX));
    }
}
