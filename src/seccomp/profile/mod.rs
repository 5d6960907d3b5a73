//! Policies for common purposes.
//!
//! | policy | permits |
//! |---|---|
//! | [`CONTAINER`] | the system calls of ordinary programs, without capabilities |
//! | [`COMPUTE`] | computing, and transferring data through open descriptors |
//!
//! A program that requires further system calls adds rules before those of the policy. The first
//! rule that applies determines the action:
//!
//! ```
//! use butter::error::Errno;
//! use butter::seccomp::profile::COMPUTE;
//! use butter::seccomp::{Action, Policy, Rule, Syscall, SyscallData};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut rules = vec![Rule::new(Syscall::GETPPID, Action::Log)];
//! rules.extend(COMPUTE.get_rules());
//! let program = Policy::new(Action::KillProcess).rules(&rules).try_compile_vec()?;
//!
//! let action = |call: Syscall| {
//!     let number = call.as_raw().unwrap() as i32;
//!     program.action(&SyscallData::new(number, [0; 6]))
//! };
//! assert_eq!(action(Syscall::GETPPID), Some(Action::Log));
//! assert_eq!(action(Syscall::READ), Some(Action::Allow));
//! assert_eq!(action(Syscall::SOCKET), Some(Action::KillProcess));
//! # Ok(())
//! # }
//! ```

mod compute;
mod container;

pub use compute::COMPUTE;
#[doc(alias = "docker")]
pub use container::CONTAINER;

/// Evaluates to a policy with a default action, system calls that are permitted with any arguments,
/// and further rules.
macro_rules! policy {
    ($default:expr; allow { $($call:ident)* } $($rule:expr),* $(,)?) => {
        Policy::new($default).rules(&[
            $(Rule::new(Syscall::$call, Action::Allow),)*
            $($rule,)*
        ])
    };
}
use policy;
