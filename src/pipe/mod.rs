//! Pipes, and moving bytes through pipes within the kernel.
//!
//! ```
//! use butter::pipe::{self, SpliceFlags};
//! use butter::{fd::AsFd, io};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = temp_dir::TempDir::new()?;
//! # std::fs::write(directory.child("file"), "from a file, through the kernel")?;
//! # let file = std::fs::File::open(directory.child("file"))?;
//! let (reader, writer) = pipe::pipe()?;
//! let mut offset = 13; // the offset in the file; the kernel advances it
//! let moved = pipe::splice(&file, Some(&mut offset), &writer, None, 1024, SpliceFlags::empty())?;
//! assert_eq!((moved, offset), (18, 31));
//!
//! let (second_reader, second_writer) = pipe::pipe()?;
//! pipe::tee(&reader, &second_writer, 1024, SpliceFlags::empty())?; // both have the bytes
//!
//! let (mut first, mut second) = ([0; 18], [0; 18]);
//! io::read(&reader, &mut first)?;
//! io::read(&second_reader, &mut second)?;
//! assert_eq!([&first, &second], [b"through the kernel"; 2]);
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `pipe2` | [`raw::pipe2`] | [`pipe`](pipe()), [`nonblocking`] | 2.6.27 |
//! | `splice` | [`raw::splice`] | [`splice`] | 2.6.17 |
//! | `tee` | [`raw::tee`] | [`tee`] | 2.6.17 |
//! | `vmsplice` | [`raw::vmsplice`], [`raw::vmsplice_read`] | [`splice_pages`] | 2.6.17 |
//! | `fcntl(F_GETPIPE_SZ)` | [`raw::fcntl_getpipe_sz`] | [`size`] | 2.6.35 |
//! | `fcntl(F_SETPIPE_SZ)` | [`raw::fcntl_setpipe_sz`] | [`set_size`] | 2.6.35 |
//! | `ioctl(FIONREAD)` | - | [`io::bytes_available`](crate::io::bytes_available) | 1.0 |
//!
//! # Notes
//!
//! - A write of at most 4096 bytes (`PIPE_BUF`) is atomic: it is not interleaved with other writes.
//!   A write, [`splice`] or [`tee`] to a pipe whose read end is closed raises `SIGPIPE` and fails
//!   with `EPIPE`.
//! - A pipe consists of slots, each of which holds a page or a part of a page. A new pipe has 16
//!   slots, which is 64 KiB with 4096-byte pages, but only two slots if the user's pipes have
//!   reached `fs.pipe-user-pages-soft`. Bytes that are moved into a pipe use one slot for each page
//!   that they come from, even if only one byte of the page is moved. A few bytes can thus fill a
//!   pipe.
//! - A call often moves fewer bytes than requested. A result of 0 means that the source has ended,
//!   or that all write ends of the source pipe are closed.
//! - Moved bytes are not copied: [`splice`] and [`tee`] pass references to pages to the target. If
//!   a file is written to while its bytes are in a pipe, the bytes in the pipe change as well. The
//!   program can no longer change pages that [`splice_pages`] has moved.
//! - [`SpliceFlags::NONBLOCK`] applies only to pipes. Without this flag, [`splice`] and [`tee`] do
//!   not block on a non-blocking pipe, but [`raw::vmsplice`] blocks.

mod ops;
mod pages;
pub mod raw;

#[doc(alias = "F_GETPIPE_SZ")]
#[doc(alias = "F_SETPIPE_SZ")]
pub use ops::{CreateFlags, SpliceFlags, set_size, size, splice, tee};
#[doc(alias = "pipe2")]
pub use ops::{nonblocking, pipe};
#[doc(alias = "vmsplice")]
pub use pages::{SplicePagesError, Spliced, splice_pages};
