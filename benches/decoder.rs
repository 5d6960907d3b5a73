//! The baseline decoder of inotify events, and the checksum that all decoders compute.
//!
//! The hand-written decoder advances a pointer and makes two comparisons per event. Because the
//! bytes can be arbitrary, the decoder checks, as butter does, that the remaining bytes contain a
//! whole header and the whole name after the header.

use std::hint::black_box;
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

/// Calls `each` with every event and its padded name.
#[inline(always)]
pub(crate) fn decode<'b>(bytes: &'b [u8], mut each: impl FnMut(Header, &'b [u8])) {
    let mut at = bytes.as_ptr();
    let mut left = bytes.len();
    while left >= HEADER {
        // SAFETY: at least `HEADER` bytes remain, and every bit pattern is a valid header.
        let header = unsafe { at.cast::<Header>().read_unaligned() };
        let len = header.len as usize;
        if len > left - HEADER {
            return;
        }
        // SAFETY: `len` bytes follow the header, and they are borrowed for as long as the buffer.
        let name = unsafe { slice::from_raw_parts(at.wrapping_add(HEADER), len) };
        each(header, name);
        at = at.wrapping_add(HEADER + len);
        left -= HEADER + len;
    }
}

/// Trims the 1 to 16 NUL bytes of padding by examining the last 16 bytes as one integer.
#[inline(always)]
pub(crate) fn trim(name: &[u8]) -> &[u8] {
    match name.last_chunk() {
        Some(last) if u128::from_le_bytes(*last) != 0 => {
            let padding = u128::from_le_bytes(*last).leading_zeros() as usize / 8;
            // SAFETY: the name has at least 16 bytes, and fewer than 16 are removed.
            unsafe { name.get_unchecked(..name.len() - padding) }
        }
        _ => trim_bytewise(name),
    }
}

/// Trims the NUL bytes of padding one by one, from the end of the name.
#[inline(always)]
pub(crate) fn trim_bytewise(name: &[u8]) -> &[u8] {
    let mut len = name.len();
    // SAFETY: `len` is greater than 0 and never exceeds the length of the name.
    while len > 0 && unsafe { *name.get_unchecked(len - 1) } == 0 {
        len -= 1;
    }
    // SAFETY: `len` never exceeds the length of the name.
    unsafe { name.get_unchecked(..len) }
}

/// Trims the NUL bytes as C programs do, by scanning the name from its start.
#[inline(always)]
pub(crate) fn trim_by_strnlen(name: &[u8]) -> &[u8] {
    // SAFETY: `strnlen` reads at most the length of the name.
    let len = unsafe { libc::strnlen(name.as_ptr().cast(), name.len()) };
    // SAFETY: `strnlen` returns at most the length that was passed.
    unsafe { name.get_unchecked(..len) }
}

/// A checksum of the contents of events.
///
/// The checksum prevents the compiler from optimizing the decoding away: every field of every event
/// contributes to the checksum, which passes through `black_box` once per buffer. The checksum is
/// also compared with the checksum of the written events, so that no decoder gains time by skipping
/// a field.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum {
    contents: u64,
    events: u64,
    addresses: usize,
}

impl Sum {
    #[inline(always)]
    pub(crate) fn add(&mut self, watch: i32, mask: u32, cookie: u32, name: &[u8]) {
        let contents = i64::from(watch)
            .cast_unsigned()
            .wrapping_add(u64::from(mask))
            .wrapping_add(u64::from(cookie));
        self.contents = self.contents.wrapping_add(contents).wrapping_add(name.len() as u64);
        self.events += 1;
        // Adding the address prevents the compiler from omitting the creation of the slice. Only
        // the decoders that trim the name read the bytes of the name.
        self.addresses ^= name.as_ptr().addr();
    }

    /// Returns the checksum and the number of events, which must be equal for all decoders.
    #[inline(always)]
    pub(crate) fn finish(self) -> (u64, u64) {
        black_box(self.addresses);
        black_box((self.contents, self.events))
    }
}
