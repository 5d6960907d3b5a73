//! The flags of `eventfd2`, and the conversion between the value of a counter and the 8 bytes that
//! a read or write transfers.

/// The maximum value of an event counter: 2^64 - 2.
pub const VALUE_MAX: u64 = u64::MAX - 1;

flags! {
    /// The flags of `eventfd2`.
    pub struct CreateFlags: u32 {
        "EFD_SEMAPHORE" SEMAPHORE = 1, "a read returns 1 and decrements the counter by 1. Since \
            Linux 2.6.30.";
        "EFD_NONBLOCK" NONBLOCK = 0x800, "reads and writes that would block fail with `EAGAIN`.";
        "EFD_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor (close-on-exec).";
    }
}

/// Encodes a value as the 8 bytes that a program writes to an event counter to add the value, for
/// example with an asynchronous write.
#[inline]
#[must_use]
pub const fn encode(value: u64) -> [u8; 8] {
    value.to_ne_bytes()
}

/// Decodes the bytes that were read from an event counter. Returns `None` unless `bytes` has
/// exactly 8 bytes.
#[inline]
#[must_use]
pub const fn decode(bytes: &[u8]) -> Option<u64> {
    match bytes.first_chunk() {
        Some(value) if bytes.len() == 8 => Some(u64::from_ne_bytes(*value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_returns_none_unless_given_eight_bytes() {
        for value in [0, 1, 36, 1 << 63, u64::MAX] {
            assert_eq!(decode(&encode(value)), Some(value));
        }
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[0; 7]), None);
        assert_eq!(decode(&[0; 9]), None);
    }
}
