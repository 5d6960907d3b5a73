//! What goes wrong: before the measurement as a `Result`, within it as the end of the program.

use std::error::Error;
use std::fmt::Display;

pub(crate) type Failure = Box<dyn Error>;

/// Says what it was that failed.
pub(crate) fn when<T, E: Display>(what: &str, result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(|error| format!("{what}: {error}").into())
}

/// Ends the program, from within a measured loop: there the check of a result is part of what is measured, the way out
/// is not.
#[cold]
#[inline(never)]
pub(crate) fn failed(what: &str, error: impl Display) -> ! {
    eprintln!("side_by_side: {what}: {error}");
    std::process::exit(1)
}
