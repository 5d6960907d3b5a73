//! Reading the entries of a directory into a buffer of the caller.

use core::fmt;

use super::{DirEntries, DirEntry, DirOffset, decode_entries, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::fs::SeekFrom;
use crate::fs::range::raw::lseek;
use crate::io;

/// Reads as many directory entries as are available and fit the buffer, from the file offset of the
/// directory. Returns no entries at the end of the directory. Retries if interrupted by a signal.
///
/// A buffer of [`DIR_ENTRY_SIZE_MAX`](super::DIR_ENTRY_SIZE_MAX) bytes is large enough for any
/// entry. With a buffer of 32 KiB, one system call can return a thousand entries.
///
/// The entries `.` and `..` are returned like other entries. A FUSE server can return any number of
/// entries, so a loop over a directory that is not trusted does not necessarily end.
///
/// # Errors
///
/// - `ENOTDIR`: the descriptor is not a directory.
/// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
/// - `EINVAL`: the buffer is too small for the next entry, which remains the next entry: read again
///   with a larger buffer.
/// - `ENOENT`: the directory has been removed.
/// - `EIO`: an I/O error, or the file system returned a name that is not valid.
///
/// Since Linux 2.4; [getdents64(2)].
///
/// [getdents64(2)]: https://man7.org/linux/man-pages/man2/getdents64.2.html
#[doc(alias = "getdents64")]
#[inline]
pub fn read_entries(fd: impl AsFd, buffer: &mut [u8]) -> Result<DirEntries<'_>> {
    let fd = fd.as_fd();
    let count = io::retry(|| raw::getdents64(fd, buffer).map(<[u8]>::len))?;
    Ok(decode_entries(buffer.get(..count).unwrap_or_default()))
}

/// A reader that returns the entries of a directory one at a time, from a buffer that one system
/// call fills with many entries. The reader allocates no memory.
///
/// ```
/// use std::fs::File;
///
/// use butter::fs::Dir;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = temp_dir::TempDir::new()?;
/// # let path = directory.path();
/// # File::create(path.join("file"))?;
/// let directory = File::open(path)?;
/// let mut buffer = [0; 8192];
/// let mut entries = Dir::new(&directory, &mut buffer);
/// while let Some(entry) = entries.next() {
///     let entry = entry?;
///     if !entry.is_dot_or_dotdot() {
///         println!("{:?} {}", entry.file_type(), entry.name().escape());
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// The entries `.` and `..` are returned like other entries. Each file that is in the directory
/// during the entire iteration is returned; a file that is created, deleted or renamed meanwhile
/// may or may not be returned, and a renamed file may be returned with both names.
///
/// A FUSE server can return any number of entries, so an iteration over a directory that is not
/// trusted does not necessarily end: limit the number of entries. Each call of `next` makes at most
/// one system call, and more only if a signal interrupts the system call.
///
/// The reader starts at the file offset of the directory, which all duplicates of the descriptor
/// share. Entries in the buffer that have not been returned are skipped by a later reader of the
/// same descriptor, unless it calls [`rewind`](Self::rewind) or [`seek`](Self::seek).
#[doc(alias = "opendir")]
#[doc(alias = "fdopendir")]
pub struct Dir<'b, F> {
    fd: F,
    buffer: &'b mut [u8],
    window: Window,
}

impl<F: fmt::Debug> fmt::Debug for Dir<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dir")
            .field("fd", &self.fd)
            .field("unread_bytes", &self.window.unread())
            .finish_non_exhaustive()
    }
}

impl<'b, F: AsFd> Dir<'b, F> {
    /// Creates a reader that reads the entries of the directory `fd` into `buffer`. A buffer of
    /// [`DIR_ENTRY_SIZE_MAX`](super::DIR_ENTRY_SIZE_MAX) bytes is large enough for any entry.
    #[must_use]
    pub const fn new(fd: F, buffer: &'b mut [u8]) -> Self {
        Self { fd, buffer, window: Window::NEW }
    }

    /// Returns the next entry, or `None` at the end of the directory. After the end and after an
    /// error, returns `None` until [`rewind`](Self::rewind) or [`seek`](Self::seek) succeeds.
    /// Retries if interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `ENOTDIR`: the descriptor is not a directory.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    /// - `EINVAL`: the buffer is too small for the next entry: continue with a reader that has a
    ///   larger buffer.
    /// - `ENOENT`: the directory has been removed.
    /// - `EIO`: an I/O error, or the file system returned a name that is not valid.
    ///
    /// Since Linux 2.4; [getdents64(2)].
    ///
    /// [getdents64(2)]: https://man7.org/linux/man-pages/man2/getdents64.2.html
    #[doc(alias = "getdents64")]
    #[doc(alias = "readdir")]
    #[allow(
        clippy::should_implement_trait,
        reason = "`Iterator::next` cannot return an entry that borrows from the reader"
    )]
    #[inline]
    pub fn next(&mut self) -> Option<Result<DirEntry<'_>>> {
        self.window.next(self.fd.as_fd(), self.buffer)
    }

    /// Returns to the start of the directory, and discards the entries in the buffer.
    ///
    /// # Errors
    ///
    /// - `ESPIPE`: the descriptor is not a directory, but for example a pipe.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    ///
    /// Since Linux 1.0; [lseek(2)].
    ///
    /// [lseek(2)]: https://man7.org/linux/man-pages/man2/lseek.2.html
    #[doc(alias = "rewinddir")]
    #[doc(alias = "lseek")]
    pub fn rewind(&mut self) -> Result<()> {
        self.seek(DirOffset::from_raw(0))
    }

    /// Continues at a position that [`DirEntry::offset`] returned, and discards the entries in the
    /// buffer. If `seek` fails, the reader and its position are unchanged.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the offset is not valid for the directory, for example because it is negative.
    /// - `ESPIPE`: the descriptor is not a directory, but for example a pipe.
    /// - `EBADF`: the descriptor is a path-only (`O_PATH`) descriptor.
    ///
    /// Since Linux 1.0; [lseek(2)].
    ///
    /// [lseek(2)]: https://man7.org/linux/man-pages/man2/lseek.2.html
    #[doc(alias = "seekdir")]
    #[doc(alias = "lseek")]
    pub fn seek(&mut self, offset: DirOffset) -> Result<()> {
        lseek(self.fd.as_fd(), SeekFrom::Start(offset.as_raw().cast_unsigned()))?;
        self.window = Window::NEW;
        Ok(())
    }

    /// Returns the descriptor, and skips the entries in the buffer.
    #[must_use]
    pub fn into_fd(self) -> F {
        self.fd
    }
}

/// The part of a buffer that contains entries that have not been returned.
pub(super) struct Window {
    start: usize,
    end: usize,
    /// Whether the directory has ended or a read has failed.
    done: bool,
}

impl Window {
    pub(super) const NEW: Self = Self { start: 0, end: 0, done: false };

    /// Returns the number of bytes that have not been returned.
    pub(super) const fn unread(&self) -> usize {
        self.end - self.start
    }

    /// Returns the next entry in the buffer, which is the same buffer in each call. If the buffer
    /// contains no entries, reads entries first.
    #[inline]
    pub(super) fn next<'b>(
        &mut self,
        fd: BorrowedFd<'_>,
        buffer: &'b mut [u8],
    ) -> Option<Result<DirEntry<'b>>> {
        if self.start == self.end {
            match self.fill(fd, buffer) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let unread = buffer.get(self.start..self.end).unwrap_or_default();
        let mut entries = decode_entries(unread);
        let entry = entries.next();
        self.start = self.end - entries.rest().len();
        Some(entry.ok_or_else(|| {
            (self.start, self.done) = (self.end, true);
            Error::new(Call::GETDENTS64, Errno::IO)
        }))
    }

    /// Reads entries. Returns `false` if there are no more entries.
    // Inlined, so that the compiler can keep the window in registers: out of line, an entry takes
    // 1 % longer.
    #[inline]
    fn fill(&mut self, fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<bool> {
        if self.done {
            return Ok(false);
        }
        self.done = true;
        let count = io::retry(|| raw::getdents64(fd, buffer).map(<[u8]>::len))?;
        (self.start, self.end, self.done) = (0, count, count == 0);
        Ok(count > 0)
    }
}
