//! The maximum duration of a wait.

use core::time::Duration;

use super::{Clock, Timespec, clock_gettime};
use crate::error::{Errno, Result};

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
    use crate::error::Call;

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
