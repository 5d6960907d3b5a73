//! The error of a spawn.

use core::ffi::CStr;
use core::fmt;

use super::error_path::ErrorPath;
use crate::error::Error;
use crate::idmap::{MapError, MapErrorKind};

/// The part of a spawn that failed, returned by [`SpawnError::stage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpawnStage {
    /// The parent prepared the spawn: it opened pipes or `/dev/null`, or the inline storage of the
    /// command is full.
    Prepare,
    /// The parent created the child (`clone`).
    Clone,
    /// The parent wrote the ID maps of the user namespace of the child.
    IdMaps,
    /// The child reset its signal actions or its signal mask.
    Signals,
    /// The child executed the step with this index, counted from 0.
    Step(usize),
    /// The child placed its descriptors, or set the others to close-on-exec.
    Descriptors,
    /// The child executed the program.
    Exec,
    /// The parent waited for the program ([`Command::status`](super::Command::status)).
    Wait,
}

/// The file that an `execve` with the errno `ENOENT` did not find, returned by
/// [`SpawnError::missing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Missing {
    /// The program does not exist.
    Program,
    /// The program exists, but its interpreter does not: the file after `#!`, or the dynamic
    /// linker.
    Interpreter,
}

/// The stage, the error and the details of a failure, which a child reports to its parent.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    pub(super) stage: SpawnStage,
    pub(super) error: MapError,
    pub(super) missing: Option<Missing>,
}

impl Failure {
    /// Creates a failure without details.
    pub(super) fn new(stage: SpawnStage, error: impl Into<MapError>) -> Self {
        Self { stage, error: error.into(), missing: None }
    }
}

/// The error of [`Command::spawn`](super::Command::spawn): the call that failed, its errno, the
/// stage of the spawn, and the path that the call received.
///
/// `Display` prints `chdir /nowhere: ENOENT: a component of the path ... (step 0)`. The error
/// borrows the path from the strings of the command, not from the command itself. With `alloc`,
/// `into_owned` copies the path, so that the error can leave the function as a `Box<dyn Error>`. In
/// a function that returns [`butter::Result`](crate::Result), the operator `?` converts a
/// `SpawnError` to an [`Error`], which contains only the call and the errno.
#[derive(Clone)]
pub struct SpawnError<'c> {
    pub(super) failure: Failure,
    pub(super) path: Option<ErrorPath<'c>>,
}

impl<'c> SpawnError<'c> {
    pub(super) fn new(failure: Failure, path: Option<&'c CStr>) -> Self {
        Self { failure, path: path.map(ErrorPath::new) }
    }

    /// Returns the call that failed, with its errno.
    #[must_use]
    pub const fn error(&self) -> Error {
        self.failure.error.error()
    }

    /// Returns the part of the spawn that failed.
    #[must_use]
    pub const fn stage(&self) -> SpawnStage {
        self.failure.stage
    }

    /// Returns the path that the call received: the program, or the first path of a step.
    #[must_use]
    pub fn path(&self) -> Option<&CStr> {
        self.path.as_ref().map(ErrorPath::as_c_str)
    }

    /// Returns the reason why the kernel rejected an ID map.
    #[must_use]
    pub const fn map_error(&self) -> Option<MapErrorKind> {
        self.failure.error.kind()
    }

    /// Returns whether the program or its interpreter is missing, if `execve` failed with `ENOENT`.
    #[must_use]
    pub const fn missing(&self) -> Option<Missing> {
        self.failure.missing
    }
}

impl From<SpawnError<'_>> for Error {
    fn from(error: SpawnError<'_>) -> Self {
        error.error()
    }
}

impl fmt::Display for SpawnError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.failure.error.kind(), self.path()) {
            (Some(_), _) => fmt::Display::fmt(&self.failure.error, f)?,
            (None, Some(path)) => fmt::Display::fmt(&self.error().with_path(path), f)?,
            (None, None) => fmt::Display::fmt(&self.error(), f)?,
        }
        if let Some(Missing::Interpreter) = self.failure.missing {
            f.write_str(" (the interpreter is missing)")?;
        }
        match self.failure.stage {
            SpawnStage::Step(step) => write!(f, " (step {step})"),
            _ => Ok(()),
        }
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for SpawnError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for SpawnError<'_> {}
