//! A spawned child.

use core::fmt;

use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsRawFd, OwnedFd};
use crate::ids::Pid;
use crate::process::{
    Cloned, ExitStatus, InfoMask, PidFd, WaitFlags, WaitId, raw, wait, wait_nonblocking,
};
use crate::signal::{self, Signal};
use crate::time::Timeout;

/// A child that [`Command::spawn`](super::Command::spawn) has created.
///
/// Dropping a `Child` neither waits for the child nor kills it, unless
/// [`kill_on_drop`](super::Command::kill_on_drop) requests it: a child for which nothing waits
/// remains a zombie until its parent terminates.
pub struct Child {
    /// The write end of the pipe to the standard input of the child.
    pub stdin: Option<OwnedFd>,
    /// The read end of the pipe from the standard output of the child.
    pub stdout: Option<OwnedFd>,
    /// The read end of the pipe from the standard error of the child.
    pub stderr: Option<OwnedFd>,
    pid: Pid,
    pidfd: Option<PidFd>,
    status: Option<ExitStatus>,
    kills_on_drop: bool,
}

impl Child {
    #[inline]
    pub(super) fn new(cloned: Cloned, kills_on_drop: bool, ends: [Option<OwnedFd>; 3]) -> Self {
        let [stdin, stdout, stderr] = ends;
        let pidfd = cloned.pidfd.map(PidFd::from_kernel);
        Self { stdin, stdout, stderr, pid: cloned.pid, pidfd, status: None, kills_on_drop }
    }

    /// Returns the process ID. The kernel can reuse it after the child was reaped.
    #[inline]
    #[must_use]
    pub const fn pid(&self) -> Pid {
        self.pid
    }

    /// Returns the pidfd, unless the child was spawned without one. It is readable when the child
    /// has terminated.
    #[inline]
    #[must_use]
    pub const fn pidfd(&self) -> Option<&PidFd> {
        self.pidfd.as_ref()
    }

    /// Closes the pipe to the standard input of the child, waits until the child has terminated,
    /// and returns its wait status. A later call returns the same status.
    ///
    /// Read the standard output and error first, if they are pipes: a child that writes to a full
    /// pipe does not terminate.
    ///
    /// # Errors
    ///
    /// - `ECHILD`: other code has waited for the child; or the process ignores `SIGCHLD`, and the
    ///   kernel does not support [`InfoMask::EXIT`], or the child has no pidfd.
    #[doc(alias("waitid", "waitpid"))]
    pub fn wait(&mut self) -> Result<ExitStatus> {
        drop(self.stdin.take());
        if let Some(status) = self.status {
            return Ok(status);
        }
        let waited = wait(self.wait_id(), WaitFlags::EXITED).map(|waited| waited.exit_status());
        match waited {
            Ok(status) => Ok(*self.status.insert(status)),
            Err(error) => self.status_after_reaping(Timeout::Infinite, error),
        }
    }

    /// Returns the wait status if the child has terminated, otherwise `None`. The method does not
    /// block.
    ///
    /// # Errors
    ///
    /// The errors of [`wait`](Self::wait).
    #[doc(alias("waitid", "WNOHANG"))]
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_some() {
            return Ok(self.status);
        }
        match wait_nonblocking(self.wait_id(), WaitFlags::EXITED) {
            Ok(None) => Ok(None),
            Ok(Some(waited)) => Ok(Some(*self.status.insert(waited.exit_status()))),
            Err(error) => {
                match self.status_after_reaping(Timeout::After(core::time::Duration::ZERO), error) {
                    Err(error) if error.is(Errno::AGAIN) => Ok(None),
                    status => status.map(Some),
                }
            }
        }
    }

    /// Waits until the child has terminated. Returns `None` if the timeout expires first.
    ///
    /// # Errors
    ///
    /// - `EBADF`: the child was spawned without a pidfd.
    ///
    /// The method also fails with the errors of [`wait`](Self::wait).
    pub fn wait_timeout(&mut self, timeout: impl Into<Timeout>) -> Result<Option<ExitStatus>> {
        if self.status.is_some() {
            return Ok(self.status);
        }
        let pidfd = self.pidfd.as_ref().ok_or(Error::new(Call::PPOLL, Errno::BADF))?;
        if pidfd.wait_readable(timeout)? { self.try_wait() } else { Ok(None) }
    }

    /// Sends the signal `KILL` to the child.
    ///
    /// # Errors
    ///
    /// The errors of [`signal`](Self::signal).
    #[inline]
    pub fn kill(&self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Sends a signal to the child. Succeeds without effect if the child has terminated and was not
    /// reaped.
    ///
    /// # Errors
    ///
    /// - `ESRCH`: the child was reaped.
    /// - `EPERM`: the child has changed its user IDs.
    #[doc(alias("kill", "pidfd_send_signal"))]
    #[inline]
    pub fn signal(&self, signal: Signal) -> Result<()> {
        match &self.pidfd {
            _ if self.status.is_some() => Err(Error::new(Call::KILL, Errno::SRCH)),
            Some(pidfd) => pidfd.send_signal(signal),
            None => signal::kill(self.pid, signal),
        }
    }

    /// Returns the pidfd, and drops the other fields. The child is not killed, even if
    /// [`kill_on_drop`](super::Command::kill_on_drop) was requested.
    #[must_use]
    pub fn into_pidfd(mut self) -> Option<PidFd> {
        self.kills_on_drop = false;
        self.pidfd.take()
    }

    #[inline]
    fn wait_id(&self) -> WaitId<'_> {
        self.pidfd.as_ref().map_or(WaitId::Pid(self.pid), PidFd::as_wait_id)
    }

    /// Returns the wait status of a child that the kernel has reaped, because the process ignores
    /// `SIGCHLD` or because of `CLONE_AUTOREAP`. Returns `error`, the error of `waitid`, if the
    /// status is not available, and `EAGAIN` if the timeout expires.
    #[cold]
    fn status_after_reaping(&mut self, timeout: Timeout, error: Error) -> Result<ExitStatus> {
        let Some(pidfd) = self.pidfd.as_ref().filter(|_| error.is(Errno::CHILD)) else {
            return Err(error);
        };
        if !pidfd.wait_readable(timeout)? {
            return Err(Error::new(Call::WAITID, Errno::AGAIN));
        }
        let info = pidfd.info(InfoMask::EXIT).map_err(|_| error)?;
        let status = info.exit_status().ok_or(error)?;
        Ok(*self.status.insert(status))
    }
}

static_assertions::assert_impl_all!(Child: Send, Sync, Unpin);

impl Drop for Child {
    // Inlined, so that the compiler sees that this function does not unwind: otherwise, the drop of
    // the fields after an unwind would require an unwinder.
    #[inline]
    fn drop(&mut self) {
        if self.kills_on_drop && self.status.is_none() && self.kill().is_ok() {
            // The call fails if the kernel reaps the child.
            let wait = || raw::waitid(self.wait_id(), WaitFlags::EXITED, None);
            while wait().is_err_and(|error| error.is(Errno::INTR)) {}
        }
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("pid", &self.pid)
            .field("pidfd", &self.pidfd.as_ref().map(AsRawFd::as_raw_fd))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
