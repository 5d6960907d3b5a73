//! Implementations that require an allocator: the path and buffer traits for `String`, `CString`
//! and `Vec<u8>`, and the paths of a `PathError`.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::PathError;
use crate::io::Buffer;
use crate::io::buffer::sealed::BufferParts;
use crate::path::{Arg, AsPathBytes, Name, PathBytes};

impl_path_arg! {
    [] String, |path| path.as_bytes();
    [] Vec<u8>, |path| path;
}

impl Arg for CString {}
impl AsPathBytes for CString {
    #[inline]
    fn as_path_bytes(&self) -> PathBytes<'_> {
        PathBytes::Terminated(self)
    }
}

/// The size of the buffer is the length of the vector, not its capacity.
impl Buffer for Vec<u8> {}
impl BufferParts for Vec<u8> {
    #[inline(always)]
    fn parts_mut(&mut self) -> (*mut u8, usize) {
        (self.as_mut_ptr(), self.len())
    }
}

impl PathError {
    /// Returns the path or, if the error has two paths, the path of the source.
    #[must_use]
    pub fn path(&self) -> Name<'_> {
        Name::from_bytes(&self.path)
    }

    /// Returns the path of the target if the error has two paths.
    #[must_use]
    pub fn second_path(&self) -> Option<Name<'_>> {
        self.second.as_deref().map(Name::from_bytes)
    }
}
