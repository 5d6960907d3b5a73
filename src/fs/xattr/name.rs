//! The termination of the names of extended attributes with a NUL byte.

use core::ffi::CStr;

use super::XATTR_NAME_MAX;
use crate::error::{Call, Errno, Error, Result};
use crate::path::{Buffer, PathBytes};

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
