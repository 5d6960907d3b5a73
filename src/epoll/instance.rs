//! The type of an epoll instance: [`Epoll`].

use core::time::Duration;

use super::{BusyPoll, CreateFlags, Event, Interest, Token, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::signal::SigSet;
use crate::time::{Timeout, Timespec, wait_until_timeout};

/// An epoll instance: an interest list of descriptors, and a list of the descriptors that are
/// ready.
///
/// All methods take `&self`: several threads can wait on one epoll instance while other threads add
/// and delete descriptors.
#[doc(alias = "epoll_create1")]
pub struct Epoll(OwnedFd);

fd_wrapper! { Epoll }

impl Epoll {
    /// Creates an epoll instance with an empty interest list. The descriptor of the instance is
    /// close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [epoll_create1(2)].
    ///
    /// [epoll_create1(2)]: https://man7.org/linux/man-pages/man2/epoll_create1.2.html
    #[doc(alias = "epoll_create1")]
    #[doc(alias = "epoll_create")]
    #[inline]
    pub fn new() -> Result<Self> {
        Self::with_flags(CreateFlags::CLOEXEC)
    }

    /// Creates an epoll instance with exactly the given flags: its descriptor is close-on-exec only
    /// if the flags contain [`CreateFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a flag is unknown to the kernel.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [epoll_create1(2)].
    ///
    /// [epoll_create1(2)]: https://man7.org/linux/man-pages/man2/epoll_create1.2.html
    #[inline]
    pub fn with_flags(flags: CreateFlags) -> Result<Self> {
        raw::epoll_create1(flags).map(Self)
    }

    /// Adds a descriptor to the interest list (`EPOLL_CTL_ADD`). Each event of the descriptor
    /// contains `token`.
    ///
    /// # Errors
    ///
    /// - `EEXIST`: the descriptor has already been added.
    /// - `EPERM`: the file does not support poll, for example a regular file or directory of most
    ///   file systems, or a device such as `/dev/null`.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    /// - `EINVAL`: the descriptor is this epoll instance; or [`EXCLUSIVE`](Interest::EXCLUSIVE) is
    ///   combined with a flag that it does not permit, or requested for another epoll instance; or
    ///   the addition would create too many wakeup paths through nested epoll instances.
    /// - `ELOOP`: epoll instances would wait for each other in a cycle, or be nested more than 5
    ///   levels deep.
    /// - `ENOSPC`: the per-user limit on registered descriptors (`fs.epoll.max_user_watches`), in
    ///   all processes and namespaces, has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.5.45; [epoll_ctl(2)].
    ///
    /// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
    #[doc(alias = "epoll_ctl")]
    #[doc(alias = "EPOLL_CTL_ADD")]
    #[inline]
    pub fn add(&self, fd: &(impl AsFd + ?Sized), token: Token, interest: Interest) -> Result<()> {
        raw::epoll_ctl_add(self.as_fd(), fd.as_fd(), token, interest)
    }

    /// Changes the requested events and the token of a descriptor (`EPOLL_CTL_MOD`).
    ///
    /// This call also re-enables a descriptor that [`ONESHOT`](Interest::ONESHOT) disabled after an
    /// event.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the descriptor is not registered with the epoll instance.
    /// - `EPERM`: the file does not support poll, for example a regular file or directory of most
    ///   file systems, or a device such as `/dev/null`.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    /// - `EINVAL`: the descriptor is this epoll instance; or `interest` contains
    ///   [`EXCLUSIVE`](Interest::EXCLUSIVE), or the descriptor was added with it.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.5.45; [epoll_ctl(2)].
    ///
    /// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
    #[doc(alias = "epoll_ctl")]
    #[doc(alias = "EPOLL_CTL_MOD")]
    #[inline]
    pub fn modify(
        &self,
        fd: &(impl AsFd + ?Sized),
        token: Token,
        interest: Interest,
    ) -> Result<()> {
        raw::epoll_ctl_mod(self.as_fd(), fd.as_fd(), token, interest)
    }

    /// Removes a descriptor from the interest list (`EPOLL_CTL_DEL`).
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the descriptor is not registered with the epoll instance.
    /// - `EPERM`: the file does not support poll, for example a regular file or directory of most
    ///   file systems, or a device such as `/dev/null`.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    /// - `EINVAL`: the descriptor is this epoll instance.
    ///
    /// Since Linux 2.5.45; [epoll_ctl(2)].
    ///
    /// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
    #[doc(alias = "epoll_ctl")]
    #[doc(alias = "EPOLL_CTL_DEL")]
    #[inline]
    pub fn delete(&self, fd: &(impl AsFd + ?Sized)) -> Result<()> {
        raw::epoll_ctl_del(self.as_fd(), fd.as_fd())
    }

    /// Waits until a descriptor is ready or the timeout expires. Returns the events, or an empty
    /// slice if the timeout expired.
    ///
    /// Signals do not interrupt the wait and do not prolong it. Before a wait with a timeout, this
    /// method reads the monotonic clock, which is an additional system call;
    /// [`wait_interruptible`](Self::wait_interruptible) does not read the clock.
    ///
    /// This method calls `epoll_pwait` if the timeout is a whole number of milliseconds, and
    /// `epoll_pwait2` otherwise. If `epoll_pwait2` fails (before Linux 5.11, or because of a
    /// seccomp filter), this method calls `epoll_pwait` with the timeout rounded up to
    /// milliseconds. To avoid a failing `epoll_pwait2` call, round the timeout with
    /// [`Timeout::ceil_to_millis`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is empty.
    ///
    /// Since Linux 2.6.19; [epoll_wait(2)].
    ///
    /// [epoll_wait(2)]: https://man7.org/linux/man-pages/man2/epoll_wait.2.html
    #[doc(alias = "epoll_wait")]
    #[doc(alias = "epoll_pwait")]
    #[doc(alias = "epoll_pwait2")]
    pub fn wait<'b>(
        &self,
        buffer: &'b mut [Event],
        timeout: impl Into<Timeout>,
    ) -> Result<&'b [Event]> {
        let timeout = timeout.into();
        let is_whole = timeout.ceil_to_millis() == timeout;
        let count = wait_until_timeout(timeout, |remaining| {
            // If the timeout is a whole number of milliseconds, the remaining time is rounded up to
            // milliseconds, so that every iteration calls `epoll_pwait`.
            let remaining = if is_whole { remaining.ceil_to_millis() } else { remaining };
            match wait_once(self.as_fd(), buffer, remaining, None) {
                // A single `epoll_pwait` call waits for at most `LONGEST` (almost 25 days). If the
                // remaining time is longer, wait again, as after an interruption by a signal.
                Ok(0) if exceeds_one_call(remaining) => {
                    Err(Error::new(Call::EPOLL_PWAIT, Errno::INTR))
                }
                result => result,
            }
        })?;
        // SAFETY: `count` is the number of events that the kernel wrote, which is at most the
        // length of `buffer`.
        Ok(unsafe { buffer.get_unchecked(..count) })
    }

    /// Waits like [`wait`](Self::wait), but returns `EINTR` if interrupted by a signal handler.
    ///
    /// If `mask` is not `None`, it replaces the calling thread's signal mask during the wait. The
    /// mask is set and restored atomically, so a signal that `mask` unblocks cannot be handled
    /// before the wait begins. A timeout of more than 24 days may expire after 24 days.
    ///
    /// # Errors
    ///
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the buffer is empty.
    ///
    /// Since Linux 2.6.19; [epoll_wait(2)].
    ///
    /// [epoll_wait(2)]: https://man7.org/linux/man-pages/man2/epoll_wait.2.html
    #[doc(alias = "epoll_pwait")]
    #[doc(alias = "epoll_pwait2")]
    #[inline]
    pub fn wait_interruptible<'b>(
        &self,
        buffer: &'b mut [Event],
        timeout: impl Into<Timeout>,
        mask: Option<SigSet>,
    ) -> Result<&'b [Event]> {
        let count = wait_once(self.as_fd(), buffer, timeout.into(), mask)?;
        // SAFETY: `count` is the number of events that the kernel wrote, which is at most the
        // length of `buffer`.
        Ok(unsafe { buffer.get_unchecked(..count) })
    }

    /// Returns the busy-polling settings of the instance (`EPIOCGPARAMS`).
    ///
    /// # Errors
    ///
    /// - `ENOTTY`: the kernel is older than Linux 6.9.
    /// - `EOPNOTSUPP`: the kernel was built without `CONFIG_NET_RX_BUSY_POLL`.
    ///
    /// Since Linux 6.9; [ioctl_eventpoll(2)].
    ///
    /// [ioctl_eventpoll(2)]: https://man7.org/linux/man-pages/man2/ioctl_eventpoll.2.html
    #[doc(alias = "EPIOCGPARAMS")]
    #[inline]
    pub fn busy_poll(&self) -> Result<BusyPoll> {
        raw::ioctl_epiocgparams(self.as_fd())
    }

    /// Sets the busy-polling settings of the instance (`EPIOCSPARAMS`).
    ///
    /// # Errors
    ///
    /// - `ENOTTY`: the kernel is older than Linux 6.9.
    /// - `EOPNOTSUPP`: the kernel was built without `CONFIG_NET_RX_BUSY_POLL`.
    /// - `EINVAL`: `microseconds` is greater than [`i32::MAX`].
    /// - `EPERM`: `budget` is greater than 64, which requires `CAP_NET_ADMIN` in the initial user
    ///   namespace.
    ///
    /// Since Linux 6.9; [ioctl_eventpoll(2)].
    ///
    /// [ioctl_eventpoll(2)]: https://man7.org/linux/man-pages/man2/ioctl_eventpoll.2.html
    #[doc(alias = "EPIOCSPARAMS")]
    #[inline]
    pub fn set_busy_poll(&self, params: &BusyPoll) -> Result<()> {
        raw::ioctl_epiocsparams(self.as_fd(), params)
    }
}

/// The longest timeout that a single `epoll_pwait` call accepts.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Waits once, without retrying after an interruption. If the timeout is infinite or a whole number
/// of milliseconds, this function calls `epoll_pwait`, which every supported kernel has.
/// `epoll_pwait` waits for at most [`LONGEST`].
#[inline]
fn wait_once(
    epoll: BorrowedFd<'_>,
    buffer: &mut [Event],
    timeout: Timeout,
    mask: Option<SigSet>,
) -> Result<usize> {
    match timeout {
        Timeout::Infinite => raw::epoll_pwait(epoll, buffer, -1, mask),
        Timeout::Zero => raw::epoll_pwait(epoll, buffer, 0, mask),
        Timeout::After(duration) if timeout.ceil_to_millis() == timeout => {
            raw::epoll_pwait(epoll, buffer, millis(duration), mask)
        }
        Timeout::After(duration) => wait_fine(epoll, buffer, duration, mask),
    }
}

/// Waits with a timeout that is not a whole number of milliseconds, which `epoll_pwait` can only
/// represent rounded up.
///
/// After any error of `epoll_pwait2` other than `EINTR`, this function calls `epoll_pwait`:
/// `epoll_pwait2` fails with `ENOSYS` before Linux 5.11, and a seccomp filter can cause any errno.
/// If the arguments are invalid, `epoll_pwait` fails, too.
fn wait_fine(
    epoll: BorrowedFd<'_>,
    buffer: &mut [Event],
    duration: Duration,
    mask: Option<SigSet>,
) -> Result<usize> {
    let timeout = Timespec::saturating_from(duration);
    match raw::epoll_pwait2(epoll, buffer, Some(&timeout), mask) {
        Err(error) if !error.is(Errno::INTR) => {
            raw::epoll_pwait(epoll, buffer, millis(duration), mask)
        }
        result => result,
    }
}

/// Converts a duration to the timeout argument of `epoll_pwait`, in milliseconds, rounded up.
#[inline]
fn millis(duration: Duration) -> i32 {
    duration.saturating_add(Duration::from_nanos(999_999)).min(LONGEST).as_millis() as i32
}

/// Returns whether the timeout is longer than the longest timeout of one `epoll_pwait` call.
fn exceeds_one_call(timeout: Timeout) -> bool {
    matches!(timeout, Timeout::After(duration) if duration > LONGEST)
}
