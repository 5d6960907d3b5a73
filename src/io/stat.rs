//! What kind of file a descriptor is of.

use core::mem::MaybeUninit;

use crate::arch::abi::Stat;
use crate::error::{Call, Result};
use crate::fd::BorrowedFd;
use crate::syscall::syscall;

const S_IFMT: u32 = 0o17_0000;
const S_IFREG: u32 = 0o10_0000;
const S_IFSOCK: u32 = 0o14_0000;

/// The kind of a file, as far as anything here depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileType {
    Regular,
    Socket,
    Other,
}

/// `fstat(fd, &stat)` - what a file is.
#[inline]
pub(crate) fn stat(fd: BorrowedFd<'_>) -> Result<Stat> {
    let mut stat = MaybeUninit::<Stat>::uninit();
    // SAFETY: the kernel writes one struct and keeps nothing.
    unsafe { syscall!(Call::FSTAT, fstat(fd, stat.as_mut_ptr())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    Ok(unsafe { stat.assume_init() })
}

/// The kind of a file; `Other` where the kernel does not say it.
pub(crate) fn file_type(fd: BorrowedFd<'_>) -> FileType {
    match stat(fd).map(|stat| stat.mode & S_IFMT) {
        Ok(S_IFREG) => FileType::Regular,
        Ok(S_IFSOCK) => FileType::Socket,
        _ => FileType::Other,
    }
}
