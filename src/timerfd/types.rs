//! The clocks, flags and structs of the timer calls.

use crate::time::{self, Timespec};

/// A clock that a timer can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Clock {
    /// `CLOCK_REALTIME` - the time of day. This clock can be set.
    #[doc(alias = "CLOCK_REALTIME")]
    Realtime = 0,
    /// `CLOCK_MONOTONIC` - the time since system boot, without the time during which the system was
    /// suspended. This clock cannot be set.
    #[doc(alias = "CLOCK_MONOTONIC")]
    Monotonic = 1,
    /// `CLOCK_BOOTTIME` - like `Monotonic`, but including the time during which the system was
    /// suspended. Since Linux 3.15.
    #[doc(alias = "CLOCK_BOOTTIME")]
    Boottime = 7,
    /// `CLOCK_REALTIME_ALARM` - like `Realtime`, but the expiration of the timer wakes a suspended
    /// system. Requires `CAP_WAKE_ALARM`. Since Linux 3.11.
    #[doc(alias = "CLOCK_REALTIME_ALARM")]
    RealtimeAlarm = 8,
    /// `CLOCK_BOOTTIME_ALARM` - like `Boottime`, but the expiration of the timer wakes a suspended
    /// system. Requires `CAP_WAKE_ALARM`. Since Linux 3.11.
    #[doc(alias = "CLOCK_BOOTTIME_ALARM")]
    BoottimeAlarm = 9,
}

impl From<Clock> for time::Clock {
    #[inline]
    fn from(clock: Clock) -> Self {
        match clock {
            Clock::Realtime => Self::Realtime,
            Clock::Monotonic => Self::Monotonic,
            Clock::Boottime => Self::Boottime,
            Clock::RealtimeAlarm => Self::RealtimeAlarm,
            Clock::BoottimeAlarm => Self::BoottimeAlarm,
        }
    }
}

flags! {
    /// The flags of `timerfd_create`.
    pub struct CreateFlags: u32 {
        "TFD_NONBLOCK" NONBLOCK = 0x800, "reads that would block fail with `EAGAIN`. Since Linux \
            2.6.27.";
        "TFD_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor (close-on-exec). Since \
            Linux 2.6.27.";
    }
}

flags! {
    /// The flags of `timerfd_settime`.
    pub struct SetFlags: u32 {
        "TFD_TIMER_ABSTIME" ABSTIME = 1, "the initial expiration is an absolute time of the clock, \
            not relative to the current time.";
        "TFD_TIMER_CANCEL_ON_SET" CANCEL_ON_SET = 2, "reads fail with `ECANCELED` after the clock \
            was set. This flag has an effect only together with `ABSTIME`, and only for a realtime \
            clock. Since Linux 3.0.";
    }
}

/// `struct itimerspec`: the setting of a timer.
#[doc(alias = "itimerspec")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct Itimerspec {
    /// The period of a periodic timer. A period of zero sets a timer that expires once.
    #[doc(alias = "it_interval")]
    pub interval: Timespec,
    /// The time of the initial expiration. A time of zero disarms the timer.
    #[doc(alias = "it_value")]
    pub value: Timespec,
}

layout! { Itimerspec: size 32, align 8, interval at 0, value at 16 }
