//! Directory entries that own their names.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;

use super::reader::Window;
use super::{DirEntry, DirOffset};
use crate::error::Result;
use crate::fd::AsFd;
use crate::fs::FileType;
use crate::path::Name;

/// The size of the buffer of a [`ReadDir`] in bytes.
const BUFFER_SIZE: usize = 32 << 10;

/// A directory entry that owns its name: the owned form of [`DirEntry`].
#[derive(Clone)]
pub struct DirEntryBuf {
    inode: u64,
    offset: DirOffset,
    d_type: u8,
    name: Box<[u8]>,
}

impl DirEntryBuf {
    /// Returns the entry as a borrowed [`DirEntry`].
    #[inline]
    #[must_use]
    pub const fn as_entry(&self) -> DirEntry<'_> {
        DirEntry { inode: self.inode, offset: self.offset, d_type: self.d_type, padded: &self.name }
    }

    /// Returns the inode number of the file.
    #[doc(alias = "d_ino")]
    #[must_use]
    pub const fn inode(&self) -> u64 {
        self.inode
    }

    /// Returns the position after this entry.
    #[doc(alias = "d_off")]
    #[must_use]
    pub const fn offset(&self) -> DirOffset {
        self.offset
    }

    /// Returns the type of the file, like [`DirEntry::file_type`].
    #[doc(alias = "d_type")]
    #[must_use]
    pub const fn file_type(&self) -> FileType {
        self.as_entry().file_type()
    }

    /// Returns the name of the file in the directory.
    #[doc(alias = "d_name")]
    #[must_use]
    pub const fn name(&self) -> Name<'_> {
        Name::from_bytes(&self.name)
    }

    /// Returns whether the name is `.` or `..`: the directory itself or its parent directory.
    #[must_use]
    pub fn is_dot_or_dotdot(&self) -> bool {
        self.as_entry().is_dot_or_dotdot()
    }
}

impl DirEntry<'_> {
    /// Copies the entry to a [`DirEntryBuf`], which can outlive the buffer of the entry.
    #[must_use]
    pub fn to_owned(&self) -> DirEntryBuf {
        DirEntryBuf {
            inode: self.inode,
            offset: self.offset,
            d_type: self.d_type,
            name: Box::from(self.name().as_bytes()),
        }
    }
}

impl From<DirEntry<'_>> for DirEntryBuf {
    fn from(entry: DirEntry<'_>) -> Self {
        entry.to_owned()
    }
}

impl PartialEq for DirEntryBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_entry() == other.as_entry()
    }
}

impl Eq for DirEntryBuf {}

impl PartialEq<DirEntry<'_>> for DirEntryBuf {
    fn eq(&self, other: &DirEntry<'_>) -> bool {
        self.as_entry() == *other
    }
}

impl Hash for DirEntryBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_entry().hash(state);
    }
}

impl fmt::Debug for DirEntryBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_entry().fmt(f)
    }
}

/// An iterator that reads the entries of a directory, and returns owned entries. It allocates a
/// buffer of 32 KiB. [`Dir`](super::Dir) returns borrowed entries and does not allocate.
///
/// ```
/// use std::fs::File;
///
/// use butter::fs::ReadDir;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = temp_dir::TempDir::new()?;
/// # let path = directory.path();
/// # File::create(path.join("file"))?;
/// let entries = ReadDir::new(File::open(path)?).collect::<Result<Vec<_>, _>>()?;
/// let names = entries.iter().filter(|entry| !entry.is_dot_or_dotdot());
/// assert!(names.map(|entry| entry.name()).eq(["file"]));
/// # Ok(())
/// # }
/// ```
///
/// The entries `.` and `..` are returned like other entries. After an error, the iterator ends. A
/// FUSE server can return any number of entries, so an iteration over a directory that is not
/// trusted does not necessarily end: limit the number of entries, for example with
/// [`take`](Iterator::take).
///
/// # Errors
///
/// The errors of [`Dir::next`](super::Dir::next), except that the buffer is never too small.
#[doc(alias = "readdir")]
pub struct ReadDir<F> {
    fd: F,
    buffer: Box<[u8]>,
    window: Window,
}

impl<F: AsFd> ReadDir<F> {
    /// Creates an iterator over the entries of the directory `fd`, which starts at the file offset
    /// of the directory.
    #[must_use]
    pub fn new(fd: F) -> Self {
        Self { fd, buffer: vec![0; BUFFER_SIZE].into(), window: Window::NEW }
    }
}

impl<F: AsFd> Iterator for ReadDir<F> {
    type Item = Result<DirEntryBuf>;

    fn next(&mut self) -> Option<Result<DirEntryBuf>> {
        let entry = self.window.next(self.fd.as_fd(), &mut self.buffer)?;
        Some(entry.map(DirEntryBuf::from))
    }
}

impl<F: AsFd> FusedIterator for ReadDir<F> {}

impl<F: fmt::Debug> fmt::Debug for ReadDir<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadDir")
            .field("fd", &self.fd)
            .field("unread_bytes", &self.window.unread())
            .finish_non_exhaustive()
    }
}
