//! The conversion of the names of extended attributes, and of the results of calls.

use core::ffi::CStr;

use super::XATTR_NAME_MAX;
use crate::error::{Call, Errno, Error, Result};
use crate::path::{Buffer, PathBytes};
use crate::syscall::RawReturn;

/// Calls `f` with a name that is terminated by a NUL byte, like [`with_c_str`], but fails with
/// `ERANGE` if the name is too long, as the kernel does.
///
/// [`with_c_str`]: crate::path::with_c_str
#[inline(always)]
pub(super) fn with_name<T>(
    call: Call,
    name: PathBytes<'_>,
    f: impl FnOnce(&CStr) -> Result<T>,
) -> Result<T> {
    match name {
        PathBytes::Terminated(name) => f(name),
        PathBytes::Bytes(name) => with_copy(call, name, f),
    }
}

#[inline(never)]
fn with_copy<T>(call: Call, name: &[u8], f: impl FnOnce(&CStr) -> Result<T>) -> Result<T> {
    match Buffer::<{ XATTR_NAME_MAX + 1 }>::new().terminate(name) {
        Ok(name) => f(name),
        Err(Errno::NAMETOOLONG) => Err(Error::new(call, Errno::RANGE)),
        Err(errno) => Err(Error::new(call, errno)),
    }
}

/// Returns the size of a value or a list if the buffer, which has `size` bytes, is empty, and
/// otherwise the number of bytes in the buffer.
#[inline]
pub(super) const fn size_or_count(returned: RawReturn, size: usize) -> Result<usize> {
    if size == 0 { returned.size() } else { returned.at_most(size) }
}
