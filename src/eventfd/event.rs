//! A counter's value as the 8 bytes that are read and written.

/// The bytes that add this value: for a write that goes past [`EventFd::add`](super::EventFd::add).
#[inline]
#[must_use]
pub const fn encode(value: u64) -> [u8; 8] {
    value.to_ne_bytes()
}

/// The value of the bytes that were read; `None` unless they are 8.
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
    fn eight_bytes_and_no_others_are_a_value() {
        for value in [0, 1, 36, 1 << 63, u64::MAX] {
            assert_eq!(decode(&encode(value)), Some(value));
        }
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[0; 7]), None);
        assert_eq!(decode(&[0; 9]), None);
    }
}
