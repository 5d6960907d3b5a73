//! Buffers for events, and the functions that read into a buffer.

use core::mem::MaybeUninit;

use super::call::{read_into, retry, would_block_as_none};
use crate::error::{Call, Result};
use crate::fd::BorrowedFd;

/// A buffer that a read can fill: `[u8]`, `[MaybeUninit<u8>]`, an array of `u8` or
/// `MaybeUninit<u8>`, or (with `alloc`) a `Vec<u8>`.
///
/// A read into a `Vec<u8>` fills at most its length, not its capacity. The trait is sealed.
pub trait Buffer: sealed::BufferParts {}

pub(crate) mod sealed {
    pub trait BufferParts {
        /// Returns the address of the buffer and its size in bytes.
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

/// Reads once into a buffer. Returns the bytes that were read.
#[inline]
pub(crate) fn read_bytes<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let count = unsafe { read_into(call, fd, start, size) }?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// Reads like [`read_bytes`], but repeats the read if it fails with `EINTR`, and returns an empty
/// slice if it fails with `EAGAIN`.
#[inline]
pub(crate) fn read_events<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, size) = buffer.parts_mut();
    // SAFETY: the buffer has `size` bytes and is exclusively borrowed.
    let read = retry(move || unsafe { read_into(call, fd, start, size) });
    let count = would_block_as_none(read)?;
    // SAFETY: the kernel has written the first `count` bytes (at most `size`) of the buffer, which
    // remains borrowed.
    Ok(unsafe { core::slice::from_raw_parts(start, count.unwrap_or(0)) })
}
