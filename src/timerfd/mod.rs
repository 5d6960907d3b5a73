//! Timers that report their expirations through a file descriptor.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::timerfd::{Clock, Event, Timer, TimerFd};
//!
//! # fn main() -> butter::Result<()> {
//! let timer = TimerFd::new(Clock::Monotonic)?;
//! timer.set(Timer::every(Duration::from_millis(5)))?;
//! for _ in 0..3 {
//!     match timer.read()? {
//!         Event::Expired(times) => println!("expired {times} times since the last read"),
//!         Event::ClockChanged => unreachable!("`set_cancel_on_set` was not called"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! In the following example, the timer expires at a time of day. The loop sets the timer again
//! whenever `CLOCK_REALTIME` is changed:
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::time::{self, clock_gettime};
//! use butter::timerfd::{Clock, Event, Timer, TimerFd};
//!
//! # fn main() -> butter::Result<()> {
//! let timer = TimerFd::new(Clock::Realtime)?;
//! let now = clock_gettime(time::Clock::Realtime)?;
//! let alarm = now.checked_add(Duration::from_millis(5)).expect("the time is in range");
//! loop {
//!     timer.set_cancel_on_set(Timer::once_at(alarm))?;
//!     if let Event::Expired(_) = timer.read()? {
//!         break;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method of [`TimerFd`] | since |
//! |---|---|---|---|
//! | `timerfd_create` | [`raw::timerfd_create`] | [`new`], [`nonblocking`] | 2.6.25 |
//! | `timerfd_settime` | [`raw::timerfd_settime`] | [`set`], [`replace`] | 2.6.25 |
//! | `timerfd_settime(TFD_TIMER_CANCEL_ON_SET)` | [`raw::timerfd_settime`] | [`set_cancel_on_set`] | 3.0 |
//! | `timerfd_gettime` | [`raw::timerfd_gettime`] | [`get`] | 2.6.25 |
//! | `read` | [`raw::read`] | [`read`], [`try_read`], [`read_interruptible`] | 2.6.25 |
//! | `ioctl(TFD_IOC_SET_TICKS)` | [`raw::ioctl_set_ticks`] | - | 3.17 |
//!
//! [`new`]: TimerFd::new
//! [`nonblocking`]: TimerFd::nonblocking
//! [`set`]: TimerFd::set
//! [`replace`]: TimerFd::replace
//! [`set_cancel_on_set`]: TimerFd::set_cancel_on_set
//! [`get`]: TimerFd::get
//! [`read`]: TimerFd::read
//! [`try_read`]: TimerFd::try_read
//! [`read_interruptible`]: TimerFd::read_interruptible
//!
//! # Notes
//!
//! - `timerfd_settime` disarms a timer if the delay is zero. With [`TimerFd::set`], a timer with a
//!   delay of zero expires immediately; [`Timer::Disarmed`] disarms a timer.
//! - Setting a timer discards the expirations that were not read.
//! - A timer that is set to an absolute time expires when its clock reaches that time, so changing
//!   the clock advances or delays the expiration. After [`TimerFd::set_cancel_on_set`], a read
//!   returns [`Event::ClockChanged`] once, even if the clock was changed several times. After
//!   [`Event::ClockChanged`], set the timer again. A timer that had expired before this event was
//!   read is stopped, even if the timer is periodic, and [`TimerFd::get`] does not show that the
//!   timer is stopped.
//! - The kernel reports a clock change if the clock has been set since the timer was created or
//!   last reported a clock change. A clock change before the timer is set is therefore also
//!   reported: create the timer shortly before setting the timer.
//! - If `CLOCK_REALTIME` is set back after an expiration, and before the expiration is read, the
//!   kernel cancels the expiration: a read of a blocking timer returns 0 bytes. After a read of 0
//!   bytes, [`TimerFd::read`] continues to wait, and [`raw::read`] returns `None`. If a read
//!   returns 1 to 7 bytes, the descriptor is not a timer, and the read fails with `EINVAL`.
//! - Duplicates of the descriptor, including those in child processes, share the timer.

mod event;
pub mod raw;
mod timer;
mod types;

pub use event::{Event, Start, Timer};
#[doc(alias = "timerfd_create", alias = "timerfd_settime", alias = "timerfd_gettime")]
pub use timer::TimerFd;
#[doc(alias = "itimerspec")]
pub use types::Itimerspec;
pub use types::{Clock, CreateFlags, SetFlags};
