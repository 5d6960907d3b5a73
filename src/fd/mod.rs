//! File descriptors, owned and borrowed.
//!
//! With `std` these are the types of [`std::os::fd`](https://doc.rust-lang.org/std/os/fd/); without it, the crate's
//! own, a strict subset with the same names and sizes, so that a program reads the same in both. There no negative
//! number is a descriptor, in `std` -1 is none.
//!
//! | type | is |
//! |---|---|
//! | [`OwnedFd`] | an open descriptor that is closed when it is dropped |
//! | [`BorrowedFd`] | an open descriptor of somebody else's, for as long as the borrow lasts |
//! | [`RawFd`] | a number |
//!
//! Objects over a descriptor are not compared: a number that is closed is the next object's. Who means the number
//! compares what [`as_raw_fd`](AsRawFd::as_raw_fd) says.

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
    /// The value as a descriptor that now belongs to the caller.
    ///
    /// # Safety
    ///
    /// A success of the call must be a new open descriptor that nobody else owns.
    #[inline(always)]
    pub(crate) unsafe fn descriptor(self) -> Result<OwnedFd> {
        let fd = self.int()?;
        // SAFETY: the caller promises that the kernel opened it for us.
        Ok(unsafe { owned(fd) })
    }
}

/// Takes ownership of a descriptor that the kernel has just opened.
///
/// # Safety
///
/// `fd` must be an open descriptor that nobody else owns.
#[inline(always)]
pub(crate) unsafe fn owned(fd: RawFd) -> OwnedFd {
    // SAFETY: the kernel numbers descriptors from 0 up. Said here, because the constructor below otherwise brings the
    // code of a panic into every call that opens something.
    unsafe { core::hint::assert_unchecked(fd >= 0) };
    // SAFETY: open, and ours alone, as the caller promises.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

const _: () = {
    assert!(size_of::<OwnedFd>() == 4 && align_of::<OwnedFd>() == 4);
    assert!(size_of::<Option<OwnedFd>>() == 4);
    assert!(size_of::<BorrowedFd<'_>>() == 4 && size_of::<Option<BorrowedFd<'_>>>() == 4);
    assert!(size_of::<Result<OwnedFd>>() == 8);
};
