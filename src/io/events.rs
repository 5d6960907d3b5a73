//! The one way in which objects read many events at once.

use super::buffer::Buffer;
use super::call::{available, read_into, retry};
use crate::error::{Call, Result};
use crate::fd::BorrowedFd;

/// Reads once into a buffer; returns the part that was filled.
#[inline]
pub(crate) fn read_bytes<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, room) = buffer.room();
    // SAFETY: the buffer has this room, and is ours alone.
    let count = unsafe { read_into(call, fd, start, room) }?;
    // SAFETY: the kernel has written the first `count` bytes, never more than there is room for; the borrow goes on.
    Ok(unsafe { core::slice::from_raw_parts(start, count) })
}

/// As [`read_bytes`], again after each signal, and nothing where nothing is there.
#[inline]
pub(crate) fn read_events<'b>(
    call: Call,
    fd: BorrowedFd<'_>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<&'b [u8]> {
    let (start, room) = buffer.room();
    // SAFETY: the buffer has this room, and is ours alone.
    let count = available(retry(move || unsafe { read_into(call, fd, start, room) }))?;
    // SAFETY: the kernel has written the first `count` bytes, never more than there is room for; the borrow goes on.
    Ok(unsafe { core::slice::from_raw_parts(start, count.unwrap_or(0)) })
}
