//! Pipes: bytes from one end to the other, in the kernel.
//!
//! ```
//! use butter::{io, pipe};
//!
//! # fn main() -> butter::Result<()> {
//! let (reader, writer) = pipe::pipe()?;
//! io::write(&writer, b"through the kernel")?;
//! let mut buffer = [0; 32];
//! let count = io::read(&reader, &mut buffer)?;
//! assert_eq!(&buffer[..count], b"through the kernel");
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `pipe2` | [`raw::pipe2`] | [`pipe`], [`nonblocking`] | 2.6.27 |
//!
//! A write of at most 4096 bytes (`PIPE_BUF`) is never mixed with another's. A pipe takes 64 KiB before a write has to
//! wait, or a page or two when the user has very many. A write that nobody will read raises `SIGPIPE` before it fails with `EPIPE`.

mod abi;
pub mod raw;

pub use abi::PipeFlags;

use crate::error::Result;
use crate::fd::OwnedFd;

/// A pipe: its reading end and its writing end. Closed by `execve`.
///
/// # Errors
///
/// As [`raw::pipe2`].
#[inline]
pub fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(PipeFlags::CLOEXEC)
}

/// A pipe whose ends do not wait: its reading end and its writing end. Closed by `execve`.
///
/// # Errors
///
/// As [`raw::pipe2`].
#[inline]
pub fn nonblocking() -> Result<(OwnedFd, OwnedFd)> {
    raw::pipe2(PipeFlags::CLOEXEC.union(PipeFlags::NONBLOCK))
}
