//! An owned host name or domain name.

use core::fmt;
use core::hash::{Hash, Hasher};

use super::types;
use crate::path::Name;

/// An owned host name or domain name: at most 64 bytes, in no guaranteed encoding.
#[derive(Clone, Copy)]
pub struct NameBuf([u8; types::HOST_NAME_MAX + 1]);

impl NameBuf {
    /// Creates a name from a field of `struct new_utsname`.
    pub(super) const fn from_field(field: [u8; types::HOST_NAME_MAX + 1]) -> Self {
        Self(field)
    }

    /// Returns the name as a borrowed [`Name`].
    #[must_use]
    pub fn as_name(&self) -> Name<'_> {
        types::name(&self.0)
    }

    /// Returns the bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.as_name().as_bytes()
    }
}

impl_path_arg! {
    [] NameBuf, |name| name.as_bytes();
}

impl PartialEq for NameBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for NameBuf {}

impl PartialEq<str> for NameBuf {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for NameBuf {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl Hash for NameBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// Prints the name, with U+FFFD in place of invalid UTF-8.
impl fmt::Display for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_name(), f)
    }
}

/// Prints the name in quotes, with unprintable bytes escaped.
impl fmt::Debug for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_name(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_ends_at_first_nul_or_at_end_of_field() {
        let mut field = [b'x'; 65];
        assert_eq!(
            NameBuf::from_field(field).as_bytes(),
            [b'x'; 65],
            "a field without a NUL byte (forged by a tracer) should be returned with all bytes"
        );
        field[64] = 0;
        assert_eq!(NameBuf::from_field(field).as_bytes(), [b'x'; 64]);
        field[3] = 0;
        let name = NameBuf::from_field(field);
        assert_eq!((name.as_name().as_str(), name.to_string().as_str()), (Some("xxx"), "xxx"));
        assert!(name == "xxx" && name != "xxxx");
        field[5] = b'y';
        assert_eq!(
            NameBuf::from_field(field),
            name,
            "bytes after the NUL byte should not be part of the name"
        );
        field[0] = 0;
        assert_eq!(NameBuf::from_field(field), "");
        field[..3].copy_from_slice(b"a\xFFb");
        let odd = NameBuf::from_field(field);
        assert_eq!(
            (odd.to_string(), format!("{odd:?}")),
            ("a\u{FFFD}b".into(), r#""a\xffb""#.into())
        );
    }
}
