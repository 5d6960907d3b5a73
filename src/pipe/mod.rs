//! Pipes: bytes from one end to the other, and moved on to files and pipes without passing through the program.
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
//! let mut offset = 13; // where in the file to begin; the kernel moves it on
//! let moved = pipe::splice(&file, Some(&mut offset), &writer, None, 1024, SpliceFlags::empty())?;
//! assert_eq!((moved, offset), (18, 31));
//!
//! let (copy, other) = pipe::pipe()?;
//! pipe::tee(&reader, &other, 1024, SpliceFlags::empty())?; // what is in one pipe is in both
//!
//! let (mut first, mut second) = ([0; 18], [0; 18]);
//! io::read(&reader, &mut first)?;
//! io::read(&copy, &mut second)?;
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
//! | `ioctl(FIONREAD)` | [`io::bytes_available`](crate::io::bytes_available) | - | 1.0 |
//!
//! # Worth knowing
//!
//! - A write of at most 4096 bytes (`PIPE_BUF`) is never mixed with another's. A write that nobody will read raises
//!   `SIGPIPE` before it fails with `EPIPE`; so do [`splice`] and [`tee`] into such a pipe.
//! - A pipe has slots, each for a page or a part of one: 16 when it is made, which is 64 KiB where a page is 4096
//!   bytes, or only two when the user has very many pipes. What is moved into it takes a slot for each page of its
//!   source that it comes from, however few bytes that is: a pipe can be full of few bytes.
//! - A move of fewer bytes than were asked for is usual; 0 says that the source has ended, or that nobody writes to it
//!   any more.
//! - What was moved is not copied: [`splice`] and [`tee`] pass references to pages on. A file that is written to while
//!   its bytes are in a pipe changes them there too. AnonymousMapping that were given by [`splice_pages`] nobody can change.
//! - [`SpliceFlags::NONBLOCK`] is about the pipes. [`splice`] and [`tee`] do not wait for a non-blocking one either;
//!   `vmsplice` does, unless it has the flag.

mod ops;
mod pages;
pub mod raw;
mod types;

pub use ops::{nonblocking, pipe, set_size, size, splice, tee};
pub use pages::{PagesError, Spliced, splice_pages};
pub use types::{CreateFlags, SpliceFlags};
