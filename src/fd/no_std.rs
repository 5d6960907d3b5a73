//! The descriptor types without `std`: a subset of `std::os::fd`.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use crate::error::Call;
use crate::syscall::syscall;

/// The number of a descriptor.
pub type RawFd = core::ffi::c_int;

/// The number of a descriptor: an `int` whose most significant byte is an enum with 128 values. The
/// compiler therefore knows that the number is not negative, and can represent `None` or an error
/// with the unused values of the byte.
#[derive(Clone, Copy)]
#[repr(C, align(4))]
struct Number {
    low: [u8; 3],
    high: High,
}

/// A byte in 0..=127: the most significant byte of a descriptor number.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "values are created by `transmute`, never by name")]
#[rustfmt::skip]
#[repr(u8)]
enum High {
    H00, H01, H02, H03, H04, H05, H06, H07, H08, H09, H0A, H0B, H0C, H0D, H0E, H0F,
    H10, H11, H12, H13, H14, H15, H16, H17, H18, H19, H1A, H1B, H1C, H1D, H1E, H1F,
    H20, H21, H22, H23, H24, H25, H26, H27, H28, H29, H2A, H2B, H2C, H2D, H2E, H2F,
    H30, H31, H32, H33, H34, H35, H36, H37, H38, H39, H3A, H3B, H3C, H3D, H3E, H3F,
    H40, H41, H42, H43, H44, H45, H46, H47, H48, H49, H4A, H4B, H4C, H4D, H4E, H4F,
    H50, H51, H52, H53, H54, H55, H56, H57, H58, H59, H5A, H5B, H5C, H5D, H5E, H5F,
    H60, H61, H62, H63, H64, H65, H66, H67, H68, H69, H6A, H6B, H6C, H6D, H6E, H6F,
    H70, H71, H72, H73, H74, H75, H76, H77, H78, H79, H7A, H7B, H7C, H7D, H7E, H7F,
}

impl Number {
    /// # Safety
    ///
    /// `fd` must not be negative.
    #[inline(always)]
    const unsafe fn new(fd: RawFd) -> Self {
        // SAFETY: `RawFd` and `Number` both have 4 bytes. The last byte of a little-endian number
        // contains bit 31, which is clear if the number is not negative, so the last byte is one of
        // the 128 values of `High`.
        unsafe { core::mem::transmute(fd) }
    }

    #[inline(always)]
    const fn get(self) -> RawFd {
        // SAFETY: `Number` has 4 bytes without padding, and every bit pattern of 4 bytes is an
        // `int`.
        unsafe { core::mem::transmute(self) }
    }
}

/// An open descriptor, which is closed on drop. Errors of `close` are ignored on drop;
/// [`io::close`](crate::io::close) returns these errors.
#[repr(transparent)]
pub struct OwnedFd(Number);

/// An open descriptor that is borrowed from its owner.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct BorrowedFd<'fd>(Number, PhantomData<&'fd OwnedFd>);

impl BorrowedFd<'_> {
    /// Borrows the descriptor with the number `fd`.
    ///
    /// # Safety
    ///
    /// `fd` must not be negative, and must stay open for the lifetime of the borrow.
    #[inline]
    #[must_use]
    pub const unsafe fn borrow_raw(fd: RawFd) -> Self {
        // SAFETY: not negative, upheld by the caller.
        Self(unsafe { Number::new(fd) }, PhantomData)
    }
}

/// A type from which a descriptor can be borrowed.
pub trait AsFd {
    /// Borrows the descriptor.
    fn as_fd(&self) -> BorrowedFd<'_>;
}

/// A type that returns the number of its descriptor.
pub trait AsRawFd {
    /// Returns the number of the descriptor. The owner of the descriptor does not change.
    fn as_raw_fd(&self) -> RawFd;
}

/// A type that can be created from the number of a descriptor.
pub trait FromRawFd {
    /// Takes ownership of the descriptor with the number `fd`.
    ///
    /// # Safety
    ///
    /// `fd` must be an open descriptor without another owner.
    unsafe fn from_raw_fd(fd: RawFd) -> Self;
}

/// A type that can transfer the ownership of its descriptor.
pub trait IntoRawFd {
    /// Returns the number of the descriptor, and transfers the ownership of the descriptor to the
    /// caller.
    fn into_raw_fd(self) -> RawFd;
}

impl Drop for OwnedFd {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the descriptor is owned and is not used again. The kernel closes the descriptor
        // even if `close` returns an error, so `close` is never repeated.
        let _ = unsafe { syscall!(Call::CLOSE, close(self.0.get())) };
    }
}

impl FromRawFd for OwnedFd {
    #[inline]
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the number of an open descriptor is not negative.
        Self(unsafe { Number::new(fd) })
    }
}

impl IntoRawFd for OwnedFd {
    #[inline]
    fn into_raw_fd(self) -> RawFd {
        ManuallyDrop::new(self).0.get()
    }
}

impl AsRawFd for OwnedFd {
    #[inline]
    fn as_raw_fd(&self) -> RawFd {
        self.0.get()
    }
}

impl AsRawFd for BorrowedFd<'_> {
    #[inline]
    fn as_raw_fd(&self) -> RawFd {
        self.0.get()
    }
}

impl AsRawFd for RawFd {
    #[inline]
    fn as_raw_fd(&self) -> RawFd {
        *self
    }
}

impl IntoRawFd for RawFd {
    #[inline]
    fn into_raw_fd(self) -> RawFd {
        self
    }
}

impl FromRawFd for RawFd {
    #[inline]
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        fd
    }
}

impl AsFd for OwnedFd {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        BorrowedFd(self.0, PhantomData)
    }
}

impl AsFd for BorrowedFd<'_> {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        *self
    }
}

impl<T: AsFd + ?Sized> AsFd for &T {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        T::as_fd(self)
    }
}

impl<T: AsFd + ?Sized> AsFd for &mut T {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        T::as_fd(self)
    }
}

impl fmt::Debug for OwnedFd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedFd").field("fd", &self.0.get()).finish()
    }
}

impl fmt::Debug for BorrowedFd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BorrowedFd").field("fd", &self.0.get()).finish()
    }
}
