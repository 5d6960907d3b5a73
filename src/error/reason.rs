//! Reasons as text: the feature `explain` is on.

use super::{Call, Errno};

/// Why a call fails with an errno, as a phrase.
#[derive(Clone, Copy)]
pub(crate) struct Reason(&'static str);

impl Reason {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    pub(crate) const fn text(self) -> Option<&'static str> {
        Some(self.0)
    }

    /// What an errno means where its call has no reason of its own.
    pub(crate) fn general(errno: Errno) -> Option<&'static str> {
        errno.text()
    }

    /// Which Linux has a call that the running one lacks.
    pub(crate) const fn since(call: Call) -> Option<&'static str> {
        Some(call.since())
    }
}
