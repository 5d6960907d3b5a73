//! Copying from one descriptor to another, without the bytes in between wherever the kernel can do without.
//!
//! ```
//! use butter::copy;
//! use butter::{io, pipe};
//!
//! # fn main() -> butter::Result<()> {
//! let (reader, writer) = pipe::pipe()?;
//! let status = std::fs::File::open("/proc/self/status").expect("/proc is mounted");
//! let copied = copy::copy(&status, &writer)?;
//! assert_eq!(u64::from(io::bytes_available(&reader)?), copied);
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | as a whole | since |
//! |---|---|---|---|
//! | `copy_file_range` | [`raw::copy_file_range`] | [`copy`](copy()), [`Copier`] | 4.5 |
//! | `sendfile` | [`raw::sendfile`] | [`copy`](copy()), [`Copier`] | 2.2 |
//! | `splice` | [`pipe::raw::splice`](crate::pipe::raw::splice) | [`copy`](copy()), [`Copier`] | 2.6.17 |
//!
//! # Worth knowing
//!
//! - `copy_file_range` is tried first: from a file to a file, a file system that can lets both share what is stored.
//!   Then `sendfile`, `splice`, and reading and writing, which everything allows that can be read and written: a
//!   terminal, a target for appending, what the kernel makes up in `/proc`.
//! - A copy begins at the positions of the two files, and moves them.
//! - What has borders in it, as datagrams have them, loses them: a copy is of a stream of bytes. A datagram of no bytes
//!   is the end of it, and one that is longer than a step may be cut, which nobody tells.
//! - Urgent data of TCP are left out, as `read` leaves them out; the kernel's own calls stop there as at the end, and a
//!   copy by [`Method::Sendfile`] or [`Method::Splice`] reads and writes what comes next, too.
//! - To copy a file to its own end without a limit does not end before the disk is full.

mod copier;
mod error;
mod memory;
pub mod raw;
mod strategy;

pub use copier::{Copier, copy};
pub use error::CopyError;
pub use strategy::Method;
