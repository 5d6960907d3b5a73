//! Event counters: a number in the kernel that one side adds to and the other takes.
//!
//! The smallest thing that epoll can wait for: a way for one thread or process to wake another.
//!
//! ```
//! use butter::eventfd::EventFd;
//!
//! # fn main() -> butter::Result<()> {
//! let counter = EventFd::nonblocking(36)?;
//! counter.add(6)?;
//! assert_eq!(counter.read()?, 42);
//! assert_eq!(counter.try_read()?, None);
//!
//! let permits = EventFd::semaphore(2)?;
//! assert_eq!((permits.read()?, permits.read()?), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `eventfd2` | [`raw::eventfd2`] | [`EventFd::new`], [`EventFd::nonblocking`], [`EventFd::semaphore`] | 2.6.27 |
//! | `read` | [`raw::read`] | [`EventFd::read`], [`EventFd::try_read`] | 2.6.22 |
//! | `write` | [`raw::write`] | [`EventFd::add`], [`EventFd::try_add`] | 2.6.22 |
//!
//! # Worth knowing
//!
//! - A counter holds at most [`VALUE_MAX`], 2^64 - 2. An addition beyond that waits until somebody reads, or is refused by a
//!   non-blocking counter; [`u64::MAX`] itself can never be added.
//! - A counter gives all it has to one reader; a semaphore gives 1 to each.
//! - A child process, and every duplicate of the descriptor, shares the counter.

mod counter;
mod event;
pub mod raw;
mod types;

pub use counter::EventFd;
pub use event::{decode, encode};
pub use types::{CreateFlags, VALUE_MAX};
