//! Raw calls: signals, signal masks, actions and alternate signal stacks.

use core::mem::MaybeUninit;

use super::{Action, How, SigInfo, SigSet, Signal, SignalStack, Target};
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

/// `None` is signal 0: the kernel sends no signal, and only checks whether the caller may send a
/// signal.
impl Arg for Option<Signal> {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.map_or(0, Signal::as_raw).word()
    }
}

/// `kill(pid, sig)` - sends a signal to one or more processes.
///
/// If `signal` is `None`, the call only checks that the target exists and that the caller may send
/// it a signal.
///
/// # Errors
///
/// - `ESRCH`: the process or process group does not exist, or the target is every process and there
///   is no process to send the signal to.
/// - `EPERM`: the caller has neither a matching user ID nor `CAP_KILL` for any process of the
///   target, or a security module denies the signal.
/// - `EINVAL`: the target is process group 1, whose number `-1` the kernel interprets as every
///   process.
///
/// Since Linux 1.0; [kill(2)].
///
/// [kill(2)]: https://man7.org/linux/man-pages/man2/kill.2.html
#[inline]
pub fn kill(target: Target, signal: Option<Signal>) -> Result<()> {
    let Some(target) = target.number() else { return Err(Error::new(Call::KILL, Errno::INVAL)) };
    // SAFETY: the call accesses no memory. Each handler of the program was declared safe to run at
    // any point when the handler was set. The handlers of C libraries accept the signal: glibc's
    // handlers ignore signals that `kill` sends, and musl's handlers do nothing unless musl sent
    // the signal.
    unsafe { syscall!(Call::KILL, kill(target, signal)) }.unit()
}

/// `rt_sigqueueinfo(tgid, sig, &info)` - sends a signal with a record of the caller's choice.
///
/// If `signal` is `None`, the call only checks that the process exists and that the caller may send
/// it a signal.
///
/// # Safety
///
/// The receiver must not be harmed if it trusts all fields of the record except the
/// [`Value`](super::Value), which any sender may choose. For example, a handler may dereference the
/// addresses in a record. The handlers that C libraries set for signals 32 to 34 trust the sender
/// in the record.
///
/// # Errors
///
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached, or the kernel is out of memory. Only real-time signals (32 and above) fail with
///   `EAGAIN`; standard signals are sent without the record.
/// - `ESRCH`: the process does not exist.
/// - `EPERM`: the caller has neither a matching user ID nor `CAP_KILL` for the process; or a
///   security module denies the signal; or the code of the record is `SI_TKILL` or is not negative,
///   and the calling thread is not the first thread of the process.
/// - `E2BIG`: the kernel does not know the code of the record, and the bytes of the record that it
///   does not store (those after the first 48) are not all zero.
///
/// Since Linux 2.1.67; [rt_sigqueueinfo(2)].
///
/// [rt_sigqueueinfo(2)]: https://man7.org/linux/man-pages/man2/rt_sigqueueinfo.2.html
#[inline]
pub unsafe fn rt_sigqueueinfo(process: Pid, signal: Option<Signal>, info: &SigInfo) -> Result<()> {
    let info = core::ptr::from_ref(info);
    // SAFETY: the kernel copies one record; that the process may receive it is upheld by the
    // caller.
    unsafe { syscall!(Call::RT_SIGQUEUEINFO, rt_sigqueueinfo(process.as_raw(), signal, info)) }
        .unit()
}

/// `rt_sigpending(&set, sigsetsize)` - returns the blocked signals that are pending for the calling
/// thread or its process.
///
/// `rt_sigpending` cannot fail.
///
/// Since Linux 2.1.67; [sigpending(2)].
///
/// [sigpending(2)]: https://man7.org/linux/man-pages/man2/sigpending.2.html
#[inline]
pub fn rt_sigpending() -> Result<SigSet> {
    let mut set = SigSet::empty();
    // SAFETY: the kernel writes one set and keeps nothing.
    unsafe { syscall!(Call::RT_SIGPENDING, rt_sigpending(&raw mut set, size_of::<SigSet>())) }
        .unit()?;
    Ok(set)
}

/// `rt_sigprocmask(how, set, oldset, sigsetsize)` - changes the signal mask of the calling thread,
/// and returns the previous mask. If `set` is `None`, the mask is not changed.
///
/// `KILL` and `STOP` cannot be blocked: the kernel removes them from the set without an error.
/// `rt_sigprocmask` cannot fail.
///
/// Since Linux 2.1.62; [sigprocmask(2)].
///
/// [sigprocmask(2)]: https://man7.org/linux/man-pages/man2/sigprocmask.2.html
#[doc(alias = "sigprocmask")]
#[doc(alias = "pthread_sigmask")]
#[inline]
pub fn rt_sigprocmask(how: How, set: Option<SigSet>) -> Result<SigSet> {
    let mut old = SigSet::empty();
    let given = set.unwrap_or(SigSet::empty());
    let set = if set.is_some() { &raw const given } else { core::ptr::null() };
    // SAFETY: the kernel reads one set, writes one set, and keeps nothing.
    unsafe {
        syscall!(
            Call::RT_SIGPROCMASK,
            rt_sigprocmask(how as u32, set, &raw mut old, size_of::<SigSet>())
        )
    }
    .unit()?;
    Ok(old)
}

/// `rt_sigtimedwait(set, &info, timeout, sigsetsize)` - dequeues a pending signal of the set, or
/// waits until a signal of the set is pending. If `timeout` is `None`, the call waits indefinitely.
///
/// # Errors
///
/// - `EAGAIN`: the timeout expired before a signal of the set was pending.
/// - `EINTR`: interrupted by a signal that is not in the set, even if its handler was set with
///   `SA_RESTART`, or the process was stopped and continued.
/// - `EINVAL`: the timeout is negative, or has 1,000,000,000 or more nanoseconds.
///
/// Since Linux 2.1.67; [sigtimedwait(2)].
///
/// [sigtimedwait(2)]: https://man7.org/linux/man-pages/man2/sigtimedwait.2.html
#[inline]
pub fn rt_sigtimedwait(set: SigSet, timeout: Option<&Timespec>) -> Result<SigInfo> {
    let mut info = MaybeUninit::<SigInfo>::uninit();
    let timeout = timeout.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads the set and the timeout, writes all bytes of one record, and keeps
    // nothing.
    let returned = unsafe {
        syscall!(
            Call::RT_SIGTIMEDWAIT,
            rt_sigtimedwait(&raw const set, info.as_mut_ptr(), timeout, size_of::<SigSet>())
        )
    };
    match returned.int()? {
        // SAFETY: the call has returned a signal number, so the kernel has written the record.
        1..=64 => Ok(unsafe { info.assume_init() }),
        // The kernel returns signal numbers only; a seccomp filter or a tracer can forge other
        // results.
        _ => Err(Error::new(Call::RT_SIGTIMEDWAIT, Errno::INVAL)),
    }
}

/// `rt_sigsuspend(mask, sigsetsize)` - replaces the signal mask of the calling thread until a
/// signal handler has run.
///
/// This call always returns an error.
///
/// # Errors
///
/// - `EINTR`: a signal handler has run.
///
/// Since Linux 2.1.67; [sigsuspend(2)].
///
/// [sigsuspend(2)]: https://man7.org/linux/man-pages/man2/sigsuspend.2.html
#[inline]
pub fn rt_sigsuspend(mask: SigSet) -> Result<()> {
    // SAFETY: the kernel reads the set and keeps nothing.
    unsafe { syscall!(Call::RT_SIGSUSPEND, rt_sigsuspend(&raw const mask, size_of::<SigSet>())) }
        .unit()
}

/// `rt_sigaction(sig, act, oldact, sigsetsize)` - sets the action of a signal, and returns the
/// previous action. If `action` is `None`, the action is not changed.
///
/// # Safety
///
/// A handler can run in any thread that does not block the signal, between any two instructions.
/// The handler must be async-signal-safe: for example, a handler must not allocate memory or
/// acquire a lock. The handler of an action that was returned by an earlier call must still exist.
///
/// In a program linked with musl, the handler must also be safe to run in a child of `posix_spawn`
/// before the child executes its program. musl resets only the handlers that were set through musl,
/// and the child shares the parent's memory and has a small stack. Block the signal while spawning
/// a child.
///
/// # Errors
///
/// - `EINVAL`: the signal is `SIGKILL` or `SIGSTOP`, whose action cannot be changed, or the kernel
///   is terminating the process with this signal (since Linux 5.16).
///
/// Since Linux 2.1.67; [sigaction(2)].
///
/// [sigaction(2)]: https://man7.org/linux/man-pages/man2/sigaction.2.html
#[inline]
pub unsafe fn rt_sigaction(signal: Signal, action: Option<&Action>) -> Result<Action> {
    let mut old = MaybeUninit::<Action>::uninit();
    let action = action.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads one action and writes one action; that the handler may run is upheld
    // by the caller.
    unsafe {
        syscall!(
            Call::RT_SIGACTION,
            rt_sigaction(signal, action, old.as_mut_ptr(), size_of::<SigSet>())
        )
    }
    .unit()?;
    // SAFETY: the call has succeeded, so the kernel has written `old`.
    Ok(unsafe { old.assume_init() })
}

/// `sigaltstack(ss, &old)` - sets the alternate signal stack of the calling thread, and returns the
/// previous stack. If `stack` is `None`, the alternate stack is not changed.
///
/// # Safety
///
/// The memory of the stack must not be used for anything else until the thread has another
/// alternate stack or terminates. The stack must be large enough for a signal frame and for the
/// handlers themselves. The size of a signal frame is `AT_MINSIGSTKSZ` in the auxiliary vector.
///
/// # Errors
///
/// - `ENOMEM`: the stack is smaller than the minimum: 5120 bytes on aarch64; 2048 bytes on x86_64,
///   or `AT_MINSIGSTKSZ` if the kernel enforces that size. A signal frame can be larger than the
///   minimum.
/// - `EINVAL`: the flags are not a valid combination.
/// - `EPERM`: the thread is executing on its current alternate stack.
///
/// Since Linux 2.1.67; [sigaltstack(2)].
///
/// [sigaltstack(2)]: https://man7.org/linux/man-pages/man2/sigaltstack.2.html
#[inline]
pub unsafe fn sigaltstack(stack: Option<&SignalStack>) -> Result<SignalStack> {
    let mut old = MaybeUninit::<SignalStack>::uninit();
    let stack = stack.map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the kernel reads one `stack_t`, writes one `stack_t` and keeps the address of the
    // stack; that the memory of the stack may be used is upheld by the caller.
    unsafe { syscall!(Call::SIGALTSTACK, sigaltstack(stack, old.as_mut_ptr())) }.unit()?;
    // SAFETY: the call has succeeded, so the kernel has written the fields of `old`; the padding is
    // never read.
    Ok(unsafe { old.assume_init() })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    KILL:
        SRCH => "the process or process group does not exist, or the target is every process and \
            there is no process to send the signal to",
        PERM => "the caller has neither a matching user ID nor CAP_KILL for any process of the \
            target, or a security module denies the signal",
        INVAL => "the target is process group 1, whose number -1 the kernel interprets as every \
            process";
    RT_SIGQUEUEINFO:
        AGAIN => LimitReached "the limit on queued signals of the receiver's user \
            (RLIMIT_SIGPENDING) has been reached, or the kernel is out of memory",
        SRCH => "the process does not exist",
        PERM => "the caller has neither a matching user ID nor CAP_KILL for the process; or a \
            security module denies the signal; or the code of the record is SI_TKILL or is not \
            negative, and the calling thread is not the first thread of the process",
        TOOBIG => "the kernel does not know the code of the record, and the bytes of the record \
            that it does not store (those after the first 48) are not all zero";
    RT_SIGTIMEDWAIT:
        AGAIN => "the timeout expired before a signal of the set was pending",
        INTR => "interrupted by a signal that is not in the set, even if its handler was set with \
            SA_RESTART, or the process was stopped and continued",
        INVAL => "the timeout is negative, or has 1,000,000,000 or more nanoseconds";
    RT_SIGSUSPEND:
        INTR => "a signal handler has run";
    RT_SIGACTION:
        INVAL => "the signal is SIGKILL or SIGSTOP, whose action cannot be changed, or the kernel \
            is terminating the process with this signal (since Linux 5.16)";
    SIGALTSTACK:
        NOMEM => InvalidArgument "the stack is smaller than the minimum: 5120 bytes on aarch64; \
            2048 bytes on x86_64, or AT_MINSIGSTKSZ if the kernel enforces that size",
        INVAL => "the flags are not a valid combination",
        PERM => Busy "the thread is executing on its current alternate stack";
};
