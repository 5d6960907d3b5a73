//! Descriptors as arguments and results of system calls.

use super::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
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
    /// Returns the result of the system call as a descriptor that the caller owns.
    ///
    /// # Safety
    ///
    /// If the system call succeeded, its result must be an open descriptor without another owner.
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
    // SAFETY: the numbers of descriptors are not negative. Without this hint,
    // `OwnedFd::from_raw_fd` adds a panic path to every function that opens a descriptor.
    unsafe { core::hint::assert_unchecked(fd >= 0) };
    // SAFETY: open and without another owner, upheld by the caller.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Borrows a descriptor like `AsFd::as_fd`, without the panic path of `std`'s implementation,
/// which the optimizer does not always remove.
#[inline(always)]
pub(crate) fn borrow(fd: &OwnedFd) -> BorrowedFd<'_> {
    // SAFETY: `RawFd` and `BorrowedFd` have the same representation, as documented by `std`; the
    // descriptor is valid and stays open for the lifetime of the borrow.
    unsafe { core::mem::transmute(fd.as_raw_fd()) }
}

const _: () = {
    assert!(size_of::<OwnedFd>() == 4 && align_of::<OwnedFd>() == 4);
    assert!(size_of::<Option<OwnedFd>>() == 4);
    assert!(size_of::<BorrowedFd<'_>>() == 4 && size_of::<Option<BorrowedFd<'_>>>() == 4);
    assert!(size_of::<Result<OwnedFd>>() == 8);
};
