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
//!   or that all write ends of the source pipe are closed. From a TCP socket, 0 and `EAGAIN` also
//!   mean that urgent data is next, which only a `read` skips: see
//!   [below](#relaying-between-non-blocking-descriptors).
//! - Moved bytes are not copied: [`splice`] and [`tee`] pass references to pages to the target. If
//!   a file is written to while its bytes are in a pipe, the bytes in the pipe change as well. No
//!   process can change pages that [`splice_pages`] has moved, except huge pages before Linux 5.18.
//! - [`splice`] and [`tee`] do not block on a non-blocking pipe. [`raw::vmsplice`] blocks unless it
//!   has the flag [`SpliceFlags::NONBLOCK`], which documents the details.
//!
//! # Relaying between non-blocking descriptors
//!
//! In an event loop, the sockets and the pipe are non-blocking. This function moves data in one
//! direction, from a socket through a pipe to another socket, until it must wait:
//!
//! ```
//! use std::net::Shutdown;
//! use std::os::unix::net::UnixStream;
//!
//! use butter::fd::{AsFd, OwnedFd};
//! use butter::io::{self, would_block_as_none};
//! use butter::pipe::{self, SpliceFlags};
//! use butter::poll::{self, PollFd, PollFlags};
//! use butter::time::Timeout;
//!
//! /// Returns the event for which the direction waits, or `None` at the end of the source.
//! fn relay<'s>(
//!     source: &'s impl AsFd,
//!     (reader, writer): &(OwnedFd, OwnedFd),
//!     target: &'s impl AsFd,
//! ) -> butter::Result<Option<PollFd<'s>>> {
//!     let (length, flags) = (1 << 20, SpliceFlags::empty());
//!     loop {
//!         let filled = pipe::splice(source, None, writer, None, length, flags);
//!         would_block_as_none(filled)?;
//!         if io::bytes_available(reader)? == 0 {
//!             // The source is empty, has ended, or urgent data is next, which `read` skips.
//!             let mut buffer = [0; 4096];
//!             match would_block_as_none(io::retry(|| io::read(source, &mut buffer)))? {
//!                 None => return Ok(Some(PollFd::new(source, PollFlags::IN))),
//!                 Some(0) => return Ok(None),
//!                 Some(count) => io::write_all(writer, &buffer[..count])?,
//!             }
//!         }
//!         while io::bytes_available(reader)? > 0 {
//!             let drained = pipe::splice(reader, None, target, None, length, flags);
//!             if would_block_as_none(drained)?.is_none() {
//!                 return Ok(Some(PollFd::new(target, PollFlags::OUT)));
//!             }
//!         }
//!     }
//! }
//!
//! # use std::io::{Read, Write};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let ((mut client, source), (target, mut server)) = (UnixStream::pair()?, UnixStream::pair()?);
//! # let sent: Vec<u8> = (0..=250).cycle().take(3_000_000).collect();
//! # let bytes = sent.clone();
//! # let sender = std::thread::spawn(move || {
//! #     client.write_all(&bytes).unwrap();
//! #     client.shutdown(Shutdown::Write).unwrap();
//! #     client
//! # });
//! # let receiver = std::thread::spawn(move || {
//! #     // The relay has to wait for the target once.
//! #     std::thread::park();
//! #     let mut received = Vec::new();
//! #     server.read_to_end(&mut received).unwrap();
//! #     received
//! # });
//! source.set_nonblocking(true)?;
//! target.set_nonblocking(true)?;
//! let pipe = pipe::nonblocking()?;
//! while let Some(event) = relay(&source, &pipe, &target)? {
//! #   if event.events() == PollFlags::OUT {
//! #       receiver.thread().unpark();
//! #   }
//!     poll::wait(&mut [event], Timeout::Infinite)?;
//! }
//! target.shutdown(Shutdown::Write)?;
//! # receiver.thread().unpark(); // if the target accepted all data
//! # sender.join().unwrap();
//! # assert!(receiver.join().unwrap() == sent);
//! # Ok(())
//! # }
//! ```
//!
//! - `EAGAIN` does not report which of the two descriptors is not ready. After a [`splice`] into
//!   the pipe, check whether the pipe is empty: if it is, the source is not ready. Otherwise, the
//!   pipe may be full, even with few bytes, and must be emptied first. A [`splice`] from a pipe
//!   that is not empty fails with `EAGAIN` only if the target is not ready.
//! - A level-triggered wait must be for the returned event only: while the target is not ready, a
//!   wait for the source would return immediately each time. With an edge-triggered
//!   [`Epoll`](crate::epoll::Epoll), register both sockets once, and call the function after each
//!   event.
//! - At the end of the source, shut down the target for writing, so that its peer reads the end as
//!   well (half-close). The other direction, which needs a second pipe, continues until the end of
//!   its own source. If a direction fails, close both sockets; the kinds of the errors are usually
//!   [`BrokenPipe`](crate::error::ErrorKind::BrokenPipe) and
//!   [`ConnectionReset`](crate::error::ErrorKind::ConnectionReset).
//! - A [`Copier`](crate::copy::Copier) is for threads that may block: it waits until its
//!   descriptors are ready, even if they are non-blocking.
//!
//! The example program `relay` in the repository of this crate forwards connections in this way. It
//! also counts the bytes in each pipe instead of querying them, reuses pipes, and limits the data
//! that it moves for one connection before other connections have their turn.

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
