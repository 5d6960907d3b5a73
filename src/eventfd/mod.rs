//! Event counters (eventfd): a counter in the kernel that is read and written through a descriptor.
//!
//! An event counter is the simplest object that epoll can wait for. A thread or process uses it to
//! wake another thread or process.
//!
//! ```
//! use butter::eventfd::{CreateFlags, EventFd};
//!
//! # fn main() -> butter::Result<()> {
//! let counter = EventFd::nonblocking(36)?;
//! counter.write(6)?;
//! assert_eq!(counter.read()?, 42);
//! assert_eq!(counter.try_read()?, None);
//!
//! let permits = EventFd::semaphore(2)?;
//! assert_eq!((permits.read()?, permits.read()?), (1, 1));
//!
//! let flags = CreateFlags::SEMAPHORE | CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
//! let permits = EventFd::with_flags(1, flags)?;
//! assert_eq!((permits.try_read()?, permits.try_read()?), (Some(1), None));
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method of [`EventFd`] | since |
//! |---|---|---|---|
//! | `eventfd2` | [`raw::eventfd2`] | [`new`], [`nonblocking`], [`semaphore`], [`with_flags`] | 2.6.27 |
//! | `read` | [`raw::read`] | [`read`], [`try_read`], [`read_interruptible`] | 2.6.22 |
//! | `write` | [`raw::write`] | [`write`], [`try_write`], [`write_interruptible`] | 2.6.22 |
//!
//! [`new`]: EventFd::new
//! [`nonblocking`]: EventFd::nonblocking
//! [`semaphore`]: EventFd::semaphore
//! [`with_flags`]: EventFd::with_flags
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
//!
//! # A pool of worker threads
//!
//! In the following example, each permit of the semaphore `jobs` is a job. If a permit is added,
//! several workers can wake, but only one of them reads the permit: `try_read` returns `None` to
//! the others, which wait again. The counter `stop` is a broadcast: no thread reads it, so it stays
//! readable and wakes every worker:
//!
//! ```
//! use butter::epoll::{self, Epoll, Interest, Token};
//! use butter::eventfd::{CreateFlags, EventFd};
//! use butter::time::Timeout;
//!
//! const JOBS: Token = Token(1);
//! const STOP: Token = Token(2);
//!
//! fn work(jobs: &EventFd, stop: &EventFd) -> butter::Result<usize> {
//!     let epoll = Epoll::new()?;
//!     epoll.add(jobs, JOBS, Interest::IN)?;
//!     epoll.add(stop, STOP, Interest::IN)?;
//!     let (mut events, mut completed) = ([epoll::Event::default(); 2], 0);
//!     loop {
//!         let ready = epoll.wait(&mut events, Timeout::Infinite)?;
//!         while jobs.try_read()?.is_some() {
//!             completed += 1; // execute one job
//!         }
//!         if ready.iter().any(|event| event.token() == STOP) {
//!             return Ok(completed);
//!         }
//!     }
//! }
//!
//! # fn main() -> butter::Result<()> {
//! let flags = CreateFlags::SEMAPHORE | CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
//! let (jobs, stop) = (EventFd::with_flags(0, flags)?, EventFd::nonblocking(0)?);
//! std::thread::scope(|scope| {
//!     let workers = [(); 4].map(|()| scope.spawn(|| work(&jobs, &stop)));
//!     for _ in 0..100 {
//!         jobs.write(1)?;
//!     }
//!     stop.write(1)?;
//!     let completed = workers.map(|worker| worker.join().unwrap());
//!     assert_eq!(completed.into_iter().sum::<butter::Result<usize>>()?, 100);
//!     Ok(())
//! })
//! # }
//! ```
//!
//! With [`Interest::EXCLUSIVE`](crate::epoll::Interest::EXCLUSIVE) for `jobs`, each write wakes at
//! least one of the waiting workers instead of all. A write of several permits may wake only one
//! worker: write 1 for each job. Do not use `EXCLUSIVE` for `stop`, which must wake all workers.

mod counter;
pub mod raw;
mod types;

#[doc(alias = "eventfd", alias = "eventfd2", alias = "eventfd_read", alias = "eventfd_write")]
pub use counter::EventFd;
#[doc(alias = "eventfd_t")]
pub use types::{CreateFlags, VALUE_MAX, decode, encode};
