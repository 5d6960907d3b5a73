//! The standard input, output and error of a child.

use crate::error::Result;
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use crate::fs::{self, CWD, Mode, OFlags};
use crate::pipe;

/// The standard input, output or error of a child.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Stdio<'c> {
    /// The child inherits the descriptor.
    #[default]
    Inherit,
    /// `/dev/null`.
    Null,
    /// A new pipe, whose other end is in [`Child`](super::Child).
    Piped,
    /// A duplicate of this descriptor.
    Fd(BorrowedFd<'c>),
}

/// The descriptors of the standard input, output or error of a child.
pub(super) struct Ends {
    /// The number of the descriptor of the child, or -1 to inherit the descriptor.
    pub(super) number: RawFd,
    /// The descriptor of the child, if the parent has opened it.
    _child: Option<OwnedFd>,
    /// The other end of a pipe.
    pub(super) parent: Option<OwnedFd>,
}

impl Ends {
    #[inline]
    pub(super) fn open(stdio: Stdio<'_>, is_input: bool) -> Result<Self> {
        let (number, child, parent) = match stdio {
            Stdio::Inherit => (-1, None, None),
            Stdio::Fd(fd) => (fd.as_raw_fd(), None, None),
            Stdio::Null => {
                let flags = OFlags::RDWR | OFlags::CLOEXEC;
                let null = fs::raw::openat(CWD, c"/dev/null", flags, Mode::empty())?;
                (null.as_raw_fd(), Some(null), None)
            }
            Stdio::Piped => {
                let (reader, writer) = pipe::pipe()?;
                let (child, parent) = if is_input { (reader, writer) } else { (writer, reader) };
                (child.as_raw_fd(), Some(child), Some(parent))
            }
        };
        Ok(Self { number, _child: child, parent })
    }
}
