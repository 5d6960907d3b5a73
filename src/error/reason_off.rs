//! Reasons without the feature `explain`: the program does not contain the texts.

use core::fmt;

use super::{Call, ErrnoReason, Error};

/// The cause of an error, returned by [`Error::reason`]. `Display` prints the text of the cause.
///
/// Without the feature `explain`, no function returns a value of this type.
#[derive(Clone, Copy)]
pub struct Reason(());

impl Reason {
    pub(crate) const fn new(_: &'static str) -> Self {
        Self(())
    }

    pub(crate) const fn text(self) -> Option<Self> {
        None
    }

    pub(crate) const fn pieces(self, _: &mut dyn FnMut(&str) -> fmt::Result) -> fmt::Result {
        Ok(())
    }
}

/// An empty replacement for the table of reasons.
pub(crate) struct ReasonTable<const ROWS: usize, const BYTES: usize>;

pub(crate) struct Packed {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

pub(crate) const fn pack(_: &[&[ErrnoReason]]) -> Packed {
    Packed { rows: 0, bytes: 0 }
}

impl<const ROWS: usize, const BYTES: usize> ReasonTable<ROWS, BYTES> {
    pub(crate) const fn new(_: &Packed) -> Self {
        Self
    }

    pub(crate) const fn find(&self, _: Error) -> Option<Reason> {
        None
    }
}

impl Call {
    /// Returns the version of Linux that introduced the call. Without the feature `explain`, this
    /// function returns `None`.
    #[must_use]
    pub const fn since(self) -> Option<&'static str> {
        None
    }
}
