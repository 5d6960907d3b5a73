//! The errors with which the program `copy` fails.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use butter::copy::CopyError;
use butter::error::Operand;
use butter::path::Escape;

use crate::common::cli::SystemError;
use crate::common::units::Count;

pub(crate) enum Error {
    /// An error of a system call that has no path as an argument.
    Call(Cause),
    /// The failed operation, such as `open` in "cannot open", and its path.
    Path(&'static str, PathBuf, Cause),
    /// The paths of the source and the target, and the error of the copy.
    Copy(PathBuf, PathBuf, CopyError),
    Message(String),
}

/// The error of a system call, of `std` or of the crate.
pub(crate) enum Cause {
    Io(io::Error),
    Call(butter::Error),
}

/// Adds the name of the failed operation and its path to an error.
pub(crate) fn context<T, E: Into<Cause>>(
    operation: &'static str,
    path: &Path,
    result: Result<T, E>,
) -> Result<T, Error> {
    result.map_err(|error| Error::Path(operation, path.to_owned(), error.into()))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Path(operation, path, error) => {
                write!(f, "cannot {operation} '{}': {error}", Escape::new(path))
            }
            Self::Copy(source, target, error) => {
                let (source, target) = (Escape::new(source), Escape::new(target));
                match error.error().operand() {
                    Some(Operand::Source) => write!(f, "cannot read '{source}'"),
                    Some(Operand::Target) => write!(f, "cannot write '{target}'"),
                    None => write!(f, "cannot copy '{source}' to '{target}'"),
                }?;
                let copied = Count(error.copied(), "byte");
                write!(f, ": {} (after {copied}", SystemError::Call(error.error()))?;
                if error.lost() > 0 {
                    write!(f, ", with {} more read and lost", error.lost())?;
                }
                f.write_str(")")
            }
            Self::Message(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => SystemError::Io(error).fmt(f),
            Self::Call(error) => SystemError::Call(*error).fmt(f),
        }
    }
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<butter::Error> for Cause {
    fn from(error: butter::Error) -> Self {
        Self::Call(error)
    }
}

impl From<butter::Error> for Error {
    fn from(error: butter::Error) -> Self {
        Self::Call(error.into())
    }
}
