//! The conversion of the values of options.

use core::time::Duration;

use super::raw;
use crate::error::Result;
use crate::fd::BorrowedFd;
use crate::net::plain::{self, Plain};

/// `struct linger`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Linger {
    pub(super) onoff: i32,
    pub(super) linger: i32,
}

layout! { Linger: size 8, align 4, onoff at 0, linger at 4 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for Linger {}

/// `struct __kernel_old_timeval`: a timeout. With zero, calls wait indefinitely.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Timeval {
    pub(super) seconds: i64,
    pub(super) microseconds: i64,
}

layout! { Timeval: size 16, align 8, seconds at 0, microseconds at 8 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for Timeval {}

/// A duration is rounded up to at least a microsecond, because calls wait indefinitely with zero.
impl From<Option<Duration>> for Timeval {
    fn from(timeout: Option<Duration>) -> Self {
        let Some(timeout) = timeout else { return Self { seconds: 0, microseconds: 0 } };
        let timeout = timeout.max(Duration::from_micros(1));
        let timeout = timeout.saturating_add(Duration::from_nanos(999));
        Self {
            seconds: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            microseconds: timeout.subsec_micros().into(),
        }
    }
}

impl From<Timeval> for Option<Duration> {
    fn from(timeout: Timeval) -> Self {
        let seconds = Duration::from_secs(timeout.seconds.max(0).cast_unsigned());
        let microseconds = Duration::from_micros(timeout.microseconds.max(0).cast_unsigned());
        let timeout = seconds.saturating_add(microseconds);
        (!timeout.is_zero()).then_some(timeout)
    }
}

/// The maximum of the options whose value is a duration.
const MAX_VALUE: u32 = 0x7FFF_FFFF;

/// Rounds a duration up to whole seconds. Returns at most `i32::MAX`.
pub(super) fn ceil_to_secs(duration: Duration) -> u32 {
    let more = u64::from(duration.subsec_nanos() > 0);
    let seconds = duration.as_secs().saturating_add(more);
    u32::try_from(seconds).unwrap_or(MAX_VALUE).min(MAX_VALUE)
}

/// Rounds a duration up to whole milliseconds. Returns at most `i32::MAX`.
pub(super) fn ceil_to_millis(duration: Duration) -> u32 {
    let more = u64::from(duration.subsec_nanos().div_ceil(1_000_000));
    let millis = duration.as_secs().saturating_mul(1000).saturating_add(more);
    u32::try_from(millis).unwrap_or(MAX_VALUE).min(MAX_VALUE)
}

/// Reads an option whose value is a `T`. Returns `initial` if the kernel returns a success without
/// a value.
///
/// # Safety
///
/// The kernel must write only the value for this option.
#[inline]
pub(super) unsafe fn get<T: Plain>(
    socket: BorrowedFd<'_>,
    level: u32,
    name: u32,
    mut initial: T,
) -> Result<T> {
    let start = core::ptr::from_mut(&mut initial).cast();
    // SAFETY: the bytes of the value, which is exclusively borrowed; every bit pattern is a value.
    let bytes = unsafe { core::slice::from_raw_parts_mut(start, size_of::<T>()) };
    // SAFETY: upheld by the caller.
    unsafe { raw::getsockopt(socket, level, name, bytes) }?;
    Ok(initial)
}

/// Sets an option whose value is a `T`.
///
/// # Safety
///
/// The kernel must read only the value for this option, and the option must not make other calls
/// unsafe.
#[inline]
pub(super) unsafe fn set<T: Plain>(
    socket: BorrowedFd<'_>,
    level: u32,
    name: u32,
    value: T,
) -> Result<()> {
    // SAFETY: upheld by the caller.
    unsafe { raw::setsockopt(socket, level, name, plain::bytes_of(&value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeval_from_rounds_a_timeout_up_and_is_zero_only_for_none() {
        let convert = |timeout| {
            let Timeval { seconds, microseconds } = Timeval::from(timeout);
            (seconds, microseconds)
        };
        assert_eq!(convert(None), (0, 0));
        for (nanoseconds, expected) in
            [(0, (0, 1)), (1, (0, 1)), (1000, (0, 1)), (1001, (0, 2)), (999_999_001, (1, 0))]
        {
            assert_eq!(convert(Some(Duration::from_nanos(nanoseconds))), expected);
        }
        assert_eq!(convert(Some(Duration::MAX)), (i64::MAX, 999_999));
    }

    #[test]
    fn timeval_into_duration_is_none_only_for_zero() {
        let convert =
            |seconds, microseconds| Option::<Duration>::from(Timeval { seconds, microseconds });
        assert_eq!(convert(0, 0), None);
        assert_eq!(convert(1, 500_000), Some(Duration::from_millis(1500)));
        assert_eq!(convert(-1, -1), None);
    }

    #[test]
    fn ceil_to_secs_and_millis_round_up_to_whole_units() {
        for (duration, seconds, millis) in [
            (Duration::ZERO, 0, 0),
            (Duration::from_nanos(1), 1, 1),
            (Duration::from_millis(1), 1, 1),
            (Duration::from_micros(1001), 1, 2),
            (Duration::from_secs(1), 1, 1000),
            (Duration::new(1, 999_000_001), 2, 2000),
            (Duration::from_secs(i32::MAX as u64 - 1), MAX_VALUE - 1, MAX_VALUE),
            (Duration::from_secs(u32::MAX.into()), MAX_VALUE, MAX_VALUE),
            (Duration::MAX, MAX_VALUE, MAX_VALUE),
        ] {
            assert_eq!((ceil_to_secs(duration), ceil_to_millis(duration)), (seconds, millis));
        }
    }
}
