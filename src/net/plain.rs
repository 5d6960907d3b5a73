//! The bytes of the structs that the calls on sockets pass to the kernel.

/// A type without padding, of which every bit pattern is a value.
///
/// # Safety
///
/// The type must have no padding, and every bit pattern of its size must be a value.
pub(super) unsafe trait Plain: Copy {}

// SAFETY: a number has no padding, and every bit pattern is a number.
unsafe impl Plain for i32 {}
// SAFETY: as for `i32`.
unsafe impl Plain for u32 {}
// SAFETY: as for `i32`.
unsafe impl Plain for u64 {}

/// Returns the bytes of a value.
#[inline]
pub(super) fn bytes_of<T: Plain>(value: &T) -> &[u8] {
    // SAFETY: the bytes of the value are initialized, because it has no padding, and are borrowed.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(value).cast(), size_of::<T>()) }
}

/// Reads a value from the first bytes of a slice, which need not be aligned. Returns `None` if the
/// slice is too short.
#[inline]
pub(super) fn read<T: Plain>(bytes: &[u8]) -> Option<T> {
    if bytes.len() < size_of::<T>() {
        return None;
    }
    // SAFETY: the slice has at least the size of `T`, and every bit pattern is a value.
    Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}
