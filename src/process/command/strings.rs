//! The arguments and the environment of a command.

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::process::CStrArray;

/// The number of pointers of the inline storage for arguments, and of that for the environment.
const STRINGS: usize = 32;

/// Strings in inline storage, or an array that exists already.
pub(super) struct Strings<'c> {
    /// The pointers to the strings, followed by a null pointer.
    inline: [MaybeUninit<*const c_char>; STRINGS],
    count: usize,
    pub(super) ready: Option<CStrArray<'c>>,
    strings: PhantomData<&'c CStr>,
}

// SAFETY: the strings are only read, and exist for the lifetime of the type.
unsafe impl Send for Strings<'_> {}
// SAFETY: as above.
unsafe impl Sync for Strings<'_> {}

impl<'c> Strings<'c> {
    #[inline]
    pub(super) fn new() -> Self {
        let mut inline = [const { MaybeUninit::uninit() }; STRINGS];
        if let Some(first) = inline.first_mut() {
            first.write(core::ptr::null());
        }
        Self { inline, count: 0, ready: None, strings: PhantomData }
    }

    /// Adds a string. Returns `false` if the storage is full.
    #[inline]
    pub(super) fn push(&mut self, string: &'c CStr) -> bool {
        let Some([place, end, ..]) = self.inline.get_mut(self.count..) else { return false };
        place.write(string.as_ptr());
        end.write(core::ptr::null());
        self.count += 1;
        self.ready = None;
        true
    }

    /// Returns the strings as an array.
    #[inline]
    pub(super) fn as_array(&self) -> CStrArray<'_> {
        match self.ready {
            Some(array) => array,
            // SAFETY: the first `count` elements are pointers to C strings, and the next element is
            // null.
            None => unsafe { CStrArray::from_ptr(self.inline.as_ptr().cast()) },
        }
    }
}
