//! Raw system calls on pidfds.

use super::info::{InfoMask, PidFdInfo};
use super::types::{OpenFlags, PidFdArg, SignalFlags};
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd, RawFd};
use crate::ids::Pid;
use crate::namespace::Kind;
use crate::signal::{SigInfo, Signal};
use crate::syscall::syscall;

const PIDFD_GET_CGROUP_NAMESPACE: u32 = 0xFF01;
const PIDFD_GET_IPC_NAMESPACE: u32 = 0xFF02;
const PIDFD_GET_MNT_NAMESPACE: u32 = 0xFF03;
const PIDFD_GET_NET_NAMESPACE: u32 = 0xFF04;
const PIDFD_GET_PID_NAMESPACE: u32 = 0xFF05;
const PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE: u32 = 0xFF06;
const PIDFD_GET_TIME_NAMESPACE: u32 = 0xFF07;
const PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE: u32 = 0xFF08;
const PIDFD_GET_USER_NAMESPACE: u32 = 0xFF09;
const PIDFD_GET_UTS_NAMESPACE: u32 = 0xFF0A;
const PIDFD_GET_INFO: u32 = 0xC058_FF0B;

/// `pidfd_open(pid, flags)` - opens a pidfd, which refers to a process or a thread. The kernel
/// makes the descriptor close-on-exec.
///
/// # Errors
///
/// - `ESRCH`: the process or thread does not exist.
/// - `EINVAL`: the kernel does not support a flag; or, with older kernels, `PIDFD_THREAD` is not
///   set, and the ID is that of a thread other than the first of its process.
/// - `ENOENT`: `PIDFD_THREAD` is not set, and the ID is that of a thread other than the first of
///   its process.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 5.3; [pidfd_open(2)].
///
/// [pidfd_open(2)]: https://man7.org/linux/man-pages/man2/pidfd_open.2.html
#[inline]
pub fn pidfd_open(pid: Pid, flags: OpenFlags) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::PIDFD_OPEN, pidfd_open(pid.as_raw(), flags.bits())) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `pidfd_send_signal(pidfd, sig, NULL, flags)` - sends a signal to the process or thread to which
/// a pidfd refers.
///
/// If `signal` is `None`, the call only checks that the process exists and that the caller may send
/// it a signal.
///
/// # Errors
///
/// - `ESRCH`: the process or thread has terminated and was reaped.
/// - `EPERM`: the caller has neither a matching user ID nor `CAP_KILL`; or a security module denies
///   the signal; or the record is not one that `kill` or `sigqueue` sends, and the target is not
///   the calling process.
/// - `EINVAL`: the kernel does not support a flag, or several scopes are set; or the process is not
///   in the PID namespace of the caller or in a descendant of it; or the record is for another
///   signal.
/// - `EBADF`: the descriptor is not a pidfd, or the kernel does not support `PIDFD_SELF`.
/// - `EAGAIN`: the limit on queued signals of the receiver's user (`RLIMIT_SIGPENDING`) has been
///   reached.
///
/// Since Linux 5.1; [pidfd_send_signal(2)].
///
/// [pidfd_send_signal(2)]: https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html
#[inline]
pub fn pidfd_send_signal(
    pidfd: impl PidFdArg,
    signal: Option<Signal>,
    flags: SignalFlags,
) -> Result<()> {
    send(pidfd.pidfd_number(), signal, core::ptr::null(), flags)
}

/// `pidfd_send_signal(pidfd, sig, &info, flags)` - sends a signal with a record of the caller's
/// choice.
///
/// # Safety
///
/// The receiver must not be harmed if it trusts all fields of the record except the value, as for
/// [`rt_sigqueueinfo`](crate::signal::raw::rt_sigqueueinfo).
///
/// # Errors
///
/// The errors of [`pidfd_send_signal`].
///
/// Since Linux 5.1; [pidfd_send_signal(2)].
///
/// [pidfd_send_signal(2)]: https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html
#[doc(alias = "pidfd_send_signal")]
#[inline]
pub unsafe fn pidfd_send_signal_info(
    pidfd: impl PidFdArg,
    signal: Option<Signal>,
    info: &SigInfo,
    flags: SignalFlags,
) -> Result<()> {
    send(pidfd.pidfd_number(), signal, info, flags)
}

#[inline]
fn send(
    pidfd: RawFd,
    signal: Option<Signal>,
    info: *const SigInfo,
    flags: SignalFlags,
) -> Result<()> {
    // SAFETY: the kernel copies one record, or none if `info` is null. Each handler of the program
    // was declared safe to run at any point when the handler was set; that the process may receive
    // the record is upheld by the caller of `pidfd_send_signal_info`.
    unsafe {
        syscall!(Call::PIDFD_SEND_SIGNAL, pidfd_send_signal(pidfd, signal, info, flags.bits()))
    }
    .unit()
}

/// `pidfd_getfd(pidfd, targetfd, 0)` - duplicates a descriptor of another process. The duplicate is
/// close-on-exec, and shares the open file description with the process.
///
/// # Errors
///
/// - `EBADF`: the descriptor is not a pidfd, or `target` is not open in the process.
/// - `EPERM`: the caller may not access the process (`PTRACE_MODE_ATTACH_REALCREDS`).
/// - `ESRCH`: the process has terminated.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
///
/// Since Linux 5.6; [pidfd_getfd(2)].
///
/// [pidfd_getfd(2)]: https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html
#[inline]
pub fn pidfd_getfd(pidfd: BorrowedFd<'_>, target: RawFd) -> Result<OwnedFd> {
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::PIDFD_GETFD, pidfd_getfd(pidfd, target, 0_u32)) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `ioctl(pidfd, PIDFD_GET_INFO, &info)` - returns properties of a process. The kernel fills the
/// fields that `mask` requests, and that it supports.
///
/// # Safety
///
/// The descriptor must be a pidfd: for other files, a driver can interpret the request number as
/// another request.
///
/// # Errors
///
/// - `ESRCH`: the process was reaped, and `PIDFD_INFO_EXIT` is not requested or not supported.
/// - `EREMOTE`: the process is not in the PID namespace of the caller or in a descendant of it.
/// - `ENOTTY`: the kernel does not support the request, which Linux 6.13 introduced.
///
/// Since Linux 6.13.
#[doc(alias = "PIDFD_GET_INFO")]
#[inline]
pub unsafe fn ioctl_pidfd_get_info(pidfd: BorrowedFd<'_>, mask: InfoMask) -> Result<PidFdInfo> {
    let mut info = PidFdInfo::request(mask);
    // SAFETY: for a pidfd, the kernel reads the mask, writes at most one struct, and keeps nothing.
    unsafe { syscall!(Call::IOCTL_PIDFD_GET_INFO, ioctl(pidfd, PIDFD_GET_INFO, &raw mut info)) }
        .unit()?;
    Ok(info)
}

/// `ioctl(pidfd, PIDFD_GET_*_NAMESPACE, 0)` - opens a namespace of a process. The kernel makes the
/// descriptor close-on-exec.
///
/// # Safety
///
/// The descriptor must be a pidfd, as for [`ioctl_pidfd_get_info`]: another file can return the
/// number of a descriptor that another object owns.
///
/// # Errors
///
/// - `EACCES`: the caller may not access the process (`PTRACE_MODE_READ_FSCREDS`).
/// - `ESRCH`: the process was reaped.
/// - `EOPNOTSUPP`: the kernel is built without the namespaces of this kind.
/// - `ENOTTY`: the kernel does not support the request, which Linux 6.11 introduced.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
///
/// Since Linux 6.11.
#[doc(alias("PIDFD_GET_CGROUP_NAMESPACE", "PIDFD_GET_IPC_NAMESPACE", "PIDFD_GET_MNT_NAMESPACE"))]
#[doc(alias("PIDFD_GET_NET_NAMESPACE", "PIDFD_GET_PID_NAMESPACE", "PIDFD_GET_UTS_NAMESPACE"))]
#[doc(alias("PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE", "PIDFD_GET_TIME_NAMESPACE"))]
#[doc(alias("PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE", "PIDFD_GET_USER_NAMESPACE"))]
#[inline]
pub unsafe fn ioctl_pidfd_get_namespace(pidfd: BorrowedFd<'_>, kind: Kind) -> Result<OwnedFd> {
    let request = match kind {
        Kind::Cgroup => PIDFD_GET_CGROUP_NAMESPACE,
        Kind::Ipc => PIDFD_GET_IPC_NAMESPACE,
        Kind::Mount => PIDFD_GET_MNT_NAMESPACE,
        Kind::Net => PIDFD_GET_NET_NAMESPACE,
        Kind::Pid => PIDFD_GET_PID_NAMESPACE,
        Kind::PidForChildren => PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE,
        Kind::Time => PIDFD_GET_TIME_NAMESPACE,
        Kind::TimeForChildren => PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE,
        Kind::User => PIDFD_GET_USER_NAMESPACE,
        Kind::Uts => PIDFD_GET_UTS_NAMESPACE,
    };
    // SAFETY: touches no memory.
    let returned =
        unsafe { syscall!(Call::IOCTL_PIDFD_GET_NAMESPACE, ioctl(pidfd, request, 0_usize)) };
    // SAFETY: on success, the result is a new descriptor, because the file is a pidfd.
    unsafe { returned.descriptor() }
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    PIDFD_OPEN:
        SRCH => "the process or thread does not exist",
        INVAL => "the kernel does not support a flag; or, with older kernels, PIDFD_THREAD is not \
            set, and the ID is that of a thread other than the first of its process",
        NOENT => "PIDFD_THREAD is not set, and the ID is that of a thread other than the first of \
            its process",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    PIDFD_SEND_SIGNAL:
        SRCH => "the process or thread has terminated and was reaped",
        PERM => "the caller has neither a matching user ID nor CAP_KILL; or a security module \
            denies the signal; or the record is not one that kill or sigqueue sends, and the \
            target is not the calling process",
        INVAL => "the kernel does not support a flag, or several scopes are set; or the process is \
            not in the PID namespace of the caller or in a descendant of it; or the record is for \
            another signal",
        BADF => "the descriptor is not a pidfd, or the kernel does not support PIDFD_SELF",
        AGAIN => LimitReached "the limit on queued signals of the receiver's user \
            (RLIMIT_SIGPENDING) has been reached";
    PIDFD_GETFD:
        BADF => "the descriptor is not a pidfd, or target is not open in the process",
        PERM => "the caller may not access the process (PTRACE_MODE_ATTACH_REALCREDS)",
        SRCH => "the process has terminated",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
    IOCTL_PIDFD_GET_INFO:
        SRCH => "the process was reaped, and PIDFD_INFO_EXIT is not requested or not supported",
        REMOTE => "the process is not in the PID namespace of the caller or in a descendant of it",
        NOTTY => Unsupported "the kernel does not support the request, which Linux 6.13 introduced";
    IOCTL_PIDFD_GET_NAMESPACE:
        ACCES => "the caller may not access the process (PTRACE_MODE_READ_FSCREDS)",
        SRCH => "the process was reaped",
        OPNOTSUPP => "the kernel is built without the namespaces of this kind",
        NOTTY => Unsupported "the kernel does not support the request, which Linux 6.11 introduced",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached";
};
