//! Flags, limits and lists of extended attributes.

use core::fmt;
use core::iter::FusedIterator;

use crate::path::Name;

/// The maximum length in bytes of the name of an extended attribute, including its namespace.
pub const XATTR_NAME_MAX: usize = 255;

/// The maximum size in bytes of the value of an extended attribute, and of the list of the names of
/// all attributes of a file (`XATTR_LIST_MAX`).
#[doc(alias = "XATTR_LIST_MAX")]
pub const XATTR_SIZE_MAX: usize = 65536;

flags! {
    /// Flags of [`setxattr`](crate::fs::setxattr).
    pub struct XattrFlags: u32 {
        "XATTR_CREATE" CREATE = 1, "fail with `EEXIST` if the attribute exists.";
        "XATTR_REPLACE" REPLACE = 2, "fail with `ENODATA` if the attribute does not exist.";
    }
}

/// `struct xattr_args`: the value and the flags of an attribute.
#[repr(C)]
pub(super) struct XattrArgs {
    value: *mut u8,
    size: u32,
    flags: u32,
}

layout! { XattrArgs: size 16, align 8, value at 0, size at 8, flags at 12 }

impl XattrArgs {
    /// A size that exceeds [`u32::MAX`] is limited to this value: the kernel rejects such a value,
    /// and does not fill such a buffer.
    #[inline]
    pub(super) fn new(value: *mut u8, size: usize, flags: XattrFlags) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        Self { value, size, flags: flags.bits() }
    }
}

/// An iterator over the names of extended attributes in a list that
/// [`listxattr`](crate::fs::listxattr) returned. It accepts any bytes.
///
/// ```
/// use butter::fs::XattrNames;
///
/// let names = XattrNames::new(b"user.origin\0security.selinux\0");
/// assert!(names.eq(["user.origin", "security.selinux"]));
/// ```
#[derive(Clone)]
pub struct XattrNames<'a> {
    list: &'a [u8],
}

impl<'a> XattrNames<'a> {
    /// Creates an iterator over the names in a list, in which a NUL byte terminates each name.
    #[inline]
    #[must_use]
    pub const fn new(list: &'a [u8]) -> Self {
        Self { list }
    }
}

impl<'a> Iterator for XattrNames<'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        if self.list.is_empty() {
            return None;
        }
        let end = self.list.iter().position(|byte| *byte == 0).unwrap_or(self.list.len());
        let (name, rest) = self.list.split_at_checked(end)?;
        self.list = rest.get(1..).unwrap_or_default();
        Some(Name::from_bytes(name))
    }
}

impl FusedIterator for XattrNames<'_> {}

/// Prints the names as a list.
impl fmt::Debug for XattrNames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xattr_names_accepts_any_bytes() {
        let names = |list: &'static [u8]| {
            XattrNames::new(list).map(|name| name.as_bytes()).collect::<Vec<_>>()
        };
        assert_eq!(names(b""), [b""; 0]);
        assert_eq!(names(b"a\0"), [b"a"]);
        assert_eq!(names(b"a\0bc\0"), [&b"a"[..], b"bc"]);
        assert_eq!(names(b"a"), [b"a"]);
        assert_eq!(names(b"a\0b"), [b"a", b"b"]);
        assert_eq!(names(b"\0\0a"), [&b""[..], b"", b"a"]);
        assert_eq!(names(b"\xFF\0"), [b"\xFF"]);
        assert_eq!(format!("{:?}", XattrNames::new(b"a\0b\0")), r#"["a", "b"]"#);
    }
}
