//! Which file system a file is of.

use core::mem::MaybeUninit;

use crate::error::{Call, Result};
use crate::fd::AsRawFd;
use crate::syscall::syscall;

/// `struct statfs`: what a file system says of itself. Only its kind is looked at.
#[repr(C)]
struct Statfs {
    kind: i64,
    _rest: [u64; 14],
}

layout! { Statfs: size 120, align 8, kind at 0 }

/// `fstatfs(fd, &buf)` - the kind of the file system that a file is of, a number that the kernel gives each.
#[inline]
pub(crate) fn file_system(fd: &impl AsRawFd) -> Result<i64> {
    let mut told = MaybeUninit::<Statfs>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::FSTATFS, fstatfs(fd.as_raw_fd(), told.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { told.assume_init_ref() }.kind)
}
