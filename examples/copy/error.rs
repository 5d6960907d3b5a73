//! The errors with which the program `copy` fails.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use butter::copy::CopyError;
use butter::path::Escape;

use crate::common::cli::IoError;
use crate::options::Options;

pub(crate) enum Error {
    /// An error of a system call that has no path as an argument.
    Call(butter::Error),
    /// The failed operation, such as `open` in "cannot open", and its path.
    Path(&'static str, PathBuf, io::Error),
    Copy {
        source: PathBuf,
        target: PathBuf,
        error: CopyError,
    },
    Message(String),
}

impl Error {
    pub(crate) fn copy(options: &Options, error: CopyError) -> Self {
        Self::Copy { source: options.source.clone(), target: options.target.clone(), error }
    }
}

/// Adds the name of the failed operation and its path to an error.
pub(crate) fn context<T>(
    operation: &'static str,
    path: &Path,
    result: io::Result<T>,
) -> Result<T, Error> {
    result.map_err(|error| Error::Path(operation, path.to_owned(), error))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Path(operation, path, error) => {
                write!(f, "cannot {operation} '{}': {}", Escape::new(path), IoError(error))
            }
            Self::Copy { source, target, error } => {
                let (source, target) = (Escape::new(source), Escape::new(target));
                write!(f, "cannot copy '{source}' to '{target}': {error}")
            }
            Self::Message(text) => f.write_str(text),
        }
    }
}

impl From<butter::Error> for Error {
    fn from(error: butter::Error) -> Self {
        Self::Call(error)
    }
}
