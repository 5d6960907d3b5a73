//! The ways in which a copy can go.

use super::memory::{drain, through_memory};
use super::raw;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd, OwnedFd};
use crate::fs::{self, FileType};
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
pub(super) enum Strategy {
    CopyFileRange,
    Sendfile,
    /// One of the two is a pipe.
    Splice,
    /// Neither is: through this one. Where the target takes nothing from pipes, so many bytes are still in it, which go
    /// through memory, and then everything; else it is empty between two steps.
    Pipe(OwnedFd, OwnedFd, usize),
    ReadWrite,
}

/// A step that failed: how many of its bytes had arrived, and how many were method_used and did not.
pub(super) struct StepError {
    pub(super) error: Error,
    pub(super) arrived: usize,
    pub(super) lost: usize,
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self { error, arrived: 0, lost: 0 }
    }
}

impl Strategy {
    pub(super) const fn first(method: Method) -> Self {
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

    /// Whether this way, which has moved nothing, may have missed bytes that a read finds: in a file, whose size the
    /// kernel looks at, which is 0 for much of what is made up when it is read; or in a socket, behind urgent data.
    /// (What is neither has told its end once for all, as a terminal does.)
    pub(super) fn may_miss(&self, from: BorrowedFd<'_>, method: Method) -> bool {
        let by_itself = matches!(self, Self::Sendfile | Self::Splice | Self::Pipe(.., 0));
        let by_size =
            method == Method::Auto && matches!(self, Self::CopyFileRange | Self::Sendfile);
        match fs::file_type(from) {
            FileType::Regular => by_size,
            FileType::Socket => by_itself,
            FileType::Other => false,
        }
    }

    /// Moves up to so many bytes; returns how many arrived, 0 at the end of the source.
    pub(super) fn step(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        most: usize,
    ) -> Result<usize, StepError> {
        match self {
            Self::CopyFileRange => {
                Ok(io::retry(|| raw::copy_file_range(from, None, to, None, most))?)
            }
            Self::Sendfile => Ok(io::retry(|| raw::sendfile(to, from, None, most))?),
            Self::Splice => match pipe::splice(from, None, to, None, most, SpliceFlags::MOVE)? {
                // Not the end, but a target that takes nothing.
                0 if is_pipe(from) && io::bytes_available(from).is_ok_and(|bytes| bytes > 0) => {
                    Err(Error::new(Call::SPLICE, Errno::IO).into())
                }
                moved => Ok(moved),
            },
            Self::Pipe(reader, writer, 0) => {
                let count = pipe::splice(from, None, &*writer, None, most, SpliceFlags::MOVE)?;
                drain(reader.as_fd(), to, count).map(|()| count)
            }
            Self::Pipe(reader, _, count) => {
                let (mut arrived, count) = (0, *count);
                while arrived < count {
                    arrived += match through_memory(reader.as_fd(), to, count - arrived) {
                        Ok(moved) => moved,
                        Err(StepError { error, arrived: moved, .. }) => {
                            let arrived = arrived + moved;
                            return Err(StepError { error, arrived, lost: count - arrived });
                        }
                    };
                }
                *self = Self::ReadWrite;
                Ok(count)
            }
            Self::ReadWrite => through_memory(from, to, most),
        }
    }

    /// Takes the next way, if the failure says that this one is not for these two descriptors, and the method leaves
    /// another. Where it is a failure of the copy itself, the last way has it too.
    ///
    /// # Errors
    ///
    /// The failure itself where there is no other way, or what the next one fails with.
    pub(super) fn change(
        &mut self,
        method: Method,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        stopped: &StepError,
    ) -> Result<()> {
        if !self.is_not_for(stopped.error) {
            return Err(stopped.error);
        }
        let auto = method == Method::Auto;
        *self = match self {
            Self::CopyFileRange if auto => Self::Sendfile,
            Self::Sendfile if auto => Self::Splice,
            // What does not go from a pipe or to one goes no better through another.
            Self::Splice if !is_pipe(from) && !is_pipe(to) => match Self::pipe() {
                Err(_) if auto => Self::ReadWrite,
                way => way?,
            },
            Self::Pipe(.., rest) if auto && stopped.lost > 0 => {
                *rest = stopped.lost;
                return Ok(());
            }
            Self::Splice | Self::Pipe(..) if auto => Self::ReadWrite,
            _ => return Err(stopped.error),
        };
        Ok(())
    }

    /// Leaves what stands in the pipe: it is lost.
    pub(super) fn give_up(&mut self) {
        if let Self::Pipe(..) = self {
            *self = Self::Splice;
        }
    }

    /// A pipe to go through, of a mebibyte: as large as any user may have one by themselves.
    fn pipe() -> Result<Self> {
        let (reader, writer) = pipe::pipe()?;
        // Where the user's pipes have as many pages as they may, it stays as it is.
        let _ = pipe::set_size(&writer, 1 << 20);
        Ok(Self::Pipe(reader, writer, 0))
    }

    fn is_not_for(&self, error: Error) -> bool {
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
