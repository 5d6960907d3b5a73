//! Why the program ends, and the exit status that says so.

use std::fmt;
use std::io;

use butter::Error;
use butter::signal::Signal;

pub(crate) const DONE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
const GONE: u8 = 3;
pub(crate) const LOST: u8 = 4;
const TOO_FEW: u8 = 5;

/// Why the program is through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Count,
    Timeout,
    Gone,
    Signal(Signal),
    /// Nobody reads the output any more.
    Closed,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => f.write_str("that is as many as were asked for"),
            Self::Timeout => f.write_str("the time is over"),
            Self::Gone => f.write_str("every watched path is gone"),
            Self::Signal(signal) => write!(f, "{signal} ended it"),
            Self::Closed => f.write_str("nobody reads the output"),
        }
    }
}

impl End {
    /// The status of a run of which no event was lost; a certain number of them may have been asked for.
    pub(crate) fn status(self, counted: bool) -> u8 {
        match self {
            Self::Timeout if counted => TOO_FEW,
            Self::Count | Self::Timeout | Self::Signal(_) | Self::Closed => DONE,
            Self::Gone => GONE,
        }
    }
}

/// Why the program cannot go on.
pub(crate) enum Failure {
    Call(Error),
    Write(io::Error),
    /// The user was told already.
    Said,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Write(error) => write!(f, "the output cannot be written: {error}"),
            Self::Said => Ok(()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}
