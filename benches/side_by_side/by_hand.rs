//! The decoder that one would write by hand: a pointer that walks, two comparisons an event.
//!
//! It checks what must be checked for any bytes, as butter's does: that a header is there, and that its name is.

use std::slice;

#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Header {
    pub(crate) watch: i32,
    pub(crate) mask: u32,
    pub(crate) cookie: u32,
    len: u32,
}

const HEADER: usize = size_of::<Header>();

/// Shows each event and its padded name.
#[inline(always)]
pub(crate) fn decode<'b>(bytes: &'b [u8], mut each: impl FnMut(Header, &'b [u8])) {
    let mut at = bytes.as_ptr();
    let mut left = bytes.len();
    while left >= HEADER {
        // SAFETY: there are as many bytes as a header has, and every pattern of them is one.
        let header = unsafe { at.cast::<Header>().read_unaligned() };
        let len = header.len as usize;
        if len > left - HEADER {
            return;
        }
        // SAFETY: behind the header there are as many bytes as the name has, and they are borrowed as the buffer is.
        let name = unsafe { slice::from_raw_parts(at.wrapping_add(HEADER), len) };
        each(header, name);
        at = at.wrapping_add(HEADER + len);
        left -= HEADER + len;
    }
}

/// Takes the NUL bytes off by looking at the last 16 bytes as one number: there are 1 to 16 of them.
#[inline(always)]
pub(crate) fn trim(name: &[u8]) -> &[u8] {
    match name.last_chunk() {
        Some(last) if u128::from_le_bytes(*last) != 0 => {
            let padding = u128::from_le_bytes(*last).leading_zeros() as usize / 8;
            // SAFETY: of 16 bytes that are there, fewer than 16 are taken off.
            unsafe { name.get_unchecked(..name.len() - padding) }
        }
        _ => trim_bytewise(name),
    }
}

/// Takes the NUL bytes off one after the other from the end.
#[inline(always)]
pub(crate) fn trim_bytewise(name: &[u8]) -> &[u8] {
    let mut len = name.len();
    // SAFETY: the length is not 0 and only ever gets less.
    while len > 0 && unsafe { *name.get_unchecked(len - 1) } == 0 {
        len -= 1;
    }
    // SAFETY: as above.
    unsafe { name.get_unchecked(..len) }
}

/// Takes the NUL bytes off as C does, which reads the name from its front.
#[inline(always)]
pub(crate) fn trim_by_strnlen(name: &[u8]) -> &[u8] {
    // SAFETY: it reads no more than the length of the name.
    let len = unsafe { libc::strnlen(name.as_ptr().cast(), name.len()) };
    // SAFETY: what it returns is not beyond the length that it was given.
    unsafe { name.get_unchecked(..len) }
}
