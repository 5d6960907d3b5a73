//! File descriptors, owned and borrowed.
//!
//! With `std` these are the types of [`std::os::fd`]; without it, the crate's own, a strict subset with the same names,
//! sizes and niches, so that a program reads the same in both.
//!
//! | type | is |
//! |---|---|
//! | [`OwnedFd`] | an open descriptor that is closed when it is dropped |
//! | [`BorrowedFd`] | an open descriptor of somebody else's, for as long as the borrow lasts |
//! | [`RawFd`] | a number |

#[cfg(not(feature = "std"))]
#[path = "fd/own.rs"]
mod own;
#[cfg(not(feature = "std"))]
pub use own::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
#[cfg(feature = "std")]
pub use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use crate::arch::Word;
use crate::syscall::Arg;

impl Arg for BorrowedFd<'_> {
    #[inline(always)]
    fn word(self) -> Word {
        self.as_raw_fd().word()
    }
}

const _: () = {
    assert!(size_of::<OwnedFd>() == 4 && align_of::<OwnedFd>() == 4);
    assert!(size_of::<Option<OwnedFd>>() == 4);
    assert!(size_of::<BorrowedFd<'_>>() == 4 && size_of::<Option<BorrowedFd<'_>>>() == 4);
};
