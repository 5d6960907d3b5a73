//! File names as the kernel returns them.

use core::fmt;

use super::Arg;

/// A name that the kernel gives, as that of a file in an event: bytes other than NUL, in no promised encoding.
///
/// It prints lossily, with U+FFFD in place of what is not UTF-8; [`as_bytes`](Self::as_bytes) is the name itself, and
/// with `std` `as_os_str`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// The name of these bytes, as they are.
    #[must_use]
    pub const fn from_bytes(name: &'a [u8]) -> Self {
        Self(name)
    }

    /// The bytes, without the NUL bytes that the kernel pads a name with.
    #[inline]
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no name: an event is then about the watched object itself.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The name for one line of a terminal: what is not UTF-8 and what would control the terminal is escaped, as in
    /// `a\xffb` and `a\nb`.
    #[must_use]
    pub const fn escape(self) -> Escape<'a> {
        Escape(self.0)
    }

    /// The name as text, if it is UTF-8.
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

/// Prints the name lossily.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Lossy(self.0), f)
    }
}

/// Prints the name quoted, with what is not printable escaped.
impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Bytes of a path that print on one line, which no terminal obeys: UTF-8 that can be printed as it is, all else and
/// backslashes escaped, so that no two paths print alike.
#[derive(Clone, Copy, Debug)]
pub struct Escape<'a>(&'a [u8]);

impl<'a> Escape<'a> {
    /// Prints the bytes of this path.
    #[must_use]
    pub fn new<P: Arg + ?Sized>(path: &'a P) -> Self {
        Self(path.as_path_bytes().bytes())
    }
}

impl fmt::Display for Escape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            // `escape_debug` knows what can be printed; the quotes that it escapes need not be.
            for piece in chunk.valid().split_inclusive(['"', '\'']) {
                let plain = piece.trim_end_matches(['"', '\'']);
                write!(f, "{}{}", plain.escape_debug(), &piece[plain.len()..])?;
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Bytes that print as UTF-8, with U+FFFD in place of what is not.
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
    fn a_name_prints_lossily_and_keeps_its_bytes() {
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
}
