//! A buffer on the stack, to which text is appended.

/// A buffer on the stack for up to `CAPACITY` bytes.
pub(crate) struct StackBuf<const CAPACITY: usize> {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl<const CAPACITY: usize> StackBuf<CAPACITY> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; CAPACITY], len: 0 }
    }

    /// Returns the bytes that were appended.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Appends bytes. If the remaining capacity is too small for all bytes, returns `None` and
    /// appends nothing.
    #[inline]
    pub(crate) fn push(&mut self, more: &[u8]) -> Option<()> {
        let rest = self.bytes.get_mut(self.len..)?;
        rest.get_mut(..more.len())?.copy_from_slice(more);
        self.len += more.len();
        Some(())
    }

    /// Appends a decimal number. If the remaining capacity is too small for the number, returns
    /// `None` and appends nothing.
    #[inline]
    pub(crate) fn push_number(&mut self, mut number: u32) -> Option<()> {
        let mut digits = [0; 10];
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            length += 1;
            if number == 0 {
                break;
            }
        }
        self.push(digits.get(digits.len() - length..)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_number_appends_decimal_digits_only_if_all_fit() {
        for number in [0, 7, 10, 99, 1_000_000, u32::MAX] {
            let mut buffer = StackBuf::<10>::new();
            assert_eq!(buffer.push_number(number), Some(()));
            assert_eq!(buffer.as_bytes(), number.to_string().as_bytes());
        }
        let mut buffer = StackBuf::<4>::new();
        assert_eq!(buffer.push(b"ab"), Some(()));
        assert_eq!(buffer.push_number(123), None);
        assert_eq!(buffer.push_number(12), Some(()));
        assert_eq!(buffer.push(b"c"), None);
        assert_eq!(buffer.push(b""), Some(()));
        assert_eq!(buffer.as_bytes(), b"ab12");
    }
}
