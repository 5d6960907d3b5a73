//! Reading and setting clocks.

use core::mem::MaybeUninit;

use super::{Clock, ClockState, Timespec, Timex};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::syscall::syscall;

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

/// `clock_getres(clockid, &res)` - returns the resolution of a clock.
///
/// The resolution of `Realtime` and `Monotonic` is that of their timers: 1 ns with high-resolution
/// timers, otherwise the period of the timer interrupt. The resolution of the coarse clocks is the
/// period with which the kernel updates them.
///
/// # Errors
///
/// - `EINVAL`: the kernel does not have the clock; or the clock is an alarm clock, and the system
///   has no real-time clock (RTC) that can wake the system from suspension.
///
/// # Examples
///
/// ```
/// use butter::time::{Clock, clock_getres};
///
/// # fn main() -> butter::Result<()> {
/// let resolution = clock_getres(Clock::MonotonicCoarse)?;
/// println!("the clock advances every {} ns", resolution.nanoseconds);
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.0; [clock_getres(2)].
///
/// [clock_getres(2)]: https://man7.org/linux/man-pages/man2/clock_getres.2.html
#[inline]
pub fn clock_getres(clock: Clock) -> Result<Timespec> {
    let mut resolution = MaybeUninit::<Timespec>::uninit();
    // SAFETY: the kernel writes one timespec and keeps nothing.
    unsafe { syscall!(Call::CLOCK_GETRES, clock_getres(clock as u32, resolution.as_mut_ptr())) }
        .unit()?;
    // SAFETY: the kernel has written the timespec, because the call has succeeded.
    Ok(unsafe { resolution.assume_init() })
}

/// `clock_settime(clockid, &time)` - sets a clock. Only `Realtime` can be set.
///
/// The call changes the time of day of the whole host. It affects timers and sleeps with an
/// absolute time on the clock, but no timers and sleeps with a duration. To set the clock
/// gradually, call [`clock_adjtime`].
///
/// # Errors
///
/// - `EINVAL`: the clock cannot be set, or `nanoseconds` is not in `0..=999_999_999`, or the time
///   is negative, too late, or so early that the system would have booted before 1970.
/// - `EPERM`: the caller does not have `CAP_SYS_TIME` in the initial user namespace, or a security
///   module denies the change.
///
/// Since Linux 2.6.0; [clock_settime(2)].
///
/// [clock_settime(2)]: https://man7.org/linux/man-pages/man2/clock_settime.2.html
#[inline]
pub fn clock_settime(clock: Clock, time: Timespec) -> Result<()> {
    // SAFETY: the kernel reads one timespec and keeps nothing.
    unsafe { syscall!(Call::CLOCK_SETTIME, clock_settime(clock as u32, &raw const time)) }.unit()
}

/// `clock_adjtime(clockid, &timex)` - adjusts a clock as [`Timex::modes`] states, returns all
/// parameters of the clock in `timex`, and returns the state of the clock. Only `Realtime` can be
/// adjusted.
///
/// If `modes` is empty, the call only returns the parameters, which requires no privilege.
///
/// # Errors
///
/// - `EINVAL`: the kernel does not have the clock, or a value that `modes` selects is out of range.
/// - `EOPNOTSUPP`: the clock cannot be adjusted.
/// - `EPERM`: `modes` is neither empty nor `OFFSET_SS_READ`, and the caller does not have
///   `CAP_SYS_TIME` in the initial user namespace.
///
/// # Examples
///
/// ```
/// use butter::time::{Clock, ClockState, Timex, clock_adjtime};
///
/// # fn main() -> butter::Result<()> {
/// let mut timex = Timex::default();
/// match clock_adjtime(Clock::Realtime, &mut timex)? {
///     ClockState::Unsynchronized => println!("the clock is not synchronized"),
///     _ => println!("the maximum error is {} µs", timex.max_error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// Since Linux 2.6.39; [clock_adjtime(2)].
///
/// [clock_adjtime(2)]: https://man7.org/linux/man-pages/man2/clock_adjtime.2.html
#[inline]
pub fn clock_adjtime(clock: Clock, timex: &mut Timex) -> Result<ClockState> {
    let timex = core::ptr::from_mut(timex);
    // SAFETY: the kernel reads and writes one struct, and keeps nothing.
    unsafe { syscall!(Call::CLOCK_ADJTIME, clock_adjtime(clock as u32, timex)) }
        .int()
        .map(ClockState::from_raw)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CLOCK_GETTIME:
        INVAL => Unsupported "the kernel does not have the clock; or the clock is an alarm clock, \
            and the system has no real-time clock (RTC) that can wake the system from suspension";
    CLOCK_GETRES:
        INVAL => Unsupported "the kernel does not have the clock; or the clock is an alarm clock, \
            and the system has no real-time clock (RTC) that can wake the system from suspension";
    CLOCK_SETTIME:
        INVAL => "the clock cannot be set, or nanoseconds is not in 0..=999_999_999, or the time \
            is negative, too late, or so early that the system would have booted before 1970",
        PERM => "the caller does not have CAP_SYS_TIME in the initial user namespace, or a \
            security module denies the change";
    CLOCK_ADJTIME:
        INVAL => "the kernel does not have the clock, or a value that modes selects is out of \
            range",
        OPNOTSUPP => "the clock cannot be adjusted",
        PERM => "modes is neither empty nor OFFSET_SS_READ, and the caller does not have \
            CAP_SYS_TIME in the initial user namespace";
};
