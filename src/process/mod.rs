//! IDs, working directory, root directory, umask, resource limits, resource usage and termination
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
//! | `prlimit64` | [`raw::prlimit64`] | [`getrlimit`], [`setrlimit`], [`prlimit`] | 2.6.36 |
//! | `getrusage` | [`raw::getrusage`] | [`getrusage`] | 1.0 |
//! | `exit_group` | [`raw::exit_group`] | [`exit_group`] | 2.5.35 |
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

#[cfg(feature = "std")]
mod command_ext;
mod directory;
mod limits;
pub mod raw;
mod rusage;
mod usage;

#[doc(alias = "gid_t")]
pub use crate::ids::Gid;
#[doc(alias = "uid_t")]
pub use crate::ids::Uid;
#[doc(alias = "pid_t")]
pub use crate::ids::{Pgid, Pid};
pub use crate::ids::{getegid, geteuid, getgid, getpid, getppid, getuid};
#[cfg(feature = "std")]
#[doc(alias = "pthread_sigmask")]
pub use command_ext::CommandExt;
#[doc(alias = "_exit", alias = "_Exit")]
pub use directory::exit_group;
pub use directory::{chdir, chroot, fchdir, getcwd, umask};
pub use limits::Resource;
#[doc(alias = "rlimit", alias = "RLIM_INFINITY")]
pub use limits::Rlimit;
#[doc(alias = "rlimit64", alias = "RLIM_INFINITY")]
pub use limits::Rlimit64;
#[doc(alias = "prlimit64")]
pub use limits::{getrlimit, prlimit, setrlimit};
#[doc(alias = "rusage")]
pub use rusage::Rusage;
pub use usage::{UsageOf, getrusage};
