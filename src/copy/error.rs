//! The error of a copy.

use core::fmt;

use crate::error::Error;

/// The error of a copy: the call that failed, and the number of bytes copied before the failure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CopyError {
    pub(super) error: Error,
    pub(super) copied: u64,
    pub(super) lost: u64,
}

impl CopyError {
    /// Returns the call that failed and its errno.
    #[must_use]
    pub const fn error(self) -> Error {
        self.error
    }

    /// Returns the number of bytes written to the target before the failure.
    #[must_use]
    pub const fn copied(self) -> u64 {
        self.copied
    }

    /// Returns the number of further bytes that were read from the source but not written to the
    /// target. The position of a seekable source has advanced past these bytes.
    #[must_use]
    pub const fn lost(self) -> u64 {
        self.lost
    }
}

/// Prints the error and, in parentheses, the number of bytes copied and, unless it is 0, the number
/// of bytes lost: `write: ENOSPC: the device has no space left (after 512 bytes)`.
impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, copied, lost } = self;
        let plural = if *copied == 1 { "" } else { "s" };
        write!(f, "{error} (after {copied} byte{plural}")?;
        if *lost > 0 {
            write!(f, ", with {lost} more read and lost")?;
        }
        f.write_str(")")
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for CopyError {}

/// Returns the error, and discards the numbers of copied and lost bytes.
impl From<CopyError> for Error {
    fn from(error: CopyError) -> Self {
        error.error
    }
}
