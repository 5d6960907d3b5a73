//! Why a file was not copied.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use butter::copy::CopyError;
use butter::path::Escape;
use butter::{Errno, Error};

use crate::options::Options;

pub(crate) enum Failure {
    Call(Error),
    /// What could not be done with which path.
    Path(&'static str, PathBuf, io::Error),
    Copy {
        source: PathBuf,
        target: PathBuf,
        error: CopyError,
    },
    Said(String),
}

impl Failure {
    pub(crate) fn copy(options: &Options, error: CopyError) -> Self {
        Self::Copy { source: options.source.clone(), target: options.target.clone(), error }
    }
}

/// Says what could not be done with a path.
pub(crate) fn when<T>(
    done: &'static str,
    path: &Path,
    result: io::Result<T>,
) -> Result<T, Failure> {
    result.map_err(|error| Failure::Path(done, path.to_owned(), error))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Path(done, path, error) => {
                write!(f, "{} cannot be {done}: ", Escape::new(path))?;
                match Errno::from_io_error(error) {
                    Some(errno) => {
                        write!(f, "{errno}: {}", errno.text().unwrap_or("no such number is known"))
                    }
                    None => error.fmt(f),
                }
            }
            Self::Copy { source, target, error } => {
                write!(
                    f,
                    "{} cannot be copied to {}: {error}",
                    Escape::new(source),
                    Escape::new(target)
                )
            }
            Self::Said(text) => f.write_str(text),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}
