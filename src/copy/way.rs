//! The ways in which a copy can go.

use super::memory::{drain, through_memory};
use super::raw;
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io;
use crate::pipe::{self, SpliceFlags};

/// How the bytes are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// The first of the others that the two descriptors allow.
    #[default]
    Auto,
    /// `copy_file_range`: file to file, within the file system.
    CopyFileRange,
    /// `sendfile`: file to anything, within the kernel.
    Sendfile,
    /// `splice`: within the kernel; where neither is a pipe, through one that is made for it.
    Splice,
    /// `read` and `write`: anything to anything, through the program's memory.
    ReadWrite,
}

/// The way that a copy takes now.
pub(super) enum Way {
    CopyFileRange,
    Sendfile,
    /// One of the two is a pipe.
    Splice,
    /// Neither is: through this one.
    Pipe(OwnedFd, OwnedFd),
    ReadWrite,
}

/// A step that failed: how many of its bytes had arrived, and how many were taken and did not.
pub(super) struct Stopped {
    pub(super) error: Error,
    pub(super) arrived: usize,
    pub(super) lost: usize,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { error, arrived: 0, lost: 0 }
    }
}

impl Way {
    /// Moves up to so many bytes; returns how many arrived, 0 at the end of the source.
    pub(super) fn step(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> Result<usize, Stopped> {
        match self {
            Self::CopyFileRange => Ok(io::retry(|| raw::copy_file_range(from, None, to, None, most))?),
            Self::Sendfile => Ok(io::retry(|| raw::sendfile(to, from, None, most))?),
            Self::Splice => Ok(pipe::splice(from, None, to, None, most, SpliceFlags::MOVE)?),
            Self::Pipe(reader, writer) => {
                let count = pipe::splice(from, None, &*writer, None, most, SpliceFlags::MOVE)?;
                drain(reader.as_fd(), to, count).map(|()| count)
            }
            Self::ReadWrite => through_memory(from, to, most),
        }
    }

    /// What to do with so many bytes that stand in the pipe, where the target takes none from one: they go through memory,
    /// and everything after them. `None` where that is not what the failure says.
    pub(super) fn rescue(&mut self, to: BorrowedFd<'_>, error: Error, count: usize) -> Option<Result<(), Stopped>> {
        let Self::Pipe(reader, _) = self else { return None };
        if !error.is(Errno::INVAL) {
            return None;
        }
        let mut left = count;
        while left > 0 {
            match through_memory(reader.as_fd(), to, left) {
                Ok(moved) => left -= moved.min(left),
                Err(Stopped { error, arrived, .. }) => {
                    left -= arrived.min(left);
                    return Some(Err(Stopped { error, arrived: count - left, lost: left }));
                }
            }
        }
        *self = Self::ReadWrite;
        Some(Ok(()))
    }

    /// The way to try next where a failure says that this one is not for these two descriptors. `None` where it is a failure
    /// of the copy itself, which the last way would have too.
    pub(super) fn next(&self, error: Error) -> Option<Result<Self>> {
        let not_this_way = match self {
            Self::CopyFileRange => matches!(
                error.errno(),
                Errno::XDEV
                    | Errno::INVAL
                    | Errno::BADF
                    | Errno::ISDIR
                    | Errno::OPNOTSUPP
                    | Errno::NOSYS
                    | Errno::PERM
                    | Errno::TXTBSY
                    | Errno::IO
                    | Errno::OVERFLOW
            ),
            Self::Sendfile | Self::Splice | Self::Pipe(..) => matches!(
                error.errno(),
                Errno::INVAL | Errno::BADF | Errno::NOSYS | Errno::PERM | Errno::SPIPE | Errno::OPNOTSUPP
            ),
            Self::ReadWrite => false,
        };
        not_this_way.then(|| match self {
            Self::CopyFileRange => Ok(Self::Sendfile),
            Self::Sendfile => Ok(Self::Splice),
            Self::Splice => Self::pipe(),
            Self::Pipe(..) | Self::ReadWrite => Ok(Self::ReadWrite),
        })
    }

    /// A pipe to go through, of a mebibyte: as large as any user may have one by themselves.
    fn pipe() -> Result<Self> {
        let (reader, writer) = pipe::pipe()?;
        // Where the user's pipes have as many pages as they may, it stays as it is.
        let _ = pipe::set_size(&writer, 1 << 20);
        Ok(Self::Pipe(reader, writer))
    }
}
