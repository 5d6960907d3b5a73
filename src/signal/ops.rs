//! Sending signals, waiting for signals, and setting the actions of signals.

use super::{Action, SigInfo, SigSet, Signal, Value, raw};
use crate::error::{Errno, Result};
use crate::ids::{Pgid, Pid, getpid, getuid};
use crate::time::{Timeout, wait_until_timeout};

/// The processes that [`kill`] sends a signal to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A process.
    Process(Pid),
    /// All processes of a process group.
    ///
    /// A signal cannot be sent to process group 1 by its number, because the kernel interprets `-1`
    /// as every process. A member of process group 1 can use [`OwnGroup`](Self::OwnGroup).
    #[doc(alias = "killpg")]
    Group(Pgid),
    /// All processes of the caller's process group.
    OwnGroup,
    /// All processes that the caller may send the signal to, except the caller and the first
    /// process of its PID namespace.
    Everyone,
}

impl From<Pid> for Target {
    #[inline]
    fn from(pid: Pid) -> Self {
        Self::Process(pid)
    }
}

impl From<Pgid> for Target {
    #[inline]
    fn from(group: Pgid) -> Self {
        Self::Group(group)
    }
}

impl Target {
    /// Returns the first argument of `kill`, or `None` for process group 1, because `-1` means
    /// every process.
    #[inline]
    pub(super) fn number(self) -> Option<i32> {
        match self {
            Self::Process(pid) => Some(pid.as_raw()),
            Self::Group(group) if group.as_raw() == 1 => None,
            Self::Group(group) => Some(group.as_raw().wrapping_neg()),
            Self::OwnGroup => Some(0),
            Self::Everyone => Some(-1),
        }
    }
}

/// Sends a signal to a process, or to all processes of a [`Target`].
///
/// `kill(pid, None)` sends no signal, and only checks that the process exists and that the caller
/// may send it a signal. A process that has terminated still exists until its parent has waited for
/// it.
///
/// # Errors
///
/// - `ESRCH`: the target does not exist.
/// - `EPERM`: the caller may not send the signal to any process of the target.
/// - `EINVAL`: the target is process group 1.
///
/// Since Linux 1.0; [kill(2)].
///
/// [kill(2)]: https://man7.org/linux/man-pages/man2/kill.2.html
#[inline]
pub fn kill(target: impl Into<Target>, signal: impl Into<Option<Signal>>) -> Result<()> {
    raw::kill(target.into(), signal.into())
}

/// Sends a signal with a value to a process. The cause of the received signal is
/// [`Cause::Queue`](super::Cause::Queue).
///
/// Real-time signals (32 and above) are queued: the instances of a signal are received in the order
/// in which they were sent. Standard signals do not queue: if an instance is pending, further
/// instances are discarded. If the limit on queued signals is reached, a standard signal is sent
/// without its value.
///
/// # Errors
///
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached. Only real-time signals (32 and above) fail with `EAGAIN`.
/// - `ESRCH`: the process does not exist.
/// - `EPERM`: the caller may not send the process a signal.
///
/// Since Linux 2.1.67; [sigqueue(3)].
///
/// [sigqueue(3)]: https://man7.org/linux/man-pages/man3/sigqueue.3.html
#[doc(alias = "sigqueue")]
#[doc(alias = "rt_sigqueueinfo")]
#[inline]
pub fn queue(process: Pid, signal: Signal, value: impl Into<Value>) -> Result<()> {
    let info = SigInfo::queue(signal, getpid(), getuid(), value.into());
    // SAFETY: the record names the caller as the sender, so the receiver can trust the record. The
    // handlers of C libraries accept the signal: glibc's handlers ignore queued signals, and musl's
    // handlers do nothing unless musl sent the signal.
    unsafe { raw::rt_sigqueueinfo(process, Some(signal), &info) }
}

/// Returns the blocked signals that are pending for the calling thread or its process.
///
/// `pending` cannot fail.
///
/// Since Linux 2.1.67; [sigpending(2)].
///
/// [sigpending(2)]: https://man7.org/linux/man-pages/man2/sigpending.2.html
#[doc(alias = "sigpending")]
#[doc(alias = "rt_sigpending")]
#[inline]
pub fn pending() -> Result<SigSet> {
    raw::rt_sigpending()
}

/// Dequeues a pending signal of the set, or waits until a signal of the set is pending. Returns
/// `None` if the timeout expires before a signal of the set is pending.
///
/// [Block](crate::signal::block) the signals first: a signal that is not blocked is delivered
/// instead. Other signals do not interrupt the wait and do not prolong it. Before a wait with a
/// timeout, this function reads the clock, which is an additional system call;
/// [`wait_interruptible`] does not read the clock.
///
/// `wait` cannot fail.
///
/// Since Linux 2.1.67; [sigtimedwait(2)].
///
/// [sigtimedwait(2)]: https://man7.org/linux/man-pages/man2/sigtimedwait.2.html
#[doc(alias = "sigtimedwait")]
#[doc(alias = "sigwaitinfo")]
#[doc(alias = "sigwait")]
#[doc(alias = "rt_sigtimedwait")]
pub fn wait(signals: impl Into<SigSet>, timeout: impl Into<Timeout>) -> Result<Option<SigInfo>> {
    let signals = signals.into();
    wait_until_timeout(timeout.into(), |remaining| wait_interruptible(signals, remaining))
}

/// Dequeues a signal like [`wait`], but returns `EINTR` if interrupted by a signal that is not in
/// the set.
///
/// # Errors
///
/// - `EINTR`: interrupted by a signal that is not in the set.
///
/// Since Linux 2.1.67; [sigtimedwait(2)].
///
/// [sigtimedwait(2)]: https://man7.org/linux/man-pages/man2/sigtimedwait.2.html
pub fn wait_interruptible(
    signals: impl Into<SigSet>,
    timeout: impl Into<Timeout>,
) -> Result<Option<SigInfo>> {
    match raw::rt_sigtimedwait(signals.into(), timeout.into().timespec().as_ref()) {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.is(Errno::AGAIN) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the signal mask of the calling thread until a signal handler has run, and then restores
/// the previous mask.
///
/// `suspend` cannot fail.
///
/// Since Linux 2.1.67; [sigsuspend(2)].
///
/// [sigsuspend(2)]: https://man7.org/linux/man-pages/man2/sigsuspend.2.html
#[doc(alias = "sigsuspend")]
#[doc(alias = "rt_sigsuspend")]
#[inline]
pub fn suspend(mask: impl Into<SigSet>) -> Result<()> {
    match raw::rt_sigsuspend(mask.into()) {
        Err(error) if error.is(Errno::INTR) => Ok(()),
        other => other,
    }
}

/// Returns the action of a signal.
///
/// `action` cannot fail.
///
/// Since Linux 2.1.67; [sigaction(2)].
///
/// [sigaction(2)]: https://man7.org/linux/man-pages/man2/sigaction.2.html
#[doc(alias = "sigaction")]
#[doc(alias = "rt_sigaction")]
#[inline]
pub fn action(signal: Signal) -> Result<Action> {
    // SAFETY: without a new action, the call changes nothing.
    unsafe { raw::rt_sigaction(signal, None) }
}

/// Sets the action of a signal, and returns the previous action, which a later call can restore.
///
/// Pending instances of the signal are discarded if the new action is [`Action::IGNORE`], or if it
/// is [`Action::DEFAULT`] and the signal is `CHLD`, `CONT`, `URG` or `WINCH`.
///
/// # Safety
///
/// The safety requirements of [`raw::rt_sigaction`] apply.
///
/// # Errors
///
/// - `EINVAL`: the signal is `SIGKILL` or `SIGSTOP`, whose action cannot be changed.
///
/// Since Linux 2.1.67; [sigaction(2)].
///
/// [sigaction(2)]: https://man7.org/linux/man-pages/man2/sigaction.2.html
#[doc(alias = "sigaction")]
#[doc(alias = "rt_sigaction")]
#[inline]
pub unsafe fn set_action(signal: Signal, action: &Action) -> Result<Action> {
    // SAFETY: the requirements of `rt_sigaction` are upheld by the caller.
    unsafe { raw::rt_sigaction(signal, Some(action)) }
}

/// Ignores a signal, and returns its previous action.
///
/// Pending instances of the signal are discarded. The signal stays ignored across `execve`. A
/// signal that the program causes by a fault, such as `SEGV`, terminates the process even if it is
/// ignored. Do not ignore signals 32 to 34: a C library would wait indefinitely for threads to
/// handle them.
///
/// If `CHLD` is ignored, terminated children do not become zombies, and their exit statuses are
/// lost: waiting for a child, for example with `std::process::Command::status`, fails with `ECHILD`
/// after the child has terminated. Therefore, an init (process 1) should not ignore `CHLD`, but
/// wait for its children.
///
/// # Errors
///
/// - `EINVAL`: the signal is `SIGKILL` or `SIGSTOP`, whose action cannot be changed.
///
/// Since Linux 2.1.67; [sigaction(2)].
///
/// [sigaction(2)]: https://man7.org/linux/man-pages/man2/sigaction.2.html
#[doc(alias = "SIG_IGN")]
#[doc(alias = "sigaction")]
#[inline]
pub fn ignore(signal: Signal) -> Result<Action> {
    // SAFETY: the new action has no handler.
    unsafe { raw::rt_sigaction(signal, Some(&Action::IGNORE)) }
}

/// Resets a signal to its default action, and returns the previous action.
///
/// By default, `CHLD`, `URG` and `WINCH` are ignored, and `CONT` only continues a stopped process.
/// `set_default` discards pending instances of `CHLD`, `URG`, `WINCH` and `CONT`. Reset `CHLD`
/// before starting the first child, or check all children after the reset.
///
/// # Errors
///
/// - `EINVAL`: the signal is `SIGKILL` or `SIGSTOP`, whose action cannot be changed.
///
/// Since Linux 2.1.67; [sigaction(2)].
///
/// [sigaction(2)]: https://man7.org/linux/man-pages/man2/sigaction.2.html
#[doc(alias = "SIG_DFL")]
#[doc(alias = "sigaction")]
#[inline]
pub fn set_default(signal: Signal) -> Result<Action> {
    // SAFETY: the new action has no handler.
    unsafe { raw::rt_sigaction(signal, Some(&Action::DEFAULT)) }
}
