//! Pipes made, measured, and bytes moved between them and files.

use super::{CreateFlags, SpliceFlags, raw};
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io::retry;

/// A pipe: its reading end and its writing end. Closed by `execve`.
///
/// # Errors
///
/// As [`raw::pipe2`].
#[inline]
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(CreateFlags::CLOEXEC)
}

/// A pipe whose ends do not wait: its reading end and its writing end. Closed by `execve`.
///
/// # Errors
///
/// As [`raw::pipe2`].
#[inline]
pub fn nonblocking() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(CreateFlags::CLOEXEC.union(CreateFlags::NONBLOCK))
}

/// Moves up to so many bytes from a pipe to a file or a socket, from one of these to a pipe, or from pipe to pipe:
/// within the kernel. Returns how many went; 0 at the end of the source, and before urgent data of TCP, which only a
/// read goes past.
///
/// With an offset, it is where in a file the move begins, which moves it on; the file's own position stays. Without one
/// the file's own position is used and moved. A pipe takes none.
///
/// # Errors
///
/// As [`raw::splice`], without `EINTR`.
#[inline]
pub fn splice(
    from: impl AsFd,
    mut from_offset: Option<&mut u64>,
    to: impl AsFd,
    mut to_offset: Option<&mut u64>,
    length: usize,
    flags: SpliceFlags,
) -> Result<usize> {
    let (from, to) = (from.as_fd(), to.as_fd());
    retry(move || {
        raw::splice(from, from_offset.as_deref_mut(), to, to_offset.as_deref_mut(), length, flags)
    })
}

/// Duplicates up to so many bytes of one pipe into another: they stay where they were, too. Returns how many; 0 when
/// there are none and nobody writes to the first pipe any more.
///
/// It always begins with the first byte that was not read: called twice, it duplicates the same bytes twice.
///
/// # Errors
///
/// As [`raw::tee`], without `EINTR`.
#[inline]
pub fn tee(from: impl AsFd, to: impl AsFd, length: usize, flags: SpliceFlags) -> Result<usize> {
    let (from, to) = (from.as_fd(), to.as_fd());
    retry(move || raw::tee(from, to, length, flags))
}

/// How many bytes the pipe takes, at most, before a write has to wait: its slots, each a whole page.
///
/// # Errors
///
/// As [`raw::fcntl_getpipe_sz`].
#[doc(alias = "F_GETPIPE_SZ")]
#[inline]
pub fn size(pipe: impl AsFd) -> Result<u32> {
    raw::fcntl_getpipe_sz(pipe.as_fd())
}

/// Makes the pipe take at least so many bytes; returns how many the kernel made of it: pages, as many as a power of
/// two.
///
/// # Errors
///
/// As [`raw::fcntl_setpipe_sz`].
#[doc(alias = "F_SETPIPE_SZ")]
#[inline]
pub fn set_size(pipe: impl AsFd, bytes: u32) -> Result<u32> {
    raw::fcntl_setpipe_sz(pipe.as_fd(), bytes)
}
