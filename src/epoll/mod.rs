//! Waiting for many descriptors at once.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::epoll::{Epoll, Interest, Event, Token};
//! use butter::eventfd::EventFd;
//!
//! const WORK: Token = Token(1);
//!
//! # fn main() -> butter::Result<()> {
//! let work = EventFd::nonblocking(0)?;
//! let epoll = Epoll::new()?;
//! epoll.add(&work, WORK, Interest::IN)?;
//! work.add(3)?;
//!
//! let mut ready = [Event::default(); 16];
//! for event in epoll.wait(&mut ready, Duration::from_secs(1))? {
//!     match event.token() {
//!         WORK => assert_eq!(work.try_read()?, Some(3)),
//!         _ => unreachable!("nothing else was added"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `epoll_create1` | [`raw::epoll_create1`] | [`Epoll::new`] | 2.6.27 |
//! | `epoll_ctl(EPOLL_CTL_ADD)` | [`raw::epoll_ctl_add`] | [`Epoll::add`] | 2.5.45 |
//! | `epoll_ctl(EPOLL_CTL_MOD)` | [`raw::epoll_ctl_mod`] | [`Epoll::modify`] | 2.5.45 |
//! | `epoll_ctl(EPOLL_CTL_DEL)` | [`raw::epoll_ctl_del`] | [`Epoll::delete`] | 2.5.45 |
//! | `epoll_pwait` | [`raw::epoll_pwait`] | [`Epoll::wait`] | 2.6.19 |
//! | `epoll_pwait2` | [`raw::epoll_pwait2`] | [`Epoll::wait`], finer than a millisecond | 5.11 |
//! | `ioctl(EPIOCGPARAMS)` | [`raw::ioctl_epiocgparams`] | [`Epoll::busy_poll`] | 6.9 |
//! | `ioctl(EPIOCSPARAMS)` | [`raw::ioctl_epiocsparams`] | [`Epoll::set_busy_poll`] | 6.9 |
//!
//! # Worth knowing
//!
//! - What is added is the open file behind the descriptor, under the descriptor's number. While a duplicate of it is
//!   open, in a child process too, closing the descriptor does not take it out, and nobody can any more: delete it
//!   first.
//! - Without [`Interest::ET`] a wait tells of a descriptor for as long as it is ready. With it, once for each time
//!   that it becomes ready: read until there is nothing left.
//! - Regular files and directories are always ready, and cannot be added: `EPERM`.
//! - [`Readiness::ERR`] and [`Readiness::HUP`] are told whether or not they are asked for.

mod instance;
pub mod raw;
mod types;

pub use instance::Epoll;
pub use types::{BusyPoll, CreateFlags, Event, Interest, Readiness, Token};
