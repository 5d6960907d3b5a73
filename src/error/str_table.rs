//! A table of strings that are stored as one string.

/// Strings that are stored as one string, and the end offset of each string.
///
/// An array of `&str` needs 16 bytes per string, and 24 more for the relocation in a
/// position-independent program; this table needs 2 bytes per string.
pub(crate) struct StrTable<const N: usize> {
    text: &'static str,
    ends: [u16; N],
}

impl<const N: usize> StrTable<N> {
    /// Creates a table from the concatenation of the strings and the strings themselves, of which
    /// only the lengths are used.
    pub(crate) const fn new(text: &'static str, strings: &[&str; N]) -> Self {
        let mut ends = [0; N];
        let (mut index, mut end) = (0, 0);
        while index < N {
            end += strings[index].len();
            ends[index] = end as u16;
            index += 1;
        }
        assert!(end == text.len() && end <= u16::MAX as usize);
        Self { text, ends }
    }

    /// Returns the string at an index. Returns `None` if the index is out of range or the string is
    /// empty.
    pub(crate) fn get(&self, index: usize) -> Option<&'static str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(previous) => *self.ends.get(previous)?,
            None => 0,
        };
        self.text.get(start.into()..end.into()).filter(|string| !string.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn str_table_get_returns_none_if_string_is_empty_or_index_is_out_of_range() {
        static TABLE: StrTable<4> = StrTable::new("acd", &["a", "", "cd", ""]);
        let strings: Vec<_> = (0..5).map(|index| TABLE.get(index)).collect();
        assert_eq!(strings, [Some("a"), None, Some("cd"), None, None]);
    }
}
