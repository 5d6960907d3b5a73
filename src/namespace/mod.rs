//! Namespaces: creating, entering and examining them.
//!
//! ```
//! use butter::namespace::{self, Kind, Namespace, Namespaces};
//!
//! # fn main() -> butter::Result<()> {
//! match namespace::unshare(Namespaces::UTS) {
//!     Ok(()) => {
//!         // A host name that is set now applies only to this thread and its children.
//!         let first = Namespace::own(Kind::Uts)?;
//!         assert_eq!(first.kind()?, Namespaces::UTS);
//!         namespace::unshare(Namespaces::UTS)?;
//!         // The thread returns from the second new namespace to the first. Entering a namespace
//!         // requires `CAP_SYS_ADMIN` in the user namespace that owns the entered namespace.
//!         first.enter()?;
//!     }
//!     // `unshare` requires `CAP_SYS_ADMIN`, which a process has in a new user namespace.
//!     Err(error) => println!("{error}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `unshare` | [`raw::unshare`] | [`unshare`](unshare()), [`unshare_as_root`]; [`unshare_fs`], [`unshare_sysvsem`], [`unshare_files`] | 2.6.16 |
//! | `setns` | [`raw::setns`] | [`Namespace::enter`], [`Namespace::enter_as`]; [`enter`] | 3.0 |
//! | `openat`, `fstatfs` | [`raw::openat_ns`], [`raw::fstatfs_is_nsfs`] | [`Namespace::open`], [`Namespace::own`] | 3.0 |
//! | `ioctl(NS_GET_USERNS)` | [`raw::ioctl_ns_get_userns`] | [`Namespace::user_namespace`] | 4.9 |
//! | `ioctl(NS_GET_PARENT)` | [`raw::ioctl_ns_get_parent`] | [`Namespace::parent`] | 4.9 |
//! | `ioctl(NS_GET_NSTYPE)` | [`raw::ioctl_ns_get_nstype`] | [`Namespace::kind`] | 4.11 |
//! | `ioctl(NS_GET_OWNER_UID)` | [`raw::ioctl_ns_get_owner_uid`] | [`Namespace::owner`] | 4.11 |
//!
//! # Notes
//!
//! - `unshare` and `setns` affect only the calling thread: the threads of a process can be in
//!   different namespaces. A new thread starts in the namespaces of its creator. Change namespaces
//!   before other threads exist, or in a separate thread that exits after its work in the
//!   namespaces.
//! - Only a process with a single thread can create or enter a user namespace (`USER`), or enter a
//!   time namespace (`TIME`).
//! - A thread that has created or entered another PID namespace (`PID`) creates its children in
//!   that PID namespace, and cannot create further threads. The first child in a new PID namespace
//!   has PID 1. When the process with PID 1 exits, the kernel kills all other processes in the PID
//!   namespace.
//! - A thread that creates a user namespace has all capabilities in the namespace. In a new user
//!   namespace, user and group IDs appear as the overflow ID, 65534, until the IDs are
//!   [mapped](crate::idmap).
//! - A new mount namespace starts with copies of all mounts of the previous mount namespace. Mounts
//!   propagate between shared mounts and their copies: make the copies private
//!   ([`make_private_recursive`](crate::mount::make_private_recursive)) before mounting anything.
//! - A new network namespace contains one loopback device, which is down.
//! - Two descriptors refer to the same namespace if `fstat` returns the same device and inode for
//!   both. A namespace exists at least as long as a process is in the namespace, or a descriptor or
//!   a bind mount refers to the namespace.

mod handle;
pub mod raw;
mod types;
mod unshare;

pub use crate::procfs::Task;
#[doc(alias = "setns")]
pub use handle::{Namespace, enter};
pub use types::{Kind, Namespaces, UnshareFlags};
#[doc(alias = "CLONE_FILES")]
pub use unshare::unshare_files;
#[doc(alias = "CLONE_FS")]
pub use unshare::unshare_fs;
#[doc(alias = "CLONE_SYSVSEM")]
pub use unshare::unshare_sysvsem;
pub use unshare::{unshare, unshare_as_root};
