//! The kinds of errors.

use super::Errno;

/// The kind of an error, on which programs can match.
///
/// Each errno has a kind, which [`Errno::kind`] returns. [`Error::kind`](crate::Error::kind)
/// returns the same kind, unless the errno has a special meaning in the failed call. Compatible
/// releases do not change the kinds of the errnos that are listed for each variant, but may change
/// the kind of an errno in a specific call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is invalid: `EINVAL`, `E2BIG`, `ENAMETOOLONG`, `EFAULT`, `ENOTTY`, `EDOM`,
    /// `ERANGE`, `ELOOP`, `ENOTDIR`, `EISDIR`, `ESPIPE`, `ENOTBLK`, `ENOTSOCK`, `EPROTOTYPE`.
    InvalidArgument,
    /// The caller lacks a permission, or the file system is read-only: `EPERM`, `EACCES`, `EROFS`.
    PermissionDenied,
    /// A file, process or device does not exist: `ENOENT`, `ESRCH`, `ENODEV`, `ENXIO`, `ECHILD`.
    NotFound,
    /// The file or object already exists: `EEXIST`.
    AlreadyExists,
    /// A limit on a resource other than memory has been reached, such as a limit on descriptors,
    /// watches or disk space: `EMFILE`, `ENFILE`, `ENOSPC`, `EDQUOT`, `EFBIG`, `EMLINK`, `EUSERS`.
    LimitReached,
    /// The kernel is out of memory: `ENOMEM`, `ENOBUFS`.
    OutOfMemory,
    /// The call would block, and the descriptor is non-blocking: `EAGAIN`.
    WouldBlock,
    /// The call was interrupted by a signal: `EINTR`.
    Interrupted,
    /// The object is in use: `EBUSY`, `ETXTBSY`.
    Busy,
    /// The kernel, the file system or the socket does not support the operation: `ENOSYS`,
    /// `EOPNOTSUPP`, `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`, `ENOPROTOOPT`.
    Unsupported,
    /// The descriptor is not open, or is not open for this operation: `EBADF`.
    BadDescriptor,
    /// The pipe or socket has no reader, or the socket was shut down for writing: `EPIPE`.
    BrokenPipe,
    /// The peer of the socket reset the connection: `ECONNRESET`.
    ConnectionReset,
    /// No socket accepts connections or messages at the address: `ECONNREFUSED`.
    ConnectionRefused,
    /// The socket, or the server of the file system, is not connected: `ENOTCONN`,
    /// `EDESTADDRREQ`.
    NotConnected,
    /// The connection is being established: `EINPROGRESS`, `EALREADY`.
    InProgress,
    /// The address is in use: `EADDRINUSE`.
    AddressInUse,
    /// No route to the host exists: `ENETUNREACH`, `EHOSTUNREACH`.
    Unreachable,
    /// A timeout expired: `ETIMEDOUT`, `ETIME`.
    TimedOut,
    /// The file handle refers to a file that no longer exists: `ESTALE`.
    StaleHandle,
    /// Any other error.
    Other,
}

impl Errno {
    /// Returns the kind of the errno. [`Error::kind`](crate::Error::kind) returns the same kind,
    /// unless the errno has a special meaning in the failed call.
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
            | Self::NOTSOCK
            | Self::PROTOTYPE => ErrorKind::InvalidArgument,
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
            Self::NOSYS
            | Self::OPNOTSUPP
            | Self::AFNOSUPPORT
            | Self::PROTONOSUPPORT
            | Self::SOCKTNOSUPPORT
            | Self::NOPROTOOPT => ErrorKind::Unsupported,
            Self::BADF => ErrorKind::BadDescriptor,
            Self::PIPE => ErrorKind::BrokenPipe,
            Self::CONNRESET => ErrorKind::ConnectionReset,
            Self::CONNREFUSED => ErrorKind::ConnectionRefused,
            Self::NOTCONN | Self::DESTADDRREQ => ErrorKind::NotConnected,
            Self::INPROGRESS | Self::ALREADY => ErrorKind::InProgress,
            Self::ADDRINUSE => ErrorKind::AddressInUse,
            Self::NETUNREACH | Self::HOSTUNREACH => ErrorKind::Unreachable,
            Self::TIMEDOUT | Self::TIME => ErrorKind::TimedOut,
            Self::STALE => ErrorKind::StaleHandle,
            _ => ErrorKind::Other,
        }
    }
}
