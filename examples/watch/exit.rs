//! The reasons why the program exits, and the exit statuses.

use std::fmt;
use std::io;

use butter::Error;
use butter::signal::Signal;

use crate::common::cli::SystemError;

pub(crate) const SUCCESS: u8 = 0;
const NO_WATCHES: u8 = 3;
pub(crate) const EVENTS_LOST: u8 = 4;
const TOO_FEW_EVENTS: u8 = 5;

/// The reason why the event loop ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    CountReached,
    Timeout,
    NoWatches,
    Signal(Signal),
    /// The reader has closed its end of the output.
    OutputClosed,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CountReached => f.write_str("requested count reached"),
            Self::Timeout => f.write_str("timeout expired"),
            Self::NoWatches => f.write_str("no watched path remains"),
            Self::Signal(signal) => write!(f, "terminated by SIG{signal}"),
            Self::OutputClosed => f.write_str("the output was closed"),
        }
    }
}

impl Exit {
    /// Returns the exit status if no events were lost. `counted` is `true` if the user specified
    /// `--count`.
    pub(crate) fn status(self, counted: bool) -> u8 {
        match self {
            Self::Timeout if counted => TOO_FEW_EVENTS,
            Self::CountReached | Self::Timeout | Self::Signal(_) | Self::OutputClosed => SUCCESS,
            Self::NoWatches => NO_WATCHES,
        }
    }
}

/// The reason why the program fails.
pub(crate) enum Failure {
    Call(Error),
    Write(io::Error),
    /// The error messages have already been printed.
    Reported,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => SystemError::Call(*error).fmt(f),
            Self::Write(error) => write!(f, "write error: {}", SystemError::Io(error)),
            Self::Reported => Ok(()),
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
