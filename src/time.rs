//! Times as the kernel takes them, and how long a wait may last.

use core::mem::MaybeUninit;
use core::time::Duration;

use crate::error::{Call, Result};
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
    /// This long from now; `None` if that is beyond all clocks.
    pub(crate) fn after(duration: Duration) -> Result<Option<Self>> {
        Ok(monotonic()?.checked_add(duration).map(Self))
    }

    /// How much is left: zero when the moment has passed.
    pub(crate) fn left(self) -> Result<Duration> {
        Ok(self.0.saturating_sub(monotonic()?))
    }
}

/// The time since the machine started, without the time that it slept.
fn monotonic() -> Result<Duration> {
    const CLOCK_MONOTONIC: u32 = 1;
    let mut now = MaybeUninit::<Timespec>::uninit();
    // SAFETY: the kernel writes one timespec and keeps nothing.
    unsafe { syscall!(Call::CLOCK_GETTIME, clock_gettime(CLOCK_MONOTONIC, now.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    let now = unsafe { now.assume_init() };
    Ok(Duration::new(now.seconds.unsigned_abs(), now.nanoseconds as u32))
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
