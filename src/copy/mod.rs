//! Copying between two descriptors, inside the kernel where possible.
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
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `copy_file_range` | [`raw::copy_file_range`] | [`copy`](copy()), [`Copier`] | 4.5 |
//! | `sendfile` | [`raw::sendfile`] | [`copy`](copy()), [`Copier`] | 2.2 |
//! | `splice` | [`pipe::raw::splice`](crate::pipe::raw::splice) | [`copy`](copy()), [`Copier`] | 2.6.17 |
//!
//! # Notes
//!
//! - A copy starts at the positions of the two files and advances them.
//! - By default, a copy from a file copies the data: later changes of the file do not change it.
//!   [`Method::Sendfile`] and [`Method::Splice`] move references to the pages of the file into a
//!   pipe or socket, so that its reader sees later writes to the file. [`Method::Auto`] never
//!   chooses them for these two ends.
//! - From pipes and stream sockets, a copy splices. References to pages that the sender has moved
//!   into the pipe or socket (by `vmsplice`, `splice` or `sendfile`) remain references in a target
//!   that is a pipe or socket: its reader sees later changes by the sender. [`Method::ReadWrite`]
//!   copies the data.
//! - Some file systems let the two files of `copy_file_range` share the stored data until one of
//!   them changes it.
//!
//! Every method gives the same result, or refuses the copy before the first byte:
//!
//! | source or target | result with every method |
//! |---|---|
//! | regular files with holes | the holes are kept; see [`Copier::fill_holes`] |
//! | overlapping ranges of one file | `EINVAL`, and nothing is written |
//! | both ends of the same pipe | `EINVAL`, and nothing is read |
//! | target that cannot be written to | `EBADF` or `EINVAL`, and nothing is read |
//! | directory | `EISDIR` as the source, `EBADF` as the target |
//! | datagram or seqpacket source | one message per step; an empty message ends the copy |
//! | datagram or seqpacket target | one message per step |
//! | file open for direct I/O (`O_DIRECT`) | all bytes are copied, whatever their number |
//! | target open for appending (`O_APPEND`) | the bytes are appended |
//! | non-blocking descriptors | the copy waits for them |
//! | TCP urgent data | skipped, as by `read`; the data that follows is copied |
//!
//! - A message that is longer than a step, which is at most 64 KiB, is copied up to this length.
//!   The copy then fails with `EMSGSIZE`, and [`CopyError::lost`] is the number of bytes discarded;
//!   if a filter refuses `recvfrom`, that number is 1. A step from another source sends a message
//!   of at most 16 KiB.
//! - With direct I/O, `O_DIRECT` is cleared for the duration of each read or write that is not
//!   aligned to the block size.
//! - Only [`Method::Auto`] and [`Method::ReadWrite`] append. The others refuse to:
//!   [`Method::CopyFileRange`] with `EBADF`, [`Method::Sendfile`] and [`Method::Splice`] with
//!   `EINVAL`.
//! - The packets of a pipe in packet mode (`O_DIRECT`) are not preserved. If a
//!   [limit](Copier::limit) ends within a packet, reads discard the rest of the packet, and
//!   `splice` leaves it in the pipe.

mod copier;
mod ends;
mod error;
mod holes;
mod memory;
pub mod raw;
mod strategy;

#[doc(alias = "sendfile")]
#[doc(alias = "copy_file_range")]
#[doc(alias = "splice")]
pub use copier::{Copier, copy};
pub use error::CopyError;
pub use strategy::Method;
