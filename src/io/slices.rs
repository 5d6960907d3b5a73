//! `IoSlice` and `IoSliceMut` without `std`: a subset of the types with these names in `std::io`.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// `struct iovec`: one of several slices to write.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct IoSlice<'a> {
    base: *const u8,
    len: usize,
    of: PhantomData<&'a [u8]>,
}

/// `struct iovec`: one of several buffers to read into.
#[repr(C)]
pub struct IoSliceMut<'a> {
    base: *mut u8,
    len: usize,
    of: PhantomData<&'a mut [u8]>,
}

// SAFETY: a shared borrow of bytes.
unsafe impl Send for IoSlice<'_> {}
// SAFETY: as above.
unsafe impl Sync for IoSlice<'_> {}
// SAFETY: an exclusive borrow of bytes.
unsafe impl Send for IoSliceMut<'_> {}
// SAFETY: a shared reference gives access to a shared borrow only.
unsafe impl Sync for IoSliceMut<'_> {}

impl<'a> IoSlice<'a> {
    /// Creates a slice of these bytes.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { base: bytes.as_ptr(), len: bytes.len(), of: PhantomData }
    }
}

impl<'a> IoSliceMut<'a> {
    /// Creates a slice of this buffer.
    #[inline]
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { base: buffer.as_mut_ptr(), len: buffer.len(), of: PhantomData }
    }
}

impl Deref for IoSlice<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: the parts of a slice that is borrowed for the lifetime of this one.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl Deref for IoSliceMut<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: the parts of a slice that is borrowed for the lifetime of this one.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl DerefMut for IoSliceMut<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.base, self.len) }
    }
}

layout! { IoSlice<'_>: size 16, align 8, base at 0, len at 8 }
layout! { IoSliceMut<'_>: size 16, align 8, base at 0, len at 8 }
