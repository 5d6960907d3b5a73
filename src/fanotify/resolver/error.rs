//! The reasons why a path is not known.

use core::fmt;

use crate::Error;

/// The reason why a [`Resolver`](super::Resolver) cannot return the path of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolveError {
    /// The event queue was full, and events were lost. The event belongs to no file. The resolver
    /// has discarded all cached directories, because renames may have been lost.
    Overflow,
    /// The event contains no handle of a directory.
    NoDirectory,
    /// The resolver has no mount of the file system of the event.
    UnknownFilesystem,
    /// The directory no longer exists, and was not cached.
    Deleted,
    /// The directory is not below the mount that the resolver has, or is not below the root
    /// directory of the process.
    Unreachable,
    /// The path has more than 4,095 bytes.
    TooLong,
    /// A system call failed: for example, with `EPERM` because the caller does not have the
    /// capability `CAP_DAC_READ_SEARCH`, or with `ENOENT` because `/proc` is not mounted.
    Call(Error),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "the event queue was full, and events were lost",
            Self::NoDirectory => "the event contains no handle of a directory",
            Self::UnknownFilesystem => "no mount of the file system is known",
            Self::Deleted => "the directory no longer exists",
            Self::Unreachable => "the directory is not below the mount",
            Self::TooLong => "the path is too long",
            Self::Call(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for ResolveError {}

impl From<Error> for ResolveError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}
