//! The kernel's calls on epoll.

use core::ffi::c_int;

use super::{BusyPoll, CreateFlags, Event, Interest, Token};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd};
use crate::signal::SigSet;
use crate::syscall::syscall;
use crate::time::Timespec;

const EPOLL_CTL_ADD: u32 = 1;
const EPOLL_CTL_DEL: u32 = 2;
const EPOLL_CTL_MOD: u32 = 3;
const EPIOCSPARAMS: u32 = 0x4008_8A01;
const EPIOCGPARAMS: u32 = 0x8008_8A02;

/// `epoll_create1(flags)` - makes an epoll.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has.
/// `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.27; epoll_create(2).
#[inline]
pub fn epoll_create1(flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::EPOLL_CREATE1, epoll_create1(flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `epoll_ctl(epfd, EPOLL_CTL_ADD, fd, event)` - begins to wait for a descriptor.
///
/// # Errors
///
/// `EEXIST` - it is waited for already. `EPERM` - a regular file or a directory: always ready. `EINVAL` - the epoll
/// itself, or not an epoll; or `EXCLUSIVE` with what it does not go with, or for another epoll. `ELOOP` - an epoll that
/// waits for this one, or more than five in each other. `ENOSPC` - the user waits for as many as they may. `ENOMEM` -
/// no memory for it.
///
/// Since Linux 2.5.45; epoll_ctl(2).
#[inline]
pub fn epoll_ctl_add(
    epoll: BorrowedFd<'_>,
    fd: BorrowedFd<'_>,
    token: Token,
    interest: Interest,
) -> Result<()> {
    let event = Event::wanted(token, interest);
    // SAFETY: the kernel reads the event and keeps no pointer to it.
    unsafe { syscall!(Call::EPOLL_CTL_ADD, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &raw const event)) }
        .unit()
}

/// `epoll_ctl(epfd, EPOLL_CTL_MOD, fd, event)` - changes what a descriptor is waited for, and its token.
///
/// # Errors
///
/// `ENOENT` - it is not waited for. `EINVAL` - not an epoll; or `EXCLUSIVE` is or was asked for. `ENOMEM` - no memory
/// for it.
///
/// Since Linux 2.5.45; epoll_ctl(2).
#[inline]
pub fn epoll_ctl_mod(
    epoll: BorrowedFd<'_>,
    fd: BorrowedFd<'_>,
    token: Token,
    interest: Interest,
) -> Result<()> {
    let event = Event::wanted(token, interest);
    // SAFETY: the kernel reads the event and keeps no pointer to it.
    unsafe { syscall!(Call::EPOLL_CTL_MOD, epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &raw const event)) }
        .unit()
}

/// `epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL)` - waits for a descriptor no more.
///
/// # Errors
///
/// `ENOENT` - it is not waited for. `EINVAL` - not an epoll. `EPERM` - a regular file or a directory.
///
/// Since Linux 2.5.45; epoll_ctl(2).
#[inline]
pub fn epoll_ctl_del(epoll: BorrowedFd<'_>, fd: BorrowedFd<'_>) -> Result<()> {
    let none = core::ptr::null::<Event>();
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::EPOLL_CTL_DEL, epoll_ctl(epoll, EPOLL_CTL_DEL, fd, none)) }.unit()
}

/// `epoll_pwait(epfd, events, maxevents, timeout, sigmask, sigsetsize)` - waits until a descriptor is ready, the time
/// is over or a signal comes.
///
/// Returns how many entries of the buffer are filled: 0 when the time is over. The timeout is in milliseconds, rounded
/// up to the clock's step: 0 only looks, a negative one waits for ever. With a mask, the thread has that signal mask
/// while it waits.
///
/// # Errors
///
/// `EINTR` - a signal came, also one whose handler asks for restarts. `EINVAL` - the buffer is empty, or not an epoll.
///
/// Since Linux 2.6.19; epoll_wait(2).
#[inline]
pub fn epoll_pwait(
    epoll: BorrowedFd<'_>,
    ready: &mut [Event],
    milliseconds: i32,
    mask: Option<&SigSet>,
) -> Result<usize> {
    let mask = mask.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel writes at most as many entries as it is told, reads the mask, and keeps nothing.
    unsafe {
        syscall!(
            Call::EPOLL_PWAIT,
            epoll_pwait(
                epoll,
                ready.as_mut_ptr(),
                count(ready),
                milliseconds,
                mask,
                size_of::<SigSet>()
            )
        )
    }
    .size()
}

/// `epoll_pwait2(epfd, events, maxevents, timeout, sigmask, sigsetsize)` - as [`epoll_pwait`], with a timeout in
/// nanoseconds; without one it waits for ever.
///
/// # Errors
///
/// As [`epoll_pwait`]; `EINVAL` also for a timeout that is negative or has a billion nanoseconds or more. `ENOSYS` -
/// the kernel is older than 5.11.
///
/// Since Linux 5.11; epoll_wait(2).
#[inline]
pub fn epoll_pwait2(
    epoll: BorrowedFd<'_>,
    ready: &mut [Event],
    timeout: Option<&Timespec>,
    mask: Option<&SigSet>,
) -> Result<usize> {
    let timeout = timeout.map_or(core::ptr::null(), core::ptr::from_ref);
    let mask = mask.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel writes at most as many entries as it is told, reads the timeout and the mask, and keeps
    // nothing.
    unsafe {
        syscall!(
            Call::EPOLL_PWAIT2,
            epoll_pwait2(
                epoll,
                ready.as_mut_ptr(),
                count(ready),
                timeout,
                mask,
                size_of::<SigSet>()
            )
        )
    }
    .size()
}

/// How many entries the kernel may fill: it refuses more than fit an `int`'s worth of bytes.
#[inline]
fn count(ready: &[Event]) -> usize {
    const MOST: usize = c_int::MAX as usize / size_of::<Event>();
    ready.len().min(MOST)
}

/// `ioctl(epfd, EPIOCGPARAMS, &params)` - how waits poll network devices by themselves.
///
/// # Errors
///
/// `ENOTTY` - the kernel is older than 6.9, or not an epoll. `EOPNOTSUPP` - the kernel is built without it.
///
/// Since Linux 6.9; `ioctl_eventpoll`(2).
#[inline]
pub fn ioctl_epiocgparams(epoll: BorrowedFd<'_>) -> Result<BusyPoll> {
    let mut params = BusyPoll::default();
    // SAFETY: the request's number says that one struct of this size is written, and nothing is kept.
    unsafe { syscall!(Call::IOCTL_EPOLL_GET_PARAMS, ioctl(epoll, EPIOCGPARAMS, &raw mut params)) }
        .unit()?;
    Ok(params)
}

/// `ioctl(epfd, EPIOCSPARAMS, &params)` - sets how waits poll network devices by themselves.
///
/// # Errors
///
/// `ENOTTY` - the kernel is older than 6.9, or not an epoll. `EOPNOTSUPP` - the kernel is built without it. `EINVAL` -
/// more than `i32::MAX` microseconds, or a preference other than 0 and 1. `EPERM` - a budget of more than 64 takes the
/// capability `CAP_NET_ADMIN`.
///
/// Since Linux 6.9; `ioctl_eventpoll`(2).
#[inline]
pub fn ioctl_epiocsparams(epoll: BorrowedFd<'_>, params: &BusyPoll) -> Result<()> {
    let params = core::ptr::from_ref(params);
    // SAFETY: the request's number says that one struct of this size is read, and nothing of it is kept.
    unsafe { syscall!(Call::IOCTL_EPOLL_SET_PARAMS, ioctl(epoll, EPIOCSPARAMS, params)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    EPOLL_CREATE1:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max)";
    EPOLL_CTL_ADD:
        EXIST => "the descriptor is waited for already: modify it",
        PERM => InvalidArgument "regular files and directories are always ready, and cannot be waited for",
        INVAL => "the epoll itself, or not an epoll; or EXCLUSIVE with flags that it does not go with",
        LOOP => "epolls that wait for each other in a circle, or more than five deep",
        NOSPC => "the user's limit on descriptors in epolls is reached (fs.epoll.max_user_watches)";
    EPOLL_CTL_MOD:
        NOENT => "the descriptor is not waited for: add it",
        PERM => InvalidArgument "regular files and directories are always ready, and cannot be waited for",
        INVAL => "not an epoll, or EXCLUSIVE, which can only be asked for when adding and not be modified";
    EPOLL_CTL_DEL:
        NOENT => "the descriptor is not waited for",
        PERM => InvalidArgument "regular files and directories are always ready, and cannot be waited for",
        INVAL => "the epoll itself, or not an epoll";
    EPOLL_PWAIT:
        INTR => "a signal came before anything was ready",
        INVAL => "the buffer has no room for an event, or the descriptor is not an epoll";
    EPOLL_PWAIT2:
        INTR => "a signal came before anything was ready",
        INVAL => "the buffer has no room for an event, the timeout is no time, or the descriptor is not an epoll";
    IOCTL_EPOLL_GET_PARAMS:
        NOTTY => Unsupported "unsupported by this kernel (Linux 6.9 has it), or the descriptor is not an epoll",
        OPNOTSUPP => "the kernel is built without CONFIG_NET_RX_BUSY_POLL";
    IOCTL_EPOLL_SET_PARAMS:
        NOTTY => Unsupported "unsupported by this kernel (Linux 6.9 has it), or the descriptor is not an epoll",
        OPNOTSUPP => "the kernel is built without CONFIG_NET_RX_BUSY_POLL",
        PERM => "a budget of more than 64 packets takes the capability CAP_NET_ADMIN",
        INVAL => "more microseconds than an int holds, or a preference other than 0 and 1";
};
