//! Messages, progress and totals on standard error. While connections are open, a message whose
//! write would block is omitted.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;
use butter::timerfd::{Clock, Timer, TimerFd};

use crate::PROGRAM;
use crate::common::cli::SystemError;
use crate::common::units::{Bytes, Count, Rate};
use crate::log::End;

/// Moves the cursor to the start of the line, and erases the progress line.
const CLEAR: &str = "\r\x1b[K";

pub(crate) struct Report {
    quiet: bool,
    terminal: bool,
}

impl Report {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, terminal: !quiet && io::stderr().is_terminal() }
    }

    /// Returns whether a progress line is shown.
    pub(crate) fn shows_progress(&self) -> bool {
        self.terminal
    }

    /// Replaces the progress line.
    pub(crate) fn progress(&self, line: fmt::Arguments<'_>) {
        if self.terminal && Self::is_writable() {
            write(format_args!("{CLEAR}{line}"));
        }
    }

    /// Prints an error, even with `--quiet`. Omits the error if a write to standard error would
    /// block.
    pub(crate) fn error(&self, line: fmt::Arguments<'_>) {
        if Self::is_writable() {
            self.line(line);
        }
    }

    /// Prints a message, unless `--quiet` is set. Blocks until the message is written, which is
    /// acceptable before the first and after the last connection.
    pub(crate) fn info(&self, line: fmt::Arguments<'_>) {
        if !self.quiet {
            self.line(line);
        }
    }

    /// Erases the progress line before other output to the terminal.
    pub(crate) fn clear_progress(&self) {
        if self.terminal && Self::is_writable() {
            write(format_args!("{CLEAR}"));
        }
    }

    /// Returns whether standard error can be written to without blocking.
    pub(crate) fn is_writable() -> bool {
        is_writable(&io::stderr())
    }

    fn line(&self, line: fmt::Arguments<'_>) {
        let clear = if self.terminal { CLEAR } else { "" };
        write(format_args!("{clear}{PROGRAM}: {line}\n"));
    }
}

/// Returns whether a descriptor can be written to without blocking. A descriptor whose writes fail
/// does not block.
pub(crate) fn is_writable(file: &impl AsFd) -> bool {
    let mut ready = [PollFd::new(file, PollFlags::OUT)];
    let writable = PollFlags::OUT | PollFlags::ERR;
    poll::wait(&mut ready, Timeout::Zero).is_ok() && ready[0].ready().intersects(writable)
}

/// Writes the text with one system call, so that a writable pipe accepts the text without blocking.
/// A write error is ignored, because it cannot be reported.
fn write(text: fmt::Arguments<'_>) {
    let _ = io::stderr().write_all(text.to_string().as_bytes());
}

/// The reason why the program fails.
pub(crate) enum Failure {
    Call(butter::Error),
    Accept(butter::Error),
    /// A failure before the first connection.
    Start(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => SystemError::Call(*error).fmt(f),
            Self::Accept(error) => {
                write!(f, "cannot accept connections: {}", SystemError::Call(*error))
            }
            Self::Start(message) => f.write_str(message),
        }
    }
}

impl From<butter::Error> for Failure {
    fn from(error: butter::Error) -> Self {
        Self::Call(error)
    }
}

/// The numbers of connections and bytes since the start of the program.
#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) accepted: u64,
    /// Connections that have ended, for any reason.
    pub(crate) ended: u64,
    /// The ended connections that failed, or whose data could not be delivered completely.
    pub(crate) failed: u64,
    /// The ended connections for which the target could not be reached.
    pub(crate) unreachable: u64,
    /// Bytes that the kernel has accepted for the target.
    pub(crate) to_target: u64,
    /// Bytes that the kernel has accepted for the clients.
    pub(crate) to_client: u64,
}

impl Totals {
    /// Counts a connection that has ended. `lost` states whether data that was read was not
    /// delivered.
    pub(crate) fn count(&mut self, end: &End, lost: bool) {
        self.ended += 1;
        match end {
            End::Unreachable => self.unreachable += 1,
            End::Closed | End::Terminated => {}
            End::IdleTimeout => self.failed += u64::from(lost),
            End::Failed(..) | End::Undelivered(..) | End::ClientLeft | End::Exhausted(_) => {
                self.failed += 1;
            }
        }
    }

    fn open(&self) -> u64 {
        self.accepted - self.ended
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, failed, unreachable, to_target, to_client, .. } = self;
        let open = self.open();
        write!(f, "{}", Count(*accepted, "connection"))?;
        write!(f, " ({failed} failed, {unreachable} with unreachable target, {open} aborted)")?;
        write!(f, "; {to_target} bytes to target, {to_client} bytes to client")
    }
}

/// The progress line on a terminal, and the timer that updates it.
pub(crate) struct Progress {
    timer: TimerFd,
    /// The time of the last update, and the number of bytes in each direction at that time.
    last: (Instant, u64, u64),
}

impl Progress {
    const PERIOD: Duration = Duration::from_secs(1);

    /// Creates a timer that expires periodically if progress is enabled, and never otherwise.
    pub(crate) fn new(enabled: bool) -> butter::Result<Self> {
        let timer = TimerFd::nonblocking(Clock::Monotonic)?;
        timer.set(if enabled { Timer::every(Self::PERIOD) } else { Timer::Disarmed })?;
        Ok(Self { timer, last: (Instant::now(), 0, 0) })
    }

    /// Updates the progress line.
    pub(crate) fn show(&mut self, totals: &Totals, report: &Report) -> butter::Result<()> {
        self.timer.try_read()?;
        let (then, to_target, to_client) = self.last;
        let now = Instant::now();
        // If an update is delayed, the printed rate covers the whole time since the last update.
        let time = now.duration_since(then);
        report.progress(format_args!(
            "{} open, {} ended; to target {}, {}; to client {}, {}",
            totals.open(),
            totals.ended,
            Bytes(totals.to_target),
            Rate { bytes: totals.to_target - to_target, time },
            Bytes(totals.to_client),
            Rate { bytes: totals.to_client - to_client, time },
        ));
        self.last = (now, totals.to_target, totals.to_client);
        Ok(())
    }
}

impl AsFd for Progress {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}
