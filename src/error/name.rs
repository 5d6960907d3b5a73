//! Text that names nothing.

use core::fmt;

/// The text is no name that the type knows: of an errno, a signal, or flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a name that is known here")
    }
}

impl core::error::Error for ParseNameError {}
