//! A descriptor that refers to a process or a thread.

use super::info::{InfoMask, PidFdInfo};
use super::raw;
use super::types::{OpenFlags, SignalFlags};
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd, RawFd};
use crate::ids::{Pid, getpid, getuid};
use crate::namespace::{Kind, Namespace};
use crate::process::raw::waitid;
use crate::process::{WaitFlags, WaitId};
use crate::signal::{SigInfo, Signal, Value};

/// A pidfd: a descriptor that refers to a process, and never to another process that gets the same
/// process ID.
///
/// A pidfd is readable when the process has terminated: wait for it with
/// [`wait_readable`](Self::wait_readable), [`poll`](crate::poll) or [`Epoll`](crate::epoll::Epoll).
/// [`namespace::enter`](crate::namespace::enter) accepts a pidfd.
///
/// A `PidFd` always is a pidfd: [`TryFrom`] rejects other descriptors.
///
/// ```
/// use butter::process::{self, PidFd};
///
/// # fn main() -> butter::Result<()> {
/// let own = PidFd::open(process::getpid())?;
/// own.send_signal(None)?; // only checks that the process exists
/// # Ok(())
/// # }
/// ```
#[doc(alias = "pidfd_open")]
pub struct PidFd(OwnedFd);

fd_wrapper! { PidFd, checked }

impl PidFd {
    /// Opens a process. The descriptor is close-on-exec, as every pidfd.
    ///
    /// The process ID can be that of another process if the process has been reaped in the
    /// meantime. Only for a child for which the caller has not waited, this cannot happen.
    ///
    /// # Errors
    ///
    /// - `ESRCH`: the process does not exist.
    /// - `ENOENT`, `EINVAL`: the ID is that of a thread other than the first of its process.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    ///
    /// Since Linux 5.3; [pidfd_open(2)].
    ///
    /// [pidfd_open(2)]: https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    #[doc(alias = "pidfd_open")]
    #[inline]
    pub fn open(pid: Pid) -> Result<Self> {
        Self::with_flags(pid, OpenFlags::empty())
    }

    /// Opens a process or a thread with flags. For a thread, pass the thread ID as a [`Pid`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the kernel does not support a flag.
    ///
    /// The method also fails with the errors of [`open`](Self::open).
    #[doc(alias = "pidfd_open")]
    #[inline]
    pub fn with_flags(pid: Pid, flags: OpenFlags) -> Result<Self> {
        raw::pidfd_open(pid, flags).map(Self)
    }

    /// Wraps a pidfd that the kernel has just opened.
    #[inline(always)]
    pub(crate) fn from_kernel(pidfd: OwnedFd) -> Self {
        Self(pidfd)
    }

    /// Returns the process as an argument of [`wait`](crate::process::wait).
    #[inline]
    #[must_use]
    pub fn as_wait_id(&self) -> WaitId<'_> {
        WaitId::PidFd(self.as_fd())
    }

    /// Sends a signal to the process. If `signal` is `None`, only checks that the process exists
    /// and that the caller may send it a signal.
    ///
    /// The call succeeds if the process has terminated and was not reaped.
    ///
    /// # Errors
    ///
    /// - `ESRCH`: the process was reaped.
    /// - `EPERM`: the caller may not send a signal to the process.
    ///
    /// Since Linux 5.1; [pidfd_send_signal(2)].
    ///
    /// [pidfd_send_signal(2)]: https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html
    #[doc(alias = "pidfd_send_signal")]
    #[inline]
    pub fn send_signal(&self, signal: impl Into<Option<Signal>>) -> Result<()> {
        raw::pidfd_send_signal(self, signal.into(), SignalFlags::empty())
    }

    /// Sends a signal to the thread, the process or the process group.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: several scopes are set, or the kernel does not support scopes.
    ///
    /// The method also fails with the errors of [`send_signal`](Self::send_signal).
    ///
    /// Since Linux 6.9; [pidfd_send_signal(2)].
    ///
    /// [pidfd_send_signal(2)]: https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html
    #[doc(alias = "pidfd_send_signal")]
    #[inline]
    pub fn send_signal_to(
        &self,
        scope: SignalFlags,
        signal: impl Into<Option<Signal>>,
    ) -> Result<()> {
        raw::pidfd_send_signal(self, signal.into(), scope)
    }

    /// Sends a signal with a value to the process, like [`signal::queue`](crate::signal::queue).
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the limit on queued signals of the receiver's user has been reached.
    ///
    /// The method also fails with the errors of [`send_signal`](Self::send_signal).
    #[doc(alias = "pidfd_send_signal")]
    #[doc(alias = "sigqueue")]
    #[inline]
    pub fn queue(&self, signal: Signal, value: impl Into<Value>) -> Result<()> {
        let info = SigInfo::queue(signal, getpid(), getuid(), value.into());
        // SAFETY: the record contains the true sender, and a value that any sender may choose.
        unsafe { raw::pidfd_send_signal_info(self, Some(signal), &info, SignalFlags::empty()) }
    }

    /// Duplicates a descriptor of the process. The duplicate is close-on-exec, and shares the open
    /// file description with the process.
    ///
    /// # Errors
    ///
    /// - `EBADF`: `target` is not open in the process.
    /// - `EPERM`: the caller may not access the process (`PTRACE_MODE_ATTACH_REALCREDS`).
    /// - `ESRCH`: the process has terminated.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    ///
    /// Since Linux 5.6; [pidfd_getfd(2)].
    ///
    /// [pidfd_getfd(2)]: https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html
    #[doc(alias = "pidfd_getfd")]
    #[inline]
    pub fn getfd(&self, target: RawFd) -> Result<OwnedFd> {
        raw::pidfd_getfd(self.as_fd(), target)
    }

    /// Returns properties of the process. The result contains the fields that `mask` requests, and
    /// that the kernel supports.
    ///
    /// # Errors
    ///
    /// - `ESRCH`: the process was reaped, and [`InfoMask::EXIT`] is not requested or not supported.
    /// - `EREMOTE`: the process is not in the PID namespace of the caller or in a descendant of it.
    /// - `ENOTTY`: the kernel is older than Linux 6.13.
    #[doc(alias = "PIDFD_GET_INFO")]
    #[inline]
    pub fn info(&self, mask: InfoMask) -> Result<PidFdInfo> {
        // SAFETY: the descriptor is a pidfd.
        unsafe { raw::ioctl_pidfd_get_info(self.as_fd(), mask) }
    }

    /// Opens a namespace of the process. The descriptor is close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EACCES`: the caller may not access the process (`PTRACE_MODE_READ_FSCREDS`).
    /// - `ESRCH`: the process was reaped.
    /// - `EOPNOTSUPP`: the kernel does not support the kind of namespace.
    /// - `ENOTTY`: the kernel is older than Linux 6.11.
    /// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or
    ///   the system-wide limit on open files (`fs.file-max`), has been reached.
    #[inline]
    pub fn namespace(&self, kind: Kind) -> Result<Namespace> {
        // SAFETY: the descriptor is a pidfd.
        unsafe { raw::ioctl_pidfd_get_namespace(self.as_fd(), kind) }?.try_into()
    }

    /// Waits until the process has terminated. Returns `false` if the timeout expires first. The
    /// method does not reap the process.
    ///
    /// A pidfd with [`OpenFlags::THREAD`] becomes readable when the thread has terminated. Signals
    /// do not interrupt the wait.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) is 0.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 5.3; [pidfd_open(2)].
    ///
    /// [pidfd_open(2)]: https://man7.org/linux/man-pages/man2/pidfd_open.2.html
    #[doc(alias = "ppoll")]
    pub fn wait_readable(&self, timeout: impl Into<crate::time::Timeout>) -> Result<bool> {
        crate::poll::readable(self.as_fd(), timeout.into())
    }
}

impl<'fd> From<&'fd PidFd> for WaitId<'fd> {
    #[inline]
    fn from(pidfd: &'fd PidFd) -> Self {
        pidfd.as_wait_id()
    }
}

/// Takes ownership of a pidfd. If the descriptor is not a pidfd, closes the descriptor and fails
/// with `EBADF`.
impl TryFrom<OwnedFd> for PidFd {
    type Error = Error;

    #[inline]
    fn try_from(fd: OwnedFd) -> Result<Self> {
        // `waitid` accepts only a pidfd, and with these flags changes no state.
        let flags = WaitFlags::EXITED.union(WaitFlags::NOHANG).union(WaitFlags::NOWAIT);
        match waitid(WaitId::PidFd(fd.as_fd()), flags, None) {
            // The process is not a child of the caller.
            Err(error) if error.is(Errno::CHILD) => Ok(Self(fd)),
            Err(error) => Err(error),
            Ok(_) => Ok(Self(fd)),
        }
    }
}
