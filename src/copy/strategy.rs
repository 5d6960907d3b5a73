//! The methods of a copy, and the fallback from one to the next.

use super::ends::{Ends, Kind};
use super::memory::{drain, through_memory};
use super::raw;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::io;
use crate::pipe::{self, SpliceFlags};

/// The method by which bytes are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Method {
    /// Uses the first suitable method that the kernel does not refuse:
    ///
    /// - from files (regular files and block devices) to files: `CopyFileRange`, `Sendfile`,
    ///   `ReadWrite`. All three methods copy the data;
    /// - from pipes and stream sockets: `Splice`, `ReadWrite`;
    /// - otherwise, and to files that are open for appending: `ReadWrite`.
    #[default]
    Auto,
    /// `copy_file_range`: from a regular file to a regular file, by the file system or within the
    /// kernel.
    CopyFileRange,
    /// `sendfile`: from a file to any descriptor, within the kernel.
    ///
    /// The target can receive references to the pages of the source instead of copies: the reader
    /// of a pipe or socket then sees later writes to the source file.
    Sendfile,
    /// `splice`: within the kernel; if neither descriptor is a pipe, through a pipe that is created
    /// for the copy.
    ///
    /// The target can receive references to the pages of the source instead of copies: the reader
    /// of a pipe or socket then sees later writes to the source file.
    Splice,
    /// `read` and `write`: between any two descriptors, through a buffer in user space.
    ReadWrite,
}

/// The method that a copy currently uses, and its state.
pub(super) enum Strategy {
    CopyFileRange,
    Sendfile,
    /// If neither descriptor is a pipe, the next step creates a pipe.
    Splice,
    /// Neither descriptor is a pipe, so the bytes are moved through this pipe. The fields are its
    /// read end, its write end, and the number of bytes that `splice` could not move from the pipe
    /// to the target. If this number is not 0, the next call of `step` reads and writes the bytes
    /// in the pipe, and then switches to `ReadWrite`. If this number is 0, the pipe is empty
    /// between two steps.
    Pipe(OwnedFd, OwnedFd, usize),
    ReadWrite,
}

/// The error of a step, the number of bytes that the step wrote to the target, and the number of
/// bytes that it read from the source but did not write.
pub(super) struct StepError {
    pub(super) error: Error,
    pub(super) copied: usize,
    pub(super) lost: usize,
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self { error, copied: 0, lost: 0 }
    }
}

impl Strategy {
    /// Returns the strategy that a copy with this method has before its first step.
    pub(super) const fn new(method: Method) -> Self {
        match method {
            Method::CopyFileRange => Self::CopyFileRange,
            Method::Sendfile => Self::Sendfile,
            Method::Splice => Self::Splice,
            Method::Auto | Method::ReadWrite => Self::ReadWrite,
        }
    }

    /// Returns the strategy with which a copy between these descriptors starts.
    ///
    /// Fails if the method would consume bytes of the source and then fail.
    pub(super) fn start(method: Method, ends: &Ends) -> Result<Self> {
        let appending = ends.target.is_appending();
        let from_stream = matches!(ends.source.kind, Kind::Pipe | Kind::Stream);
        Ok(match method {
            // With the in-kernel methods, the message boundaries would depend on the version of the
            // kernel.
            _ if ends.has(Kind::Messages) => Self::ReadWrite,
            Method::Auto if ends.are_files() && !appending => Self::CopyFileRange,
            Method::Auto if from_stream && !appending => Self::Splice,
            Method::Splice if appending => return Err(Error::new(Call::SPLICE, Errno::INVAL)),
            method => Self::new(method),
        })
    }

    pub(super) const fn method(&self) -> Method {
        match self {
            Self::CopyFileRange => Method::CopyFileRange,
            Self::Sendfile => Method::Sendfile,
            Self::Splice | Self::Pipe(..) => Method::Splice,
            Self::ReadWrite => Method::ReadWrite,
        }
    }

    /// Returns whether the next step copies within the kernel.
    pub(super) const fn is_in_kernel(&self) -> bool {
        !matches!(self, Self::ReadWrite | Self::Pipe(.., 1..))
    }

    /// Returns whether `read` may return bytes after a step that moved no bytes. For a regular
    /// file, the step may have relied on the size of the file, which is 0 for many pseudo-files.
    /// For a stream socket, `read` returns the bytes after TCP urgent data. Other files, such as
    /// terminals, return 0 only once at their end, so a further `read` could block.
    pub(super) fn may_miss_data(&self, ends: &Ends, method: Method) -> bool {
        match ends.source.kind {
            Kind::Regular => {
                method == Method::Auto && matches!(self, Self::CopyFileRange | Self::Sendfile)
            }
            Kind::Stream => self.is_in_kernel(),
            _ => false,
        }
    }

    /// Copies up to `max_length` bytes. Returns the number of bytes written to the target, which is
    /// 0 at the end of the source.
    pub(super) fn step(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        ends: &Ends,
        max_length: usize,
    ) -> Result<usize, StepError> {
        if matches!(self, Self::Splice) && !ends.has(Kind::Pipe) {
            *self = Self::create_pipe(target)?;
        }
        match self {
            Self::CopyFileRange => {
                Ok(io::retry(|| raw::copy_file_range(source, None, target, None, max_length))?)
            }
            Self::Sendfile => Ok(io::retry(|| raw::sendfile(target, source, None, max_length))?),
            Self::Splice => {
                match pipe::splice(source, None, target, None, max_length, SpliceFlags::MOVE)? {
                    // The source is not empty, so a result of 0 means that the target accepts no
                    // bytes.
                    0 if ends.source.kind == Kind::Pipe
                        && io::bytes_available(source).is_ok_and(|bytes| bytes > 0) =>
                    {
                        Err(Error::new(Call::SPLICE, Errno::IO).into())
                    }
                    moved => Ok(moved),
                }
            }
            Self::Pipe(reader, writer, 0) => {
                let count =
                    pipe::splice(source, None, &*writer, None, max_length, SpliceFlags::MOVE)?;
                drain(reader.as_fd(), target, count).map(|()| count)
            }
            Self::Pipe(reader, _, count) => {
                let (mut copied, count) = (0, *count);
                while copied < count {
                    let (reader, ends) = (reader.as_fd(), ends.with_pipe_source());
                    copied += match through_memory(reader, target, &ends, count - copied) {
                        Ok(moved) => moved,
                        Err(StepError { error, copied: moved, .. }) => {
                            let copied = copied + moved;
                            return Err(StepError { error, copied, lost: count - copied });
                        }
                    };
                }
                *self = Self::ReadWrite;
                Ok(count)
            }
            Self::ReadWrite => through_memory(source, target, ends, max_length),
        }
    }

    /// Switches to the next strategy or, with `to_read_write`, to [`Strategy::ReadWrite`]. If the
    /// failed step left `lost` bytes in the pipe, these bytes are copied first. Returns whether
    /// there is another strategy.
    pub(super) fn fall_back(&mut self, to_read_write: bool, lost: usize) -> bool {
        *self = match self {
            Self::CopyFileRange if !to_read_write => Self::Sendfile,
            Self::Pipe(.., left @ 0) if lost > 0 => {
                *left = lost;
                return true;
            }
            Self::Pipe(.., 1..) | Self::ReadWrite => return false,
            _ => Self::ReadWrite,
        };
        true
    }

    /// Closes the pipe after a failure, and discards the bytes in the pipe.
    pub(super) fn discard_pipe(&mut self) {
        if let Self::Pipe(..) = self {
            *self = Self::Splice;
        }
    }

    /// Creates a pipe with a capacity of 1 MiB, the default limit for an unprivileged user. Fails
    /// if the target does not support `splice`, before bytes are read from the source.
    fn create_pipe(target: BorrowedFd<'_>) -> Result<Self> {
        let (reader, writer) = pipe::pipe()?;
        // If the user's pipes have reached their limit on pages, the pipe keeps its default
        // capacity.
        let _ = pipe::set_size(&writer, 1 << 20);
        // The pipe is empty, so `splice` fails with `EAGAIN` if the target supports `splice`.
        match splice_nonblocking(reader.as_fd(), target) {
            Err(error) if !error.is(Errno::AGAIN) && !error.is(Errno::INTR) => Err(error),
            _ => Ok(Self::Pipe(reader, writer, 0)),
        }
    }
}

/// Returns whether an error of `splice` means that the call is not supported: `EINVAL`, or the
/// error with which a seccomp filter rejects every `splice`.
pub(super) fn is_splice_refused(error: Error) -> bool {
    // Without a filter, a splice from a pipe into itself fails with `EINVAL`.
    error.is(Errno::INVAL)
        || pipe::pipe().is_ok_and(|(reader, writer)| {
            splice_nonblocking(reader.as_fd(), writer.as_fd())
                .is_err_and(|other| other.errno() == error.errno())
        })
}

/// Tries to move one byte. The raw call has no retry loop that could unwind, so that the callers
/// need no code for unwinding.
fn splice_nonblocking(source: BorrowedFd<'_>, target: BorrowedFd<'_>) -> Result<usize> {
    pipe::raw::splice(source, None, target, None, 1, SpliceFlags::NONBLOCK)
}
