//! Opening a file, as far as the crate's own calls do it.

use core::ffi::CStr;

use super::AccessMode;
use crate::error::{Call, Result};
use crate::fd::OwnedFd;
use crate::syscall::syscall;

const AT_FDCWD: i32 = -100;
const O_CLOEXEC: u32 = 0x8_0000;

/// `openat(AT_FDCWD, path, flags)`, as the call that it is for its path: opens a file that exists, closed by `execve`.
#[inline]
pub(crate) fn openat(call: Call, path: &CStr, access: AccessMode) -> Result<OwnedFd> {
    let flags = access.bits() | O_CLOEXEC;
    // SAFETY: the kernel reads the path up to its NUL byte, and keeps nothing of it.
    let returned = unsafe { syscall!(call, openat(AT_FDCWD, path.as_ptr(), flags)) };
    // SAFETY: a success is a new descriptor.
    unsafe { returned.descriptor() }
}
