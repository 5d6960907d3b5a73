//! The arguments and the environment of a program, as the kernel expects them.

use core::ffi::{CStr, c_char};
use core::fmt;
use core::marker::PhantomData;

use crate::arch::ArgReg;
use crate::syscall::Arg;

/// A null-terminated array of pointers to strings: `argv` or `envp`.
///
/// With the feature `alloc`, `CStringArray` creates an array from strings. A program without a C
/// library receives such arrays at its start.
#[doc(alias("argv", "envp"))]
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct CStrArray<'a> {
    first: *const *const c_char,
    strings: PhantomData<&'a CStr>,
}

// SAFETY: the array and its strings are only read, and exist for the lifetime of the type.
unsafe impl Send for CStrArray<'_> {}
// SAFETY: as above.
unsafe impl Sync for CStrArray<'_> {}

/// An array that contains only the terminating null pointer.
struct Empty([*const c_char; 1]);

// SAFETY: the pointer is null.
unsafe impl Sync for Empty {}

static EMPTY: Empty = Empty([core::ptr::null()]);

impl<'a> CStrArray<'a> {
    /// Creates an array without strings.
    #[must_use]
    pub fn empty() -> Self {
        Self { first: EMPTY.0.as_ptr(), strings: PhantomData }
    }

    /// Creates an array from the address of its first pointer.
    ///
    /// # Safety
    ///
    /// `first` must point to an array of pointers to C strings, which ends with a null pointer. The
    /// array and the strings must exist, and must not change, for the lifetime `'a`.
    #[must_use]
    pub const unsafe fn from_ptr(first: *const *const c_char) -> Self {
        Self { first, strings: PhantomData }
    }

    /// Returns the address of the first pointer.
    #[inline]
    #[must_use]
    pub const fn as_ptr(self) -> *const *const c_char {
        self.first
    }

    /// Returns an iterator over the strings.
    pub fn iter(self) -> impl Iterator<Item = &'a CStr> {
        let mut next = self.first;
        core::iter::from_fn(move || {
            // SAFETY: `next` points to an element of the array, because the iterator stops at the
            // terminating null pointer.
            let string = unsafe { next.read() };
            if string.is_null() {
                return None;
            }
            next = next.wrapping_add(1);
            // SAFETY: a C string that exists for the lifetime `'a`.
            Some(unsafe { CStr::from_ptr(string) })
        })
    }
}

impl Arg for CStrArray<'_> {
    #[inline(always)]
    fn word(self) -> ArgReg {
        self.first.word()
    }
}

impl fmt::Debug for CStrArray<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
