//! Owned and borrowed file descriptors.
//!
//! With `std`, these are the types of [`std::os::fd`](https://doc.rust-lang.org/std/os/fd/). Without
//! it, they are the crate's own: a subset with the same names and sizes, so that code compiles with
//! both. They have no negative numbers, while `std`'s types only exclude -1.
//!
//! | type | description |
//! |---|---|
//! | [`OwnedFd`] | an open descriptor, which a drop closes |
//! | [`BorrowedFd`] | an open descriptor of another owner, for the lifetime of the borrow |
//! | [`RawFd`] | a number |
//!
//! Objects over a descriptor do not implement `PartialEq`: the kernel reuses the numbers of closed
//! descriptors. To compare numbers, use [`as_raw_fd`](AsRawFd::as_raw_fd).

#[cfg(not(feature = "std"))]
mod no_std;
#[cfg(not(feature = "std"))]
pub use no_std::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
#[cfg(feature = "std")]
pub use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use crate::arch::ArgReg;
use crate::error::Result;
use crate::syscall::{Arg, RawReturn};

impl Arg for BorrowedFd<'_> {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.as_raw_fd().word()
    }
}

impl RawReturn {
    /// Returns the value as a descriptor, of which the caller becomes the owner.
    ///
    /// # Safety
    ///
    /// If the call succeeded, the value must be an open descriptor without another owner.
    #[inline(always)]
    pub(crate) unsafe fn descriptor(self) -> Result<OwnedFd> {
        let fd = self.int()?;
        // SAFETY: open and without another owner, upheld by the caller.
        Ok(unsafe { owned(fd) })
    }
}

/// Takes ownership of a descriptor that the kernel has just opened.
///
/// # Safety
///
/// `fd` must be an open descriptor without another owner.
#[inline(always)]
pub(crate) unsafe fn owned(fd: RawFd) -> OwnedFd {
    // SAFETY: the numbers of descriptors are not negative. Without this, the constructor below adds a
    // panic path to every call that opens a descriptor.
    unsafe { core::hint::assert_unchecked(fd >= 0) };
    // SAFETY: open and without another owner, upheld by the caller.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Borrows a descriptor like [`AsFd::as_fd`], without the panic path of `std`'s implementation, which
/// the optimizer does not always remove.
#[inline(always)]
pub(crate) fn borrow(fd: &OwnedFd) -> BorrowedFd<'_> {
    // SAFETY: both types have the representation of a descriptor, as documented by `std`; the number
    // is valid and stays open for the lifetime of the borrow.
    unsafe { core::mem::transmute(fd.as_raw_fd()) }
}

const _: () = {
    assert!(size_of::<OwnedFd>() == 4 && align_of::<OwnedFd>() == 4);
    assert!(size_of::<Option<OwnedFd>>() == 4);
    assert!(size_of::<BorrowedFd<'_>>() == 4 && size_of::<Option<BorrowedFd<'_>>>() == 4);
    assert!(size_of::<Result<OwnedFd>>() == 8);
};
