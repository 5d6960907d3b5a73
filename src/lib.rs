//! Linux system calls without a C library: typed, sound access to the kernel's event descriptors,
//! pipes, mounts, namespaces and signals. The crate makes its system calls directly, not through
//! libc.
//!
//! The package is named `butter-linux`, and its library is named `butter`.
//!
//! # Finding a call
//!
//! The search of this documentation finds every item by its C name, such as `inotify_add_watch`,
//! `EPOLLIN` or `sigprocmask`. The functions of a module have two levels:
//!
//! - The submodule `raw` contains one function per kernel call, with the kernel's name, typed
//!   arguments and unchanged flags. Each raw function makes exactly one system call, and returns
//!   `EINTR` and `EAGAIN` to its caller.
//! - The objects and functions of the module itself ([`Inotify`](inotify::Inotify),
//!   [`Epoll`](epoll::Epoll), [`mount::bind_mount`], ...) create close-on-exec descriptors, retry
//!   on `EINTR`, and keep their deadlines across retries. Methods whose names end in
//!   `_interruptible` return `EINTR`.
//!
//! Raw functions take descriptors as [`BorrowedFd`](fd::BorrowedFd): pass `object.as_fd()`, which
//! requires `use butter::fd::AsFd`. Other functions take `impl AsFd`: pass the object, or a
//! reference to it.
//!
//! # An event loop
//!
//! One loop waits for file changes, a timer and signals, without allocation and without `unsafe`:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use butter::epoll::{self, Epoll, Interest, Token};
//! use butter::inotify::{Inotify, WatchFlags};
//! use butter::signal::{self, Cause, SigSet, Signal};
//! use butter::signalfd::SignalFd;
//! use butter::time::Timeout;
//! use butter::timerfd::{self, Timer, TimerFd};
//!
//! const FILES: Token = Token(1);
//! const TICK: Token = Token(2);
//! const QUIT: Token = Token(3);
//!
//! fn main() -> butter::Result<()> {
//!     let stop = SigSet::from([Signal::INT, Signal::TERM]);
//!     let _mask = signal::block(stop)?; // before other threads start, which inherit the mask
//!     let signals = SignalFd::nonblocking(stop)?;
//!     let inotify = Inotify::nonblocking()?;
//!     inotify.add_watch("/tmp", WatchFlags::CREATE | WatchFlags::DELETE)?;
//!     let timer = TimerFd::nonblocking(timerfd::Clock::Monotonic)?;
//!     timer.set(Timer::every(Duration::from_secs(1)))?;
//!
//!     let epoll = Epoll::new()?;
//!     epoll.add(&inotify, FILES, Interest::IN)?;
//!     epoll.add(&timer, TICK, Interest::IN)?;
//!     epoll.add(&signals, QUIT, Interest::IN)?;
//!
//!     let (mut events, mut buffer) = ([epoll::Event::default(); 16], [0; 8192]);
//!     loop {
//!         for event in epoll.wait(&mut events, Timeout::Infinite)? {
//!             match event.token() {
//!                 FILES => {
//!                     for event in inotify.read_events(&mut buffer)? {
//!                         println!("{} {}", event.flags(), event.name().escape());
//!                     }
//!                 }
//!                 TICK => match timer.try_read()? {
//!                     Some(timerfd::Event::Expired(count)) => println!("{count} s"),
//!                     Some(timerfd::Event::ClockChanged) | None => {}
//!                 },
//!                 QUIT => {
//!                     if let Some(event) = signals.try_read()? {
//!                         if let Cause::Kill { pid: Some(pid), .. } = event.cause() {
//!                             println!("{} from process {pid}", event.signal());
//!                         }
//!                         return Ok(());
//!                     }
//!                 }
//!                 _ => {}
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! # Errors
//!
//! Every call that fails returns an [`Error`], which contains the call and its [`Errno`] in 4
//! bytes. [`Error::kind`] returns an [`ErrorKind`](error::ErrorKind), on which programs can match.
//! With the feature `explain`, a printed error states the possible causes of the errno for the
//! failed call.
//!
//! # Feature flags
//!
//! - `std` (default): `std`'s descriptor and path types, and conversions to `std::io::Error`.
//!   Enables `alloc`.
//! - `alloc`: owned events, and vectors and strings as buffers and paths.
//! - `explain` (default): causes of the errno in printed errors.
//!
//! Without features, the crate is `no_std`, needs no allocator, and its object code refers to no
//! symbols except functions to which the compiler generates calls, such as `memcpy`.
//!
//! # Kernel versions
//!
//! The crate supports Linux 5.10 and newer. The documentation and the `ENOSYS` error of a call that
//! is newer than 5.10 state the version that introduced the call.

#![cfg_attr(not(any(test, feature = "std")), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

#[cfg(not(all(
    any(target_os = "linux", target_os = "none"),
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    target_endian = "little",
)))]
compile_error!(
    "butter supports Linux on x86_64 and aarch64 (64-bit, little-endian): \
    the targets *-linux-gnu, *-linux-musl and *-none of both architectures"
);

#[cfg(feature = "alloc")]
extern crate alloc;

// A module imports from its own layer and from lower layers, never from a higher layer:
// `tests/it/layering.rs` checks this rule.

// Macros that every layer uses.
#[macro_use]
mod macros;

// Layer 0: the architecture.
#[path = "../arch/mod.rs"]
pub(crate) mod arch;

// Layer 1: errors.
pub mod error;

// Layer 2: system calls.
pub(crate) mod syscall;

// Layer 3: types and calls that all features share.
pub mod fd;
pub mod fs;
mod ids;
pub mod io;
pub mod net;
#[macro_use]
pub mod path;
pub mod poll;
mod procfs;
pub mod signal;
pub mod thread;
pub mod time;

// Layers 4 and 5: features. Each module contains the raw calls (layer 4) and the objects and
// functions that call them (layer 5).
pub mod copy;
pub mod epoll;
pub mod eventfd;
pub mod fanotify;
pub mod handle;
pub mod idmap;
pub mod inotify;
pub mod landlock;
pub mod memfd;
pub mod mm;
pub mod mount;
pub mod namespace;
pub mod pipe;
pub mod process;
pub mod rand;
pub mod seccomp;
pub mod signalfd;
pub mod system;
pub mod timerfd;
pub mod uts;

// Documentation of the objects in event loops, without items. Its examples depend on tokio and mio,
// so they are not tested with the library's, but with the package `butter-event-loops`.
#[cfg(not(doctest))]
pub mod event_loops;

// Layer 6: modules that depend on every feature.
#[cfg(feature = "alloc")]
mod alloc_impls;
mod explain;
#[cfg(feature = "std")]
mod std_impls;

pub use error::{Errno, Error, Result};

/// Includes the README, so that its examples run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
