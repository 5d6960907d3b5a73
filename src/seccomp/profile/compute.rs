//! The policy for pure computation.

use super::container::NAMESPACES;
use super::policy;
use crate::error::Errno;
use crate::mm::ProtFlags;
use crate::process::CloneFlags;
use crate::seccomp::{Action, Policy, Rule, Syscall, arg32};

const PR_SET_NAME: u32 = 15;
const PR_SET_VMA: u32 = 0x5356_4D41;

/// The flags with which `clone` creates a thread.
const THREAD: CloneFlags = CloneFlags::VM.union(CloneFlags::SIGHAND).union(CloneFlags::THREAD);

/// A policy for threads that only compute: they transfer data through descriptors that are already
/// open, manage memory, and create threads.
///
/// Every other system call fails with `EPERM`: the threads cannot open files, create sockets, start
/// processes, or send signals. Install a filter with this policy after the program has opened its
/// files. The following system calls are permitted:
///
/// - `read`, `write`, `readv`, `writev`, `pread64`, `pwrite64`, `lseek`, `fstat`, `poll`, `ppoll`
///   and `close`. A descriptor of a socket or of a directory remains usable: close the descriptors
///   that the computation does not need.
/// - `mmap` and `mprotect` without `PROT_EXEC`, `munmap`, `mremap`, `madvise` and `brk`. Without
///   `PROT_EXEC`, no new code can be executed; this also excludes JIT compilers and plug-ins.
/// - The system calls of threads and locks: `clone` if it creates a thread, `futex` and its
///   variants, `exit`, `exit_group`, `sched_yield`, `sched_getaffinity`, `set_robust_list`, `rseq`,
///   `membarrier`, `getcpu`, and `prctl` with `PR_SET_NAME` or `PR_SET_VMA`. `clone3` fails with
///   `ENOSYS`, so that C libraries call `clone`.
/// - The system calls of the vDSO, which are executed if the vDSO cannot read a clock; sleeping;
///   `getrandom`, `getpid` and `gettid`.
/// - Signal handlers: `rt_sigaction`, `rt_sigprocmask`, `rt_sigreturn`, `sigaltstack` and
///   `restart_syscall`. `tgkill` is denied, so `abort` terminates the process with another signal
///   than `SIGABRT`.
///
/// ```no_run
/// use butter::seccomp::profile::COMPUTE;
/// use butter::seccomp::{Filter, ProgramArray};
///
/// static PROGRAM: ProgramArray<{ COMPUTE.program_len() }> = COMPUTE.compile();
///
/// # fn main() -> butter::Result<()> {
/// Filter::new(&PROGRAM).install()?;
/// assert!(std::fs::File::open("/etc/passwd").is_err());
/// println!("{}", (1..=1000_u64).sum::<u64>());
/// # Ok(())
/// # }
/// ```
pub const COMPUTE: Policy<'static> = policy! {
    Action::Errno(Errno::PERM);
    allow {
        BRK CLOCK_GETRES CLOCK_GETTIME CLOCK_NANOSLEEP CLOSE EXIT EXIT_GROUP FSTAT FUTEX
        FUTEX_REQUEUE FUTEX_WAIT FUTEX_WAITV FUTEX_WAKE GETCPU GETPID GETRANDOM GETTID
        GETTIMEOFDAY LSEEK MADVISE MEMBARRIER MREMAP MUNMAP NANOSLEEP POLL PPOLL PREAD64
        PWRITE64 READ READV RESTART_SYSCALL RSEQ RT_SIGACTION RT_SIGPROCMASK RT_SIGRETURN
        SCHED_GETAFFINITY SCHED_YIELD SET_ROBUST_LIST SIGALTSTACK TIME WRITE WRITEV
    }
    Rule::new(Syscall::MMAP, Action::Allow).when(&[arg32(2).masked_eq(ProtFlags::EXEC.bits(), 0)]),
    Rule::new(Syscall::MPROTECT, Action::Allow)
        .when(&[arg32(2).masked_eq(ProtFlags::EXEC.bits(), 0)]),
    Rule::new(Syscall::CLONE, Action::Allow)
        .when(&[arg32(0).masked_eq(THREAD.union(NAMESPACES).bits() as u32, THREAD.bits() as u32)]),
    Rule::new(Syscall::CLONE3, Action::Errno(Errno::NOSYS)),
    Rule::new(Syscall::PRCTL, Action::Allow).when(&[arg32(0).eq(PR_SET_NAME)]),
    Rule::new(Syscall::PRCTL, Action::Allow).when(&[arg32(0).eq(PR_SET_VMA)]),
};
