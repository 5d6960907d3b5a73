//! Owned and borrowed file descriptors.
//!
//! With `std`, these are the types of [`std::os::fd`](https://doc.rust-lang.org/std/os/fd/).
//! Without it, they are the crate's own: a subset with the same names and sizes, so that code
//! compiles with both. They exclude all negative numbers, while `std`'s types only exclude -1.
//!
//! | type | description |
//! |---|---|
//! | [`OwnedFd`] | an open descriptor, which a drop closes |
//! | [`BorrowedFd`] | an open descriptor that is borrowed from its owner |
//! | [`RawFd`] | a number |
//!
//! Types that contain a descriptor do not implement `PartialEq`: the kernel reuses the numbers of
//! closed descriptors, so equal numbers do not mean equal objects. To compare numbers, use
//! [`as_raw_fd`](AsRawFd::as_raw_fd).

mod convert;
#[cfg(not(feature = "std"))]
mod no_std;
pub(crate) use convert::{borrow, owned};
#[cfg(not(feature = "std"))]
pub use no_std::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
#[cfg(feature = "std")]
pub use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
