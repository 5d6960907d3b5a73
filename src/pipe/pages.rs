//! Memory given to a pipe for good.

use core::fmt;

use super::{SpliceFlags, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::io::{AccessMode, IoSlice, StatusFlags, fcntl_getfl};
use crate::mm::AnonymousMapping;

/// What became of pages that were given to a pipe.
#[derive(Debug)]
#[must_use = "what did not fit into the pipe is lost when it is dropped"]
pub struct Spliced {
    /// How many bytes went into the pipe.
    pub bytes: usize,
    /// What did not fit, from the first byte that did not go; `None` when all went.
    pub rest: Option<AnonymousMapping>,
}

/// AnonymousMapping that could not be given to a pipe, and why.
pub struct PagesError {
    error: Error,
    pages: Option<AnonymousMapping>,
}

/// Gives memory to a pipe, by its writing end: as much as there is room for goes in without being copied, and is
/// unmapped here. What does not fit comes back.
///
/// The pipe has the pages to itself then: nobody changes what is in it. (Before Linux 5.18 one may: a process that was
/// forked when they had been written to, and writes to them itself, if they are huge pages.) It waits for room only if
/// there is none at all, and never for a non-blocking pipe or with [`SpliceFlags::NONBLOCK`]: no byte has gone then.
/// AnonymousMapping that were never written to are zero.
///
/// With [`SpliceFlags::GIFT`] a later [`splice`](super::splice()) may move the pages on into a file system that takes
/// them.
///
/// # Errors
///
/// The pages come back with it. `EBADF` - the descriptor is no pipe's writing end. `EPIPE` - nobody reads the pipe; the
/// signal `SIGPIPE` comes too. `EINVAL` - an unknown flag. `ENOMEM` - no memory for it.
///
/// Since Linux 2.6.17; vmsplice(2).
///
/// ```
/// use butter::mm::AnonymousMapping;
/// use butter::pipe::{self, SpliceFlags};
/// use butter::poll::{self, PollFd, PollFlags};
/// use butter::time::Timeout;
/// use butter::{fd::OwnedFd, io};
///
/// fn give_all(pipe: &OwnedFd, pages: AnonymousMapping) -> butter::Result<()> {
///     let mut rest = Some(pages);
///     while let Some(pages) = rest {
///         // Only a non-blocking pipe has to be waited for.
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
/// give_all(&writer, pages)?;
/// assert_eq!(io::bytes_available(&reader)?, 10_000);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "vmsplice")]
pub fn splice_pages(
    pipe: impl AsFd,
    pages: AnonymousMapping,
    flags: SpliceFlags,
) -> Result<Spliced, PagesError> {
    give(pipe.as_fd(), pages, flags)
}

fn give(
    pipe: BorrowedFd<'_>,
    pages: AnonymousMapping,
    mut flags: SpliceFlags,
) -> Result<Spliced, PagesError> {
    // By a reading end the kernel would write to the pages. And it does not look itself whether the pipe is
    // non-blocking.
    match fcntl_getfl(pipe) {
        Ok(status) if matches!(status.access(), AccessMode::WriteOnly | AccessMode::ReadWrite) => {
            if status.contains(StatusFlags::NONBLOCK) {
                flags |= SpliceFlags::NONBLOCK;
            }
        }
        Ok(_) => {
            return Err(PagesError {
                error: Error::new(Call::VMSPLICE, Errno::BADF),
                pages: Some(pages),
            });
        }
        Err(error) => return Err(PagesError { error, pages: Some(pages) }),
    }
    let all = [IoSlice::new(&pages)];
    let bytes = loop {
        // SAFETY: the descriptor is open for writing: the kernel reads the pages and refers to those that went in. They
        // are ours alone, and are unmapped below before anybody can write to them again.
        match unsafe { raw::vmsplice(pipe, &all, flags) } {
            Ok(bytes) => break bytes,
            Err(error) if error.is(Errno::INTR) => {}
            Err(error) if error.is(Errno::AGAIN) => break 0,
            Err(error) => return Err(PagesError { error, pages: Some(pages) }),
        }
    };
    // The kernel puts whole pages into a pipe, one into each slot; should it ever stop within a page, the rest of that
    // one is copied.
    match pages.without_first(bytes) {
        Ok(rest) => Ok(Spliced { bytes, rest }),
        Err(error) => Err(PagesError { error, pages: None }),
    }
}

impl PagesError {
    /// Why.
    #[must_use]
    pub const fn error(&self) -> Error {
        self.error
    }

    /// The pages as they were. `None` only if a part of them went and there was no memory for the rest, which no kernel
    /// is known to bring about.
    #[must_use]
    pub fn into_pages(self) -> Option<AnonymousMapping> {
        self.pages
    }
}

impl From<PagesError> for Error {
    fn from(error: PagesError) -> Self {
        error.error
    }
}

/// Prints as the [`Error`] does.
impl fmt::Display for PagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl fmt::Debug for PagesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PagesError")
            .field("error", &self.error)
            .field("pages", &self.pages)
            .finish()
    }
}

impl core::error::Error for PagesError {}
