//! Writing a whole buffer.

use core::fmt;

use super::{retry, write};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::fs;

/// The error of [`write_all`] and [`write_all_at`]: the call that failed, and the number of bytes
/// that were written before the failure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WriteAllError {
    error: Error,
    written: usize,
}

impl WriteAllError {
    /// Returns the call that failed and its errno.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// Returns the number of bytes that were written before the failure. To continue after
    /// `EAGAIN`, wait until the descriptor is ready, and write the bytes after these.
    #[must_use]
    pub const fn written(self) -> usize {
        self.written
    }
}

/// Prints the error and, in parentheses, the number of bytes written before the failure:
/// `write: ENOSPC: the device has no space left (after 512 bytes)`.
impl fmt::Display for WriteAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.written == 1 { "" } else { "s" };
        write!(f, "{} (after {} byte{plural})", self.error, self.written)
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for WriteAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for WriteAllError {}

/// Keeps the error; the number of bytes is discarded.
impl From<WriteAllError> for Error {
    fn from(error: WriteAllError) -> Self {
        error.error
    }
}

/// Writes all bytes: repeats [`write()`](super::write()) after short writes and after interruptions
/// by a signal.
///
/// # Errors
///
/// The error contains the number of bytes that were written before the failure.
///
/// - The errors of [`write()`](super::write()), except `EINTR`.
/// - `EIO`: the descriptor accepted no bytes.
///
/// ```
/// use butter::io;
///
/// # fn main() -> butter::Result<()> {
/// io::write_all(std::io::stdout(), b"Hello\n")?;
/// # Ok(())
/// # }
/// ```
#[inline]
pub fn write_all(fd: impl AsFd, bytes: &[u8]) -> Result<(), WriteAllError> {
    repeat(fd.as_fd(), bytes, Call::WRITE, |fd, rest, _| write(fd, rest))
}

/// Writes all bytes to a seekable file, beginning at an offset: repeats `pwrite64` after short
/// writes and after interruptions by a signal. The file offset of the descriptor does not change.
///
/// If the file is open for appending (`O_APPEND`), the kernel ignores the offset, and appends the
/// bytes.
///
/// # Errors
///
/// The error contains the number of bytes that were written before the failure.
///
/// - `ESPIPE`: the file is not seekable (for example, a pipe or a socket).
/// - `EINVAL`: the offset is greater than [`i64::MAX`], or the file does not support writes.
/// - `EFBIG`: the offset exceeds the limit on file sizes of the process (`RLIMIT_FSIZE`; `SIGXFSZ`
///   is raised as well) or of the file system.
/// - `ENOSPC`: the file system is full.
/// - `EPERM`: the file is sealed against writing or growing.
/// - `EBADF`: the descriptor is not open for writing, or is a path-only (`O_PATH`) descriptor.
/// - `EIO`: the descriptor accepted no bytes.
///
/// Drivers and file systems return further errors.
///
/// Since Linux 2.1.60; [pwrite(2)].
///
/// [pwrite(2)]: https://man7.org/linux/man-pages/man2/pwrite.2.html
///
/// ```
/// use butter::{io, memfd::MemFd};
///
/// # fn main() -> butter::Result<()> {
/// let file = MemFd::new("text")?;
/// io::write_all_at(&file, b"Hello", 100)?;
/// assert_eq!(file.len()?, 105);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "pwrite64")]
#[inline]
pub fn write_all_at(fd: impl AsFd, bytes: &[u8], offset: u64) -> Result<(), WriteAllError> {
    repeat(fd.as_fd(), bytes, Call::PWRITE64, |fd, rest, written| {
        // An offset that overflows is as invalid as `u64::MAX`.
        fs::raw::pwrite64(fd, rest, offset.saturating_add(written as u64))
    })
}

/// Repeats a call, to which the bytes that remain and the number of written bytes are passed.
fn repeat(
    fd: BorrowedFd<'_>,
    bytes: &[u8],
    call: Call,
    mut write: impl FnMut(BorrowedFd<'_>, &[u8], usize) -> Result<usize>,
) -> Result<(), WriteAllError> {
    let mut written = 0;
    // `get` has no panic path.
    while let Some(rest @ [_, ..]) = bytes.get(written..) {
        written += match retry(|| write(fd, rest, written)) {
            Ok(count) if (1..=rest.len()).contains(&count) => count,
            // The descriptor accepted no bytes, or a filter has forged the count.
            Ok(_) => return Err(WriteAllError { error: Error::new(call, Errno::IO), written }),
            Err(error) => return Err(WriteAllError { error, written }),
        };
    }
    Ok(())
}
