//! The kernel's calls on timers.

use core::mem::MaybeUninit;

use super::{CreateFlags, Itimerspec, SetFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::syscall::syscall;
use crate::time::Clock;

const TFD_IOC_SET_TICKS: u32 = 0x4008_5400;

/// `timerfd_create(clockid, flags)` - makes a timer, disarmed.
///
/// # Errors
///
/// `EINVAL` - a clock that timers cannot have, or an unknown flag. `EPERM` - an alarm clock takes the capability
/// `CAP_WAKE_ALARM`. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has. `ENODEV` -
/// the kernel's file system of unnamed inodes is not there. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.25; `timerfd_create`(2).
#[inline]
pub fn timerfd_create(clock: Clock, flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::TIMERFD_CREATE, timerfd_create(clock as u32, flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `timerfd_settime(fd, flags, new, old)` - arms or disarms the timer; where it is asked for, tells what it was set to.
///
/// # Errors
///
/// `EINVAL` - a time is negative or has a billion nanoseconds or more, an unknown flag, or the descriptor is no timer.
/// `ECANCELED` - the clock was set since the timer was last read, and it asks to be told: it is armed all the same.
/// `EPERM` - an alarm clock takes the capability `CAP_WAKE_ALARM`.
///
/// Since Linux 2.6.25; `timerfd_settime`(2).
#[inline]
pub fn timerfd_settime(
    fd: BorrowedFd<'_>,
    flags: SetFlags,
    new: &Itimerspec,
    old: Option<&mut Itimerspec>,
) -> Result<()> {
    let old = old.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let new = core::ptr::from_ref(new);
    // SAFETY: the kernel reads the new setting, writes the old one where there is room for it, and keeps nothing.
    unsafe { syscall!(Call::TIMERFD_SETTIME, timerfd_settime(fd, flags.bits(), new, old)) }.unit()
}

/// `timerfd_gettime(fd, &current)` - the time until the timer goes off next, and its period.
///
/// # Errors
///
/// `EINVAL` - the descriptor is no timer.
///
/// Since Linux 2.6.25; `timerfd_gettime`(2).
#[inline]
pub fn timerfd_gettime(fd: BorrowedFd<'_>) -> Result<Itimerspec> {
    let mut current = MaybeUninit::<Itimerspec>::uninit();
    // SAFETY: the kernel writes one setting and keeps nothing.
    unsafe { syscall!(Call::TIMERFD_GETTIME, timerfd_gettime(fd, current.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { current.assume_init() })
}

/// `read(fd, &count, 8)` - how many times the timer went off since it was last read, or set.
///
/// # Errors
///
/// `EAGAIN` - it did not, and is non-blocking. `EINTR` - a signal came first. `ECANCELED` - the clock was set, and the
/// timer asks to be told. `EINVAL` - the descriptor is no timer.
///
/// Since Linux 2.6.25; `timerfd_create`(2).
#[inline]
pub fn read(fd: BorrowedFd<'_>) -> Result<u64> {
    let mut count = 0_u64;
    // SAFETY: the kernel writes at most these 8 bytes, and keeps nothing.
    unsafe { syscall!(Call::TIMERFD_READ, read(fd, &raw mut count, size_of::<u64>())) }
        .exactly(size_of::<u64>())?;
    Ok(count)
}

/// `ioctl(fd, TFD_IOC_SET_TICKS, &count)` - sets how many times the timer went off, and wakes who waits: to restore a
/// program as it was.
///
/// # Errors
///
/// `EINVAL` - a count of zero. `ENOTTY` - the kernel is older than 3.17 or built without checkpoints, or the descriptor
/// is no timer. `ECANCELED` - the clock was set, and the timer asks to be told.
///
/// Since Linux 3.17; `timerfd_create`(2).
#[inline]
pub fn ioctl_set_ticks(fd: BorrowedFd<'_>, count: u64) -> Result<()> {
    // SAFETY: the request's number says that 8 bytes are read, and nothing is kept.
    unsafe {
        syscall!(Call::IOCTL_TIMERFD_SET_TICKS, ioctl(fd, TFD_IOC_SET_TICKS, &raw const count))
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    TIMERFD_CREATE:
        INVAL => "a clock that timers cannot have, or a flag that this kernel does not know",
        PERM => "an alarm clock takes the capability CAP_WAKE_ALARM",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)",
        NODEV => Other "the kernel's file system of unnamed inodes is not there";
    TIMERFD_SETTIME:
        INVAL => "a time is negative, too long or not well formed, a period is zero, or the descriptor is no timer",
        PERM => "an alarm clock takes the capability CAP_WAKE_ALARM",
        CANCELED => "the clock was set in between; the timer is armed all the same";
    TIMERFD_GETTIME:
        INVAL => "the descriptor is no timer";
    TIMERFD_READ:
        AGAIN => "the timer did not go off",
        INVAL => "the descriptor is no timer",
        CANCELED => "the clock was set";
    IOCTL_TIMERFD_SET_TICKS:
        INVAL => "a count of zero",
        NOTTY => Unsupported "the kernel is built without CONFIG_CHECKPOINT_RESTORE, or the descriptor is no timer",
        CANCELED => "the clock was set";
};
