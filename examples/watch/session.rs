//! The event loop: waits for events, prints them, and determines when the program exits.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use butter::Errno;
use butter::epoll::{self, Epoll, Interest, Token};
use butter::inotify::{Event, Events, Inotify};
use butter::time::Timeout;
use butter::timerfd::{Clock, Event as TimerEvent, Timer, TimerFd};

use crate::common::signals::Signals;
use crate::exit::{Exit, Failure};
use crate::options::Options;
use crate::output::{Output, Printer};
use crate::watches::{self, Watches};

const INOTIFY: Token = Token(1);
const SIGNALS: Token = Token(2);
const HEARTBEAT: Token = Token(3);
const OUTPUT: Token = Token(4);

pub(crate) struct Session<'s> {
    inotify: &'s Inotify,
    signals: &'s Signals,
    watches: Watches,
    printer: Printer<Output<'s>>,
    /// The number of printed events that --count counts.
    pub(crate) count: u64,
    limit: Option<u64>,
    pub(crate) lost: bool,
}

impl<'s> Session<'s> {
    pub(crate) fn new(
        inotify: &'s Inotify,
        signals: &'s Signals,
        watches: Watches,
        options: &Options,
    ) -> Self {
        let printer = Printer::new(Output::new(signals), options.format, options.color);
        Self { inotify, signals, watches, printer, count: 0, limit: options.count, lost: false }
    }

    /// Prints events until the program exits.
    pub(crate) fn run(&mut self, options: &Options) -> Result<Exit, Failure> {
        let exit = match self.run_loop(options) {
            Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Exit::OutputClosed
            }
            exit => exit?,
        };
        Ok(match exit {
            // The interrupt key sends a signal to all processes of a pipeline. Report the signal
            // even if the reader is terminated first.
            Exit::OutputClosed => self.signals.read()?.map_or(Exit::OutputClosed, Exit::Signal),
            exit => exit,
        })
    }

    fn run_loop(&mut self, options: &Options) -> Result<Exit, Failure> {
        let heartbeat = Heartbeat::every(options.every)?;
        let epoll = Epoll::new()?;
        epoll.add(self.inotify, INOTIFY, Interest::IN)?;
        epoll.add(self.signals, SIGNALS, Interest::IN)?;
        epoll.add(&heartbeat, HEARTBEAT, Interest::IN)?;
        // With an empty interest, epoll reports only that the other end of the output is closed.
        match epoll.add(&io::stdout(), OUTPUT, Interest::empty()) {
            // epoll does not support regular files, and a regular file has no reader that could
            // close it.
            Err(error) if error.is(Errno::PERM) => {}
            result => result?,
        }

        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut buffer = [0; 64 * 1024];
        let mut ready = [epoll::Event::default(); 4];
        loop {
            let timeout = remaining(deadline);
            for event in epoll.wait(&mut ready, timeout)? {
                match event.token() {
                    INOTIFY => {
                        let exit = self.print(self.inotify.read_events(&mut buffer)?)?;
                        if let Some(exit) = exit {
                            return Ok(exit);
                        }
                    }
                    HEARTBEAT => {
                        if let Some(missed) = heartbeat.missed()? {
                            self.print_heartbeat(missed)?;
                        }
                    }
                    SIGNALS => drop(self.signals.read()?),
                    OUTPUT => return Ok(Exit::OutputClosed),
                    _ => {}
                }
            }
            // `Output` may also have read the signal while the output was blocked.
            if let Some(signal) = self.signals.first() {
                let exit = self.print_queued(&mut buffer)?;
                return Ok(exit.unwrap_or(Exit::Signal(signal)));
            }
            if timeout == Timeout::Zero {
                return Ok(Exit::Timeout);
            }
        }
    }

    /// Prints the events that are queued now. Events that are queued later are not printed, because
    /// the number of such events is unlimited.
    fn print_queued(&mut self, buffer: &mut [u8]) -> Result<Option<Exit>, Failure> {
        let mut left = butter::io::bytes_available(self.inotify)? as usize;
        while left > 0 {
            let events = self.inotify.read_events(buffer)?;
            match events.rest().len() {
                0 => break,
                read => left = left.saturating_sub(read),
            }
            if let Some(exit) = self.print(events)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    /// Prints the events of one read, and flushes the output.
    fn print(&mut self, events: Events<'_>) -> Result<Option<Exit>, Failure> {
        self.printer.begin();
        let mut exit = None;
        for event in events {
            exit = self.print_one(&event)?;
            if exit.is_some() {
                break;
            }
        }
        self.printer.flush()?;
        Ok(exit)
    }

    fn print_heartbeat(&mut self, missed: u64) -> io::Result<()> {
        self.printer.begin();
        self.printer.print_heartbeat(self.count, missed)?;
        self.printer.flush()
    }

    fn print_one(&mut self, event: &Event<'_>) -> Result<Option<Exit>, Failure> {
        if event.is_overflow() {
            self.lost = true;
            self.printer.print(event, None)?;
            self.remove_lost_watches()?;
        } else if event.is_ignored() {
            // `Watches` does not contain the watch if it was already removed after an overflow.
            if let Some(path) = event.watch().and_then(|watch| self.watches.remove(watch)) {
                self.printer.print(event, Some(&path))?;
            }
        } else {
            let path = event.watch().and_then(|watch| self.watches.get(watch));
            self.printer.print(event, path)?;
            // `--count` does not count `UNMOUNT` events, which report the removal of a watch.
            self.count += u64::from(!event.is_unmount());
        }
        Ok(if self.limit == Some(self.count) {
            Some(Exit::CountReached)
        } else if self.watches.len() == 0 {
            Some(Exit::NoWatches)
        } else {
            None
        })
    }

    /// Removes the watches that no longer exist in the kernel. The `IGNORED` events of these
    /// watches may be among the lost events.
    fn remove_lost_watches(&mut self) -> io::Result<()> {
        let Ok(existing) = watches::existing(self.inotify) else { return Ok(()) };
        for (watch, path) in self.watches.remove_all_except(&existing) {
            self.printer.print_removed(watch, &path)?;
        }
        Ok(())
    }
}

/// Returns the time until the deadline, rounded up to milliseconds, because every kernel supports
/// timeouts in milliseconds.
fn remaining(deadline: Option<Instant>) -> Timeout {
    let Some(deadline) = deadline else { return Timeout::Infinite };
    Timeout::from(deadline.saturating_duration_since(Instant::now())).ceil_to_millis()
}

/// The heartbeat timer.
pub(crate) struct Heartbeat(TimerFd);

impl Heartbeat {
    /// Creates a timer that expires periodically, or never if `period` is `None`.
    pub(crate) fn every(period: Option<Duration>) -> butter::Result<Self> {
        let timer = TimerFd::nonblocking(Clock::Monotonic)?;
        timer.set(period.map_or(Timer::Disarmed, Timer::every))?;
        Ok(Self(timer))
    }

    /// Returns the number of heartbeats that were missed before the current heartbeat, or `None` if
    /// no heartbeat is due.
    pub(crate) fn missed(&self) -> butter::Result<Option<u64>> {
        Ok(match self.0.try_read()? {
            Some(TimerEvent::Expired(times)) => Some(times.saturating_sub(1)),
            // The monotonic clock cannot be set.
            Some(TimerEvent::ClockChanged) | None => None,
        })
    }
}

impl AsFd for Heartbeat {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
