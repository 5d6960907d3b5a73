//! Suspending the calling thread for some time.

use core::ptr;
use core::time::Duration;

use super::{Clock, Timespec, clock_gettime};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::io;
use crate::syscall::syscall;

/// Makes the request of `clock_nanosleep` an absolute time.
const TIMER_ABSTIME: u32 = 1;

/// `nanosleep(&duration, &remaining)` - suspends the calling thread for a duration, which is
/// measured by the monotonic clock.
///
/// If a signal handler interrupts the sleep, the call fails with `EINTR`, and stores the remaining
/// duration in `remaining`, to which the kernel adds the timer slack of the thread (50 microseconds
/// by default). [`sleep`] continues to sleep after a signal.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the duration is negative, or `nanoseconds` is not in `0..=999_999_999`.
///
/// Since Linux 2.0; [nanosleep(2)].
///
/// [nanosleep(2)]: https://man7.org/linux/man-pages/man2/nanosleep.2.html
#[inline]
pub fn nanosleep(duration: Timespec, remaining: Option<&mut Timespec>) -> Result<()> {
    let remaining = remaining.map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: the kernel reads the duration, writes the remaining duration unless it is null, and
    // keeps nothing after the call.
    unsafe { syscall!(Call::NANOSLEEP, nanosleep(&raw const duration, remaining)) }.unit()
}

/// `clock_nanosleep(clockid, 0, &duration, &remaining)` - suspends the calling thread for a
/// duration, which is measured by a clock.
///
/// If a signal handler interrupts the sleep, the call fails with `EINTR`, and stores the remaining
/// duration in `remaining`, to which the kernel adds the timer slack of the thread (50 microseconds
/// by default). Setting the clock `Realtime` does not change the end of the sleep.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the time is negative, or `nanoseconds` is not in `0..=999_999_999`, or the kernel
///   does not have the clock.
/// - `EOPNOTSUPP`: the clock is `ThreadCpu`, `MonotonicRaw` or a coarse clock; or the clock is an
///   alarm clock, and the system has no real-time clock (RTC) that can wake the system from
///   suspension.
/// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
///   namespace.
///
/// Since Linux 2.6.0; [clock_nanosleep(2)].
///
/// [clock_nanosleep(2)]: https://man7.org/linux/man-pages/man2/clock_nanosleep.2.html
#[inline]
pub fn clock_nanosleep_relative(
    clock: Clock,
    duration: Timespec,
    remaining: Option<&mut Timespec>,
) -> Result<()> {
    let remaining = remaining.map_or(ptr::null_mut(), ptr::from_mut);
    let duration = &raw const duration;
    // SAFETY: the kernel reads the duration, writes the remaining duration unless it is null, and
    // keeps nothing after the call.
    unsafe {
        syscall!(Call::CLOCK_NANOSLEEP, clock_nanosleep(clock as u32, 0_u32, duration, remaining))
    }
    .unit()
}

/// `clock_nanosleep(clockid, TIMER_ABSTIME, &time, NULL)` - suspends the calling thread until a
/// clock reaches a time. Returns immediately if the clock has already reached the time.
///
/// If the clock is `Realtime` and is set, the sleep ends when the clock reaches the time.
/// [`sleep_until`] continues to sleep after a signal.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal handler.
/// - `EINVAL`: the time is negative, or `nanoseconds` is not in `0..=999_999_999`, or the kernel
///   does not have the clock.
/// - `EOPNOTSUPP`: the clock is `ThreadCpu`, `MonotonicRaw` or a coarse clock; or the clock is an
///   alarm clock, and the system has no real-time clock (RTC) that can wake the system from
///   suspension.
/// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
///   namespace.
///
/// Since Linux 2.6.0; [clock_nanosleep(2)].
///
/// [clock_nanosleep(2)]: https://man7.org/linux/man-pages/man2/clock_nanosleep.2.html
#[inline]
pub fn clock_nanosleep_absolute(clock: Clock, time: Timespec) -> Result<()> {
    let (time, none) = (&raw const time, ptr::null_mut::<Timespec>());
    // SAFETY: the kernel reads the time, and keeps nothing after the call.
    unsafe {
        syscall!(Call::CLOCK_NANOSLEEP, clock_nanosleep(clock as u32, TIMER_ABSTIME, time, none))
    }
    .unit()
}

/// Suspends the calling thread for a duration, which is measured by the monotonic clock.
///
/// Signals neither end nor prolong the sleep. This function first reads the clock, and then sleeps
/// until an absolute time, so that the run time of signal handlers does not prolong the sleep. It
/// cannot fail.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// # fn main() -> butter::Result<()> {
/// butter::time::sleep(Duration::from_millis(1))?;
/// # Ok(())
/// # }
/// ```
///
/// The C call is [clock_nanosleep(2)].
///
/// [clock_nanosleep(2)]: https://man7.org/linux/man-pages/man2/clock_nanosleep.2.html
#[doc(alias = "nanosleep")]
#[doc(alias = "clock_nanosleep")]
#[doc(alias = "usleep")]
pub fn sleep(duration: Duration) -> Result<()> {
    let now = clock_gettime(Clock::Monotonic)?;
    // The clock never reaches the last time that can be represented.
    let end = now.checked_add(duration).unwrap_or(Timespec::saturating_from(Duration::MAX));
    sleep_until(Clock::Monotonic, end)
}

/// Suspends the calling thread until a clock reaches a time. Signals do not end the sleep. Returns
/// immediately if the clock has already reached the time.
///
/// If the clock is `Realtime` and is set, the sleep ends when the clock reaches the time.
///
/// # Errors
///
/// - `EINVAL`: the time is negative, or `nanoseconds` is not in `0..=999_999_999`, or the kernel
///   does not have the clock.
/// - `EOPNOTSUPP`: the clock is `ThreadCpu`, `MonotonicRaw` or a coarse clock; or the clock is an
///   alarm clock, and the system has no real-time clock (RTC) that can wake the system from
///   suspension.
/// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
///   namespace.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use butter::time::{Clock, clock_gettime, sleep_until};
///
/// # fn main() -> butter::Result<()> {
/// let mut next = clock_gettime(Clock::Monotonic)?;
/// for _ in 0..3 {
///     // The period does not depend on the duration of the work.
///     next = next.checked_add(Duration::from_millis(1)).expect("the time is in range");
///     sleep_until(Clock::Monotonic, next)?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// The C call is [clock_nanosleep(2)] with `TIMER_ABSTIME`.
///
/// [clock_nanosleep(2)]: https://man7.org/linux/man-pages/man2/clock_nanosleep.2.html
#[doc(alias = "clock_nanosleep")]
#[doc(alias = "TIMER_ABSTIME")]
#[inline]
pub fn sleep_until(clock: Clock, time: Timespec) -> Result<()> {
    io::retry(|| clock_nanosleep_absolute(clock, time))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    NANOSLEEP:
        INVAL => "the duration is negative, or nanoseconds is not in 0..=999_999_999";
    CLOCK_NANOSLEEP:
        INVAL => "the time is negative, or nanoseconds is not in 0..=999_999_999, or the kernel \
            does not have the clock",
        OPNOTSUPP => "the clock is ThreadCpu, MonotonicRaw or a coarse clock; or the clock is an \
            alarm clock, and the system has no real-time clock (RTC) that can wake the system from \
            suspension",
        PERM => "the clock is an alarm clock, which requires CAP_WAKE_ALARM in the initial user \
            namespace";
};
