//! Which file system a file is of.

use core::mem::MaybeUninit;

use crate::error::{Call, Result};
use crate::fd::AsRawFd;
use crate::syscall::syscall;

/// `struct statfs`: what a file system says of itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Statfs {
    /// The number that the kernel gives the kind.
    pub(crate) kind: i64,
    /// The bytes of a block.
    pub(crate) block: i64,
    _rest: [u64; 13],
}

layout! { Statfs: size 120, align 8, kind at 0, block at 8 }

/// `fstatfs(fd, &buf)` - what the file system that a file is of says of itself.
#[inline]
pub(crate) fn file_system(fd: &impl AsRawFd) -> Result<Statfs> {
    let mut told = MaybeUninit::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::FSTATFS, fstatfs(fd.as_raw_fd(), told.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { told.assume_init() })
}
