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
//! - A copy starts at the file offsets of the two descriptors and advances them.
//! - By default, a copy from a file copies the data: later changes of the file do not affect the
//!   copy. [`Method::Sendfile`] and [`Method::Splice`] move references to the pages of the file
//!   into a pipe or socket, so that the reader of the pipe or socket sees later writes to the file.
//!   [`Method::Auto`] never chooses `Sendfile` or `Splice` to copy from a file to a pipe or socket.
//! - By default, a copy from a pipe or stream socket uses `splice`. If the sender has moved
//!   references to pages into the source (by `vmsplice`, `splice` or `sendfile`), and the target is
//!   a pipe or socket, the target receives these references: its reader sees later changes by the
//!   sender. [`Method::ReadWrite`] copies the data instead of the references.
//! - With `copy_file_range`, some file systems let the source and the target share the stored data
//!   until one of the two files is written to.
//!
//! Every method produces the same result, or fails before it copies a byte:
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
//! | file open for direct I/O (`O_DIRECT`) | all bytes are copied, even if their number is not a multiple of the block size |
//! | target open for appending (`O_APPEND`) | the bytes are appended |
//! | non-blocking descriptors | the copy waits until the descriptors are ready |
//! | TCP urgent data | skipped, as by `read`; the data that follows is copied |
//!
//! - One step copies at most 64 KiB of a message. The [chunk size](Copier::chunk_size) and the
//!   [limit](Copier::limit) can reduce this maximum. If the message is longer, the kernel discards
//!   its other bytes, and the copy fails with `EMSGSIZE`. [`CopyError::lost`] is then the number of
//!   bytes discarded, or 1 if a seccomp filter rejects `recvfrom`. If only the target preserves
//!   message boundaries, each step sends one message of at most 16 KiB.
//! - With direct I/O, `O_DIRECT` is cleared for the duration of each read or write that is not
//!   aligned to the block size.
//! - Only [`Method::Auto`] and [`Method::ReadWrite`] support a target that is open for appending.
//!   With such a target, [`Method::CopyFileRange`] fails with `EBADF`, and [`Method::Sendfile`] and
//!   [`Method::Splice`] fail with `EINVAL`.
//! - The boundaries of the packets of a pipe in packet mode (`O_DIRECT`) are not preserved. If a
//!   [limit](Copier::limit) ends within a packet, a copy by `read` discards the remaining bytes of
//!   the packet, and a copy by `splice` leaves these bytes in the pipe.

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
