//! Filtering system calls: rules, and the programs to which they are compiled.
//!
//! A [`Policy`] contains rules for system calls. It is compiled to a [`Program`] of the kernel's
//! classic BPF, in a constant or at run time. Compiling requires no allocator and no C library.
//!
//! ```
//! use butter::error::Errno;
//! use butter::seccomp::{Action, Policy, ProgramArray, Rule, Syscall, arg32};
//!
//! const POLICY: Policy<'_> = Policy::new(Action::Allow).rules(&[
//!     Rule::new(Syscall::PTRACE, Action::KillProcess),
//!     // `socket(AF_PACKET, ...)`
//!     Rule::new(Syscall::SOCKET, Action::Errno(Errno::PERM)).when(&[arg32(0).eq(17)]),
//! ]);
//! static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();
//!
//! println!("{}", PROGRAM.as_program());
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
mod instruction;
#[cfg(feature = "alloc")]
mod owned;
mod policy;
mod program;
mod rule;
mod segments;
mod syscall;
mod syscall_table;

pub use action::Action;
pub use check::CheckError;
#[doc(alias = "BPF_MAXINSNS")]
pub use check::INSTRUCTIONS_MAX;
#[doc(alias = "seccomp_data")]
pub use data::SyscallData;
#[doc(alias = "sock_filter")]
pub use instruction::Instruction;
#[cfg(feature = "alloc")]
pub use owned::ProgramVec;
pub use policy::{CompileError, Policy};
pub use program::{Program, ProgramArray};
pub use rule::{Arg32, Arg64, Condition, Rule, arg32, arg64};
pub use syscall::Syscall;
