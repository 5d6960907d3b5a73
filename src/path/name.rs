//! File names, and the printing of paths.

use core::fmt;

use super::Arg;

/// A file name that the kernel returns, for example in an event: bytes other than NUL, in any
/// encoding.
///
/// `Display` prints U+FFFD in place of bytes that are not valid UTF-8. [`as_bytes`](Self::as_bytes)
/// and, with `std`, `as_os_str` return the unchanged name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// Creates a name from its bytes.
    #[must_use]
    pub const fn from_bytes(name: &'a [u8]) -> Self {
        Self(name)
    }

    /// Returns the bytes of the name, without the NUL bytes with which the kernel pads the name.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Returns whether the name is empty. An inotify event with an empty name refers to the watched
    /// file or directory itself.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Returns a value that prints the name on one line, with control characters and bytes that are
    /// not valid UTF-8 escaped: `a\xffb`, `a\nb`.
    #[must_use]
    pub const fn escape(self) -> Escape<'a> {
        Escape(self.0)
    }

    /// Returns the name as a string, or `None` if the name is not valid UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

impl PartialEq<[u8]> for Name<'_> {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == other
    }
}

impl PartialEq<&[u8]> for Name<'_> {
    fn eq(&self, other: &&[u8]) -> bool {
        self.0 == *other
    }
}

impl PartialEq<str> for Name<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Name<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// Prints the name with U+FFFD in place of bytes that are not valid UTF-8. Control characters are
/// printed unchanged: use [`escape`](Name::escape) for output to a terminal or a log.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Lossy(self.0), f)
    }
}

/// Prints the name in quotes, with bytes that are not printable ASCII characters escaped.
impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// A path that is printed on one line, with control characters and invisible characters escaped.
///
/// The following characters and bytes are escaped, so that no two paths have the same output:
///
/// - control characters, which are printed as `\n`, `\r`, `\t`, `\0` or (for example) `\u{1b}`;
/// - bytes that are not valid UTF-8, which are printed as (for example) `\xff`;
/// - the backslash, which is printed as `\\`;
/// - bidirectional controls, invisible characters, and spaces other than U+0020, which are printed
///   as (for example) `\u{202e}`.
///
/// All other characters are printed unchanged.
#[derive(Clone, Copy, Debug)]
pub struct Escape<'a>(&'a [u8]);

impl<'a> Escape<'a> {
    /// Creates an `Escape`, which prints the path with special characters escaped.
    #[must_use]
    pub fn new<P: Arg + ?Sized>(path: &'a P) -> Self {
        Self(path.as_path_bytes().bytes())
    }

    /// Returns whether an `Escape` prints the character as an escape sequence.
    ///
    /// Programs that print paths in another notation, such as JSON, can escape the same characters.
    ///
    /// # Examples
    ///
    /// ```
    /// use butter::path::Escape;
    ///
    /// assert!(Escape::is_escaped('\u{202e}'));
    /// assert!(!Escape::is_escaped('\u{e4}'));
    /// ```
    // Control characters (C0, DEL, C1), line separators, spaces, and the characters with the
    // property `Default_Ignorable_Code_Point`, which are invisible: most bidirectional controls
    // have this property.
    //
    // The pattern contains only the ranges that matter in a path. `char::escape_debug` also escapes
    // other characters, but its tables are 4 kB larger.
    #[must_use]
    pub const fn is_escaped(char: char) -> bool {
        matches!(
            char,
            '\\'
                | '\0'..='\x1F'
                | '\x7F'..='\u{A0}'
                | '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{1680}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{2000}'..='\u{200F}'
                | '\u{2028}'..='\u{202F}'
                | '\u{205F}'..='\u{206F}'
                | '\u{3000}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
    }

    /// Passes the escaped text to `put`, in pieces.
    pub(crate) fn pieces(self, put: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let mut plain = chunk.valid();
            while let Some((index, char)) =
                plain.char_indices().find(|(_, char)| Self::is_escaped(*char))
            {
                put(plain.get(..index).unwrap_or_default())?;
                put_escape(char, put)?;
                plain = plain.get(index + char.len_utf8()..).unwrap_or_default();
            }
            put(plain)?;
            for byte in chunk.invalid() {
                put("\\x")?;
                put_hex(u32::from(*byte), 2, put)?;
            }
        }
        Ok(())
    }
}

fn put_escape(char: char, put: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
    let text = match char {
        '\0' => "\\0",
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        '\\' => "\\\\",
        _ => {
            put("\\u{")?;
            put_hex(char.into(), 1, put)?;
            "}"
        }
    };
    put(text)
}

/// Passes the hexadecimal digits of a number of up to 20 bits to `put`, at least `width` digits.
fn put_hex(number: u32, width: u32, put: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
    for position in (0..5).rev() {
        let digit = (number >> (4 * position) & 15) as usize;
        if position < width || number >> (4 * position) > 0 {
            put("0123456789abcdef".get(digit..=digit).unwrap_or_default())?;
        }
    }
    Ok(())
}

impl fmt::Display for Escape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(&mut |text| f.write_str(text))
    }
}

/// Prints bytes as text, with U+FFFD in place of bytes that are not valid UTF-8.
struct Lossy<'a>(&'a [u8]);

impl fmt::Display for Lossy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(text) = core::str::from_utf8(self.0) {
            return f.pad(text);
        }
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{FFFD}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_display_replaces_invalid_utf8_and_as_bytes_returns_it_unchanged() {
        let name = Name::from_bytes(b"a\xFFb");
        assert_eq!(name.to_string(), "a\u{FFFD}b");
        assert_eq!(format!("{name:?}"), r#""a\xffb""#);
        assert_eq!(name.as_bytes(), b"a\xFFb");
        assert_eq!(name.as_str(), None);
        assert_eq!(name.escape().to_string(), r"a\xffb");
        assert_eq!(
            Escape::new("gr\u{fc}n\n\\\u{1b}[2J\u{85}").to_string(),
            "gr\u{fc}n\\n\\\\\\u{1b}[2J\\u{85}"
        );
        assert_eq!(format!("[{:>6}]", Name::from_bytes(b"abc")), "[   abc]");
        assert_eq!(format!("[{:<4}]", Name::default()), "[    ]");
    }

    #[test]
    fn escape_prints_special_characters_and_invalid_utf8_escaped() {
        let escape = |path: &[u8]| Escape::new(path).to_string();
        for (path, text) in [
            ("plain 'text' \"\u{e4}\u{1f600}", "plain 'text' \"\u{e4}\u{1f600}"),
            ("\0\t\n\r\\", r"\0\t\n\r\\"),
            ("\u{1}\u{1b}\u{7f}\u{80}\u{9f}", r"\u{1}\u{1b}\u{7f}\u{80}\u{9f}"),
            ("a\u{ad}\u{61c}\u{180e}", r"a\u{ad}\u{61c}\u{180e}"),
            ("\u{200b}\u{200f}\u{2028}\u{202e}", r"\u{200b}\u{200f}\u{2028}\u{202e}"),
            ("\u{2060}\u{2066}\u{206f}\u{feff}", r"\u{2060}\u{2066}\u{206f}\u{feff}"),
            ("\u{fff9}\u{fffb}\u{e0001}\u{e0020}", r"\u{fff9}\u{fffb}\u{e0001}\u{e0020}"),
            ("\u{e007f}\u{a0}\u{3000}", r"\u{e007f}\u{a0}\u{3000}"),
            ("\u{fffd}\u{1ffff}\u{10ffff}", "\u{fffd}\u{1ffff}\u{10ffff}"),
        ] {
            assert_eq!(escape(path.as_bytes()), text);
        }
        assert_eq!(escape(b"\xe4\xff\xc3\xc3\xa4"), "\\xe4\\xff\\xc3\u{e4}");
        assert_eq!(escape(br"\xff"), r"\\xff");
        assert_eq!(escape(b""), "");
    }

    #[test]
    fn escape_escapes_all_control_characters_and_all_whitespace_except_space() {
        let end = if cfg!(miri) { 0x100 } else { 0x11_0000 };
        for char in (0..end).filter_map(char::from_u32) {
            if char.is_control() || (char.is_whitespace() && char != ' ') {
                assert!(Escape::is_escaped(char), "{char:?}");
            }
        }
    }

    #[test]
    fn is_escaped_returns_whether_escape_changes_the_character() {
        let end = if cfg!(miri) { 0x100 } else { 0x11_0000 };
        for char in (0..end).filter_map(char::from_u32) {
            let changed =
                Escape::new(char.encode_utf8(&mut [0; 4])).to_string() != char.to_string();
            assert_eq!(Escape::is_escaped(char), changed, "{char:?}");
        }
    }
}
