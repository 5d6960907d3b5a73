//! The path of an error, without `alloc`.

use core::ffi::CStr;

#[derive(Clone)]
pub(super) struct ErrorPath<'c>(&'c CStr);

impl<'c> ErrorPath<'c> {
    pub(super) const fn new(path: &'c CStr) -> Self {
        Self(path)
    }

    pub(super) const fn as_c_str(&self) -> &CStr {
        self.0
    }
}
