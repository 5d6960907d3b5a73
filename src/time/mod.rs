//! Times, clocks, timeouts and sleeping.
//!
//! | kernel call | function | since |
//! |---|---|---|
//! | `clock_gettime` | [`clock_gettime`] | 2.6.0 |
//! | `clock_getres` | [`clock_getres`] | 2.6.0 |
//! | `clock_settime` | [`clock_settime`] | 2.6.0 |
//! | `clock_adjtime` | [`clock_adjtime`] | 2.6.39 |
//! | `nanosleep` | [`nanosleep`] | 2.0 |
//! | `clock_nanosleep` | [`clock_nanosleep_relative`], [`clock_nanosleep_absolute`]; [`sleep`], [`sleep_until`] | 2.6.0 |
//!
//! [`Timespec`] is the kernel's representation of a point in time or a duration, and [`Timeout`] is
//! the maximum duration of a wait.
//!
//! Each function makes one system call, except for [`sleep`] and [`sleep_until`], which continue to
//! sleep after a signal. The other functions that sleep fail with `EINTR` if a signal interrupts
//! them.

pub(crate) mod clock;
pub(crate) mod sleep;
mod timeout;
mod timex;
mod types;

#[doc(alias = "adjtimex", alias = "ntp_adjtime")]
pub use clock::clock_adjtime;
pub use clock::{clock_getres, clock_gettime, clock_settime};
#[doc(alias = "clock_nanosleep")]
pub use sleep::clock_nanosleep_relative;
pub use sleep::nanosleep;
#[doc(alias = "nanosleep", alias = "clock_nanosleep", alias = "usleep")]
pub use sleep::sleep;
#[doc(alias = "clock_nanosleep", alias = "TIMER_ABSTIME")]
pub use sleep::{clock_nanosleep_absolute, sleep_until};
pub use timeout::Timeout;
pub(crate) use timeout::wait_until_timeout;
#[doc(alias = "timex")]
pub use timex::Timex;
pub use timex::{AdjustModes, ClockState, ClockStatus, TimexTime};
#[doc(alias = "clockid_t", alias = "ClockId")]
pub use types::Clock;
pub use types::OutOfRangeError;
#[doc(alias = "timespec")]
pub use types::Timespec;
