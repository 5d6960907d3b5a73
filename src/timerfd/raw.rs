//! Raw system calls of timers.

use core::mem::MaybeUninit;

use super::{CreateFlags, Itimerspec, SetFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::syscall::syscall;
use crate::time::Clock;

const TFD_IOC_SET_TICKS: u32 = 0x4008_5400;

/// `timerfd_create(clockid, flags)` - creates a disarmed timer.
///
/// # Errors
///
/// - `EINVAL`: timers cannot use the clock, or a flag is unknown to the kernel.
/// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
///   namespace.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.25; [timerfd_create(2)].
///
/// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
#[inline]
pub fn timerfd_create(clock: Clock, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::TIMERFD_CREATE, timerfd_create(clock as u32, flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `timerfd_settime(fd, flags, new, old)` - arms or disarms a timer, and returns its previous
/// setting in `old`.
///
/// # Errors
///
/// - `EINVAL`: a time is negative, too long or has more than 999,999,999 nanoseconds; or the period
///   of a `Timer::Periodic` is zero; or a flag is unknown to the kernel; or the descriptor is not a
///   timer.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EPERM`: the clock is an alarm clock, which requires `CAP_WAKE_ALARM` in the initial user
///   namespace.
/// - `ECANCELED`: the clock was set after the timer was created or this error was last returned,
///   and `TFD_TIMER_CANCEL_ON_SET` is set; the timer is armed nevertheless.
///
/// Since Linux 2.6.25; [timerfd_settime(2)].
///
/// [timerfd_settime(2)]: https://man7.org/linux/man-pages/man2/timerfd_settime.2.html
#[inline]
pub fn timerfd_settime(
    fd: BorrowedFd<'_>,
    flags: SetFlags,
    new: &Itimerspec,
    old: Option<&mut Itimerspec>,
) -> Result<()> {
    let old = old.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let new = core::ptr::from_ref(new);
    // SAFETY: the kernel reads the new setting, writes the old one unless it is null, and keeps
    // nothing.
    unsafe { syscall!(Call::TIMERFD_SETTIME, timerfd_settime(fd, flags.bits(), new, old)) }.unit()
}

/// `timerfd_gettime(fd, &current)` - returns the time until the next expiration, and the period.
///
/// For a running periodic timer, the kernel can return a `value` of zero with an `interval` that is
/// not zero.
///
/// # Errors
///
/// - `EINVAL`: the descriptor is not a timer.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 2.6.25; [timerfd_gettime(2)].
///
/// [timerfd_gettime(2)]: https://man7.org/linux/man-pages/man2/timerfd_gettime.2.html
#[inline]
pub fn timerfd_gettime(fd: BorrowedFd<'_>) -> Result<Itimerspec> {
    let mut current = MaybeUninit::<Itimerspec>::uninit();
    // SAFETY: the kernel writes one setting and keeps nothing.
    unsafe { syscall!(Call::TIMERFD_GETTIME, timerfd_gettime(fd, current.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { current.assume_init() })
}

/// `read(fd, &count, 8)` - returns the number of expirations since the timer was last read or set.
///
/// Returns `None` if the kernel returns 0 bytes. The kernel returns 0 bytes in blocking mode if
/// `CLOCK_REALTIME` was set back after the timer had expired: the expiration is then lost. If the
/// kernel returns 1 to 7 bytes, the descriptor is not a timer, and the call fails with `EINVAL`.
///
/// # Errors
///
/// - `EAGAIN`: the timer has not expired since it was last read or set, and is non-blocking.
/// - `EINTR`: interrupted by a signal handler.
/// - `ECANCELED`: the clock was set after the timer was created or this error was last returned,
///   and `TFD_TIMER_CANCEL_ON_SET` is set.
/// - `EINVAL`: the descriptor is not a timer.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor, or is not open for reading.
///
/// Since Linux 2.6.25; [timerfd_create(2)].
///
/// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
#[inline]
pub fn read(fd: BorrowedFd<'_>) -> Result<Option<u64>> {
    let mut count = 0_u64;
    // SAFETY: the kernel writes at most these 8 bytes, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::TIMERFD_READ, read(fd, &raw mut count, size_of::<u64>())) };
    match returned.exactly(size_of::<u64>()) {
        Ok(()) => Ok(Some(count)),
        Err(_) if returned.is_zero() => Ok(None),
        Err(error) => Err(error),
    }
}

/// `ioctl(fd, TFD_IOC_SET_TICKS, &count)` - sets the number of expirations, and wakes threads that
/// wait for the timer. This request is meant for restoring a process from a checkpoint.
///
/// # Errors
///
/// - `EINVAL`: the count is zero.
/// - `ENOTTY`: the kernel was built without `CONFIG_CHECKPOINT_RESTORE`, or the descriptor is not a
///   timer.
/// - `ECANCELED`: the clock was set after the timer was created or this error was last returned,
///   and `TFD_TIMER_CANCEL_ON_SET` is set.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
///
/// Since Linux 3.17; [timerfd_create(2)].
///
/// [timerfd_create(2)]: https://man7.org/linux/man-pages/man2/timerfd_create.2.html
#[doc(alias = "TFD_IOC_SET_TICKS")]
#[inline]
pub fn ioctl_set_ticks(fd: BorrowedFd<'_>, count: u64) -> Result<()> {
    // SAFETY: the request reads 8 bytes, and keeps nothing.
    unsafe {
        syscall!(Call::IOCTL_TIMERFD_SET_TICKS, ioctl(fd, TFD_IOC_SET_TICKS, &raw const count))
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    TIMERFD_CREATE:
        INVAL => "timers cannot use the clock, or a flag is unknown to the kernel",
        PERM => "the clock is an alarm clock, which requires CAP_WAKE_ALARM in the initial user \
            namespace",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NODEV => Other "the kernel's internal file system of anonymous inodes could not be mounted";
    TIMERFD_SETTIME:
        INVAL => "a time is negative, too long or has more than 999,999,999 nanoseconds; or the \
            period of a Timer::Periodic is zero; or a flag is unknown to the kernel; or the \
            descriptor is not a timer",
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        PERM => "the clock is an alarm clock, which requires CAP_WAKE_ALARM in the initial user \
            namespace",
        CANCELED => "the clock was set after the timer was created or this error was last \
            returned, and TFD_TIMER_CANCEL_ON_SET is set; the timer is armed nevertheless";
    TIMERFD_GETTIME:
        INVAL => "the descriptor is not a timer",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
    TIMERFD_READ:
        AGAIN => "the timer has not expired since it was last read or set, and is non-blocking",
        CANCELED => "the clock was set after the timer was created or this error was last \
            returned, and TFD_TIMER_CANCEL_ON_SET is set",
        INVAL => "the descriptor is not a timer",
        BADF => "the descriptor is a path-only (O_PATH) descriptor, or is not open for reading";
    IOCTL_TIMERFD_SET_TICKS:
        INVAL => "the count is zero",
        NOTTY => Unsupported "the kernel was built without CONFIG_CHECKPOINT_RESTORE, or the \
            descriptor is not a timer",
        CANCELED => "the clock was set after the timer was created or this error was last \
            returned, and TFD_TIMER_CANCEL_ON_SET is set",
        BADF => "the descriptor is a path-only (O_PATH) descriptor";
};
