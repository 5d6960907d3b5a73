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
//! - `copy_file_range` is tried first: some file systems then let the two files share the stored
//!   data. `sendfile`, `splice`, and finally `read` and `write` follow. The last method works with
//!   every descriptor that can be read or written, including terminals, files that are open for
//!   appending, and pseudo-files in `/proc`.
//! - A copy starts at the positions of the two files and advances them.
//! - A copy is a copy of a stream of bytes: message boundaries, such as those of datagrams, are not
//!   preserved. An empty datagram ends the copy. A datagram that is longer than a step can be
//!   truncated, and no error reports it.
//! - TCP urgent data is skipped, as by `read`. The in-kernel methods stop at urgent data as if the
//!   source had ended; [`Method::Sendfile`] and [`Method::Splice`] therefore read and write the
//!   data that follows it.
//! - A copy of a file to its own end never reaches the end of the source: without a limit, it
//!   continues until the file system is full.

mod copier;
mod memory;
pub mod raw;
mod strategy;

pub use copier::CopyError;
#[doc(alias = "sendfile")]
#[doc(alias = "copy_file_range")]
#[doc(alias = "splice")]
pub use copier::{Copier, copy};
pub use strategy::Method;
