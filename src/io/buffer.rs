//! Buffers for events, and the functions that read into them.

use core::mem::MaybeUninit;

use super::call::{read_into, retry, would_block_as_none};
use crate::error::{Call, Result};
use crate::fd::BorrowedFd;

/// A buffer that a read can fill, initialized or not: `[u8]`, `[MaybeUninit<u8>]` or an array of
/// either, and `Vec<u8>` with `alloc` (its length, not its capacity). Sealed.
pub trait Buffer: sealed::BufferParts {}

pub(crate) mod sealed {
    pub trait BufferParts {
        /// Returns the address and the size in bytes.
        fn parts_mut(&mut self) -> (*mut u8, usize);
    }
}

macro_rules! impl_buffer {
    ($([$($generics:tt)*] $buffer:ty;)*) => {$(
        impl<$($generics)*> Buffer for $buffer {}
        impl<$($generics)*> sealed::BufferParts for $buffer {
            #[inline(always)]
            fn parts_mut(&mut self) -> (*mut u8, usize) {
                (self.as_mut_ptr().cast(), self.len())
            }
        }
    )*};
}

impl_buffer! {
    [] [u8];
    [] [MaybeUninit<u8>];
    [const N: usize] [u8; N];
    [const N: usize] [MaybeUninit<u8>; N];
}

/// Reads once into a buffer. Returns the part that was filled.
#[inline]
pub(crate) fn read_bytes<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has this size and is exclusively borrowed.
    let count = unsafe { read_into(call, fd, start, size) }?;
    // SAFETY: the kernel has written the first `count` bytes, at most `size`; the borrow continues.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// Reads like [`read_bytes`], but retries if interrupted by a signal, and returns no bytes if none
/// are available.
#[inline]
pub(crate) fn read_events<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has this size and is exclusively borrowed.
    let read = retry(move || unsafe { read_into(call, fd, start, size) });
    let count = would_block_as_none(read)?;
    // SAFETY: the kernel has written the first `count` bytes, at most `size`; the borrow continues.
    Ok(unsafe { core::slice::from_raw_parts(start, count.unwrap_or(0)) })
}
