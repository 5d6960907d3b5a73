//! Filtering system calls, and supervising the system calls of other threads and processes.
//!
//! A [`Policy`] contains rules for system calls. It is compiled to a [`Program`] of the kernel's
//! classic BPF, in a constant or at run time, and installed as a [`Filter`]. A filter can notify a
//! supervisor, which receives the notifications from a [`Listener`]. No part requires an allocator
//! or a C library. [`profile`] contains policies for common purposes.
//!
//! ```
//! use butter::error::Errno;
//! use butter::seccomp::{Action, Filter, Policy, ProgramArray, Rule, Syscall, arg32};
//!
//! const POLICY: Policy<'_> = Policy::new(Action::Allow).rules(&[
//!     Rule::new(Syscall::PTRACE, Action::KillProcess),
//!     // `socket(AF_PACKET, ...)`
//!     Rule::new(Syscall::SOCKET, Action::Errno(Errno::PERM)).when(&[arg32(0).eq(17)]),
//! ]);
//! static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
//!
//! # fn main() -> butter::Result<()> {
//! println!("{}", PROGRAM.as_program());
//! # if false {
//! Filter::new(&PROGRAM).install()?;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `seccomp(SECCOMP_SET_MODE_FILTER)` | [`raw::seccomp_set_mode_filter`], [`raw::seccomp_set_mode_filter_listener`] | [`Filter::install`], [`Filter::install_all_threads`], [`Filter::install_listener`] | 3.17 |
//! | `seccomp(SECCOMP_SET_MODE_STRICT)` | [`raw::seccomp_set_mode_strict`] | - | 3.17 |
//! | `seccomp(SECCOMP_GET_ACTION_AVAIL)` | [`raw::seccomp_get_action_avail`] | - | 4.14 |
//! | `seccomp(SECCOMP_GET_NOTIF_SIZES)` | [`raw::seccomp_get_notif_sizes`] | [`Listener::into_parts`] | 5.0 |
//! | `ioctl(SECCOMP_IOCTL_NOTIF_RECV)` | [`raw::ioctl_seccomp_notif_recv`] | [`Listener::receive`] | 5.0 |
//! | `ioctl(SECCOMP_IOCTL_NOTIF_SEND)` | [`raw::ioctl_seccomp_notif_send`] | [`Listener::respond`], [`Listener::respond_continue`] | 5.0 |
//! | `ioctl(SECCOMP_IOCTL_NOTIF_ID_VALID)` | [`raw::ioctl_seccomp_notif_id_valid`] | [`Listener::is_valid`] | 5.0 |
//! | `ioctl(SECCOMP_IOCTL_NOTIF_ADDFD)` | [`raw::ioctl_seccomp_notif_addfd`] | [`Listener::add_fd`], [`Listener::respond_fd`], [`Listener::respond_fd_unchecked`] | 5.9 |
//! | `ioctl(SECCOMP_IOCTL_NOTIF_SET_FLAGS)` | [`raw::ioctl_seccomp_notif_set_flags`] | [`Listener::set_flags`] | 6.6 |
//!
//! # Passing the listener to a supervisor
//!
//! The filter applies as soon as it is installed. If it notifies of `sendmsg`, for example, a
//! thread that sends the listener with `sendmsg` waits indefinitely, because no supervisor can
//! respond yet. The following ways require no such system call:
//!
//! - The supervisor is another thread of the process, which receives the [`Listener`] through
//!   memory. The filter must not notify of `futex`.
//! - The supervisor is another process: the target stores the number of the descriptor in shared
//!   memory, and the supervisor calls [`PidFd::getfd`](crate::process::PidFd::getfd), which
//!   requires permission to trace the target, and converts the descriptor with `TryFrom`.
//! - A helper process without the filter, which the target creates before it installs the filter
//!   with a shared table of descriptors (`CLONE_FILES`), sends the descriptor through a socket.
//!
//! If the filter does not notify of `sendmsg`, the target itself can send the descriptor through a
//! socket ([`send_fds`](crate::net::send_fds)). If the supervisor is another process, the target
//! should then close its own descriptor for the listener. Otherwise, the listener remains open
//! after the supervisor has terminated, and the system calls of the target wait indefinitely
//! instead of failing with `ENOSYS`.
//!
//! The following supervisor duplicates the listener of its child, whose filter can notify of any
//! system calls except `sched_yield` and `close`:
//!
//! ```
//! use std::sync::atomic::Ordering;
//!
//! use butter::error::Errno;
//! use butter::fd::AsRawFd;
//! use butter::fs::{self, CWD, Mode};
//! use butter::memfd::{MemFd, Seals};
//! use butter::process::{self, CloneArgs, CloneFlags, PidFd, WaitFlags, WaitId};
//! use butter::seccomp::{Action, Filter, Listener, Policy, ProgramArray, Rule, Syscall};
//! use butter::thread::sched_yield;
//!
//! const POLICY: Policy<'_> = Policy::new(Action::Allow).rules(&[
//!     Rule::new(Syscall::MKDIRAT, Action::UserNotif),
//!     Rule::new(Syscall::SENDMSG, Action::UserNotif),
//!     Rule::new(Syscall::WRITE, Action::UserNotif),
//! ]);
//! static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
//!
//! /// States of the handover.
//! const INSTALLED: u8 = 1;
//! const FAILED: u8 = 2;
//! const DUPLICATED: u8 = 3;
//!
//! # fn main() -> butter::Result<()> {
//! let file = MemFd::sealable("handover")?;
//! file.set_len(5)?;
//! file.add_seals(Seals::SHRINK)?;
//! let memory = file.map()?;
//! let [number @ .., state] = memory.as_atomics().unwrap() else { unreachable!() };
//!
//! let mut target = || {
//!     let Ok(listener) = Filter::new(&PROGRAM).install_listener() else {
//!         state.store(FAILED, Ordering::Release);
//!         return 2;
//!     };
//!     for (byte, value) in number.iter().zip(listener.as_raw_fd().to_ne_bytes()) {
//!         byte.store(value, Ordering::Relaxed);
//!     }
//!     state.store(INSTALLED, Ordering::Release);
//!     while state.load(Ordering::Acquire) != DUPLICATED {
//!         sched_yield();
//!     }
//!     drop(listener);
//!     let result = fs::mkdirat(CWD, "/tmp/supervised", Mode::RWXU);
//!     i32::from(!result.is_err_and(|error| error.is(Errno::ROFS)))
//! };
//! // SAFETY: the closure makes only system calls, in a copy of the memory, and does not unwind.
//! let child = unsafe { process::clone_with(&CloneArgs::new(CloneFlags::empty()), &mut target) }?;
//!
//! while state.load(Ordering::Acquire) == 0 {
//!     sched_yield();
//! }
//! if state.load(Ordering::Acquire) == INSTALLED {
//!     let number = [0, 1, 2, 3].map(|index: usize| number[index].load(Ordering::Relaxed));
//!     let listener = PidFd::open(child.pid)?.getfd(i32::from_ne_bytes(number))?;
//!     let listener = Listener::try_from(listener)?;
//!     state.store(DUPLICATED, Ordering::Release);
//!     while let Some(notification) = listener.receive()? {
//!         let _ = listener.respond(notification.id(), Errno::ROFS)?;
//!     }
//! }
//! let status = process::wait(WaitId::Pid(child.pid), WaitFlags::EXITED)?;
//! assert_ne!(status.exit_status().code(), Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! # Limits of filters
//!
//! - A filter examines the number and the arguments of a system call, but not the memory to which
//!   an argument points, such as a path or the flags in a struct (`clone3`, `openat2`).
//! - A filter does not see the operations that a program submits to io_uring: deny
//!   `io_uring_setup` if such operations must not bypass the filter.
//! - A filter does not see the functions of the vDSO, such as `clock_gettime`, which make no system
//!   call.
//! - The kernel ignores the upper half of a 32-bit argument. A condition therefore states which
//!   part of the argument it compares: [`arg32`] or [`arg64`].

mod action;
mod check;
mod compiler;
mod data;
mod filter;
mod instruction;
mod listener;
mod memory;
mod notification;
#[cfg(feature = "alloc")]
mod owned;
mod policy;
pub mod profile;
mod program;
pub mod raw;
mod rule;
mod safety;
mod segments;
mod syscall;
mod syscall_table;
mod types;

pub use action::Action;
pub use check::CheckError;
#[doc(alias = "BPF_MAXINSNS")]
pub use check::INSTRUCTIONS_MAX;
#[doc(alias = "seccomp_data")]
pub use data::SyscallData;
#[doc(alias = "seccomp")]
pub use filter::Filter;
#[doc(alias = "SECCOMP_FILTER_FLAG_TSYNC")]
pub use filter::TsyncError;
#[doc(alias = "sock_filter")]
pub use instruction::Instruction;
pub use listener::Listener;
#[doc(alias = "process_vm_readv")]
pub use memory::TargetMemory;
#[doc(alias = "seccomp_notif")]
pub use notification::Notification;
pub use notification::{Delivery, NotificationId};
#[cfg(feature = "alloc")]
pub use owned::ProgramVec;
pub use policy::{CompileError, Policy};
pub use program::{Program, ProgramArray};
pub use rule::{Arg32, Arg64, Condition, Rule, arg32, arg64};
pub use syscall::Syscall;
#[doc(alias = "seccomp_notif_sizes")]
pub use types::NotifSizes;
#[doc(alias = "seccomp_notif_resp")]
pub use types::Response;
pub use types::{AddFdFlags, FilterFlags, ListenerFlags, ResponseFlags};
