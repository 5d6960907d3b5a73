//! Directory entries that borrow from the buffer into which they were read.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;

use crate::fs::FileType;
use crate::path::{Name, PATH_MAX};

/// The offset of the name in `struct linux_dirent64`.
const NAME_OFFSET: usize = 19;

/// The maximum size of a directory entry in bytes: 4,120. A buffer of `DIR_ENTRY_SIZE_MAX` bytes is
/// large enough for any entry.
///
/// On several file systems, file names can be longer than `NAME_MAX` (255 bytes), up to the maximum
/// length of a path.
pub const DIR_ENTRY_SIZE_MAX: usize = (NAME_OFFSET + PATH_MAX).next_multiple_of(8);

/// A position in a directory, which the file system chooses: the field `d_off` of an entry.
///
/// The number is opaque: it is not an index, and the offsets of consecutive entries do not
/// necessarily increase.
#[doc(alias = "d_off")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct DirOffset(i64);

impl DirOffset {
    /// Creates an offset from its number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i64) -> Self {
        Self(number)
    }

    /// Returns the offset as a number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i64 {
        self.0
    }
}

/// `struct linux_dirent64`: a directory entry, which borrows from the buffer into which it was
/// read.
#[doc(alias = "linux_dirent64")]
#[doc(alias = "dirent")]
#[derive(Clone, Copy)]
pub struct DirEntry<'b> {
    pub(super) inode: u64,
    pub(super) offset: DirOffset,
    pub(super) d_type: u8,
    pub(super) padded: &'b [u8],
}

impl<'b> DirEntry<'b> {
    /// Returns the inode number of the file. If another file system is mounted on the entry, this
    /// is the inode number of the directory below the mount.
    #[doc(alias = "d_ino")]
    #[inline]
    #[must_use]
    pub const fn inode(&self) -> u64 {
        self.inode
    }

    /// Returns the position after this entry. [`Dir::seek`](super::Dir::seek) to this position
    /// continues with the next entry.
    #[doc(alias = "d_off")]
    #[inline]
    #[must_use]
    pub const fn offset(&self) -> DirOffset {
        self.offset
    }

    /// Returns the type of the file, or [`Unknown`](FileType::Unknown) if the file system does not
    /// report the type (`DT_UNKNOWN`) or reports a whiteout (`DT_WHT`): use
    /// [`statx`](crate::fs::statx) to get the type. The type of a symbolic link is
    /// [`Symlink`](FileType::Symlink), not the type of its target.
    #[doc(alias = "d_type")]
    #[doc(alias = "DT_UNKNOWN")]
    #[inline]
    #[must_use]
    pub const fn file_type(&self) -> FileType {
        // The kernel defines `DT_*` as bits 12 to 15 of the mode.
        FileType::from_raw_mode(if self.d_type < 16 { (self.d_type as u32) << 12 } else { 0 })
    }

    /// Returns the name of the file in the directory.
    ///
    /// The kernel rejects names that are empty, longer than 4,095 bytes or contain a slash. The
    /// name ends before the first NUL byte, so that it is empty if a FUSE server returns a name
    /// that starts with a NUL byte.
    #[doc(alias = "d_name")]
    #[inline]
    #[must_use]
    pub fn name(&self) -> Name<'b> {
        Name::from_bytes(until_nul(self.padded))
    }

    /// Returns the name of the file with the bytes that follow the name in its entry: a NUL byte,
    /// and padding, to which the kernel does not write, so that it has the earlier contents of the
    /// buffer.
    #[inline]
    #[must_use]
    pub const fn padded_name(&self) -> &'b [u8] {
        self.padded
    }

    /// Returns whether the name is `.` or `..`: the directory itself or its parent directory.
    #[inline]
    #[must_use]
    pub fn is_dot_or_dotdot(&self) -> bool {
        matches!(self.name().as_bytes(), b"." | b"..")
    }
}

/// Compares the inode numbers, offsets, types and names of two entries, and ignores the padding of
/// the names.
impl PartialEq for DirEntry<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.inode, self.offset, self.d_type) == (other.inode, other.offset, other.d_type)
            && self.name() == other.name()
    }
}

impl Eq for DirEntry<'_> {}

impl Hash for DirEntry<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.inode, self.offset, self.d_type, self.name()).hash(state);
    }
}

impl fmt::Debug for DirEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirEntry")
            .field("inode", &self.inode())
            .field("offset", &self.offset())
            .field("file_type", &self.file_type())
            .field("name", &self.name())
            .finish()
    }
}

/// Returns the bytes before the first NUL byte, or all bytes if there is none.
///
/// The function examines 8 bytes at a time. The kernel pads entries to a multiple of 8 bytes, so
/// that the last 8 bytes of an entry usually contain the first NUL byte.
#[inline]
fn until_nul(name: &[u8]) -> &[u8] {
    let Some((_, last)) = name.split_last_chunk() else {
        return until_nul_bytewise(name);
    };
    let (chunks, _) = name.as_chunks();
    for (index, chunk) in chunks.iter().enumerate() {
        if let Some(at) = nul_in(*chunk) {
            return name.get(..8 * index + at).unwrap_or_default();
        }
    }
    // The last 8 bytes overlap the last chunk, which contains no NUL byte.
    let at = nul_in(*last).unwrap_or(8);
    name.get(..name.len() - 8 + at).unwrap_or_default()
}

/// Returns the index of the first NUL byte in 8 bytes.
#[inline]
fn nul_in(bytes: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(bytes);
    let [low, high] = [[0x01; 8], [0x80; 8]].map(u64::from_le_bytes);
    // The lowest bit that is set belongs to the first NUL byte.
    let found = word.wrapping_sub(low) & !word & high;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[inline]
fn until_nul_bytewise(name: &[u8]) -> &[u8] {
    name.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Decodes the entries in bytes that were read from a directory, with this crate or by other means.
///
/// Accepts any bytes at any alignment. An entry that is truncated, or whose length is too small for
/// an entry, ends the iteration, and [`rest`](DirEntries::rest) returns its bytes.
#[inline]
pub const fn decode_entries(bytes: &[u8]) -> DirEntries<'_> {
    DirEntries { rest: bytes }
}

/// An iterator over the directory entries in a buffer. The iterator does not copy names, and
/// allocates no memory.
#[derive(Clone)]
#[must_use = "the next read returns the entries after these"]
pub struct DirEntries<'b> {
    rest: &'b [u8],
}

impl<'b> DirEntries<'b> {
    /// Returns the bytes that have not been decoded yet. After the last entry, returns the bytes of
    /// a malformed entry, or no bytes: the kernel never writes a malformed entry.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for DirEntries<'b> {
    type Item = DirEntry<'b>;

    #[inline]
    fn next(&mut self) -> Option<DirEntry<'b>> {
        let (inode, fields) = self.rest.split_first_chunk()?;
        let (offset, fields) = fields.split_first_chunk()?;
        let (length, fields) = fields.split_first_chunk()?;
        let (&d_type, _) = fields.split_first()?;
        let length = usize::from(u16::from_ne_bytes(*length));
        let (entry, rest) = self.rest.split_at_checked(length)?;
        // If the length is less than `NAME_OFFSET`, for example 0, the iteration ends.
        let padded = entry.get(NAME_OFFSET..)?;
        self.rest = rest;
        let (inode, offset) = (u64::from_ne_bytes(*inode), i64::from_ne_bytes(*offset));
        Some(DirEntry { inode, offset: DirOffset(offset), d_type, padded })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len() / NAME_OFFSET))
    }
}

impl FusedIterator for DirEntries<'_> {}

impl fmt::Debug for DirEntries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
