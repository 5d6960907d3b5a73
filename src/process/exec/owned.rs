//! Arguments and environments that own their strings.

use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::c_char;
use core::fmt;

use super::CStrArray;

/// Strings and the null-terminated array of pointers to them: an owned `argv` or `envp`.
///
/// ```
/// use butter::process::CStringArray;
///
/// let environment: CStringArray = [c"HOME=/", c"TERM=dumb"].into_iter().map(Into::into).collect();
/// assert_eq!(environment.as_array().iter().last(), Some(c"TERM=dumb"));
/// ```
#[doc(alias("argv", "envp"))]
pub struct CStringArray {
    /// The addresses of the strings, which do not change when the vector of the strings is moved,
    /// and a null pointer.
    pointers: Vec<*const c_char>,
    strings: Vec<CString>,
}

// SAFETY: the pointers refer to the strings, which are owned and never changed.
unsafe impl Send for CStringArray {}
// SAFETY: as above.
unsafe impl Sync for CStringArray {}

impl CStringArray {
    /// Returns the array.
    #[must_use]
    pub fn as_array(&self) -> CStrArray<'_> {
        // SAFETY: the pointers are those of the strings, which `self` owns, and a null pointer.
        unsafe { CStrArray::from_ptr(self.pointers.as_ptr()) }
    }
}

impl FromIterator<CString> for CStringArray {
    fn from_iter<I: IntoIterator<Item = CString>>(strings: I) -> Self {
        let strings: Vec<CString> = strings.into_iter().collect();
        let pointers = strings.iter().map(|string| string.as_ptr());
        let pointers = pointers.chain([core::ptr::null()]).collect();
        Self { pointers, strings }
    }
}

impl<'a> From<&'a CStringArray> for CStrArray<'a> {
    fn from(array: &'a CStringArray) -> Self {
        array.as_array()
    }
}

impl fmt::Debug for CStringArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.strings).finish()
    }
}
