//! The default policy for containers.

use super::policy;
use crate::error::Errno;
use crate::net::AddressFamily;
use crate::process::CloneFlags;
use crate::seccomp::{Action, Policy, Rule, Syscall, arg32, arg64};

/// The flags of `clone` that create namespaces.
pub(super) const NAMESPACES: CloneFlags = CloneFlags::NEWNS
    .union(CloneFlags::NEWCGROUP)
    .union(CloneFlags::NEWUTS)
    .union(CloneFlags::NEWIPC)
    .union(CloneFlags::NEWUSER)
    .union(CloneFlags::NEWPID)
    .union(CloneFlags::NEWNET);

/// The system call with the largest number.
const LAST: Syscall = match Syscall::from_raw(Syscall::NUMBER_MAX) {
    Some(call) => call,
    None => panic!(),
};

/// A policy for containers without capabilities, like the default policy of OCI container engines.
///
/// The policy denies every system call that the default list of Docker denies for a container
/// without capabilities ([moby/profiles]; containerd, CRI-O and Podman have similar lists), such as
/// `mount`, `bpf`, `kexec_load`, `perf_event_open` and `unshare`. A denied call fails with `EPERM`.
/// `clone` cannot create namespaces, and `clone3`, whose flags a filter cannot examine, fails with
/// `ENOSYS`, so that C libraries call `clone`. System calls that are newer than the list also fail
/// with `ENOSYS`.
///
/// The policy differs from the list in the following ways. Each of them denies more:
///
/// - `add_key`, `keyctl` and `request_key` are denied, because the kernel's keyrings are not
///   separated by namespaces. Recent versions of the list permit these calls.
/// - `socket` with `AF_ALG`, the interface to the kernel's cryptography, is denied, like
///   `AF_VSOCK`. The policy compares 32 bits of the address family, which the kernel uses. The list
///   compares 64 bits, so that a program can bypass it.
/// - The process is terminated if it makes a system call of another ABI: 32-bit system calls, and
///   x32 system calls. The list permits the same system calls for these ABIs.
///
/// The policy permits `ptrace`, `process_vm_readv` and `process_vm_writev`, which the list permits
/// since Linux 4.8: before, a tracer could bypass filters. It denies `io_uring_setup`,
/// `io_uring_enter` and `io_uring_register`, which older versions of the list permit.
///
/// A capability requires further system calls, for example `CAP_SYS_ADMIN` requires `mount`. Add
/// rules for them before the rules of the policy ([`Policy::get_rules`]).
///
/// ```
/// use butter::seccomp::profile::CONTAINER;
/// use butter::seccomp::{Action, Filter, ProgramArray, Syscall, SyscallData};
///
/// static PROGRAM: ProgramArray<{ CONTAINER.program_len() }> = CONTAINER.compile();
///
/// # fn main() -> butter::Result<()> {
/// let mount = SyscallData::new(Syscall::MOUNT.as_raw().unwrap() as i32, [0; 6]);
/// assert!(matches!(PROGRAM.action(&mount), Some(Action::Errno(_))));
/// # if false {
/// Filter::new(&PROGRAM).install()?;
/// # }
/// # Ok(())
/// # }
/// ```
///
/// [moby/profiles]: https://github.com/moby/profiles/blob/main/seccomp/default.json
#[doc(alias = "docker")]
pub const CONTAINER: Policy<'static> = policy! {
    Action::Errno(Errno::PERM);
    allow {
        ACCEPT ACCEPT4 ACCESS ADJTIMEX ALARM ARCH_PRCTL BIND BRK CACHESTAT CAPGET CAPSET CHDIR
        CHMOD CHOWN CLOCK_ADJTIME CLOCK_GETRES CLOCK_GETTIME CLOCK_NANOSLEEP CLOSE CLOSE_RANGE
        CONNECT COPY_FILE_RANGE CREAT DUP DUP2 DUP3 EPOLL_CREATE EPOLL_CREATE1 EPOLL_CTL
        EPOLL_CTL_OLD EPOLL_PWAIT EPOLL_PWAIT2 EPOLL_WAIT EPOLL_WAIT_OLD EVENTFD EVENTFD2 EXECVE
        EXECVEAT EXIT EXIT_GROUP FACCESSAT FACCESSAT2 FADVISE64 FALLOCATE FANOTIFY_MARK FCHDIR
        FCHMOD FCHMODAT FCHMODAT2 FCHOWN FCHOWNAT FCNTL FDATASYNC FGETXATTR FLISTXATTR FLOCK
        FORK FREMOVEXATTR FSETXATTR FSTAT FSTATFS FSYNC FTRUNCATE FUTEX FUTEX_REQUEUE FUTEX_WAIT
        FUTEX_WAITV FUTEX_WAKE FUTIMESAT GETCPU GETCWD GETDENTS GETDENTS64 GETEGID GETEUID
        GETGID GETGROUPS GETITIMER GETPEERNAME GETPGID GETPGRP GETPID GETPPID GETPRIORITY
        GETRANDOM GETRESGID GETRESUID GETRLIMIT GETRUSAGE GETSID GETSOCKNAME GETSOCKOPT GETTID
        GETTIMEOFDAY GETUID GETXATTR GETXATTRAT GET_ROBUST_LIST GET_THREAD_AREA
        INOTIFY_ADD_WATCH INOTIFY_INIT INOTIFY_INIT1 INOTIFY_RM_WATCH IOCTL IOPRIO_GET
        IOPRIO_SET IO_CANCEL IO_DESTROY IO_GETEVENTS IO_PGETEVENTS IO_SETUP IO_SUBMIT KILL
        LANDLOCK_ADD_RULE LANDLOCK_CREATE_RULESET LANDLOCK_RESTRICT_SELF LCHOWN LGETXATTR LINK
        LINKAT LISTEN LISTMOUNT LISTXATTR LISTXATTRAT LLISTXATTR LREMOVEXATTR LSEEK LSETXATTR
        LSTAT MADVISE MAP_SHADOW_STACK MEMBARRIER MEMFD_CREATE MEMFD_SECRET MINCORE MKDIR
        MKDIRAT MKNOD MKNODAT MLOCK MLOCK2 MLOCKALL MMAP MODIFY_LDT MPROTECT MQ_GETSETATTR
        MQ_NOTIFY MQ_OPEN MQ_TIMEDRECEIVE MQ_TIMEDSEND MQ_UNLINK MREMAP MSEAL MSGCTL MSGGET
        MSGRCV MSGSND MSYNC MUNLOCK MUNLOCKALL MUNMAP NAME_TO_HANDLE_AT NANOSLEEP NEWFSTATAT
        OPEN OPENAT OPENAT2 PAUSE PIDFD_OPEN PIDFD_SEND_SIGNAL PIPE PIPE2 PKEY_ALLOC PKEY_FREE
        PKEY_MPROTECT POLL PPOLL PRCTL PREAD64 PREADV PREADV2 PRLIMIT64 PROCESS_MRELEASE
        PROCESS_VM_READV PROCESS_VM_WRITEV PSELECT6 PTRACE PWRITE64 PWRITEV PWRITEV2 READ
        READAHEAD READLINK READLINKAT READV RECVFROM RECVMMSG RECVMSG REMAP_FILE_PAGES
        REMOVEXATTR REMOVEXATTRAT RENAME RENAMEAT RENAMEAT2 RESTART_SYSCALL RMDIR RSEQ
        RT_SIGACTION RT_SIGPENDING RT_SIGPROCMASK RT_SIGQUEUEINFO RT_SIGRETURN RT_SIGSUSPEND
        RT_SIGTIMEDWAIT RT_TGSIGQUEUEINFO SCHED_GETAFFINITY SCHED_GETATTR SCHED_GETPARAM
        SCHED_GETSCHEDULER SCHED_GET_PRIORITY_MAX SCHED_GET_PRIORITY_MIN SCHED_RR_GET_INTERVAL
        SCHED_SETAFFINITY SCHED_SETATTR SCHED_SETPARAM SCHED_SETSCHEDULER SCHED_YIELD SECCOMP
        SELECT SEMCTL SEMGET SEMOP SEMTIMEDOP SENDFILE SENDMMSG SENDMSG SENDTO SETFSGID SETFSUID
        SETGID SETGROUPS SETITIMER SETPGID SETPRIORITY SETREGID SETRESGID SETRESUID SETREUID
        SETRLIMIT SETSID SETSOCKOPT SETUID SETXATTR SETXATTRAT SET_ROBUST_LIST SET_THREAD_AREA
        SET_TID_ADDRESS SHMAT SHMCTL SHMDT SHMGET SHUTDOWN SIGALTSTACK SIGNALFD SIGNALFD4
        SOCKETPAIR SPLICE STAT STATFS STATMOUNT STATX SYMLINK SYMLINKAT SYNC SYNCFS
        SYNC_FILE_RANGE SYSINFO TEE TGKILL TIME TIMERFD_CREATE TIMERFD_GETTIME TIMERFD_SETTIME
        TIMER_CREATE TIMER_DELETE TIMER_GETOVERRUN TIMER_GETTIME TIMER_SETTIME TIMES TKILL
        TRUNCATE UMASK UNAME UNLINK UNLINKAT URETPROBE UTIME UTIMENSAT UTIMES VFORK VMSPLICE
        WAIT4 WAITID WRITE WRITEV
    }
    Rule::new(Syscall::CLONE, Action::Allow).when(&[arg32(0).masked_eq(NAMESPACES.bits() as u32, 0)]),
    Rule::new(Syscall::CLONE3, Action::Errno(Errno::NOSYS)),
    Rule::new(Syscall::SOCKET, Action::Allow)
        .when(&[arg32(0).ne(AddressFamily::ALG.as_raw() as u32), arg32(0).ne(AddressFamily::VSOCK.as_raw() as u32)]),
    // PER_LINUX, PER_LINUX32, both with UNAME26, and the query of the value.
    Rule::new(Syscall::PERSONALITY, Action::Allow).when(&[arg64(0).eq(0)]),
    Rule::new(Syscall::PERSONALITY, Action::Allow).when(&[arg64(0).eq(0x8)]),
    Rule::new(Syscall::PERSONALITY, Action::Allow).when(&[arg64(0).eq(0x2_0000)]),
    Rule::new(Syscall::PERSONALITY, Action::Allow).when(&[arg64(0).eq(0x2_0008)]),
    Rule::new(Syscall::PERSONALITY, Action::Allow).when(&[arg64(0).eq(0xFFFF_FFFF)]),
    // System calls that are newer than the list.
    Rule::range(Syscall::OPEN_TREE_ATTR..=LAST, Action::Errno(Errno::NOSYS)),
};
