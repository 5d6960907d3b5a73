//! Waiting for events on a small number of descriptors.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::poll::{self, PollFd, PollFlags};
//! use butter::{io, pipe};
//!
//! # fn main() -> butter::Result<()> {
//! let (reader, writer) = pipe::pipe()?;
//! io::write(&writer, b"!")?;
//! let mut fds = [PollFd::new(&reader, PollFlags::IN)];
//! assert_eq!(poll::wait(&mut fds, Duration::from_secs(1))?, 1);
//! assert!(fds[0].ready().contains(PollFlags::IN));
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | function | since |
//! |---|---|---|---|
//! | `ppoll` | [`raw::ppoll`] | [`wait`], [`wait_interruptible`] | 2.6.16 |
//!
//! # Notes
//!
//! - The kernel checks every descriptor in the list at each wait. For many descriptors, use
//!   [`epoll`](crate::epoll).
//! - An entry can be [disabled](PollFd::disable) in place, so a program without an allocator can
//!   use an array of fixed size.

mod ops;
pub mod raw;
mod types;

pub(crate) use ops::readable;
#[doc(alias = "poll", alias = "ppoll")]
pub use ops::{wait, wait_interruptible};
#[doc(alias = "pollfd")]
pub use types::{PollFd, PollFlags};
