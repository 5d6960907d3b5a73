//! Waiting for a few descriptors at once.
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
//! A wait costs the kernel a look at every descriptor in the list: for many, see [`epoll`](crate::epoll).

mod ops;
pub mod raw;
mod types;

pub(crate) use ops::readable;
pub use ops::{wait, wait_interruptible};
pub use types::{PollFd, PollFlags};
