//! What only an allocator needs: paths that own their bytes, and buffers on the heap.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;

use crate::io::Buffer;
use crate::io::buffer::sealed::Room;
use crate::path::{Arg, View, Viewed};

bytes! {
    [] String, |path| path.as_bytes();
    [] Vec<u8>, |path| path;
}

impl Arg for CString {}
impl Viewed for CString {
    #[inline]
    fn view(&self) -> View<'_> {
        View::Terminated(self)
    }
}

/// The room is the vector's length, not its capacity.
impl Buffer for Vec<u8> {}
impl Room for Vec<u8> {
    #[inline(always)]
    fn room(&mut self) -> (*mut u8, usize) {
        (self.as_mut_ptr(), self.len())
    }
}
