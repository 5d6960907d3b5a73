//! Raw system calls that create a child.

use super::types::{ChildFn, CloneArgs, CloneFlags, Cloned, RawArgs};
use crate::arch;
use crate::error::{Call, Errno, ErrnoReason, Error, Result, errno_reasons};
use crate::fd::{self, AsRawFd};
use crate::ids::Pid;
use crate::syscall::{Arg, RawReturn};

/// `clone3(cl_args, size)` - creates a child process or a thread, which calls `child(data)`.
/// Returns the ID of the child, and its pidfd with [`CloneFlags::PIDFD`].
///
/// The child never returns to the caller of this function. If the child shares the memory and has
/// no separate stack, it runs on the stack of the calling thread, below the frame of this function,
/// while `VFORK` suspends the thread.
///
/// # Safety
///
/// - `child` must be safe to call with `data` in the child, and must not return or unwind. Without
///   `VM`, the child has a copy of the memory, in which only the calling thread exists: locks of
///   other threads, for example of the allocator, remain locked.
/// - With `VM` and without `VFORK`, `stack` must be the memory of a separate stack, which exists
///   until the child has terminated or has executed a program, and `data` must be valid in another
///   thread. With `VM` and a null `stack`, `VFORK` must be set.
/// - With `VM`, the child shares the TLS register of the caller unless `SETTLS` is set: code that
///   uses thread-local variables, such as most functions of a C library and of `std`, runs as if it
///   were the calling thread. Signal handlers of the program can run in the child: set
///   `CLEAR_SIGHAND`, or block all signals.
/// - With `VM`, the child must not change attributes of the shared memory, which are also those of
///   the parent: `setresuid`, `setresgid` and `PR_SET_DUMPABLE` leave the parent non-dumpable.
/// - With `FILES`, the child must not close or replace descriptors that it does not own. A child
///   without `FILES` has copies of all descriptors: an `OwnedFd` that is dropped in the child
///   closes only the copy.
/// - The memory at `parent_tid`, `child_tid` and `tls` must be valid for the flags that use it. The
///   kernel writes to `child_tid` when the child terminates (`CHILD_CLEARTID`).
///
/// # Errors
///
/// - `EAGAIN`: the limit on processes and threads of the user, of the host or of the cgroup has
///   been reached (`RLIMIT_NPROC`, `kernel.threads-max`, `kernel.pid_max`, `pids.max`).
/// - `EINVAL`: the flags cannot be combined, or a flag is unknown to the kernel; or the kernel is
///   built without the namespaces; or only one of the stack and its size is given; or the process
///   IDs do not match the PID namespaces.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN`, which new namespaces except
///   user namespaces require; or the host does not permit unprivileged user namespaces; or the root
///   directory is not that of the mount namespace (`chroot`), or the effective IDs are not mapped,
///   and `CLONE_NEWUSER` is set; or the caller may not choose process IDs.
/// - `ENOSPC`: the limit on namespaces of this kind has been reached (`user.max_*_namespaces`), or
///   the nesting is too deep: 33 levels for `CLONE_NEWUSER`, 32 for `CLONE_NEWPID`.
/// - `EEXIST`: a process or thread with a chosen process ID exists.
/// - `EBADF`: the descriptor does not refer to the directory of a cgroup (version 2).
/// - `EACCES`: the caller may not move a process to the cgroup.
/// - `EBUSY`: the cgroup distributes resources to child cgroups, and therefore cannot contain
///   processes.
/// - `ENODEV`: the cgroup has been removed.
/// - `EOPNOTSUPP`: the cgroup is in a state in which it cannot contain processes, because another
///   cgroup of the hierarchy is threaded.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory, or the first process of the PID namespace has
///   terminated.
/// - `ESRCH`: a seccomp filter or a tracer forged a result that is not a process ID.
///
/// A seccomp filter of a container can reject the call with `ENOSYS`: use [`clone`] in this case.
///
/// Since Linux 5.3, with `clone_args` of this size since 5.7; [clone3(2)].
///
/// [clone3(2)]: https://man7.org/linux/man-pages/man2/clone3.2.html
#[inline]
pub unsafe fn clone3(args: &CloneArgs<'_>, child: ChildFn, data: *mut ()) -> Result<Cloned> {
    let mut pidfd = -1;
    let raw = RawArgs {
        flags: args.flags.bits(),
        pidfd: &raw mut pidfd,
        child_tid: args.child_tid,
        parent_tid: args.parent_tid,
        exit_signal: exit_signal(args) as u64,
        stack: args.stack,
        stack_size: args.stack_size,
        tls: args.tls,
        set_tid: if args.set_tid.is_empty() { core::ptr::null() } else { args.set_tid.as_ptr() },
        set_tid_size: args.set_tid.len(),
        cgroup: args.cgroup.map_or(0, |cgroup| cgroup.as_raw_fd() as u64),
    };
    // SAFETY: the kernel reads the arguments, writes the pidfd, and keeps only pointers that are
    // valid as long as required, upheld by the caller. The child calls `child(data)`.
    let returned = RawReturn::new(Call::CLONE3, unsafe {
        arch::clone::clone3(
            ::syscalls::Sysno::clone3 as usize,
            (&raw const raw).word(),
            size_of::<RawArgs>().word(),
            child,
            data,
        )
    });
    // SAFETY: a successful call with `PIDFD` has stored a new descriptor in `pidfd`.
    unsafe { cloned(Call::CLONE3, returned, args.flags, pidfd) }
}

/// `clone(flags, stack, parent_tid, child_tid, tls)` - creates a child process or a thread like
/// [`clone3`], with the flags that fit 32 bits.
///
/// The function fails with `EINVAL`, without a system call, if an argument requires [`clone3`].
///
/// # Safety
///
/// The requirements of [`clone3`].
///
/// # Errors
///
/// - `EAGAIN`: the limit on processes and threads of the user, of the host or of the cgroup has
///   been reached (`RLIMIT_NPROC`, `kernel.threads-max`, `kernel.pid_max`, `pids.max`).
/// - `EINVAL`: the flags cannot be combined, or the kernel is built without the namespaces; or an
///   argument requires `clone3`: a flag that does not fit 32 bits, `CLONE_NEWTIME`, a cgroup,
///   process IDs, or both `CLONE_PIDFD` and `CLONE_PARENT_SETTID`.
/// - `EPERM`: the caller does not have the capability `CAP_SYS_ADMIN`, which new namespaces except
///   user namespaces require; or the host does not permit unprivileged user namespaces; or the root
///   directory is not that of the mount namespace (`chroot`), or the effective IDs are not mapped,
///   and `CLONE_NEWUSER` is set.
/// - `ENOSPC`: the limit on namespaces of this kind has been reached (`user.max_*_namespaces`), or
///   the nesting is too deep: 33 levels for `CLONE_NEWUSER`, 32 for `CLONE_NEWPID`.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOMEM`: the kernel is out of memory, or the first process of the PID namespace has
///   terminated.
/// - `ESRCH`: a seccomp filter or a tracer forged a result that is not a process ID.
///
/// Since Linux 1.0, with `PIDFD` since 5.2; [clone(2)].
///
/// [clone(2)]: https://man7.org/linux/man-pages/man2/clone.2.html
#[inline]
pub unsafe fn clone(args: &CloneArgs<'_>, child: ChildFn, data: *mut ()) -> Result<Cloned> {
    let has_pidfd = args.flags.contains(CloneFlags::PIDFD);
    if requires_clone3(args) {
        return Err(Error::new(Call::CLONE, Errno::INVAL));
    }
    let mut pidfd = -1;
    let parent_tid = if has_pidfd { &raw mut pidfd } else { args.parent_tid };
    let stack = args.stack.wrapping_add(args.stack_size);
    // SAFETY: the kernel writes the pidfd or the ID of the child to `parent_tid`, and keeps only
    // pointers that are valid as long as required, upheld by the caller. The child calls
    // `child(data)`.
    let returned = RawReturn::new(Call::CLONE, unsafe {
        arch::clone::clone(
            ::syscalls::Sysno::clone as usize,
            (args.flags.bits() | exit_signal(args) as u64).word(),
            stack.word(),
            parent_tid.word(),
            args.child_tid.word(),
            args.tls.word(),
            child,
            data,
        )
    });
    // SAFETY: a successful call with `PIDFD` has stored a new descriptor in `pidfd`.
    unsafe { cloned(Call::CLONE, returned, args.flags, pidfd) }
}

/// The bits of the flags that `clone` interprets as the exit signal.
const CSIGNAL: u64 = 0xFF;

/// Returns whether an argument cannot be passed to `clone`.
pub(in crate::process) const fn requires_clone3(args: &CloneArgs<'_>) -> bool {
    let flags = args.flags.bits();
    flags > u32::MAX as u64
        || flags & CSIGNAL != 0
        || !args.set_tid.is_empty()
        || args.cgroup.is_some()
        || args.flags.contains(CloneFlags::PIDFD.union(CloneFlags::PARENT_SETTID))
        || (args.stack.is_null() && args.stack_size != 0)
}

#[inline]
const fn exit_signal(args: &CloneArgs<'_>) -> i32 {
    match args.exit_signal {
        Some(signal) => signal.as_raw(),
        None => 0,
    }
}

/// Converts the result of `clone` or `clone3`.
///
/// # Safety
///
/// If the call succeeded and `flags` contains `PIDFD`, `pidfd` must be an open descriptor without
/// another owner.
#[inline]
unsafe fn cloned(call: Call, returned: RawReturn, flags: CloneFlags, pidfd: i32) -> Result<Cloned> {
    let pid = Pid::from_raw(returned.int()?).ok_or(Error::new(call, Errno::SRCH))?;
    let pidfd = if flags.contains(CloneFlags::PIDFD) && pidfd >= 0 {
        // SAFETY: a new descriptor, upheld by the caller.
        Some(unsafe { fd::owned(pidfd) })
    } else {
        None
    };
    Ok(Cloned { pid, pidfd })
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CLONE3:
        AGAIN => LimitReached "the limit on processes and threads of the user, of the host or of \
            the cgroup has been reached (RLIMIT_NPROC, kernel.threads-max, kernel.pid_max, \
            pids.max)",
        INVAL => "the flags cannot be combined, or a flag is unknown to the kernel; or the kernel \
            is built without the namespaces; or only one of the stack and its size is given; or \
            the process IDs do not match the PID namespaces",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN, which new namespaces \
            except user namespaces require; or the host does not permit unprivileged user \
            namespaces; or the root directory is not that of the mount namespace (chroot), or the \
            effective IDs are not mapped, and CLONE_NEWUSER is set; or the caller may not choose \
            process IDs",
        NOSPC => "the limit on namespaces of this kind has been reached (user.max_*_namespaces), \
            or the nesting is too deep: 33 levels for CLONE_NEWUSER, 32 for CLONE_NEWPID",
        EXIST => "a process or thread with a chosen process ID exists",
        BADF => "the descriptor does not refer to the directory of a cgroup (version 2)",
        ACCES => "the caller may not move a process to the cgroup",
        BUSY => "the cgroup distributes resources to child cgroups, and therefore cannot contain \
            processes",
        NODEV => "the cgroup has been removed",
        OPNOTSUPP => "the cgroup is in a state in which it cannot contain processes, because \
            another cgroup of the hierarchy is threaded",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOMEM => "the kernel is out of memory, or the first process of the PID namespace has \
            terminated",
        SRCH => "a seccomp filter or a tracer forged a result that is not a process ID";
    CLONE:
        AGAIN => LimitReached "the limit on processes and threads of the user, of the host or of \
            the cgroup has been reached (RLIMIT_NPROC, kernel.threads-max, kernel.pid_max, \
            pids.max)",
        INVAL => "the flags cannot be combined, or the kernel is built without the namespaces; or \
            an argument requires clone3: a flag that does not fit 32 bits, CLONE_NEWTIME, a \
            cgroup, process IDs, or both CLONE_PIDFD and CLONE_PARENT_SETTID",
        PERM => "the caller does not have the capability CAP_SYS_ADMIN, which new namespaces \
            except user namespaces require; or the host does not permit unprivileged user \
            namespaces; or the root directory is not that of the mount namespace (chroot), or the \
            effective IDs are not mapped, and CLONE_NEWUSER is set",
        NOSPC => "the limit on namespaces of this kind has been reached (user.max_*_namespaces), \
            or the nesting is too deep: 33 levels for CLONE_NEWUSER, 32 for CLONE_NEWPID",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOMEM => "the kernel is out of memory, or the first process of the PID namespace has \
            terminated",
        SRCH => "a seccomp filter or a tracer forged a result that is not a process ID";
};
