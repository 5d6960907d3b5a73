//! The path of an error, with `alloc`: it can be owned.

use alloc::borrow::Cow;
use core::ffi::CStr;

use super::error::SpawnError;

#[derive(Clone)]
pub(super) struct ErrorPath<'c>(Cow<'c, CStr>);

impl<'c> ErrorPath<'c> {
    pub(super) const fn new(path: &'c CStr) -> Self {
        Self(Cow::Borrowed(path))
    }

    pub(super) fn as_c_str(&self) -> &CStr {
        &self.0
    }
}

impl SpawnError<'_> {
    /// Copies the path, so that the error can leave the function.
    ///
    /// ```
    /// use std::ffi::CString;
    ///
    /// use butter::process::{Command, SpawnError};
    ///
    /// fn run(program: &str) -> Result<(), Box<dyn std::error::Error>> {
    ///     let program = CString::new(program)?;
    ///     Command::new(&program).status().map_err(SpawnError::into_owned)?;
    ///     Ok(())
    /// }
    ///
    /// let error = run("/nowhere").unwrap_err();
    /// assert!(error.to_string().starts_with("execve /nowhere: ENOENT"));
    /// ```
    #[must_use]
    pub fn into_owned(self) -> SpawnError<'static> {
        let path = self.path.map(|path| ErrorPath(Cow::Owned(path.0.into_owned())));
        SpawnError { failure: self.failure, path }
    }
}
