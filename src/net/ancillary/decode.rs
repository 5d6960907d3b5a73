//! The decoder of ancillary data.

use core::iter::FusedIterator;

use crate::net::plain::{self, Plain};

/// `struct cmsghdr`: the header of a control message.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Cmsghdr {
    pub(super) length: u64,
    pub(super) level: u32,
    pub(super) kind: u32,
}

layout! { Cmsghdr: size 16, align 8, length at 0, level at 8, kind at 12 }

// SAFETY: the fields are numbers, and leave no padding.
unsafe impl Plain for Cmsghdr {}

pub(super) const HEADER_SIZE: usize = size_of::<Cmsghdr>();

/// Rounds a length up to the alignment of a header.
pub(super) const fn align(length: usize) -> usize {
    length.saturating_add(7) & !7
}

/// Returns the capacity in bytes that a control message with `length` bytes of data requires in a
/// buffer for ancillary data. `n` descriptors have `4 * n` bytes, credentials have 12 bytes, and a
/// pidfd has 4 bytes.
///
/// ```
/// use butter::net::ancillary_space;
///
/// const SIZE: usize = ancillary_space(2 * size_of::<i32>()) + ancillary_space(12);
/// assert_eq!(SIZE, 24 + 32);
/// ```
#[doc(alias("CMSG_SPACE", "CMSG_LEN", "cmsg_space"))]
#[must_use]
pub const fn ancillary_space(length: usize) -> usize {
    align(HEADER_SIZE.saturating_add(length))
}

/// A control message, as [`decode_ancillary`] returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "cmsghdr")]
pub struct ControlMessage<'a> {
    /// The protocol, such as `SOL_SOCKET` (1).
    #[doc(alias = "cmsg_level")]
    pub level: u32,
    /// The type, which depends on the protocol, such as `SCM_RIGHTS` (1).
    #[doc(alias = "cmsg_type")]
    pub kind: u32,
    /// The data, which need not be aligned. Descriptors are numbers, which the decoder does not
    /// own.
    #[doc(alias = "CMSG_DATA")]
    pub data: &'a [u8],
}

/// Decodes ancillary data without taking ownership of descriptors.
///
/// The decoder accepts any bytes. It stops at a header whose length is less than 16 or exceeds the
/// remaining bytes. To receive descriptors, use [`RecvMessage::ancillary`].
///
/// ```
/// use butter::net::decode_ancillary;
///
/// let mut bytes = [0; 24];
/// bytes[0] = 20; // a header of 16 bytes, and 4 bytes of data
/// bytes[8] = 1; // SOL_SOCKET
/// bytes[12] = 1; // SCM_RIGHTS
/// let message = decode_ancillary(&bytes).next().unwrap();
/// assert_eq!((message.level, message.kind, message.data), (1, 1, &[0; 4][..]));
/// ```
///
/// [`RecvMessage::ancillary`]: crate::net::RecvMessage::ancillary
#[doc(alias("CMSG_FIRSTHDR", "CMSG_NXTHDR"))]
#[inline]
#[must_use]
pub const fn decode_ancillary(bytes: &[u8]) -> ControlMessages<'_> {
    ControlMessages { rest: bytes }
}

/// An iterator over control messages, which [`decode_ancillary`] returns.
#[derive(Clone, Debug)]
pub struct ControlMessages<'a> {
    rest: &'a [u8],
}

impl<'a> ControlMessages<'a> {
    /// Returns the bytes that have not been decoded. They are not empty after the last message if
    /// the bytes are not valid.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for ControlMessages<'a> {
    type Item = ControlMessage<'a>;

    #[inline]
    fn next(&mut self) -> Option<ControlMessage<'a>> {
        let Cmsghdr { length, level, kind } = plain::read(self.rest)?;
        let length = usize::try_from(length).ok()?;
        let data = self.rest.get(HEADER_SIZE..length)?;
        // The kernel writes no padding after the last message if the buffer ends there.
        self.rest = self.rest.get(align(length)..).unwrap_or_default();
        Some(ControlMessage { level, kind, data })
    }
}

impl FusedIterator for ControlMessages<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: u64, level: u32, kind: u32, data: &[u8]) -> Vec<u8> {
        [&length.to_ne_bytes()[..], &level.to_ne_bytes(), &kind.to_ne_bytes(), data].concat()
    }

    #[test]
    fn decode_ancillary_returns_each_message_and_skips_padding() {
        let bytes = [
            message(16, 1, 2, b""),
            message(19, 3, 4, b"abc_____"),
            message(17, u32::MAX, 6, b"z"),
        ]
        .concat();
        let mut messages = decode_ancillary(&bytes);
        let expected = [(1, 2, &b""[..]), (3, 4, b"abc"), (u32::MAX, 6, b"z")];
        for (level, kind, data) in expected {
            assert_eq!(messages.next(), Some(ControlMessage { level, kind, data }));
        }
        assert_eq!((messages.next(), messages.rest()), (None, &[][..]));
    }

    #[test]
    fn decode_ancillary_stops_at_an_invalid_length() {
        for length in [0, 1, 15, 41, u64::MAX, u64::MAX - 7] {
            let bytes = message(length, 1, 1, &[0; 24]);
            let mut messages = decode_ancillary(&bytes);
            assert_eq!((messages.next(), messages.rest()), (None, &bytes[..]), "{length}");
        }
        for length in 0..16 {
            assert_eq!(decode_ancillary(&[16; 16][..length]).next(), None);
        }
    }

    #[test]
    fn ancillary_space_includes_header_and_padding() {
        let sizes = [0, 1, 4, 8, 9, 12].map(ancillary_space);
        assert_eq!(sizes, [16, 24, 24, 24, 32, 32]);
        assert_eq!(ancillary_space(usize::MAX), usize::MAX & !7);
    }
}
