//! Implementations of the path and buffer traits for `String`, `CString` and `Vec<u8>`, which
//! require an allocator.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;

use crate::io::Buffer;
use crate::io::buffer::sealed::BufferParts;
use crate::path::{Arg, AsPathBytes, PathBytes};

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
