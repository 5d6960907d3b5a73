//! The ranges of an ID map, and their text format.

use core::fmt;

use crate::procfs::StackBuf;

/// The maximum number of ranges in an ID map.
pub const MAX_RANGES: usize = 340;

/// The maximum length of the text of an ID map in bytes. The kernel requires that the text is
/// shorter than a page, and the smallest page size is 4096 bytes.
const MAP_TEXT_MAX: usize = 4095;

/// A range of user or group IDs: one line of an ID map, `ID-inside-ns ID-outside-ns length`.
///
/// `Display` prints a range like a line of an ID map, such as `0 100000 65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdRange {
    /// The first ID inside the namespace.
    pub inside: u32,
    /// The first ID outside the namespace: the ID in the parent namespace to which `inside` is
    /// mapped.
    pub outside: u32,
    /// The number of IDs in the range.
    pub length: u32,
}

impl IdRange {
    /// Creates a range of `length` consecutive IDs, which maps `inside + n` to `outside + n`.
    #[inline]
    #[must_use]
    pub const fn new(inside: u32, outside: u32, length: u32) -> Self {
        Self { inside, outside, length }
    }

    /// Creates a range of length 1, which maps `inside` to `outside`.
    #[inline]
    #[must_use]
    pub const fn one(inside: u32, outside: u32) -> Self {
        Self::new(inside, outside, 1)
    }
}

impl fmt::Display for IdRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.inside, self.outside, self.length)
    }
}

/// Formats an ID map with one line per range. Returns `None` if the text is longer than
/// `MAP_TEXT_MAX` bytes.
#[inline]
pub(super) fn format_map(ranges: &[IdRange]) -> Option<StackBuf<MAP_TEXT_MAX>> {
    let mut text = StackBuf::new();
    for range in ranges {
        for (number, end) in [(range.inside, b" "), (range.outside, b" "), (range.length, b"\n")] {
            text.push_number(number)?;
            text.push(end)?;
        }
    }
    Some(text)
}

/// Parses the text of an ID map, byte by byte.
#[derive(Default)]
pub(super) struct MapParser {
    numbers: [u32; 3],
    column: usize,
    in_number: bool,
}

impl MapParser {
    /// Parses the next byte of an ID map. Returns the range of the current line if the byte is a
    /// newline.
    #[inline]
    pub(super) fn push(&mut self, byte: u8) -> Option<IdRange> {
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
        let [inside, outside, length] = core::mem::take(self).numbers;
        Some(IdRange { inside, outside, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_map_writes_one_line_per_range() {
        let ranges = [
            IdRange::one(0, 1000),
            IdRange::new(1, 100_000, 65_536),
            IdRange::new(u32::MAX, 0, 10),
        ];
        let text = format_map(&ranges).unwrap();
        assert_eq!(text.as_bytes(), b"0 1000 1\n1 100000 65536\n4294967295 0 10\n");
        assert_eq!(ranges[1].to_string(), "1 100000 65536");

        let mut parser = MapParser::default();
        let read: Vec<_> = text.as_bytes().iter().filter_map(|&byte| parser.push(byte)).collect();
        assert_eq!(read, ranges);
    }

    #[test]
    fn map_parser_accepts_aligned_columns_extra_columns_and_invalid_numbers() {
        let read = |text: &str| {
            let mut parser = MapParser::default();
            text.bytes().filter_map(|byte| parser.push(byte)).collect::<Vec<_>>()
        };
        assert_eq!(read("         0          0 4294967295\n"), [IdRange::new(0, 0, u32::MAX)]);
        assert_eq!(read("0 1 2 3 4\n5 6 7\n"), [IdRange::new(0, 1, 2), IdRange::new(5, 6, 7)]);
        assert_eq!(read("99999999999999999999 x -1\n8").len(), 1);
        assert_eq!(read(""), []);
    }

    #[test]
    fn format_map_returns_none_if_text_is_longer_than_4095_bytes() {
        assert_eq!(format_map(&[IdRange::one(0, 0); 682]).unwrap().as_bytes().len(), 4092);
        assert!(format_map(&[IdRange::one(0, 0); 683]).is_none());
        assert!(format_map(&[]).unwrap().as_bytes().is_empty());
    }
}
