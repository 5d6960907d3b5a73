//! The heartbeat: a timer, read in the same loop as everything else.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use butter::time::Clock;
use butter::timerfd::{Ticks, Timer, TimerFd};

pub(crate) struct Heartbeat(TimerFd);

impl Heartbeat {
    /// One each time that so much time has passed, from now on; without a period, never.
    pub(crate) fn every(period: Option<Duration>) -> butter::Result<Self> {
        let timer = TimerFd::nonblocking(Clock::Monotonic)?;
        timer.set(period.map_or(Timer::Disarmed, Timer::every))?;
        Ok(Self(timer))
    }

    /// How many were missed before the one that is due; `None` if none is.
    pub(crate) fn missed(&self) -> butter::Result<Option<u64>> {
        Ok(match self.0.try_read()? {
            Some(Ticks::Expired(times)) => Some(times.saturating_sub(1)),
            // Nobody can set this clock.
            Some(Ticks::ClockChanged) | None => None,
        })
    }
}

impl AsFd for Heartbeat {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
