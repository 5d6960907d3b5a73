//! The small set of kinds that a program matches on.

use super::Errno;

/// What kind of failure it is: the question that a program asks before it looks at the number.
///
/// Each errno has a kind; a call can give an errno another one, where that is what it means there. The kinds are part
/// of the interface: a kind of a call's failure does not change in a compatible release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is one that the call does not take.
    InvalidArgument,
    /// The caller may not do this.
    PermissionDenied,
    /// What the call should work on does not exist.
    NotFound,
    /// What the call should make exists already.
    AlreadyExists,
    /// A limit on a resource other than memory is reached: descriptors, watches, space.
    LimitReached,
    /// The kernel has no memory for it.
    OutOfMemory,
    /// The call would have to wait, and was asked not to.
    WouldBlock,
    /// A signal came in between.
    Interrupted,
    /// What the call should work on is in use.
    Busy,
    /// The running kernel, or the file system, does not have this.
    Unsupported,
    /// The descriptor is not open, or not open for this.
    BadDescriptor,
    /// Any other failure: see the errno.
    Other,
}

impl Errno {
    /// The kind that this number has where a call does not say otherwise; [`Error::kind`](crate::Error::kind) knows.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::INVAL
            | Self::TOOBIG
            | Self::NAMETOOLONG
            | Self::FAULT
            | Self::NOTTY
            | Self::DOM
            | Self::RANGE
            | Self::LOOP
            | Self::NOTDIR
            | Self::ISDIR
            | Self::SPIPE
            | Self::NOTBLK
            | Self::NOTSOCK => ErrorKind::InvalidArgument,
            Self::PERM | Self::ACCES | Self::ROFS => ErrorKind::PermissionDenied,
            Self::NOENT | Self::SRCH | Self::NODEV | Self::NXIO | Self::CHILD => {
                ErrorKind::NotFound
            }
            Self::EXIST => ErrorKind::AlreadyExists,
            Self::MFILE
            | Self::NFILE
            | Self::NOSPC
            | Self::DQUOT
            | Self::FBIG
            | Self::MLINK
            | Self::USERS => ErrorKind::LimitReached,
            Self::NOMEM | Self::NOBUFS => ErrorKind::OutOfMemory,
            Self::AGAIN => ErrorKind::WouldBlock,
            Self::INTR => ErrorKind::Interrupted,
            Self::BUSY | Self::TXTBSY => ErrorKind::Busy,
            Self::NOSYS | Self::OPNOTSUPP => ErrorKind::Unsupported,
            Self::BADF => ErrorKind::BadDescriptor,
            _ => ErrorKind::Other,
        }
    }
}
