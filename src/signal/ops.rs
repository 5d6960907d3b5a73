//! Signals sent, waited for and handled.

use super::{Action, SigInfo, SigSet, Signal, Target, Value, raw};
use crate::error::{Errno, Result};
use crate::ids::{Pid, getpid, getuid};
use crate::time::{Deadline, Timeout};

/// Sends a signal to a process, or to all of a [`Target`].
///
/// Without a signal it looks whether there is somebody to whom one could be sent: `kill(pid, None)`.
///
/// # Errors
///
/// As [`raw::kill`].
#[inline]
pub fn kill(target: impl Into<Target>, signal: impl Into<Option<Signal>>) -> Result<()> {
    raw::kill(target.into(), signal.into())
}

/// Sends a signal to a process with a value: the receiver's [`Cause::Queue`](super::Cause::Queue).
///
/// Each one that is sent so is told, in the order in which they were sent, if its number is 32 or more. Of one below,
/// those that come while one is held back are lost; and where the receiver's user has as many queued signals as they
/// may, it comes without its value.
///
/// # Errors
///
/// As [`raw::rt_sigqueueinfo`].
#[doc(alias = "sigqueue")]
#[inline]
pub fn queue(process: Pid, signal: Signal, value: impl Into<Value>) -> Result<()> {
    let info = SigInfo::queue(signal, getpid(), getuid(), value.into());
    // SAFETY: the record says what is true. Of a C library's own handlers, glibc's ignore what was queued, and musl's
    // do nothing unless musl has asked for it.
    unsafe { raw::rt_sigqueueinfo(process, Some(signal), &info) }
}

/// The signals that have come for the thread or its process, and are held back.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "sigpending")]
#[inline]
pub fn pending() -> Result<SigSet> {
    raw::rt_sigpending()
}

/// Takes one of these signals, and waits for one as long as it may; `None` when the time is over.
///
/// [Block](crate::signal::block) them before: one that is not held back takes effect instead. Other signals do not end
/// the wait and do not prolong it; to know the moment at which it ends, a wait with a time asks the clock first.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "sigtimedwait")]
pub fn wait(signals: impl Into<SigSet>, timeout: impl Into<Timeout>) -> Result<Option<SigInfo>> {
    let (signals, mut left) = (signals.into(), timeout.into());
    let deadline = Deadline::of(left)?;
    loop {
        match wait_interruptible(signals, left) {
            Err(error) if error.is(Errno::INTR) => {}
            done => return done,
        }
        if let Some(deadline) = deadline {
            left = deadline.remaining()?;
        }
    }
}

/// As [`wait`], but any signal ends it.
///
/// # Errors
///
/// `EINTR` - a signal that is not waited for came.
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

/// Waits with this signal mask until a signal's handler has run; then the mask is what it was.
///
/// # Errors
///
/// None of its own.
#[doc(alias = "sigsuspend")]
#[inline]
pub fn suspend(mask: impl Into<SigSet>) -> Result<()> {
    match raw::rt_sigsuspend(mask.into()) {
        Err(error) if error.is(Errno::INTR) => Ok(()),
        other => other,
    }
}

/// What the process does when the signal comes.
///
/// # Errors
///
/// None of its own.
#[inline]
pub fn action(signal: Signal) -> Result<Action> {
    // SAFETY: changes nothing.
    unsafe { raw::rt_sigaction(signal, None) }
}

/// Sets what the process does when the signal comes; returns what it did.
///
/// Where that comes to nothing, what has come and is held back is forgotten: with [`Action::IGNORE`], and with
/// [`Action::DEFAULT`] for `CHLD`, `CONT`, `URG` and `WINCH`.
///
/// # Safety
///
/// As for [`raw::rt_sigaction`].
///
/// # Errors
///
/// As [`raw::rt_sigaction`].
#[doc(alias = "sigaction")]
#[inline]
pub unsafe fn set_action(signal: Signal, action: &Action) -> Result<Action> {
    // SAFETY: as the caller promises.
    unsafe { raw::rt_sigaction(signal, Some(action)) }
}

/// Ignores a signal; returns what the process did when it came.
///
/// What has come and is held back is forgotten with it. `execve` keeps it so. Of `CHLD` it means also that children
/// leave nothing to wait for. Where the program itself is at fault the kernel does not ask: the process ends. A C
/// library waits for ever for threads that ignore its signals, 32 to 34.
///
/// # Errors
///
/// As [`raw::rt_sigaction`].
#[doc(alias = "SIG_IGN")]
#[inline]
pub fn ignore(signal: Signal) -> Result<Action> {
    // SAFETY: no handler runs.
    unsafe { raw::rt_sigaction(signal, Some(&Action::IGNORE)) }
}

/// Lets a signal do what it does by itself; returns what the process did when it came.
///
/// `CHLD`, `URG` and `WINCH` do nothing by themselves, and `CONT` nothing that waits until it is taken: of these, what
/// has come and is held back is forgotten. Reset `CHLD` before the first child begins, or ask for every child after it.
///
/// # Errors
///
/// As [`raw::rt_sigaction`].
#[doc(alias = "SIG_DFL")]
#[inline]
pub fn set_default(signal: Signal) -> Result<Action> {
    // SAFETY: no handler runs.
    unsafe { raw::rt_sigaction(signal, Some(&Action::DEFAULT)) }
}
