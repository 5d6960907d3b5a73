//! `IoSlice` and `IoSliceMut` without `std`: a subset of the types with these names in `std::io`.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// `struct iovec`: one of the slices that `writev` writes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct IoSlice<'a> {
    base: *const u8,
    len: usize,
    of: PhantomData<&'a [u8]>,
}

/// `struct iovec`: one of the buffers that `readv` reads into.
#[repr(C)]
pub struct IoSliceMut<'a> {
    base: *mut u8,
    len: usize,
    of: PhantomData<&'a mut [u8]>,
}

// SAFETY: an `IoSlice` is a shared borrow of bytes.
unsafe impl Send for IoSlice<'_> {}
// SAFETY: an `IoSlice` is a shared borrow of bytes.
unsafe impl Sync for IoSlice<'_> {}
// SAFETY: an `IoSliceMut` is an exclusive borrow of bytes.
unsafe impl Send for IoSliceMut<'_> {}
// SAFETY: a shared reference to an `IoSliceMut` gives only shared access to the bytes.
unsafe impl Sync for IoSliceMut<'_> {}

impl<'a> IoSlice<'a> {
    /// Creates an `IoSlice` from a slice of bytes.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { base: bytes.as_ptr(), len: bytes.len(), of: PhantomData }
    }
}

impl<'a> IoSliceMut<'a> {
    /// Creates an `IoSliceMut` from a buffer.
    #[inline]
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { base: buffer.as_mut_ptr(), len: buffer.len(), of: PhantomData }
    }
}

impl Deref for IoSlice<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: `base` and `len` describe a slice that is borrowed for at least as long as
        // `self`.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl Deref for IoSliceMut<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: `base` and `len` describe a slice that is borrowed for at least as long as
        // `self`.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl DerefMut for IoSliceMut<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: `base` and `len` describe a slice that is exclusively borrowed for at least as
        // long as `self`.
        unsafe { core::slice::from_raw_parts_mut(self.base, self.len) }
    }
}

layout! { IoSlice<'_>: size 16, align 8, base at 0, len at 8 }
layout! { IoSliceMut<'_>: size 16, align 8, base at 0, len at 8 }
