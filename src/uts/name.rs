//! A name that is not borrowed.

use core::fmt;
use core::hash::{Hash, Hasher};

use super::types;
use crate::path::Name;

/// What the machine is called, as bytes of its own: 64 at most, in no promised encoding.
#[derive(Clone, Copy)]
pub struct NameBuf([u8; types::HOST_NAME_MAX + 1]);

impl NameBuf {
    /// The name in a field of `struct new_utsname`.
    pub(super) const fn from_field(field: [u8; types::HOST_NAME_MAX + 1]) -> Self {
        Self(field)
    }

    /// The name, lent.
    #[must_use]
    pub fn as_name(&self) -> Name<'_> {
        types::name(&self.0)
    }

    /// The bytes.
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

/// Prints the name lossily.
impl fmt::Display for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_name(), f)
    }
}

/// Prints the name quoted, with what is not printable escaped.
impl fmt::Debug for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_name(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_before_the_first_nul_or_with_its_field() {
        let mut field = [b'x'; 65];
        assert_eq!(
            NameBuf::from_field(field).as_bytes(),
            [b'x'; 65],
            "as only a filter could answer"
        );
        field[64] = 0;
        assert_eq!(NameBuf::from_field(field).as_bytes(), [b'x'; 64]);
        field[3] = 0;
        let name = NameBuf::from_field(field);
        assert_eq!((name.as_name().as_str(), name.to_string().as_str()), (Some("xxx"), "xxx"));
        assert!(name == "xxx" && name != "xxxx");
        field[5] = b'y';
        assert_eq!(NameBuf::from_field(field), name, "what lies behind the NUL is no part of it");
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
