//! Using the objects of this crate in an event loop: epoll, tokio and mio.
//!
//! The descriptors of [`Inotify`](crate::inotify::Inotify), [`TimerFd`](crate::timerfd::TimerFd),
//! [`SignalFd`](crate::signalfd::SignalFd) and [`EventFd`](crate::eventfd::EventFd) become readable
//! when events are available. Any event loop that accepts a descriptor can wait for them, because
//! these types implement `AsFd` and `AsRawFd`. This module contains no items, only examples.
//! The documentation of `pipe` contains an example that [moves data between
//! sockets](crate::pipe#relaying-between-non-blocking-descriptors).
//!
//! Three rules apply to every event loop:
//!
//! - Create the object with `nonblocking`. Otherwise, a read blocks the whole loop if no event is
//!   available.
//! - The methods `read_events`, `read_events_interruptible`, `try_read` and `try_next` convert
//!   `EAGAIN` to an empty iterator or to `None`. The functions in `raw` and
//!   [`EventSource::read_events_with`](crate::io::EventSource::read_events_with) return `EAGAIN`
//!   and `EINTR` as errors. A runtime such as tokio needs the error `EAGAIN` to detect that the
//!   descriptor is no longer ready.
//! - With a level-triggered loop, one read for each readiness event is enough, because the loop
//!   reports the descriptor again while events remain. With an edge-triggered loop (mio, tokio, or
//!   epoll with [`Interest::ET`](crate::epoll::Interest::ET)), read until no event is available,
//!   because the loop reports the descriptor again only after new events have arrived.
//!
//! # epoll
//!
//! [`Epoll`](crate::epoll::Epoll) is level-triggered by default:
//!
//! ```
//! use butter::epoll::{Epoll, Event, Interest, Token};
//! use butter::inotify::{Inotify, WatchFlags};
//! use butter::time::Timeout;
//!
//! const FILES: Token = Token(1);
//!
//! fn main() -> butter::Result<()> {
//!     let inotify = Inotify::nonblocking()?;
//!     inotify.add_watch("/tmp", WatchFlags::OPEN)?;
//!     let epoll = Epoll::new()?;
//!     epoll.add(&inotify, FILES, Interest::IN)?;
//! #   std::fs::read_dir("/tmp").unwrap();
//!
//!     let (mut ready, mut buffer) = ([Event::default(); 8], [0; 8192]);
//!     loop {
//!         for event in epoll.wait(&mut ready, Timeout::Infinite)? {
//!             if event.token() == FILES {
//!                 for event in inotify.read_events(&mut buffer)? {
//!                     println!("{} {}", event.flags(), event.name().escape());
//! #                   return Ok(());
//!                 }
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! # tokio
//!
//! `AsyncFd` registers any object that has a descriptor. If the read fails with `EAGAIN`, `try_io`
//! clears the readiness of the descriptor. Call a raw function in `try_io`: with a method that
//! converts `EAGAIN`, the readiness is never cleared, and the task blocks all other tasks. Since
//! tokio 1.53.3, the registration is `unsafe`, because tokio cannot verify that the object keeps
//! its descriptor open. All objects of this crate keep their descriptors open.
//!
//! ```
//! use std::io;
//!
//! use butter::fd::AsFd;
//! use butter::inotify::{self, Inotify, WatchFlags};
//! use tokio::io::Interest;
//! use tokio::io::unix::AsyncFd;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> io::Result<()> {
//!     let inotify = Inotify::nonblocking()?;
//!     inotify.add_watch("/tmp", WatchFlags::OPEN)?;
//!     // SAFETY: an `Inotify` owns its descriptor, and keeps it until it is dropped.
//!     let inotify = unsafe { AsyncFd::register_with_interest(inotify, Interest::READABLE)? };
//! #   std::fs::read_dir("/tmp").unwrap();
//!
//!     let mut buffer = [0; 8192];
//!     loop {
//!         let mut ready = inotify.readable().await?;
//!         let read = ready.try_io(|inotify| {
//!             Ok(inotify::raw::read(inotify.as_fd(), &mut buffer)?)
//!         });
//!         match read {
//!             Ok(Ok(bytes)) => {
//!                 for event in inotify::decode(bytes) {
//!                     println!("{} {}", event.flags(), event.name().escape());
//! #                   return Ok(());
//!                 }
//!             }
//!             Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
//!             Ok(Err(error)) => return Err(error),
//!             // No event was available: `try_io` has cleared the readiness.
//!             Err(_) => {}
//!         }
//!     }
//! }
//! ```
//!
//! # mio
//!
//! `SourceFd` registers the number of a descriptor. mio is edge-triggered, so the program reads
//! until no event is available:
//!
//! ```
//! use butter::fd::AsRawFd;
//! use butter::timerfd::{Clock, Event, Timer, TimerFd};
//! use mio::unix::SourceFd;
//! use mio::{Events, Interest, Poll, Token};
//! use std::time::Duration;
//!
//! const TICK: Token = Token(1);
//!
//! fn main() -> std::io::Result<()> {
//!     let timer = TimerFd::nonblocking(Clock::Monotonic)?;
//!     timer.set(Timer::every(Duration::from_millis(10)))?;
//!     let mut poll = Poll::new()?;
//!     // The timer must outlive its registration: `SourceFd` does not own the descriptor.
//!     poll.registry().register(&mut SourceFd(&timer.as_raw_fd()), TICK, Interest::READABLE)?;
//!
//!     let mut events = Events::with_capacity(8);
//!     loop {
//!         if let Err(error) = poll.poll(&mut events, None) {
//!             // mio returns `EINTR` to its caller.
//!             if error.kind() != std::io::ErrorKind::Interrupted {
//!                 return Err(error);
//!             }
//!         }
//!         for event in &events {
//!             if event.token() == TICK {
//!                 while let Some(event) = timer.try_read()? {
//!                     match event {
//!                         Event::Expired(count) => println!("{count} expirations"),
//!                         Event::ClockChanged => println!("the clock was set"),
//!                     }
//! #                   return Ok(());
//!                 }
//!             }
//!         }
//!     }
//! }
//! ```
