//! This process: its number and its parent's, its directories, its end.
//!
//! The numbers are the kernel's answer at each call, never a cached one: right after a raw `clone`, in a new PID
//! namespace, and in a program that no C library started.
//!
//! ```
//! use butter::process;
//!
//! # fn main() -> butter::Result<()> {
//! println!("process {}, child of {:?}", process::getpid(), process::getppid());
//! process::chdir("/")?;
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | function | since |
//! |---|---|---|
//! | `getpid`, `getppid` | [`getpid`], [`getppid`] | 1.0 |
//! | `chdir`, `fchdir` | [`chdir`], [`fchdir`] | 1.0 |
//! | `chroot` | [`chroot`] | 1.0 |
//! | `exit_group` | [`exit_group`] | 2.5.35 |
//!
//! # Worth knowing
//!
//! - All threads have the working directory, the root and the umask together, unless one has given up to share them
//!   (`unshare(CLONE_FS)`, and with it every new mount namespace).
//! - [`chroot`] moves nothing but the start of absolute paths. The working directory and open descriptors stay where
//!   they are, and lead out: [`chdir`] follows it, or goes before and the new root is `"."`. Who may call it may leave
//!   again. A container's root is changed with `pivot_root`.

mod directory;
mod exit;
mod id;

pub(crate) use directory::CAUSES;
pub use directory::{chdir, chroot, fchdir};
pub use exit::exit_group;
pub use id::{Pid, getpid, getppid};
