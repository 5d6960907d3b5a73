//! The methods of a copy, and the fallback from one to the next.

use super::memory::{drain, through_memory};
use super::raw;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::fs::{self, FileType};
use crate::io;
use crate::pipe::{self, SpliceFlags};

/// The method by which bytes are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Method {
    /// The first of the other methods that the two descriptors support.
    #[default]
    Auto,
    /// `copy_file_range`: from file to file, within the file system.
    CopyFileRange,
    /// `sendfile`: from a file to any descriptor, within the kernel.
    Sendfile,
    /// `splice`: within the kernel; if neither descriptor is a pipe, through a pipe that is created
    /// for the copy.
    Splice,
    /// `read` and `write`: between any two descriptors, through a buffer in user space.
    ReadWrite,
}

/// The method that a copy uses at present, and its state.
pub(super) enum Strategy {
    CopyFileRange,
    Sendfile,
    /// One of the two descriptors is a pipe.
    Splice,
    /// Neither descriptor is a pipe: the bytes go through this one. The number is that of the bytes
    /// left in the pipe by a target that does not support `splice`; they are read and written, and
    /// then everything else is. Otherwise the pipe is empty between two steps.
    Pipe(OwnedFd, OwnedFd, usize),
    ReadWrite,
}

/// A step that failed: the number of bytes that it wrote to the target, and of those that it read
/// from the source but did not write.
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
    /// The strategy that a copy with this method starts with.
    pub(super) const fn new(method: Method) -> Self {
        match method {
            Method::Auto | Method::CopyFileRange => Self::CopyFileRange,
            Method::Sendfile => Self::Sendfile,
            Method::Splice => Self::Splice,
            Method::ReadWrite => Self::ReadWrite,
        }
    }

    pub(super) const fn method(&self) -> Method {
        match self {
            Self::CopyFileRange => Method::CopyFileRange,
            Self::Sendfile => Method::Sendfile,
            Self::Splice | Self::Pipe(..) => Method::Splice,
            Self::ReadWrite => Method::ReadWrite,
        }
    }

    /// Returns whether a step that moved nothing may have missed bytes that `read` returns: in a
    /// regular file, because the kernel looks at its size, which is 0 for many synthesized files;
    /// or in a socket, after urgent data. Other files report their end only once, as a terminal
    /// does, so a further `read` would block.
    pub(super) fn may_miss_data(&self, source: BorrowedFd<'_>, method: Method) -> bool {
        let in_kernel = matches!(self, Self::Sendfile | Self::Splice | Self::Pipe(.., 0));
        let by_size =
            method == Method::Auto && matches!(self, Self::CopyFileRange | Self::Sendfile);
        match fs::file_type(source) {
            FileType::Regular => by_size,
            FileType::Socket => in_kernel,
            FileType::Other => false,
        }
    }

    /// Copies up to `max_length` bytes. Returns the number of bytes written to the target; 0 at the
    /// end of the source.
    pub(super) fn step(
        &mut self,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        max_length: usize,
    ) -> Result<usize, StepError> {
        match self {
            Self::CopyFileRange => {
                Ok(io::retry(|| raw::copy_file_range(source, None, target, None, max_length))?)
            }
            Self::Sendfile => Ok(io::retry(|| raw::sendfile(target, source, None, max_length))?),
            Self::Splice => {
                match pipe::splice(source, None, target, None, max_length, SpliceFlags::MOVE)? {
                    // Not the end of the source, but a target that accepts nothing.
                    0 if is_pipe(source)
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
                    copied += match through_memory(reader.as_fd(), target, count - copied) {
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
            Self::ReadWrite => through_memory(source, target, max_length),
        }
    }

    /// Switches to the next strategy, if the error means that this one does not support the two
    /// descriptors and the method permits another. An error of the copy itself occurs again with
    /// the last strategy.
    ///
    /// Fails with the error itself if there is no other strategy, or with that of the next one.
    pub(super) fn fall_back(
        &mut self,
        method: Method,
        source: BorrowedFd<'_>,
        target: BorrowedFd<'_>,
        failed: &StepError,
    ) -> Result<()> {
        if !self.is_unsuitable(failed.error) {
            return Err(failed.error);
        }
        let auto = method == Method::Auto;
        *self = match self {
            Self::CopyFileRange if auto => Self::Sendfile,
            Self::Sendfile if auto => Self::Splice,
            // If one of the two is a pipe, another pipe in between would not help.
            Self::Splice if !is_pipe(source) && !is_pipe(target) => match Self::create_pipe() {
                Err(_) if auto => Self::ReadWrite,
                strategy => strategy?,
            },
            Self::Pipe(.., left) if auto && failed.lost > 0 => {
                *left = failed.lost;
                return Ok(());
            }
            Self::Splice | Self::Pipe(..) if auto => Self::ReadWrite,
            _ => return Err(failed.error),
        };
        Ok(())
    }

    /// Closes the pipe after a failure, with the bytes that are left in it.
    pub(super) fn discard_pipe(&mut self) {
        if let Self::Pipe(..) = self {
            *self = Self::Splice;
        }
    }

    /// Creates a pipe with a capacity of 1 MiB, the default limit for an unprivileged user.
    fn create_pipe() -> Result<Self> {
        let (reader, writer) = pipe::pipe()?;
        // If the user's pipes have reached their limit on pages, the pipe keeps its capacity.
        let _ = pipe::set_size(&writer, 1 << 20);
        Ok(Self::Pipe(reader, writer, 0))
    }

    /// Returns whether an error can mean that this strategy does not support the descriptors.
    fn is_unsuitable(&self, error: Error) -> bool {
        match self {
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
            Self::Sendfile | Self::Splice | Self::Pipe(.., 0) => matches!(
                error.errno(),
                Errno::INVAL
                    | Errno::BADF
                    | Errno::NOSYS
                    | Errno::PERM
                    | Errno::SPIPE
                    | Errno::OPNOTSUPP
            ),
            Self::Pipe(.., 1..) | Self::ReadWrite => false,
        }
    }
}

fn is_pipe(fd: BorrowedFd<'_>) -> bool {
    pipe::size(fd).is_ok()
}
