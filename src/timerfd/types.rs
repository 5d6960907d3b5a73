//! What the calls take and give.

use crate::time::Timespec;

flags! {
    /// How a timer is made.
    pub struct CreateFlags: u32 {
        "TFD_NONBLOCK" NONBLOCK = 0x800, "a read that would have to wait fails with `EAGAIN`. Since Linux 2.6.27.";
        "TFD_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor. Since Linux 2.6.27.";
    }
}

flags! {
    /// How a timer is set.
    pub struct SetFlags: u32 {
        "TFD_TIMER_ABSTIME" ABSTIME = 1, "the value is a moment on the clock, not a time from now.";
        "TFD_TIMER_CANCEL_ON_SET" CANCEL_ON_SET = 2, "a read fails with `ECANCELED` when the clock is set; for moments \
            on a real-time clock. Since Linux 3.0.";
    }
}

/// `struct itimerspec`: when a timer goes off, and how often again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct Itimerspec {
    /// The time from one going off to the next; zero for no next.
    pub interval: Timespec,
    /// The time to the first; zero for none.
    pub value: Timespec,
}

layout! { Itimerspec: size 32, align 8, interval at 0, value at 16 }
