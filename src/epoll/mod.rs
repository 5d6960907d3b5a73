//! Waiting for events on many descriptors with epoll.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::epoll::{Epoll, Event, Interest, Token};
//! use butter::eventfd::EventFd;
//!
//! const WORK: Token = Token(1);
//!
//! # fn main() -> butter::Result<()> {
//! let work = EventFd::nonblocking(0)?;
//! let epoll = Epoll::new()?;
//! epoll.add(&work, WORK, Interest::IN)?;
//! work.write(3)?;
//!
//! let mut buffer = [Event::default(); 16];
//! for event in epoll.wait(&mut buffer, Duration::from_secs(1))? {
//!     match event.token() {
//!         WORK => assert_eq!(work.try_read()?, Some(3)),
//!         _ => unreachable!("no other descriptor was added"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `epoll_create1` | [`raw::epoll_create1`] | [`Epoll::new`], [`Epoll::with_flags`] | 2.6.27 |
//! | `epoll_ctl(EPOLL_CTL_ADD)` | [`raw::epoll_ctl_add`] | [`Epoll::add`] | 2.5.45 |
//! | `epoll_ctl(EPOLL_CTL_MOD)` | [`raw::epoll_ctl_mod`] | [`Epoll::modify`] | 2.5.45 |
//! | `epoll_ctl(EPOLL_CTL_DEL)` | [`raw::epoll_ctl_del`] | [`Epoll::delete`] | 2.5.45 |
//! | `epoll_pwait` | [`raw::epoll_pwait`] | [`Epoll::wait`] | 2.6.19 |
//! | `epoll_pwait2` | [`raw::epoll_pwait2`] | [`Epoll::wait`], unless the timeout is in whole milliseconds | 5.11 |
//! | `ioctl(EPIOCGPARAMS)` | [`raw::ioctl_epiocgparams`] | [`Epoll::busy_poll`] | 6.9 |
//! | `ioctl(EPIOCSPARAMS)` | [`raw::ioctl_epiocsparams`] | [`Epoll::set_busy_poll`] | 6.9 |
//!
//! # Notes
//!
//! - An entry in the interest list is identified by the descriptor number and the open file
//!   description. If a descriptor is closed while a duplicate of the descriptor is open (for
//!   example, in a child process), the entry is not removed. The kernel continues to report events
//!   for the entry, which can no longer be deleted. Therefore, call [`Epoll::delete`] before
//!   closing a descriptor.
//! - By default, every wait reports a descriptor for as long as the descriptor is ready
//!   (level-triggered). With [`Interest::ET`] (edge-triggered), a wait reports a descriptor once
//!   each time that the descriptor becomes ready: read from the descriptor until the read fails
//!   with `EAGAIN`.
//! - Regular files and directories do not support epoll: adding a regular file or a directory fails
//!   with `EPERM`.
//! - [`Readiness::ERR`] and [`Readiness::HUP`] are reported even if they are not requested.

mod instance;
pub mod raw;
mod types;

#[doc(alias = "epoll_create1", alias = "epoll_create", alias = "epoll_ctl")]
#[doc(alias = "epoll_wait", alias = "epoll_pwait", alias = "epoll_pwait2")]
pub use instance::Epoll;
#[doc(alias = "epoll_params")]
pub use types::BusyPoll;
#[doc(alias = "epoll_event")]
pub use types::Event;
#[doc(alias = "epoll_data_t")]
pub use types::Token;
pub use types::{CreateFlags, Interest, Readiness};
