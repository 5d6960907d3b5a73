//! The owned form of an error with a path.

use alloc::boxed::Box;
use core::fmt;

use super::{Error, WithPath};

/// An [`Error`] and a copy of the path or paths that were passed to the call, returned by
/// [`WithPath::into_owned`].
///
/// Unlike [`WithPath`], it does not borrow the path, so that it can leave a function: the operator
/// `?` converts it to a `Box<dyn Error>` and, with `std`, to an `io::Error`, which keep the call,
/// the errno, the reason and the path. This `io::Error` has no raw OS error: `raw_os_error` returns
/// `None`, and `Errno::from_io_error` returns the errno. In a function that returns
/// [`butter::Result`](crate::Result), the operator `?` converts a `PathError` to an [`Error`], and
/// drops the path.
///
/// ```
/// use butter::inotify::{Inotify, WatchFlags};
///
/// fn watch(inotify: &Inotify, path: &str) -> Result<(), Box<dyn std::error::Error>> {
///     let watch = inotify.add_watch(path, WatchFlags::CREATE);
///     watch.map_err(|error| error.with_path(path).into_owned())?;
///     Ok(())
/// }
///
/// # fn main() -> butter::Result<()> {
/// let error = watch(&Inotify::new()?, "/nowhere").unwrap_err();
/// assert!(error.to_string().starts_with("inotify_add_watch /nowhere: ENOENT"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PathError {
    error: Error,
    pub(crate) path: Box<[u8]>,
    pub(crate) second: Option<Box<[u8]>>,
}

impl PathError {
    /// Returns the error without the path.
    #[must_use]
    pub fn error(&self) -> Error {
        self.error
    }

    fn borrowed(&self) -> WithPath<'_> {
        WithPath { error: self.error, path: &self.path, second: self.second.as_deref() }
    }
}

impl WithPath<'_> {
    /// Copies the path, so that the error can leave the function.
    #[must_use]
    pub fn into_owned(self) -> PathError {
        PathError { error: self.error, path: self.path.into(), second: self.second.map(Box::from) }
    }
}

impl From<WithPath<'_>> for PathError {
    fn from(error: WithPath<'_>) -> Self {
        error.into_owned()
    }
}

impl From<PathError> for Error {
    fn from(error: PathError) -> Self {
        error.error
    }
}

/// Prints the text that [`WithPath`] prints.
impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.borrowed(), f)
    }
}

/// Prints the text that `Display` prints.
impl fmt::Debug for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for PathError {}
