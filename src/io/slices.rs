//! The slices of a program without `std`, in the kernel's layout: what `std::io` has under the same names.

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// Bytes to write, as one piece of several: `struct iovec`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct IoSlice<'a> {
    base: *const u8,
    len: usize,
    of: PhantomData<&'a [u8]>,
}

/// Room for bytes to read, as one piece of several: `struct iovec`.
#[repr(C)]
pub struct IoSliceMut<'a> {
    base: *mut u8,
    len: usize,
    of: PhantomData<&'a mut [u8]>,
}

// SAFETY: a borrow of bytes, which threads may share.
unsafe impl Send for IoSlice<'_> {}
// SAFETY: as above.
unsafe impl Sync for IoSlice<'_> {}
// SAFETY: the only borrow of bytes, which another thread may have instead.
unsafe impl Send for IoSliceMut<'_> {}
// SAFETY: a shared one gives out shared borrows only.
unsafe impl Sync for IoSliceMut<'_> {}

impl<'a> IoSlice<'a> {
    /// A piece of these bytes.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { base: bytes.as_ptr(), len: bytes.len(), of: PhantomData }
    }
}

impl<'a> IoSliceMut<'a> {
    /// A piece of this room.
    #[inline]
    pub const fn new(room: &'a mut [u8]) -> Self {
        Self { base: room.as_mut_ptr(), len: room.len(), of: PhantomData }
    }
}

impl Deref for IoSlice<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: made from a slice that is borrowed for as long as this one lives.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl Deref for IoSliceMut<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: made from a slice that is borrowed for as long as this one lives.
        unsafe { core::slice::from_raw_parts(self.base, self.len) }
    }
}

impl DerefMut for IoSliceMut<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and the borrow is the only one.
        unsafe { core::slice::from_raw_parts_mut(self.base, self.len) }
    }
}

layout! { IoSlice<'_>: size 16, align 8, base at 0, len at 8 }
layout! { IoSliceMut<'_>: size 16, align 8, base at 0, len at 8 }
