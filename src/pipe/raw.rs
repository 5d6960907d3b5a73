//! The kernel's calls on pipes.

use core::ffi::c_int;
use core::mem::MaybeUninit;

use super::PipeFlags;
use crate::error::{Call, Cause, Result, causes};
use crate::fd::{OwnedFd, owned};
use crate::syscall::syscall;

/// `pipe2(pipefd, flags)` - makes a pipe: the reading end, then the writing end.
///
/// # Errors
///
/// `EINVAL` - an unknown flag. `EMFILE` - the process has as many descriptors as it may. `ENFILE` - the system has, or
/// the user's pipes have as much memory as they may. `ENOPKG` - the kernel is built without notification pipes.
///
/// Since Linux 2.6.27; pipe2(2).
#[inline]
pub fn pipe2(flags: PipeFlags) -> Result<(OwnedFd, OwnedFd)> {
    let mut ends = MaybeUninit::<[c_int; 2]>::uninit();
    // SAFETY: the kernel writes two numbers on success, and keeps nothing.
    unsafe { syscall!(Call::PIPE2, pipe2(ends.as_mut_ptr(), flags.bits())) }.unit()?;
    // SAFETY: written, as the call has succeeded.
    let [reader, writer] = unsafe { ends.assume_init() };
    // SAFETY: a new descriptor, ours alone.
    let reader = unsafe { owned(reader) };
    // SAFETY: as above.
    let writer = unsafe { owned(writer) };
    Ok((reader, writer))
}

pub(crate) const CAUSES: &[Cause] = causes! {
    PIPE2:
        INVAL => "a flag that this kernel does not know",
        MFILE => "the process has as many descriptors as it may (RLIMIT_NOFILE)",
        NFILE => "the system has as many open files as it may (fs.file-max), or the user as many pages in pipes \
            (fs.pipe-user-pages-hard)",
        NOPKG => Unsupported "the kernel is built without notification pipes (CONFIG_WATCH_QUEUE)";
};
