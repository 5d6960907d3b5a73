//! A line of a map, and its text.

use core::fmt;

use crate::procfs::StackBuf;

/// The most ranges that a map can have.
pub const MAX_RANGES: usize = 340;

/// The longest text that the kernel takes at once: less than a page, of which the smallest has 4096 bytes.
pub(super) const TEXT_SIZE: usize = 4095;

/// A range of users or groups: their numbers in a user namespace, and which of the parent namespace's they are.
///
/// It prints as the kernel reads it: `0 100000 65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdRange {
    /// The first number in the namespace.
    pub inside: u32,
    /// The first number in the parent namespace.
    pub outside: u32,
    /// How many there are.
    pub count: u32,
}

impl IdRange {
    /// So many, from a number in the namespace, which is that number outside.
    #[inline]
    #[must_use]
    pub const fn new(inside: u32, outside: u32, count: u32) -> Self {
        Self { inside, outside, count }
    }

    /// One user or group.
    #[inline]
    #[must_use]
    pub const fn one(inside: u32, outside: u32) -> Self {
        Self::new(inside, outside, 1)
    }
}

impl fmt::Display for IdRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.inside, self.outside, self.count)
    }
}

/// The text of a map, a line for each range; `None` if it is too long.
#[inline]
pub(super) fn text(ranges: &[IdRange]) -> Option<StackBuf<TEXT_SIZE>> {
    let mut text = StackBuf::new();
    for range in ranges {
        for (number, end) in [(range.inside, b" "), (range.outside, b" "), (range.count, b"\n")] {
            text.push_number(number)?;
            text.push(end)?;
        }
    }
    Some(text)
}

/// Takes the text of a map, byte by byte, and gives a range at each line's end.
#[derive(Default)]
pub(super) struct Reader {
    numbers: [u32; 3],
    column: usize,
    in_number: bool,
}

impl Reader {
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> Option<IdRange> {
        if byte.is_ascii_digit() {
            let number = self.numbers.get_mut(self.column)?;
            *number = number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
            self.in_number = true;
            return None;
        }
        self.column += usize::from(self.in_number);
        self.in_number = false;
        if byte != b'\n' {
            return None;
        }
        let [inside, outside, count] = core::mem::take(self).numbers;
        Some(IdRange { inside, outside, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_a_line_for_each_range() {
        let ranges = [
            IdRange::one(0, 1000),
            IdRange::new(1, 100_000, 65_536),
            IdRange::new(u32::MAX, 0, 10),
        ];
        let text = text(&ranges).unwrap();
        assert_eq!(text.as_bytes(), b"0 1000 1\n1 100000 65536\n4294967295 0 10\n");
        assert_eq!(ranges[1].to_string(), "1 100000 65536");

        let mut reader = Reader::default();
        let read: Vec<_> = text.as_bytes().iter().filter_map(|&byte| reader.take(byte)).collect();
        assert_eq!(read, ranges);
    }

    #[test]
    fn the_kernels_columns_are_read_and_any_other_text_does_no_harm() {
        let read = |text: &str| {
            let mut reader = Reader::default();
            text.bytes().filter_map(|byte| reader.take(byte)).collect::<Vec<_>>()
        };
        assert_eq!(read("         0          0 4294967295\n"), [IdRange::new(0, 0, u32::MAX)]);
        assert_eq!(read("0 1 2 3 4\n5 6 7\n"), [IdRange::new(0, 1, 2), IdRange::new(5, 6, 7)]);
        assert_eq!(read("99999999999999999999 x -1\n8").len(), 1);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_text_has_less_than_a_page() {
        assert_eq!(text(&[IdRange::one(0, 0); 682]).unwrap().as_bytes().len(), 4092);
        assert!(text(&[IdRange::one(0, 0); 683]).is_none());
        assert!(text(&[]).unwrap().as_bytes().is_empty());
    }
}
