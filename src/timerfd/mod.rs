//! Timers that are read: how often one has gone off, as a number in a descriptor.
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::time::Clock;
//! use butter::timerfd::{Ticks, Timer, TimerFd};
//!
//! # fn main() -> butter::Result<()> {
//! let timer = TimerFd::new(Clock::Monotonic)?;
//! timer.set(Timer::every(Duration::from_millis(5)))?;
//! for _ in 0..3 {
//!     match timer.read()? {
//!         Ticks::Expired(times) => println!("went off {times} times since the last look"),
//!         Ticks::ClockChanged => unreachable!("only a timer that asks for it is told"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A moment of the day, for which the timer is set anew whenever the clock is:
//!
//! ```
//! use std::time::Duration;
//!
//! use butter::time::{Clock, clock_gettime};
//! use butter::timerfd::{Ticks, Timer, TimerFd};
//!
//! # fn main() -> butter::Result<()> {
//! let timer = TimerFd::new(Clock::Realtime)?;
//! let now = clock_gettime(Clock::Realtime)?;
//! let moment = now.checked_add(Duration::from_millis(5)).expect("the clock is not at its end");
//! loop {
//!     timer.set_cancel_on_set(Timer::once_at(moment))?;
//!     if let Ticks::Expired(_) = timer.read()? {
//!         break;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | kernel call | raw | method | since |
//! |---|---|---|---|
//! | `timerfd_create` | [`raw::timerfd_create`] | [`TimerFd::new`], [`TimerFd::nonblocking`] | 2.6.25 |
//! | `timerfd_settime` | [`raw::timerfd_settime`] | [`TimerFd::set`], [`TimerFd::replace`], [`TimerFd::set_cancel_on_set`] | 2.6.25 |
//! | `timerfd_gettime` | [`raw::timerfd_gettime`] | [`TimerFd::get`] | 2.6.25 |
//! | `read` | [`raw::read`] | [`TimerFd::read`], [`TimerFd::try_read`] | 2.6.25 |
//! | `ioctl(TFD_IOC_SET_TICKS)` | [`raw::ioctl_set_ticks`] | - | 3.17 |
//!
//! # Worth knowing
//!
//! - The clocks are `Realtime`, `Monotonic`, `Boottime` and the two alarms, which wake the machine and take the
//!   capability `CAP_WAKE_ALARM`.
//! - To the kernel a delay of zero means no timer at all. Here it goes off at once; [`Timer::Disarmed`] is no timer.
//! - A moment on a clock that is set goes off when the clock says so, earlier or later than was thought.
//!   [`TimerFd::set_cancel_on_set`] asks to be told: [`Ticks::ClockChanged`], once for all changes since the last read.
//!   Then set it anew: a timer that went off before the change was read has stopped, and [`TimerFd::get`] does not say
//!   so.
//! - The kernel knows a change by how the clock stood when the timer was made, or last told of one: make the timer
//!   where it is set.
//! - What went off and was not read is forgotten when the timer is set anew.
//! - A child process, and every duplicate of the descriptor, shares the timer.

mod event;
pub mod raw;
mod timer;
mod types;

pub use event::{Start, Ticks, Timer};
pub use timer::TimerFd;
pub use types::{CreateFlags, Itimerspec, SetFlags};
