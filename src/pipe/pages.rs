//! Moving the pages of a mapping into a pipe.

use core::fmt;
use core::mem::ManuallyDrop;

use super::{SpliceFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::{AccessMode, IoSlice, StatusFlags, fcntl_getfl, retry};
use crate::mm::AnonymousMapping;

/// The result of [`splice_pages`].
#[derive(Debug)]
#[must_use = "the bytes that did not fit into the pipe are lost when `rest` is dropped"]
pub struct Spliced {
    /// The number of bytes that were moved into the pipe.
    pub bytes: usize,
    /// The bytes that did not fit into the pipe. `None` if all bytes did.
    pub rest: Option<AnonymousMapping>,
}

/// The error of [`splice_pages`], which contains the pages that were not moved.
pub struct SplicePagesError {
    error: Error,
    pages: Option<AnonymousMapping>,
}

/// Moves the pages of a mapping into a pipe through its write end, without copying them. The pages
/// that fit into the pipe are unmapped from the program, and the other pages are returned in
/// [`Spliced::rest`].
///
/// The moved pages belong to the pipe alone, so that no process can change their content. Before
/// Linux 5.18, huge pages are an exception: a process that was forked after the huge pages were
/// written to can change the moved pages by writing to its copy. Pages that were never written to
/// contain zeros.
///
/// If the pipe is full, the function waits until some bytes fit, unless the pipe is non-blocking or
/// `flags` contains [`SpliceFlags::NONBLOCK`]: in this case, the function moves 0 bytes.
///
/// With [`SpliceFlags::GIFT`], a later [`splice`](super::splice()) can move the pages into a file,
/// if the file system supports moved pages.
///
/// # Errors
///
/// The error contains the pages: see [`SplicePagesError::into_pages`].
///
/// - `EBADF`: the descriptor is not the write end of a pipe.
/// - `EPIPE`: the read end of the pipe is closed. The call also raises `SIGPIPE`.
/// - `EINVAL`: a flag is invalid.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.17; [vmsplice(2)].
///
/// [vmsplice(2)]: https://man7.org/linux/man-pages/man2/vmsplice.2.html
///
/// ```
/// use butter::mm::AnonymousMapping;
/// use butter::pipe::{self, SpliceFlags};
/// use butter::poll::{self, PollFd, PollFlags};
/// use butter::time::Timeout;
/// use butter::{fd::OwnedFd, io};
///
/// fn splice_all(pipe: &OwnedFd, pages: AnonymousMapping) -> butter::Result<()> {
///     let mut rest = Some(pages);
///     while let Some(pages) = rest {
///         // Only needed if the pipe is non-blocking.
///         poll::wait(&mut [PollFd::new(pipe, PollFlags::OUT)], Timeout::Infinite)?;
///         rest = pipe::splice_pages(pipe, pages, SpliceFlags::empty())?.rest;
///     }
///     Ok(())
/// }
///
/// # fn main() -> butter::Result<()> {
/// let (reader, writer) = pipe::pipe()?;
/// let mut pages = AnonymousMapping::new(10_000)?;
/// pages.fill(b'!');
/// splice_all(&writer, pages)?;
/// assert_eq!(io::bytes_available(&reader)?, 10_000);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "vmsplice")]
pub fn splice_pages(
    pipe: impl AsFd,
    pages: AnonymousMapping,
    flags: SpliceFlags,
) -> Result<Spliced, SplicePagesError> {
    splice_owned(pipe.as_fd(), pages, flags)
}

fn splice_owned(
    pipe: BorrowedFd<'_>,
    pages: AnonymousMapping,
    mut flags: SpliceFlags,
) -> Result<Spliced, SplicePagesError> {
    // Through a read end, `vmsplice` would write to the pages. The flag `NONBLOCK` must be set for
    // a non-blocking pipe, because `vmsplice` ignores whether the pipe is non-blocking.
    match fcntl_getfl(pipe) {
        Ok(status) if matches!(status.access(), AccessMode::WriteOnly | AccessMode::ReadWrite) => {
            if status.contains(StatusFlags::NONBLOCK) {
                flags |= SpliceFlags::NONBLOCK;
            }
        }
        Ok(_) => {
            return Err(SplicePagesError {
                error: Error::new(Call::VMSPLICE, Errno::BADF),
                pages: Some(pages),
            });
        }
        Err(error) => return Err(SplicePagesError { error, pages: Some(pages) }),
    }
    // `ManuallyDrop` avoids a landing pad: the optimizer does not always detect that the retry loop
    // cannot unwind, and a drop during unwinding would need the unwinder in programs without `std`.
    let pages = ManuallyDrop::new(pages);
    let slices = [IoSlice::new(&pages)];
    // SAFETY: the descriptor is open for writing: the kernel reads the pages and keeps references
    // to those that were moved. The pages belong to this function alone, and the moved pages are
    // unmapped below before anything can write to them again.
    let result = retry(|| unsafe { raw::vmsplice(pipe, &slices, flags) });
    let pages = ManuallyDrop::into_inner(pages);
    let bytes = match result {
        Ok(bytes) => bytes,
        Err(error) if error.is(Errno::AGAIN) => 0,
        Err(error) => return Err(SplicePagesError { error, pages: Some(pages) }),
    };
    // The kernel moves whole pages, one into each slot. If a kernel ever stopped within a page,
    // `without_first` would copy the bytes that were not moved.
    match pages.without_first(bytes) {
        Ok(rest) => Ok(Spliced { bytes, rest }),
        Err(error) => Err(SplicePagesError { error, pages: None }),
    }
}

impl SplicePagesError {
    /// Returns the call that failed and its errno.
    #[must_use]
    pub const fn error(&self) -> Error {
        self.error
    }

    /// Returns the pages, unchanged.
    ///
    /// Returns `None` only if the kernel moved a part of a page, and no memory could be mapped for
    /// the bytes that were not moved. No known kernel moves a part of a page.
    #[must_use]
    pub fn into_pages(self) -> Option<AnonymousMapping> {
        self.pages
    }
}

/// Returns the error, and drops the pages.
impl From<SplicePagesError> for Error {
    fn from(error: SplicePagesError) -> Self {
        error.error
    }
}

/// Prints the [`Error`].
impl fmt::Display for SplicePagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for SplicePagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for SplicePagesError {}
