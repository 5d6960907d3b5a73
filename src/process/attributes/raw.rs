//! Raw system calls that set attributes of the calling process or thread.

use super::types::{PriorityOf, SchedulingPolicy};
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::ids::{Gid, Pgid, Pid, Tid, Uid};
use crate::signal::Signal;
use crate::syscall::syscall;

const TIOCSPGRP: u32 = 0x5410;
const PR_SET_PDEATHSIG: u32 = 1;
const PR_SET_NO_NEW_PRIVS: u32 = 38;

/// `setsid()` - creates a session, whose only process is the caller. The caller becomes the leader
/// of a new process group, and has no controlling terminal. Returns the ID of the process group.
///
/// # Errors
///
/// - `EPERM`: a process group with the process ID of the caller exists.
/// - `ESRCH`: a seccomp filter or a tracer forged a result that is not a process ID.
///
/// Since Linux 1.0; [setsid(2)].
///
/// [setsid(2)]: https://man7.org/linux/man-pages/man2/setsid.2.html
#[inline]
pub fn setsid() -> Result<Pgid> {
    // SAFETY: touches no memory.
    let number = unsafe { syscall!(Call::SETSID, setsid()) }.int()?;
    Pgid::from_raw(number).ok_or(Error::new(Call::SETSID, Errno::SRCH))
}

/// `setpgid(pid, pgid)` - moves a process to a process group of the same session. `None` as the
/// process means the caller, and `None` as the group means a new group with the ID of the process.
///
/// # Errors
///
/// - `EPERM`: the process is the leader of a session, or is in another session than the caller; or
///   the process group does not exist in the session.
/// - `EACCES`: the process is a child of the caller, and has executed a program.
/// - `ESRCH`: the process is neither the caller nor a child of the caller.
///
/// Since Linux 1.0; [setpgid(2)].
///
/// [setpgid(2)]: https://man7.org/linux/man-pages/man2/setpgid.2.html
#[inline]
pub fn setpgid(process: Option<Pid>, group: Option<Pgid>) -> Result<()> {
    let (process, group) = (process.map_or(0, Pid::as_raw), group.map_or(0, Pgid::as_raw));
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SETPGID, setpgid(process, group)) }.unit()
}

/// `ioctl(fd, TIOCSPGRP, &pgrp)` - makes a process group the foreground process group of a
/// terminal: `tcsetpgrp`.
///
/// If the caller is in a background process group, and neither blocks nor ignores `SIGTTOU`, the
/// kernel sends this signal to the process group of the caller.
///
/// # Errors
///
/// - `ENOTTY`: the descriptor is not the controlling terminal of the caller.
/// - `EPERM`: the process group is not in the session of the caller.
/// - `ESRCH`: the process group does not exist.
/// - `EINTR`: interrupted by a signal handler.
/// - `EIO`: the caller is in an orphaned process group.
///
/// Since Linux 1.0; [TIOCSPGRP(2const)].
///
/// [TIOCSPGRP(2const)]: https://man7.org/linux/man-pages/man2/TIOCSPGRP.2const.html
#[doc(alias("TIOCSPGRP", "tcsetpgrp"))]
#[inline]
pub fn ioctl_tiocspgrp(terminal: BorrowedFd<'_>, group: Pgid) -> Result<()> {
    let mut group = group.as_raw();
    // SAFETY: the kernel reads one process group ID, and keeps nothing. The request has the same
    // meaning for all drivers.
    unsafe { syscall!(Call::IOCTL_TIOCSPGRP, ioctl(terminal, TIOCSPGRP, &raw mut group)) }.unit()
}

/// `prctl(PR_SET_PDEATHSIG, sig)` - sets the signal that the calling process receives when the
/// thread that created it terminates; `None` for no signal.
///
/// The kernel clears the signal for children of the process, when the process executes a program
/// that sets the user ID, the group ID or capabilities, and when the process changes its
/// credentials.
///
/// `prctl(PR_SET_PDEATHSIG)` cannot fail.
///
/// Since Linux 2.1.57; [PR_SET_PDEATHSIG(2const)].
///
/// [PR_SET_PDEATHSIG(2const)]: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
#[doc(alias = "PR_SET_PDEATHSIG")]
#[inline]
pub fn prctl_set_pdeathsig(signal: Option<Signal>) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::PRCTL_SET_PDEATHSIG, prctl(PR_SET_PDEATHSIG, signal)) }.unit()
}

/// `prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)` - prevents the calling thread, its children and their
/// programs from gaining privileges by executing a program. The setting cannot be cleared.
///
/// `prctl(PR_SET_NO_NEW_PRIVS)` cannot fail.
///
/// Since Linux 3.5; [PR_SET_NO_NEW_PRIVS(2const)].
///
/// [PR_SET_NO_NEW_PRIVS(2const)]: https://man7.org/linux/man-pages/man2/PR_SET_NO_NEW_PRIVS.2const.html
#[doc(alias = "PR_SET_NO_NEW_PRIVS")]
#[inline]
pub fn prctl_set_no_new_privs() -> Result<()> {
    // SAFETY: touches no memory.
    unsafe {
        syscall!(
            Call::PRCTL_SET_NO_NEW_PRIVS,
            prctl(PR_SET_NO_NEW_PRIVS, 1_usize, 0_usize, 0_usize, 0_usize)
        )
    }
    .unit()
}

/// `setresuid(ruid, euid, suid)` - sets the real, the effective and the saved user ID of the
/// calling thread; `None` leaves an ID unchanged. The file system user ID becomes the effective
/// user ID.
///
/// Only the calling thread is affected: C libraries change the IDs of all threads.
///
/// # Errors
///
/// - `EPERM`: the thread does not have the capability `CAP_SETUID` in its user namespace, and an ID
///   differs from all of its current user IDs.
/// - `EINVAL`: an ID is not mapped in the user namespace.
/// - `EAGAIN`: the kernel is temporarily out of memory, or the new user has reached
///   `RLIMIT_NPROC` (before Linux 3.1).
///
/// Since Linux 2.1.44; [setresuid(2)].
///
/// [setresuid(2)]: https://man7.org/linux/man-pages/man2/setresuid.2.html
#[inline]
pub fn setresuid(real: Option<Uid>, effective: Option<Uid>, saved: Option<Uid>) -> Result<()> {
    let [real, effective, saved] =
        [real, effective, saved].map(|id| id.map_or(UNCHANGED, Uid::as_raw));
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SETRESUID, setresuid(real, effective, saved)) }.unit()
}

/// `setresgid(rgid, egid, sgid)` - sets the real, the effective and the saved group ID of the
/// calling thread; `None` leaves an ID unchanged. The file system group ID becomes the effective
/// group ID.
///
/// Only the calling thread is affected: C libraries change the IDs of all threads.
///
/// # Errors
///
/// - `EPERM`: the thread does not have the capability `CAP_SETGID` in its user namespace, and an ID
///   differs from all of its current group IDs.
/// - `EINVAL`: an ID is not mapped in the user namespace.
///
/// Since Linux 2.1.44; [setresgid(2)].
///
/// [setresgid(2)]: https://man7.org/linux/man-pages/man2/setresgid.2.html
#[inline]
pub fn setresgid(real: Option<Gid>, effective: Option<Gid>, saved: Option<Gid>) -> Result<()> {
    let [real, effective, saved] =
        [real, effective, saved].map(|id| id.map_or(UNCHANGED, Gid::as_raw));
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SETRESGID, setresgid(real, effective, saved)) }.unit()
}

/// The ID that leaves a user or group ID unchanged: `(uid_t) -1`.
const UNCHANGED: u32 = u32::MAX;

/// `setgroups(size, list)` - sets the supplementary groups of the calling thread.
///
/// Only the calling thread is affected: C libraries change the groups of all threads.
///
/// # Errors
///
/// - `EPERM`: the thread does not have the capability `CAP_SETGID` in its user namespace, or the
///   namespace denies `setgroups`, or has no group ID map.
/// - `EINVAL`: there are more than 65,536 groups, or a group ID is not mapped in the user
///   namespace.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [setgroups(2)].
///
/// [setgroups(2)]: https://man7.org/linux/man-pages/man2/setgroups.2.html
#[inline]
pub fn setgroups(groups: &[Gid]) -> Result<()> {
    // SAFETY: a `Gid` is a `gid_t`; the kernel reads the slice, and keeps nothing.
    unsafe { syscall!(Call::SETGROUPS, setgroups(groups.len(), groups.as_ptr())) }.unit()
}

/// `setpriority(which, who, prio)` - sets the nice value of threads. The kernel limits the value to
/// `-20..=19`; -20 is the highest priority.
///
/// # Errors
///
/// - `EACCES`: the nice value would decrease below the limit `RLIMIT_NICE`, and the caller does not
///   have `CAP_SYS_NICE`.
/// - `EPERM`: a thread belongs to another user, and the caller does not have `CAP_SYS_NICE`.
/// - `ESRCH`: the thread does not exist.
///
/// Since Linux 1.0; [setpriority(2)].
///
/// [setpriority(2)]: https://man7.org/linux/man-pages/man2/setpriority.2.html
#[doc(alias = "nice")]
#[inline]
pub fn setpriority(of: PriorityOf, nice: i32) -> Result<()> {
    let (which, who) = of.which_and_who();
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SETPRIORITY, setpriority(which, who, nice)) }.unit()
}

/// `sched_setscheduler(pid, policy, &param)` - sets the scheduling policy of a thread; `None` for
/// the calling thread.
///
/// # Errors
///
/// - `EPERM`: the caller does not have `CAP_SYS_NICE`, and the policy is real-time and the priority
///   exceeds `RLIMIT_RTPRIO`, or the thread belongs to another user, or leaves the policy
///   `SCHED_IDLE` with a nice value below the limit `RLIMIT_NICE`.
/// - `EINVAL`: the priority is not valid for the policy.
/// - `ESRCH`: the thread does not exist.
/// - `EBUSY`: the control group of the thread has no real-time bandwidth.
///
/// Since Linux 2.0; [sched_setscheduler(2)].
///
/// [sched_setscheduler(2)]: https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html
#[inline]
pub fn sched_setscheduler(thread: Option<Tid>, policy: SchedulingPolicy) -> Result<()> {
    let (policy, priority) = policy.numbers();
    let thread = thread.map_or(0, Tid::as_raw);
    // SAFETY: the kernel reads one `struct sched_param`, which is an `int`, and keeps nothing.
    unsafe {
        syscall!(Call::SCHED_SETSCHEDULER, sched_setscheduler(thread, policy, &raw const priority))
    }
    .unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SETSID:
        PERM => "a process group with the process ID of the caller exists",
        SRCH => "a seccomp filter or a tracer forged a result that is not a process ID";
    SETPGID:
        PERM => "the process is the leader of a session, or is in another session than the caller; \
            or the process group does not exist in the session",
        ACCES => "the process is a child of the caller, and has executed a program",
        SRCH => "the process is neither the caller nor a child of the caller";
    IOCTL_TIOCSPGRP:
        NOTTY => "the descriptor is not the controlling terminal of the caller",
        PERM => "the process group is not in the session of the caller",
        SRCH => "the process group does not exist",
        IO => "the caller is in an orphaned process group";
    SETRESUID:
        PERM => "the thread does not have the capability CAP_SETUID in its user namespace, and an \
            ID differs from all of its current user IDs",
        INVAL => "an ID is not mapped in the user namespace",
        AGAIN => LimitReached "the kernel is temporarily out of memory, or the new user has reached \
            RLIMIT_NPROC (before Linux 3.1)";
    SETRESGID:
        PERM => "the thread does not have the capability CAP_SETGID in its user namespace, and an \
            ID differs from all of its current group IDs",
        INVAL => "an ID is not mapped in the user namespace";
    SETGROUPS:
        PERM => "the thread does not have the capability CAP_SETGID in its user namespace, or the \
            namespace denies setgroups, or has no group ID map",
        INVAL => "there are more than 65,536 groups, or a group ID is not mapped in the user \
            namespace";
    SETPRIORITY:
        ACCES => "the nice value would decrease below the limit RLIMIT_NICE, and the caller does \
            not have CAP_SYS_NICE",
        PERM => "a thread belongs to another user, and the caller does not have CAP_SYS_NICE",
        SRCH => "the thread does not exist";
    SCHED_SETSCHEDULER:
        PERM => "the caller does not have CAP_SYS_NICE, and the policy is real-time and the \
            priority exceeds RLIMIT_RTPRIO, or the thread belongs to another user, or leaves the \
            policy SCHED_IDLE with a nice value below the limit RLIMIT_NICE",
        INVAL => "the priority is not valid for the policy",
        SRCH => "the thread does not exist",
        BUSY => "the control group of the thread has no real-time bandwidth";
};
