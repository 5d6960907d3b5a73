//! The buffer in which a path is assembled, from the end to the start.

use crate::path::{Name, PATH_MAX};

/// The capacity for the path of a directory.
const DIRECTORY_SIZE: usize = PATH_MAX;

/// The capacity for a slash and the name of a file in the directory.
const NAME_SIZE: usize = 1024;

/// A buffer for the path of a directory, which ends at a fixed position, and a name, which begins
/// at this position. Another name can be appended to the same path of a directory.
pub(super) struct PathBuffer {
    bytes: [u8; DIRECTORY_SIZE + NAME_SIZE],
    start: usize,
    end: usize,
}

impl PathBuffer {
    pub(super) const fn new() -> Self {
        let end = DIRECTORY_SIZE;
        Self { bytes: [0; DIRECTORY_SIZE + NAME_SIZE], start: end, end }
    }

    /// Removes the path and the name.
    #[inline]
    pub(super) fn clear(&mut self) {
        (self.start, self.end) = (DIRECTORY_SIZE, DIRECTORY_SIZE);
    }

    /// Prepends bytes to the path of the directory. Returns `false` if the path is too long.
    #[inline]
    pub(super) fn prepend(&mut self, bytes: &[u8]) -> bool {
        let Some(start) = self.start.checked_sub(bytes.len()) else { return false };
        let Some(target) = self.bytes.get_mut(start..self.start) else { return false };
        target.copy_from_slice(bytes);
        self.start = start;
        true
    }

    /// Replaces the name of the file. An empty name and the name `.` refer to the directory itself.
    /// Returns `false` if the name is too long.
    #[inline]
    pub(super) fn set_name(&mut self, name: &[u8]) -> bool {
        self.end = DIRECTORY_SIZE;
        if name.is_empty() || name == b"." {
            return true;
        }
        let end = DIRECTORY_SIZE + 1 + name.len();
        let Some(target) = self.bytes.get_mut(DIRECTORY_SIZE..end) else { return false };
        if let Some((slash, rest)) = target.split_first_mut() {
            *slash = b'/';
            rest.copy_from_slice(name);
        }
        self.end = end;
        true
    }

    /// Returns the path of the directory, without a slash at the end: the path of the root
    /// directory is empty.
    #[inline]
    pub(super) fn directory(&self) -> &[u8] {
        self.bytes.get(self.start..DIRECTORY_SIZE).unwrap_or_default()
    }

    /// Returns the whole path.
    #[inline]
    pub(super) fn path(&self) -> Name<'_> {
        let path = self.bytes.get(self.start..self.end).unwrap_or_default();
        Name::from_bytes(if path.is_empty() { b"/" } else { path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_buffer_returns_directory_and_name() {
        let mut buffer = PathBuffer::new();
        assert_eq!(buffer.path(), "/");
        assert!(buffer.set_name(b"file"));
        assert_eq!(buffer.path(), "/file");
        assert!(buffer.prepend(b"b") && buffer.prepend(b"/a/"));
        assert_eq!(
            (buffer.directory(), buffer.path()),
            (&b"/a/b"[..], Name::from_bytes(b"/a/b/file"))
        );
        for name in [&b"."[..], b""] {
            assert!(buffer.set_name(name));
            assert_eq!(buffer.path(), "/a/b");
        }
        buffer.clear();
        assert_eq!((buffer.directory(), buffer.path()), (&b""[..], Name::from_bytes(b"/")));
    }

    #[test]
    fn path_buffer_rejects_a_path_or_a_name_that_is_too_long() {
        let mut buffer = PathBuffer::new();
        assert!(!buffer.prepend(&[b'a'; DIRECTORY_SIZE + 1]));
        assert!(buffer.prepend(&[b'a'; DIRECTORY_SIZE]));
        assert!(!buffer.prepend(b"a"));
        assert!(!buffer.set_name(&[b'b'; NAME_SIZE]));
        assert_eq!(buffer.path().as_bytes(), [b'a'; DIRECTORY_SIZE]);
        assert!(buffer.set_name(&[b'b'; NAME_SIZE - 1]));
        assert_eq!(buffer.path().as_bytes().len(), DIRECTORY_SIZE + NAME_SIZE);
    }
}
