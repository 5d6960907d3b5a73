//! The line on the terminal: a timer, read in the same loop as everything else.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use butter::time::Clock;
use butter::timerfd::{Timer, TimerFd};

use crate::report::Report;
use crate::totals::Totals;

const PERIOD: Duration = Duration::from_secs(1);

pub(crate) struct Progress {
    timer: TimerFd,
    /// When the last line was shown, and the bytes each way until then.
    last: (Instant, u64, u64),
}

impl Progress {
    /// Goes off again and again where a line is shown at all.
    pub(crate) fn new(shown: bool) -> butter::Result<Self> {
        let timer = TimerFd::nonblocking(Clock::Monotonic)?;
        timer.set(if shown { Timer::every(PERIOD) } else { Timer::Disarmed })?;
        Ok(Self { timer, last: (Instant::now(), 0, 0) })
    }

    /// Shows where things stand.
    pub(crate) fn show(&mut self, totals: &Totals, report: &Report) -> butter::Result<()> {
        self.timer.try_read()?;
        let (then, there, back) = self.last;
        let now = Instant::now();
        // A line that was held up is for the time until it is shown.
        let rate = |bytes: u64| {
            Bytes((bytes as f64 / now.duration_since(then).as_secs_f64().max(1e-3)) as u64)
        };
        report.draw(format_args!(
            "{} open, {} ended; there {}, {}/s; back {}, {}/s",
            totals.open(),
            totals.ended,
            Bytes(totals.there),
            rate(totals.there - there),
            Bytes(totals.back),
            rate(totals.back - back),
        ));
        self.last = (now, totals.there, totals.back);
        Ok(())
    }
}

impl AsFd for Progress {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}

/// So many bytes, to be read by people.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let (mut amount, mut unit) = (self.0 as f64, "B");
        for larger in units {
            // What would be rounded to 1024 is one of the next.
            if amount < 1023.95 {
                break;
            }
            (amount, unit) = (amount / 1024.0, larger);
        }
        let places = usize::from(unit != "B");
        write!(f, "{amount:.places$} {unit}")
    }
}
