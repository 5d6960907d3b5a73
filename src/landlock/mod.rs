//! Restricting the access of a process to files, ports and other processes, without privileges.
//!
//! A [`Ruleset`] handles a set of rights, which the kernel denies unless a rule allows them. A
//! thread enforces the ruleset for itself and its future children, and cannot remove it. In
//! contrast to [`seccomp`](crate::seccomp) filters, rules refer to files, not to the arguments of
//! system calls.
//!
//! ```
//! use butter::landlock::{AccessFs, AccessNet, Ruleset, Scope};
//!
//! # fn main() -> butter::Result<()> {
//! # std::thread::spawn(|| {
//! let ruleset = Ruleset::builder()
//!     .handle_fs(AccessFs::KNOWN)
//!     .handle_net(AccessNet::CONNECT_TCP)
//!     .scope(Scope::SIGNAL)
//!     .best_effort()
//!     .build()?;
//! ruleset.allow_port(443, AccessNet::CONNECT_TCP)?;
//! ruleset.restrict_self()?;
//! # Ok(())
//! # }).join().unwrap()
//! # }
//! ```
//!
//! | system call | raw | function | since |
//! |---|---|---|---|
//! | `landlock_create_ruleset` | [`raw::landlock_create_ruleset`], [`raw::landlock_create_ruleset_version`], [`raw::landlock_create_ruleset_errata`] | [`RulesetBuilder::build`], [`abi()`] | 5.13 |
//! | `landlock_add_rule` | [`raw::landlock_add_rule_path_beneath`], [`raw::landlock_add_rule_net_port`] | [`Ruleset::allow_path`], [`Ruleset::allow_port`] | 5.13 |
//! | `landlock_restrict_self` | [`raw::landlock_restrict_self`] | [`Ruleset::restrict_self`] | 5.13 |
//!
//! # Notes
//!
//! - The restriction applies to the calling thread, not to the other threads of the process. Since
//!   Linux 7.0, [`RestrictFlags::TSYNC`] restricts all threads.
//! - Each version of the ABI ([`abi()`]) supports more rights. A right that a ruleset does not
//!   handle is not restricted: handle [`AccessFs::KNOWN`] with [`RulesetBuilder::best_effort`], and
//!   examine [`Ruleset::dropped`] if a restriction is required.
//! - Some operations on files are not restricted, such as `chmod`, `chown`, `stat` and `chdir`.
//! - A restricted thread cannot trace processes outside its sandbox. If the ruleset handles rights
//!   to files, the thread also cannot mount or unmount file systems, or call `pivot_root`
//!   (`EPERM`).

pub mod raw;
mod ruleset;
mod types;

#[doc(alias = "landlock_create_ruleset")]
pub use ruleset::Ruleset;
pub use ruleset::{RulesetBuilder, abi};
#[doc(alias = "landlock_ruleset_attr")]
pub use types::RulesetAttr;
pub use types::{AccessFs, AccessNet, AddRuleFlags, RestrictFlags, Rights, Scope};
