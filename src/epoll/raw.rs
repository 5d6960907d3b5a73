//! Raw system calls of epoll.

use core::ffi::c_int;

use super::types::EpollParams;
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

/// `epoll_create1(flags)` - creates an epoll instance.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [epoll_create1(2)].
///
/// [epoll_create1(2)]: https://man7.org/linux/man-pages/man2/epoll_create1.2.html
#[inline]
pub fn epoll_create1(flags: CreateFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::EPOLL_CREATE1, epoll_create1(flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `epoll_ctl(epfd, EPOLL_CTL_ADD, fd, event)` - adds a descriptor to the interest list.
///
/// # Errors
///
/// - `EBADF`: one of the descriptors is a path-only (`O_PATH`) descriptor.
/// - `EPERM`: the file does not support poll, for example a regular file or directory of most file
///   systems, or a device such as `/dev/null`.
/// - `EINVAL`: the epoll descriptor is not an epoll instance, or both descriptors refer to the same
///   epoll instance; or `EPOLLEXCLUSIVE` is combined with a flag that it does not permit, or is
///   requested for an epoll instance; or the addition would create too many wakeup paths through
///   nested epoll instances.
/// - `ELOOP`: epoll instances would wait for each other in a cycle, or be nested more than 5 levels
///   deep.
/// - `EEXIST`: the descriptor has already been added.
/// - `ENOSPC`: the per-user limit on registered descriptors (`fs.epoll.max_user_watches`), in all
///   processes and namespaces, has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.5.45; [epoll_ctl(2)].
///
/// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
#[inline]
pub fn epoll_ctl_add(
    epoll: BorrowedFd<'_>,
    fd: BorrowedFd<'_>,
    token: Token,
    interest: Interest,
) -> Result<()> {
    let event = Event::request(token, interest);
    // SAFETY: the kernel reads the event and keeps no pointer to it.
    unsafe { syscall!(Call::EPOLL_CTL_ADD, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &raw const event)) }
        .unit()
}

/// `epoll_ctl(epfd, EPOLL_CTL_MOD, fd, event)` - changes the requested events and the token of a
/// descriptor.
///
/// # Errors
///
/// - `EBADF`: one of the descriptors is a path-only (`O_PATH`) descriptor.
/// - `EPERM`: the file does not support poll, for example a regular file or directory of most file
///   systems, or a device such as `/dev/null`.
/// - `EINVAL`: the epoll descriptor is not an epoll instance, or both descriptors refer to the same
///   epoll instance; or `EPOLLEXCLUSIVE` is requested, or the descriptor was added with it.
/// - `ENOENT`: the descriptor is not registered with the epoll instance.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.5.45; [epoll_ctl(2)].
///
/// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
#[inline]
pub fn epoll_ctl_mod(
    epoll: BorrowedFd<'_>,
    fd: BorrowedFd<'_>,
    token: Token,
    interest: Interest,
) -> Result<()> {
    let event = Event::request(token, interest);
    // SAFETY: the kernel reads the event and keeps no pointer to it.
    unsafe { syscall!(Call::EPOLL_CTL_MOD, epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &raw const event)) }
        .unit()
}

/// `epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL)` - removes a descriptor from the interest list.
///
/// # Errors
///
/// - `EBADF`: one of the descriptors is a path-only (`O_PATH`) descriptor.
/// - `EPERM`: the file does not support poll, for example a regular file or directory of most file
///   systems, or a device such as `/dev/null`.
/// - `EINVAL`: the epoll descriptor is not an epoll instance, or both descriptors refer to the same
///   epoll instance.
/// - `ENOENT`: the descriptor is not registered with the epoll instance.
///
/// Since Linux 2.5.45; [epoll_ctl(2)].
///
/// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
#[inline]
pub fn epoll_ctl_del(epoll: BorrowedFd<'_>, fd: BorrowedFd<'_>) -> Result<()> {
    let event = core::ptr::null::<Event>();
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::EPOLL_CTL_DEL, epoll_ctl(epoll, EPOLL_CTL_DEL, fd, event)) }.unit()
}

/// `epoll_pwait(epfd, events, maxevents, timeout, sigmask, sigsetsize)` - waits until a descriptor
/// is ready, the timeout expires or a signal handler interrupts the call.
///
/// Returns the number of events that the kernel wrote to the buffer, which is 0 if the timeout
/// expired. The timeout is in milliseconds: with 0, the call does not wait, and with a negative
/// number, it waits indefinitely. If `mask` is not `None`, it replaces the calling thread's signal
/// mask during the call.
///
/// # Errors
///
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the buffer is empty, or the descriptor is not an epoll instance.
/// - `EINTR`: interrupted by a signal handler. `SA_RESTART` has no effect on `epoll_pwait`.
///
/// Since Linux 2.6.19; [epoll_wait(2)].
///
/// [epoll_wait(2)]: https://man7.org/linux/man-pages/man2/epoll_wait.2.html
#[inline]
pub fn epoll_pwait(
    epoll: BorrowedFd<'_>,
    events: &mut [Event],
    milliseconds: i32,
    mask: Option<SigSet>,
) -> Result<usize> {
    let mask = mask.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel writes at most `count` entries, reads the mask, and keeps nothing.
    unsafe {
        syscall!(
            Call::EPOLL_PWAIT,
            epoll_pwait(
                epoll,
                events.as_mut_ptr(),
                count(events),
                milliseconds,
                mask,
                size_of::<SigSet>()
            )
        )
    }
    .at_most(count(events))
}

/// `epoll_pwait2(epfd, events, maxevents, timeout, sigmask, sigsetsize)` - waits like
/// [`epoll_pwait`], with a timeout in nanoseconds.
///
/// Waits indefinitely if `timeout` is `None`.
///
/// # Errors
///
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the buffer is empty; or the timeout is negative or has more than 999,999,999
///   nanoseconds; or the descriptor is not an epoll instance.
/// - `EINTR`: interrupted by a signal handler. `SA_RESTART` has no effect on `epoll_pwait2`.
/// - `ENOSYS`: the kernel is older than Linux 5.11.
///
/// Since Linux 5.11; [epoll_pwait2(2)].
///
/// [epoll_pwait2(2)]: https://man7.org/linux/man-pages/man2/epoll_pwait2.2.html
#[inline]
pub fn epoll_pwait2(
    epoll: BorrowedFd<'_>,
    events: &mut [Event],
    timeout: Option<&Timespec>,
    mask: Option<SigSet>,
) -> Result<usize> {
    let timeout = timeout.map_or(core::ptr::null(), core::ptr::from_ref);
    let mask = mask.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel writes at most `count` entries, reads the timeout and the mask, and keeps
    // nothing.
    unsafe {
        syscall!(
            Call::EPOLL_PWAIT2,
            epoll_pwait2(
                epoll,
                events.as_mut_ptr(),
                count(events),
                timeout,
                mask,
                size_of::<SigSet>()
            )
        )
    }
    .at_most(count(events))
}

/// Returns the `maxevents` argument: the length of the buffer, limited to the number of events in
/// `INT_MAX` bytes, which is the maximum that the kernel accepts.
#[inline]
fn count(events: &[Event]) -> usize {
    const MAX_EVENTS: usize = c_int::MAX as usize / size_of::<Event>();
    events.len().min(MAX_EVENTS)
}

/// `ioctl(epfd, EPIOCGPARAMS, &params)` - returns the busy-polling settings of an epoll instance.
///
/// # Errors
///
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOTTY`: the kernel is older than Linux 6.9, or the descriptor is not an epoll instance.
/// - `EOPNOTSUPP`: the kernel was built without `CONFIG_NET_RX_BUSY_POLL`.
///
/// Since Linux 6.9; [ioctl_eventpoll(2)].
///
/// [ioctl_eventpoll(2)]: https://man7.org/linux/man-pages/man2/ioctl_eventpoll.2.html
#[inline]
pub fn ioctl_epiocgparams(epoll: BorrowedFd<'_>) -> Result<BusyPoll> {
    let mut params = EpollParams::default();
    // SAFETY: the request writes one struct of this size, and keeps nothing.
    unsafe { syscall!(Call::IOCTL_EPOLL_GET_PARAMS, ioctl(epoll, EPIOCGPARAMS, &raw mut params)) }
        .unit()?;
    Ok(params.into())
}

/// `ioctl(epfd, EPIOCSPARAMS, &params)` - sets the busy-polling settings of an epoll instance.
///
/// # Errors
///
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `ENOTTY`: the kernel is older than Linux 6.9, or the descriptor is not an epoll instance.
/// - `EOPNOTSUPP`: the kernel was built without `CONFIG_NET_RX_BUSY_POLL`.
/// - `EINVAL`: `microseconds` is greater than `i32::MAX`.
/// - `EPERM`: `budget` is greater than 64, which requires `CAP_NET_ADMIN` in the initial user
///   namespace.
///
/// Since Linux 6.9; [ioctl_eventpoll(2)].
///
/// [ioctl_eventpoll(2)]: https://man7.org/linux/man-pages/man2/ioctl_eventpoll.2.html
#[inline]
pub fn ioctl_epiocsparams(epoll: BorrowedFd<'_>, params: &BusyPoll) -> Result<()> {
    let params = EpollParams::from(*params);
    // SAFETY: the request reads one struct of this size, and keeps nothing.
    unsafe { syscall!(Call::IOCTL_EPOLL_SET_PARAMS, ioctl(epoll, EPIOCSPARAMS, &raw const params)) }
        .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    EPOLL_CREATE1:
        INVAL => "a flag is unknown to the kernel",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    EPOLL_CTL_ADD:
        BADF => "one of the descriptors is a path-only (O_PATH) descriptor",
        PERM => InvalidArgument "the file does not support poll, for example a regular file or \
            directory of most file systems, or a device such as /dev/null",
        INVAL => "the epoll descriptor is not an epoll instance, or both descriptors refer to the \
            same epoll instance; or EPOLLEXCLUSIVE is combined with a flag that it does not \
            permit, or is requested for an epoll instance; or the addition would create too many \
            wakeup paths through nested epoll instances",
        LOOP => "epoll instances would wait for each other in a cycle, or be nested more than 5 \
            levels deep",
        EXIST => "the descriptor has already been added",
        NOSPC => "the per-user limit on registered descriptors (fs.epoll.max_user_watches), in all \
            processes and namespaces, has been reached";
    EPOLL_CTL_MOD:
        BADF => "one of the descriptors is a path-only (O_PATH) descriptor",
        PERM => InvalidArgument "the file does not support poll, for example a regular file or \
            directory of most file systems, or a device such as /dev/null",
        INVAL => "the epoll descriptor is not an epoll instance, or both descriptors refer to the \
            same epoll instance; or EPOLLEXCLUSIVE is requested, or the descriptor was added with \
            it",
        NOENT => "the descriptor is not registered with the epoll instance";
    EPOLL_CTL_DEL:
        BADF => "one of the descriptors is a path-only (O_PATH) descriptor",
        PERM => InvalidArgument "the file does not support poll, for example a regular file or \
            directory of most file systems, or a device such as /dev/null",
        INVAL => "the epoll descriptor is not an epoll instance, or both descriptors refer to the \
            same epoll instance",
        NOENT => "the descriptor is not registered with the epoll instance";
    EPOLL_PWAIT:
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        INVAL => "the buffer is empty, or the descriptor is not an epoll instance",
        INTR => "interrupted by a signal handler";
    EPOLL_PWAIT2:
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        INVAL => "the buffer is empty; or the timeout is negative or has more than 999,999,999 \
            nanoseconds; or the descriptor is not an epoll instance",
        INTR => "interrupted by a signal handler";
    IOCTL_EPOLL_GET_PARAMS:
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        NOTTY => Unsupported "the kernel is older than Linux 6.9, or the descriptor is not an \
            epoll instance",
        OPNOTSUPP => "the kernel was built without CONFIG_NET_RX_BUSY_POLL";
    IOCTL_EPOLL_SET_PARAMS:
        BADF => "the descriptor is a path-only (O_PATH) descriptor",
        NOTTY => Unsupported "the kernel is older than Linux 6.9, or the descriptor is not an \
            epoll instance",
        OPNOTSUPP => "the kernel was built without CONFIG_NET_RX_BUSY_POLL",
        INVAL => "microseconds is greater than i32::MAX",
        PERM => "budget is greater than 64, which requires CAP_NET_ADMIN in the initial user \
            namespace";
};
