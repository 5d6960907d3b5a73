//! Event counters (eventfd): a counter in the kernel that is read and written through a descriptor.
//!
//! An event counter is the simplest object that epoll can wait for. A thread or process uses it to
//! wake another thread or process.
//!
//! ```
//! use butter::eventfd::EventFd;
//!
//! # fn main() -> butter::Result<()> {
//! let counter = EventFd::nonblocking(36)?;
//! counter.write(6)?;
//! assert_eq!(counter.read()?, 42);
//! assert_eq!(counter.try_read()?, None);
//!
//! let permits = EventFd::semaphore(2)?;
//! assert_eq!((permits.read()?, permits.read()?), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method of [`EventFd`] | since |
//! |---|---|---|---|
//! | `eventfd2` | [`raw::eventfd2`] | [`new`], [`nonblocking`], [`semaphore`] | 2.6.27 |
//! | `read` | [`raw::read`] | [`read`], [`try_read`], [`read_interruptible`] | 2.6.22 |
//! | `write` | [`raw::write`] | [`write`], [`try_write`], [`write_interruptible`] | 2.6.22 |
//!
//! [`new`]: EventFd::new
//! [`nonblocking`]: EventFd::nonblocking
//! [`semaphore`]: EventFd::semaphore
//! [`read`]: EventFd::read
//! [`try_read`]: EventFd::try_read
//! [`read_interruptible`]: EventFd::read_interruptible
//! [`write`]: EventFd::write
//! [`try_write`]: EventFd::try_write
//! [`write_interruptible`]: EventFd::write_interruptible
//!
//! # Notes
//!
//! - The maximum value of a counter is [`VALUE_MAX`], 2^64 - 2. A write that would exceed the
//!   maximum blocks until the counter is read, or fails with `EAGAIN` if the counter is
//!   non-blocking. A write of [`u64::MAX`] fails with `EINVAL`.
//! - A read returns the value of the counter and resets the counter to 0. A read of a semaphore
//!   returns 1 and decrements the value by 1.
//! - A read of an event counter always returns 8 bytes. If the kernel returns fewer bytes, the
//!   descriptor is not an event counter, and the method fails with `EINVAL`.
//! - Duplicates of the descriptor, including those in child processes, share the counter.

mod counter;
pub mod raw;
mod types;

#[doc(alias = "eventfd", alias = "eventfd2", alias = "eventfd_read", alias = "eventfd_write")]
pub use counter::EventFd;
#[doc(alias = "eventfd_t")]
pub use types::{CreateFlags, VALUE_MAX, decode, encode};
