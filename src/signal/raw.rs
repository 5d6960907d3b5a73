//! The kernel's calls on signals.

use core::mem::MaybeUninit;

use super::{Action, SigInfo, SigSet, Signal, Target};
use crate::arch::ArgReg;
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::ids::Pid;
use crate::syscall::{Arg, syscall};
use crate::time::Timespec;

impl Arg for Signal {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.as_raw().word()
    }
}

/// No signal is 0: the call looks whether it might send one.
impl Arg for Option<Signal> {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.map_or(0, Signal::as_raw).word()
    }
}

/// `kill(pid, sig)` - sends a signal to processes; without one, looks whether there are some that it could be sent to.
///
/// # Errors
///
/// `ESRCH` - there is no such process or group. `EPERM` - the caller may send it to none of them. `EINVAL` - the group
/// of number 1, for which the kernel has no number.
///
/// Since Linux 1.0; kill(2).
#[inline]
pub fn kill(target: Target, signal: Option<Signal>) -> Result<()> {
    let Some(target) = target.number() else { return Err(Error::new(Call::KILL, Errno::INVAL)) };
    // SAFETY: touches no memory. What runs are handlers that somebody has said to be right at any moment. Of a C
    // library's own, glibc's ignore what comes by this call, and musl's do nothing unless musl has asked for it.
    unsafe { syscall!(Call::KILL, kill(target, signal)) }.unit()
}

/// `rt_sigqueueinfo(tgid, sig, &info)` - sends a signal with a record that says whatever the caller wants; without a
/// signal, looks whether one could be sent.
///
/// # Safety
///
/// The process must not believe the record more than is true, its [`Value`](super::Value) excepted, which is whatever a
/// sender likes: a handler may take the addresses in it for addresses, and a C library's own handlers, of signals 32 to
/// 34, believe whom they come from.
///
/// # Errors
///
/// `EAGAIN` - the receiver's user has as many queued signals as they may, and the signal is 32 or more. `ESRCH` - there
/// is no such process. `EPERM` - the caller may not send it to the process; or the record says that the kernel or
/// `tgkill` sends it, and this is not the first thread of that process. `E2BIG` - the record has more than the kernel
/// keeps of one with this code.
///
/// Since Linux 2.1.67; `rt_sigqueueinfo`(2).
#[inline]
pub unsafe fn rt_sigqueueinfo(process: Pid, signal: Option<Signal>, info: &SigInfo) -> Result<()> {
    let info = core::ptr::from_ref(info);
    // SAFETY: the kernel copies one record; that the process may get it is the caller's promise.
    unsafe { syscall!(Call::RT_SIGQUEUEINFO, rt_sigqueueinfo(process.as_raw(), signal, info)) }
        .unit()
}

/// `rt_sigpending(&set, sigsetsize)` - the signals that have come for the thread or its process, and are held back.
///
/// # Errors
///
/// None of its own.
///
/// Since Linux 2.1.67; sigpending(2).
#[inline]
pub fn rt_sigpending() -> Result<SigSet> {
    let mut set = SigSet::empty();
    // SAFETY: the kernel writes one set and keeps nothing.
    unsafe { syscall!(Call::RT_SIGPENDING, rt_sigpending(&raw mut set, size_of::<SigSet>())) }
        .unit()?;
    Ok(set)
}

/// `rt_sigtimedwait(set, &info, timeout, sigsetsize)` - takes a signal of the set that is held back, and waits for one;
/// without a timeout, for ever.
///
/// # Errors
///
/// `EAGAIN` - the time is over. `EINTR` - a signal that is not of the set came, also one whose handler asks for
/// restarts. `EINVAL` - the timeout is negative or has a billion nanoseconds or more.
///
/// Since Linux 2.1.67; `sigtimedwait`(2).
#[inline]
pub fn rt_sigtimedwait(set: SigSet, timeout: Option<&Timespec>) -> Result<SigInfo> {
    let mut info = MaybeUninit::<SigInfo>::uninit();
    let timeout = timeout.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads the set and the timeout, writes one record, all of its bytes, and keeps nothing.
    let returned = unsafe {
        syscall!(
            Call::RT_SIGTIMEDWAIT,
            rt_sigtimedwait(&raw const set, info.as_mut_ptr(), timeout, size_of::<SigSet>())
        )
    };
    match returned.int()? {
        // SAFETY: written, as the call has returned the number of a signal.
        1..=64 => Ok(unsafe { info.assume_init() }),
        _ => Err(Error::new(Call::RT_SIGTIMEDWAIT, Errno::INVAL)),
    }
}

/// `rt_sigsuspend(mask, sigsetsize)` - waits with this signal mask until a signal's handler has run.
///
/// It always fails.
///
/// # Errors
///
/// `EINTR` - a handler has run.
///
/// Since Linux 2.1.67; sigsuspend(2).
#[inline]
pub fn rt_sigsuspend(mask: SigSet) -> Result<()> {
    // SAFETY: the kernel reads the set and keeps nothing.
    unsafe { syscall!(Call::RT_SIGSUSPEND, rt_sigsuspend(&raw const mask, size_of::<SigSet>())) }
        .unit()
}

/// `rt_sigaction(sig, act, oldact, sigsetsize)` - what the process does when a signal comes, and what it did.
///
/// # Safety
///
/// A handler runs in any thread that does not hold the signal back, between any two instructions: it must do only what
/// is right there, which allocation and locks are not. An action that was read back must be one whose handler is still
/// there.
///
/// In a program with musl it must also be right in a process that musl's `posix_spawn` is about to make a program of,
/// which shares the memory and has little stack: musl sets back only the handlers that it knows of. Hold the signal
/// back while one starts programs.
///
/// # Errors
///
/// `EINVAL` - an action for `KILL` or `STOP`.
///
/// Since Linux 2.1.67; sigaction(2).
#[inline]
pub unsafe fn rt_sigaction(signal: Signal, action: Option<&Action>) -> Result<Action> {
    let mut old = MaybeUninit::<Action>::uninit();
    let action = action.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads one action and writes one; that the handler may run is the caller's promise.
    unsafe {
        syscall!(
            Call::RT_SIGACTION,
            rt_sigaction(signal, action, old.as_mut_ptr(), size_of::<SigSet>())
        )
    }
    .unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { old.assume_init() })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    KILL:
        SRCH => "there is no such process or process group",
        PERM => "the caller may send it to none of them",
        INVAL => "the process group of number 1 cannot be sent to: to the kernel it means everyone";
    RT_SIGQUEUEINFO:
        AGAIN => LimitReached "the receiver's limit on queued signals is reached (RLIMIT_SIGPENDING)",
        SRCH => "there is no such process",
        PERM => "the caller may not send it to that process, or says that somebody else does",
        TOOBIG => "the record has more than the kernel keeps of one with this code";
    RT_SIGTIMEDWAIT:
        AGAIN => "the time is over, and no signal came",
        INTR => "a signal that is not waited for came",
        INVAL => "the timeout is negative, or has a billion nanoseconds or more";
    RT_SIGSUSPEND:
        INTR => "a signal's handler has run";
    RT_SIGACTION:
        INVAL => "what KILL and STOP do cannot be set";
    SIGALTSTACK:
        NOMEM => InvalidArgument "the stack is smaller than any may be: 2048 bytes, on aarch64 5120",
        INVAL => "flags that are no mode of a stack",
        PERM => Busy "the thread runs on that stack now";
};
