//! Namespaces: what a thread sees as if it were all there is.
//!
//! ```
//! use butter::namespace::{self, Kind, Namespace, Namespaces};
//!
//! # fn main() -> butter::Result<()> {
//! let home = Namespace::own(Kind::Uts)?;
//! assert_eq!(home.kind()?, Namespaces::UTS);
//! match namespace::unshare(Namespaces::UTS) {
//!     Ok(()) => {
//!         // A host name that this thread sets now is its own, and its children's.
//!         home.enter()?;
//!     }
//!     Err(error) => println!("{error}"), // it takes privileges, which a user namespace brings
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `unshare` | [`raw::unshare`] | [`unshare`], [`unshare_as_root`]; [`unshare_fs`], [`unshare_sysvsem`], [`unshare_files`] | 2.6.16 |
//! | `setns` | [`raw::setns`] | [`Namespace::enter`], [`Namespace::enter_as`]; [`enter`] | 3.0 |
//! | `openat`, `fstatfs` | [`raw::openat_ns`], [`raw::fstatfs_is_nsfs`] | [`Namespace::open`], [`Namespace::own`] | 3.0 |
//! | `ioctl(NS_GET_USERNS)` | [`raw::ioctl_ns_get_userns`] | [`Namespace::user_namespace`] | 4.9 |
//! | `ioctl(NS_GET_PARENT)` | [`raw::ioctl_ns_get_parent`] | [`Namespace::parent`] | 4.9 |
//! | `ioctl(NS_GET_NSTYPE)` | [`raw::ioctl_ns_get_nstype`] | [`Namespace::kind`] | 4.11 |
//! | `ioctl(NS_GET_OWNER_UID)` | [`raw::ioctl_ns_get_owner_uid`] | [`Namespace::owner`] | 4.11 |
//!
//! # Worth knowing
//!
//! - All of it is done to the calling thread, not to its process: two threads can be in different ones. A thread that
//!   is made later has its maker's. Change namespaces before there are other threads, or in a thread that ends with the
//!   work.
//! - `USER` is for a process with one thread, and so is it to enter `TIME`.
//! - A thread that has made or entered another `PID` makes children there, and no further threads. Of a new one the
//!   first child is number 1; when it ends, all that are in there are killed.
//! - In a new user namespace the thread has all capabilities, over what belongs to it; its user and group are 65534
//!   until they are [mapped](crate::idmap).
//! - A mount namespace begins as a copy whose mounts still tell each other of changes: make them private before you
//!   mount.
//! - A network namespace begins with a loopback device that is down.
//! - Two descriptors are of one namespace if `fstat` tells the same device and inode of both. A namespace that is
//!   entered stays open as long as somebody is in it.

mod handle;
pub mod raw;
mod types;

pub use crate::procfs::Task;
pub use handle::{
    Namespace, enter, unshare, unshare_as_root, unshare_files, unshare_fs, unshare_sysvsem,
};
pub use types::{Kind, Namespaces, UnshareFlags};
