//! Owned and borrowed file descriptors.
//!
//! With the feature `std`, the descriptor types are those of
//! [`std::os::fd`](https://doc.rust-lang.org/std/os/fd/). Without the feature, this module defines
//! a subset of the types with the same names and sizes, so that the same code compiles with and
//! without `std`. The types that this module defines exclude all negative numbers; the types of
//! `std` exclude only -1.
//!
//! | type | description |
//! |---|---|
//! | [`OwnedFd`] | an open descriptor, which is closed on drop |
//! | [`BorrowedFd`] | an open descriptor that is borrowed from its owner |
//! | [`RawFd`] | the number of a descriptor |
//!
//! Types that contain a descriptor do not implement `PartialEq`: the kernel reuses the numbers of
//! closed descriptors, so equal numbers do not mean equal objects. To compare the numbers of
//! descriptors, use [`as_raw_fd`](AsRawFd::as_raw_fd).
//!
//! # Using a descriptor where a path is required
//!
//! The path `/proc/self/fd/N` refers to the open file with descriptor `N`, even if the file was
//! renamed or deleted, or never had a name. Pass this path to a call that accepts only a path. In
//! the following example, [`Inotify::add_watch`](crate::inotify::Inotify::add_watch) watches the
//! open file:
//!
//! ```
//! use butter::fd::AsRawFd;
//! use butter::inotify::{Inotify, WatchFlags};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = std::fs::File::open("/proc/self/status")?;
//! let path = format!("/proc/self/fd/{}", file.as_raw_fd());
//! Inotify::new()?.add_watch(&path, WatchFlags::OPEN)?;
//! # Ok(())
//! # }
//! ```
//!
//! Opening the path creates a new open file description with its own offset and flags. It requires
//! a mounted `/proc`, and the permissions for the file.
//!
//! # Passing a descriptor to a child process
//!
//! All descriptors that this crate opens are close-on-exec: a program that is executed does not
//! inherit them. To pass a descriptor, clear the flag of a duplicate, which is closed after the
//! child has started:
//!
//! ```
//! use std::process::Command;
//!
//! use butter::fd::AsRawFd;
//! use butter::io::{self, DescriptorFlags};
//! use butter::memfd::MemFd;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let memfd = MemFd::new("message")?;
//! io::write_all(&memfd, b"Hello\n")?;
//!
//! let inherited = io::fcntl_dupfd_cloexec(&memfd, 3)?;
//! io::fcntl_setfd(&inherited, DescriptorFlags::empty())?;
//! let path = format!("/proc/self/fd/{}", inherited.as_raw_fd());
//! let mut child = Command::new("cat").arg(path).spawn()?;
//! drop(inherited);
//! assert!(child.wait()?.success());
//! # Ok(())
//! # }
//! ```
//!
//! The descriptor has the same number in the child. A child that another thread starts in the
//! meantime inherits the descriptor, too; [`Command::keep_fd`](crate::process::Command::keep_fd)
//! has no such effect. To pass a descriptor as the standard input, output or error of the child,
//! use `Stdio::from(fd)` of `std` instead, which has no such effect.

mod convert;
#[cfg(not(feature = "std"))]
mod no_std;
pub(crate) use convert::{borrow, owned};
#[cfg(not(feature = "std"))]
pub use no_std::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
#[cfg(feature = "std")]
pub use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
