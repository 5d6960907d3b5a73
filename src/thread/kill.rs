//! Signals to one thread.

use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::ids::{Pid, getpid};
use crate::ids::{Tid, getuid};
use crate::signal::{SigInfo, SigSet, Signal, Value};
use crate::syscall::syscall;

/// `tgkill(tgid, tid, sig)` - sends a signal to a thread of a process; without one, looks whether it could be sent.
///
/// # Safety
///
/// Signals 32 to 34 make a C library's own handlers act, where they come so and from the program itself: such a program
/// must not be sent them. [`kill`] sends all others.
///
/// # Errors
///
/// `ESRCH` - the process has no such thread. `EPERM` - the caller may not send it. `EAGAIN` - the receiver's user has
/// as many queued signals as they may, and the signal is 32 or more. `EINVAL` - a number that is not positive.
///
/// Since Linux 2.5.75; tgkill(2).
#[inline]
pub unsafe fn tgkill(process: Pid, thread: Tid, signal: Option<Signal>) -> Result<()> {
    // SAFETY: touches no memory; what the handlers do is the caller's promise.
    unsafe { syscall!(Call::TGKILL, tgkill(process.as_raw(), thread.as_raw(), signal)) }.unit()
}

/// `rt_tgsigqueueinfo(tgid, tid, sig, &info)` - as [`rt_sigqueueinfo`](crate::signal::raw::rt_sigqueueinfo), to one
/// thread.
///
/// # Safety
///
/// As for [`rt_sigqueueinfo`](crate::signal::raw::rt_sigqueueinfo).
///
/// # Errors
///
/// As [`rt_sigqueueinfo`](crate::signal::raw::rt_sigqueueinfo), where `EPERM` is about the thread: only the calling one
/// may be told what it likes. `ESRCH` - the process has no such thread. `EINVAL` - a number that is not positive.
///
/// Since Linux 2.6.31; `rt_sigqueueinfo`(2).
#[inline]
pub unsafe fn rt_tgsigqueueinfo(
    process: Pid,
    thread: Tid,
    signal: Option<Signal>,
    info: &SigInfo,
) -> Result<()> {
    let info = core::ptr::from_ref(info);
    // SAFETY: the kernel copies one record; that the thread may get it is the caller's promise.
    unsafe {
        syscall!(
            Call::RT_TGSIGQUEUEINFO,
            rt_tgsigqueueinfo(process.as_raw(), thread.as_raw(), signal, info)
        )
    }
    .unit()
}

/// Sends a signal to a thread of a process; without one, `None`, looks whether it could be sent.
///
/// # Errors
///
/// As [`tgkill`]; `EINVAL` - also signals 32 to 34, which C libraries keep for themselves.
#[doc(alias = "tgkill")]
#[doc(alias = "pthread_kill")]
#[inline]
pub fn kill(process: Pid, thread: Tid, signal: impl Into<Option<Signal>>) -> Result<()> {
    let signal = signal.into();
    if signal.is_some_and(|signal| !SigSet::all().contains(signal)) {
        return Err(Error::new(Call::TGKILL, Errno::INVAL));
    }
    // SAFETY: no signal of a C library's.
    unsafe { tgkill(process, thread, signal) }
}

/// Sends a signal to a thread of a process with a value: as [`signal::queue`](crate::signal::queue), to one thread.
///
/// # Errors
///
/// As [`rt_tgsigqueueinfo`].
#[doc(alias = "pthread_sigqueue")]
#[inline]
pub fn queue(process: Pid, thread: Tid, signal: Signal, value: impl Into<Value>) -> Result<()> {
    let info = SigInfo::queue(signal, getpid(), getuid(), value.into());
    // SAFETY: the record says what is true. Of a C library's own handlers, glibc's ignore what was queued, and musl's
    // do nothing unless musl has asked for it.
    unsafe { rt_tgsigqueueinfo(process, thread, Some(signal), &info) }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    TGKILL:
        SRCH => "the process has no such thread",
        PERM => "the caller may not send it to that process",
        AGAIN => LimitReached "the receiver's limit on queued signals is reached (RLIMIT_SIGPENDING)",
        INVAL => "the number of a process or thread is positive, and signals 32 to 34 are a C library's own";
    RT_TGSIGQUEUEINFO:
        SRCH => "the process has no such thread",
        PERM => "the caller may not send it to that process, or says that somebody else does",
        AGAIN => LimitReached "the receiver's limit on queued signals is reached (RLIMIT_SIGPENDING)",
        TOOBIG => "the record has more than the kernel keeps of one with this code",
        INVAL => "the number of a process or thread is positive";
};
