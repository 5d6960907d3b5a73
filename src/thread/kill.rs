//! Sending signals to one thread.

use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::ids::{Pid, Tid, getpid, getuid};
use crate::signal::{SigInfo, SigSet, Signal, Value};
use crate::syscall::syscall;

/// `tgkill(tgid, tid, sig)` - sends a signal to a thread of a process.
///
/// If `signal` is `None`, the call only checks that the thread exists and that the caller may send
/// it a signal.
///
/// # Safety
///
/// Signals 32 to 34 must not be sent to a thread of a program that uses a C library: the library
/// reserves these signals, and its handlers act on a signal that the same process sent with
/// `tgkill`. To send other signals, use the safe function [`kill`].
///
/// # Errors
///
/// - `ESRCH`: the process has no such thread, or does not exist.
/// - `EPERM`: the caller has neither a matching user ID nor `CAP_KILL` for the process, or a
///   security module denies the signal.
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached, or the kernel is out of memory. Signals below 32 never cause `EAGAIN`.
/// - `EINVAL`: an ID is not positive, or the signal is one of 32 to 34, which C libraries reserve.
///   The types of the arguments exclude IDs that are not positive, and only the safe function
///   [`kill`] rejects signals 32 to 34.
///
/// Since Linux 2.5.75; [tgkill(2)].
///
/// [tgkill(2)]: https://man7.org/linux/man-pages/man2/tgkill.2.html
#[inline]
pub unsafe fn tgkill(process: Pid, thread: Tid, signal: Option<Signal>) -> Result<()> {
    // SAFETY: touches no memory; that the handlers of the signal may run is upheld by the caller.
    unsafe { syscall!(Call::TGKILL, tgkill(process.as_raw(), thread.as_raw(), signal)) }.unit()
}

/// `rt_tgsigqueueinfo(tgid, tid, sig, &info)` - sends a signal to a thread of a process, with a
/// signal information record that the caller provides.
///
/// If `signal` is `None`, the call only checks that the thread exists and that the caller may send
/// it a signal.
///
/// # Safety
///
/// The requirements of [`rt_sigqueueinfo`](crate::signal::raw::rt_sigqueueinfo) apply.
///
/// # Errors
///
/// - `ESRCH`: the process has no such thread, or does not exist.
/// - `EPERM`: the caller has neither a matching user ID nor `CAP_KILL` for the process, or a
///   security module denies the signal, or the thread is not the calling thread and the code of the
///   record is `SI_TKILL` or is not negative.
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached, or the kernel is out of memory. Signals below 32 never cause `EAGAIN`: they are sent
///   without their record instead.
/// - `E2BIG`: the kernel does not know the code of the record, and the bytes after the first 48
///   bytes of the record, which the kernel does not store, are not all zero.
/// - `EINVAL`: an ID is not positive. The types of the arguments exclude such IDs.
///
/// Since Linux 2.6.31; [rt_tgsigqueueinfo(2)].
///
/// [rt_tgsigqueueinfo(2)]: https://man7.org/linux/man-pages/man2/rt_sigqueueinfo.2.html
#[inline]
pub unsafe fn rt_tgsigqueueinfo(
    process: Pid,
    thread: Tid,
    signal: Option<Signal>,
    info: &SigInfo,
) -> Result<()> {
    let info = core::ptr::from_ref(info);
    // SAFETY: the kernel copies one record; that the thread may receive it is upheld by the caller.
    unsafe {
        syscall!(
            Call::RT_TGSIGQUEUEINFO,
            rt_tgsigqueueinfo(process.as_raw(), thread.as_raw(), signal, info)
        )
    }
    .unit()
}

/// Sends a signal to a thread of a process.
///
/// `kill(process, thread, None)` sends no signal, and only checks that the thread exists and that
/// the caller may send it a signal.
///
/// # Errors
///
/// - `ESRCH`: the process has no such thread, or does not exist.
/// - `EPERM`: the caller does not have permission to send a signal to the process.
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached. Signals below 35 never cause `EAGAIN`.
/// - `EINVAL`: the signal is one of 32 to 34, which C libraries reserve.
///
/// Since Linux 2.5.75; [tgkill(2)].
///
/// [tgkill(2)]: https://man7.org/linux/man-pages/man2/tgkill.2.html
#[doc(alias = "tgkill")]
#[doc(alias = "pthread_kill")]
#[doc(alias = "raise")]
#[inline]
pub fn kill(process: Pid, thread: Tid, signal: impl Into<Option<Signal>>) -> Result<()> {
    let signal = signal.into();
    if signal.is_some_and(|signal| !SigSet::all().contains(signal)) {
        return Err(Error::new(Call::TGKILL, Errno::INVAL));
    }
    // SAFETY: the signal is not one of those that C libraries reserve.
    unsafe { tgkill(process, thread, signal) }
}

/// Sends a signal with a value to a thread of a process. See
/// [`signal::queue`](crate::signal::queue).
///
/// # Errors
///
/// - `ESRCH`: the process has no such thread, or does not exist.
/// - `EPERM`: the caller does not have permission to send a signal to the process.
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached. Signals below 32 never cause `EAGAIN`.
///
/// Since Linux 2.6.31; [pthread_sigqueue(3)].
///
/// [pthread_sigqueue(3)]: https://man7.org/linux/man-pages/man3/pthread_sigqueue.3.html
#[doc(alias = "pthread_sigqueue")]
#[doc(alias = "rt_tgsigqueueinfo")]
#[inline]
pub fn queue(process: Pid, thread: Tid, signal: Signal, value: impl Into<Value>) -> Result<()> {
    let info = SigInfo::queue(signal, getpid(), getuid(), value.into());
    // SAFETY: the record is correct. The handlers of glibc for signals 32 to 34 ignore queued
    // signals, and the handlers of musl do nothing unless musl sent the signal.
    unsafe { rt_tgsigqueueinfo(process, thread, Some(signal), &info) }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    TGKILL:
        SRCH => "the process has no such thread, or does not exist",
        PERM => "the caller has neither a matching user ID nor CAP_KILL for the process, or a \
            security module denies the signal",
        AGAIN => LimitReached "the limit on queued signals of the receiver's user \
            (RLIMIT_SIGPENDING) has been reached, or the kernel is out of memory",
        INVAL => "an ID is not positive, or the signal is one of 32 to 34, which C libraries \
            reserve";
    RT_TGSIGQUEUEINFO:
        SRCH => "the process has no such thread, or does not exist",
        PERM => "the caller has neither a matching user ID nor CAP_KILL for the process, or a \
            security module denies the signal, or the thread is not the calling thread and the \
            code of the record is SI_TKILL or is not negative",
        AGAIN => LimitReached "the limit on queued signals of the receiver's user \
            (RLIMIT_SIGPENDING) has been reached, or the kernel is out of memory",
        TOOBIG => "the kernel does not know the code of the record, and the bytes after the first \
            48 bytes of the record, which the kernel does not store, are not all zero",
        INVAL => "an ID is not positive";
};
