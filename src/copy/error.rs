//! A copy that failed on the way.

use core::fmt;

use crate::error::Error;

/// Why a copy could not go on, and how much of it had arrived by then.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CopyError {
    pub(super) error: Error,
    pub(super) copied: u64,
    pub(super) lost: u64,
}

impl CopyError {
    /// The call that failed, and its errno.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// How many bytes had arrived at the target before.
    #[must_use]
    pub const fn copied(self) -> u64 {
        self.copied
    }

    /// How many bytes beyond them had been method_used from the source, and are lost: a source with positions has moved on by
    /// so many.
    #[must_use]
    pub const fn lost(self) -> u64 {
        self.lost
    }
}

/// Prints the failure, how much had arrived, and how much is lost, if any is.
impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, copied, lost } = self;
        let plural = if *copied == 1 { "" } else { "s" };
        write!(f, "{error}, after {copied} byte{plural}")?;
        if *lost > 0 { write!(f, ", with {lost} more method_used and lost") } else { Ok(()) }
    }
}

impl fmt::Debug for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CopyError({self})")
    }
}

impl core::error::Error for CopyError {}

/// How much had arrived is lost.
impl From<CopyError> for Error {
    fn from(error: CopyError) -> Self {
        error.error
    }
}
