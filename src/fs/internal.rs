//! The system call on files that several modules use, with errors of their calls.

use core::ffi::CStr;

use crate::error::{Call, Result};
use crate::fd::{AsRawFd, BorrowedFd, OwnedFd};
use crate::syscall::syscall;

const AT_FDCWD: i32 = -100;
const O_CLOEXEC: u32 = 0x8_0000;

/// `openat(dirfd, path, flags | O_CLOEXEC)` - opens an existing file. The errors of this function
/// contain `call`.
///
/// If `directory` is `None`, a relative path is resolved from the working directory.
#[inline]
pub(crate) fn open_existing(
    call: Call,
    directory: Option<BorrowedFd<'_>>,
    path: &CStr,
    flags: u32,
) -> Result<OwnedFd> {
    let directory = directory.map_or(AT_FDCWD, |directory| directory.as_raw_fd());
    // SAFETY: the kernel reads the path up to its NUL byte and keeps nothing of it.
    let returned = unsafe { syscall!(call, openat(directory, path.as_ptr(), flags | O_CLOEXEC)) };
    // SAFETY: on success, the result is a new descriptor.
    unsafe { returned.descriptor() }
}
