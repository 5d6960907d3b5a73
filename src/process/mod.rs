//! The calling process: IDs, working directory, root directory, termination.
//!
//! IDs are not cached: each function makes a system call, so the results are correct right after a
//! raw `clone`, in a new PID namespace, and in a program that no C library started.
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
//! | `chroot` | [`raw::chroot`] | [`chroot`] | 1.0 |
//! | `exit_group` | [`raw::exit_group`] | [`exit_group`] | 2.5.35 |
//!
//! # Notes
//!
//! - All threads share the working directory, the root directory and the umask, unless a thread has
//!   unshared them (`unshare(CLONE_FS)`, or a new mount namespace).
//! - In the kernel, user and group IDs belong to a thread. C libraries keep them the same in all
//!   threads of a process.
//! - [`chroot`] only changes where absolute paths start. The working directory and open descriptors
//!   keep referring to the old tree: call [`chdir`] afterwards, or change the directory first and
//!   make `"."` the root. A process that may call `chroot` can leave its root directory again. A
//!   container changes its root with [`pivot_root`](crate::mount::pivot_root).

mod directory;
pub mod raw;

#[doc(alias = "gid_t")]
pub use crate::ids::Gid;
#[doc(alias = "uid_t")]
pub use crate::ids::Uid;
#[doc(alias = "pid_t")]
pub use crate::ids::{Pgid, Pid};
pub use crate::ids::{getegid, geteuid, getgid, getpid, getppid, getuid};
#[doc(alias = "_exit", alias = "_Exit")]
pub use directory::exit_group;
pub use directory::{chdir, chroot, fchdir};
