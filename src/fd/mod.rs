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

mod convert;
#[cfg(not(feature = "std"))]
mod no_std;
pub(crate) use convert::{borrow, owned};
#[cfg(not(feature = "std"))]
pub use no_std::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
#[cfg(feature = "std")]
pub use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
