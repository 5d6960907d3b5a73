//! Processes: creating and waiting for children, pidfds, and the IDs, directories and termination
//! of the calling process.
//!
//! The functions that return IDs make a system call each time, and do not cache the result. The
//! result is therefore correct right after a raw `clone`, in a new PID namespace, and in a program
//! without a C library.
//!
//! ```
//! use butter::process;
//!
//! # fn main() -> butter::Result<()> {
//! println!("process {}, parent {:?}", process::getpid(), process::getppid());
//! process::chdir("/")?;
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `getpid`, `getppid` | [`raw::getpid`], [`raw::getppid`] | [`getpid`], [`getppid`] | 1.0 |
//! | `getuid`, `geteuid`, `getgid`, `getegid` | - | [`getuid`], [`geteuid`], [`getgid`], [`getegid`] | 1.0 |
//! | `chdir`, `fchdir` | [`raw::chdir`], [`raw::fchdir`] | [`chdir`], [`fchdir`] | 1.0 |
//! | `getcwd` | [`raw::getcwd`] | [`getcwd`] | 2.1.92 |
//! | `umask` | [`raw::umask`] | [`umask`] | 1.0 |
//! | `chroot` | [`raw::chroot`] | [`chroot`] | 1.0 |
//! | `prlimit64` | [`raw::prlimit64`] | [`getrlimit`], [`setrlimit`], [`prlimit`], [`Step::limit`] | 2.6.36 |
//! | `getrusage` | [`raw::getrusage`] | [`getrusage`] | 1.0 |
//! | `exit_group` | [`raw::exit_group`] | [`exit_group`] | 2.5.35 |
//! | `clone`, `clone3` | [`raw::clone`], [`raw::clone3`] | [`Command`], [`clone_with`] | 1.0, 5.3 |
//! | `execve`, `execveat` | [`raw::execve`], [`raw::execveat`] | [`Command`] | 1.0, 3.19 |
//! | `setsid`, `setpgid` | [`raw::setsid`], [`raw::setpgid`] | [`Step::setsid`], [`Step::setpgid`] | 1.0 |
//! | `ioctl(TIOCSPGRP)` | [`raw::ioctl_tiocspgrp`] | [`Step::foreground`] | 1.0 |
//! | `setresuid`, `setresgid`, `setgroups` | [`raw::setresuid`], [`raw::setresgid`], [`raw::setgroups`] | [`Step::user`], [`Step::group`], [`Step::groups`] | 2.1.44 |
//! | `setpriority`, `sched_setscheduler` | [`raw::setpriority`], [`raw::sched_setscheduler`] | [`Step::nice`], [`Step::scheduling`] | 2.0 |
//! | `prctl` | [`raw::prctl_set_pdeathsig`], [`raw::prctl_set_no_new_privs`] | [`Step::parent_death_signal`], [`Step::no_new_privs`] | 3.5 |
//! | `waitid` | [`raw::waitid`] | [`Child::wait`], [`wait`](wait()), [`wait_nonblocking`], [`wait_any_nonblocking`], [`wait_with_rusage`], [`wait_interruptible`] | 2.6.9 |
//! | `process_vm_readv` | [`raw::process_vm_readv`] | [`TargetMemory::read`](crate::seccomp::TargetMemory::read) | 3.2 |
//! | `pidfd_open` | [`raw::pidfd_open`] | [`PidFd::open`] | 5.3 |
//! | `pidfd_send_signal` | [`raw::pidfd_send_signal`], [`raw::pidfd_send_signal_info`] | [`PidFd::send_signal`], [`PidFd::send_signal_to`], [`PidFd::queue`] | 5.1 |
//! | `pidfd_getfd` | [`raw::pidfd_getfd`] | [`PidFd::getfd`] | 5.6 |
//! | `ioctl(PIDFD_GET_INFO)` | [`raw::ioctl_pidfd_get_info`] | [`PidFd::info`] | 6.13 |
//! | `ioctl(PIDFD_GET_*_NAMESPACE)` | [`raw::ioctl_pidfd_get_namespace`] | [`PidFd::namespace`] | 6.11 |
//!
//! # Notes
//!
//! - All threads of a process share the working directory, the root directory and the umask, unless
//!   a thread has unshared them (`unshare(CLONE_FS)`, or a new mount namespace).
//! - In the kernel, user and group IDs belong to a thread. C libraries keep the user and group IDs
//!   the same in all threads of a process.
//! - [`chroot`] changes only the directory at which absolute paths start. After `chroot`, the
//!   working directory and open descriptors can be outside the new root directory: call [`chdir`]
//!   with `"/"` next, or call `chdir` with the directory first, and then `chroot` with `"."`. A
//!   process that has `CAP_SYS_CHROOT` can leave its root directory. A container should change its
//!   root directory with [`pivot_root`](crate::mount::pivot_root).
//! - A process that is interrupted by signals without a pause cannot create a child: the kernel
//!   restarts `clone` after each handler.
//!
//! # Creating children in a program with `std` or a C library
//!
//! [`Command`] is safe in any program: between `clone` and `execve`, its child only makes system
//! calls, and uses no thread-local variables. The tests spawn programs while eight threads allocate
//! memory, handle signals and open descriptors, and check that the program inherits none of them.
//!
//! A child of [`raw::clone3`] or [`clone_with`] runs code of the program, which is restricted:
//!
//! - The functions of this crate that make system calls work in the child. They keep no state: a
//!   test preloads a C library that caches the process ID, so that `libc::getpid` returns the ID of
//!   the parent in the child, and [`getpid`] returns the correct ID.
//! - A C library does not know that the child exists. Its `atfork` handlers do not run, so locks
//!   that other threads have acquired remain locked in a copy of the memory: the child must not
//!   allocate memory, and must not use `std::io::stdout`, `std::env` or `std::thread`.
//! - A child that shares the memory (`VM`) also shares the thread-local variables of the thread
//!   that created it, such as `errno`, and its panic count: it must not call a function of a C
//!   library, and must not panic.
//! - The child must terminate with [`exit_group`] or execute a program. It must not return from the
//!   function that created it, which [`raw::clone3`] ensures.

pub(crate) mod attributes;
pub(crate) mod clone;
mod command;
#[cfg(feature = "std")]
mod command_ext;
mod directory;
pub(crate) mod exec;
mod limits;
pub(crate) mod pidfd;
pub mod raw;
mod rusage;
mod usage;
pub(crate) mod vm;
pub(crate) mod wait;

#[doc(alias = "gid_t")]
pub use crate::ids::Gid;
#[doc(alias = "uid_t")]
pub use crate::ids::Uid;
#[doc(alias = "pid_t")]
pub use crate::ids::{Pgid, Pid};
pub use crate::ids::{getegid, geteuid, getgid, getpid, getppid, getuid};
pub use attributes::{PriorityOf, SchedulingPolicy};
#[doc(alias = "clone_args")]
pub use clone::CloneArgs;
#[doc(alias = "clone", alias = "clone3", alias = "fork", alias = "vfork")]
pub use clone::clone_with;
pub use clone::{ChildFn, CloneFlags, Cloned};
#[doc(alias = "posix_spawn", alias = "fork", alias = "vfork", alias = "execve")]
pub use command::Command;
pub use command::{Child, Missing, SpawnError, SpawnStage, Stdio, Step};
#[cfg(feature = "std")]
#[doc(alias = "pthread_sigmask")]
pub use command_ext::CommandExt;
#[doc(alias = "_exit", alias = "_Exit")]
pub use directory::exit_group;
pub use directory::{chdir, chroot, fchdir, getcwd, umask};
#[doc(alias = "argv", alias = "envp")]
pub use exec::CStrArray;
#[cfg(feature = "alloc")]
#[doc(alias = "argv", alias = "envp")]
pub use exec::CStringArray;
pub use limits::Resource;
#[doc(alias = "rlimit", alias = "RLIM_INFINITY")]
pub use limits::Rlimit;
#[doc(alias = "rlimit64", alias = "RLIM_INFINITY")]
pub use limits::Rlimit64;
#[doc(alias = "prlimit64")]
pub use limits::{getrlimit, prlimit, setrlimit};
#[doc(alias = "pidfd_open")]
pub use pidfd::PidFd;
#[doc(alias = "pidfd_info", alias = "PIDFD_GET_INFO")]
pub use pidfd::PidFdInfo;
pub use pidfd::{CoredumpFlags, InfoMask, OpenFlags, PidFdArg, SignalFlags};
#[doc(alias = "PIDFD_SELF", alias = "PIDFD_SELF_PROCESS")]
pub use pidfd::{PIDFD_SELF_THREAD, PIDFD_SELF_THREAD_GROUP, SelfProcess, SelfThread};
#[doc(alias = "rusage")]
pub use rusage::Rusage;
pub use usage::{UsageOf, getrusage};
#[doc(alias = "WIFEXITED", alias = "WEXITSTATUS", alias = "WTERMSIG", alias = "WIFSIGNALED")]
pub use wait::ExitStatus;
#[doc(alias = "idtype_t")]
pub use wait::WaitId;
pub use wait::{WaitFlags, WaitStatus};
#[doc(alias = "waitid", alias = "waitpid", alias = "wait4")]
pub use wait::{
    wait, wait_any_nonblocking, wait_interruptible, wait_nonblocking, wait_with_rusage,
};
