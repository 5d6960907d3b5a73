//! The event loop: waits for events, updates the readiness of sockets, gives each connection its
//! turn, and accepts connections.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use butter::Errno;
use butter::epoll::{Event, Interest, Token};
use butter::signal::Signal;
use butter::time::Timeout;
use butter::timerfd::{Clock, Timer, TimerFd};

use crate::common::cli::SystemError;
use crate::common::signals::Signals;
use crate::connection::Shared;
use crate::connections::Connections;
use crate::listener::{Accepted, ConnectionLimit, Listener};
use crate::report::{Failure, Progress};

// The following tokens are greater than the tokens of all connections.
const LISTENER: Token = Token(u64::MAX);
const SIGNALS: Token = Token(u64::MAX - 1);
const PROGRESS: Token = Token(u64::MAX - 2);
const PAUSE: Token = Token(u64::MAX - 3);

/// The maximum number of connections accepted before the open connections have their turn.
const BATCH: usize = 64;

pub(crate) struct Session<'s> {
    listener: &'s Listener,
    listening: bool,
    signals: &'s Signals,
    progress: Progress,
    pause: Pause,
    limit: ConnectionLimit,
    connections: Connections,
    shared: &'s mut Shared,
    /// The last error that left a connection waiting; `None` after a connection was accepted.
    last_error: Option<Errno>,
}

impl<'s> Session<'s> {
    pub(crate) fn new(
        listener: &'s Listener,
        signals: &'s Signals,
        shared: &'s mut Shared,
    ) -> butter::Result<Self> {
        let progress = Progress::new(shared.report.shows_progress())?;
        let pause = Pause::new()?;
        let limit = ConnectionLimit::new(&pause);
        shared.epoll.add(listener, LISTENER, Interest::IN)?;
        shared.epoll.add(signals, SIGNALS, Interest::IN)?;
        shared.epoll.add(&progress, PROGRESS, Interest::IN)?;
        shared.epoll.add(&pause, PAUSE, Interest::IN)?;
        Ok(Self {
            listener,
            listening: true,
            signals,
            progress,
            pause,
            limit,
            connections: Connections::default(),
            shared,
            last_error: None,
        })
    }

    /// Prints a message before the first connection.
    pub(crate) fn info(&self, line: fmt::Arguments<'_>) {
        self.shared.report.info(line);
    }

    /// Relays data until a termination signal is pending, and returns this signal.
    pub(crate) fn run(&mut self) -> Result<Signal, Failure> {
        let mut ready = [Event::default(); 256];
        loop {
            let timeout =
                if self.connections.has_runnable() { Timeout::Zero } else { Timeout::Infinite };
            let mut accept = false;
            // This loop only updates the readiness of sockets. If it also ended a connection, a new
            // connection could reuse the index of the old connection, and would receive the
            // remaining events of the old connection.
            for event in self.shared.epoll.wait(&mut ready, timeout)? {
                match event.token() {
                    LISTENER => accept = true,
                    SIGNALS => {
                        if let Some(signal) = self.signals.read()? {
                            return Ok(signal);
                        }
                    }
                    PROGRESS => self.progress.show(&self.shared.totals, &self.shared.report)?,
                    PAUSE => {
                        self.pause.finish()?;
                        self.connections.resume_paused();
                        accept = true;
                    }
                    _ => self.connections.update(event),
                }
            }
            let ended = self.connections.advance(self.shared);
            if accept || ended > 0 && !self.listening {
                self.accept()?;
            }
            if self.connections.has_paused() {
                self.pause.start()?;
            }
        }
    }

    /// Accepts pending connections. While the limit on connections is reached, and during a pause
    /// after an error, epoll does not monitor the listener, because the listener would always be
    /// ready.
    fn accept(&mut self) -> Result<(), Failure> {
        let limit = self.limit.connections();
        let mut listen = true;
        let mut aborted = 0;
        for _ in 0..BATCH {
            if self.connections.open() >= limit {
                listen = false;
                break;
            }
            match self.listener.accept().map_err(Failure::Accept)? {
                Accepted::Connection(client) => {
                    self.last_error = None;
                    let totals = &mut self.shared.totals;
                    totals.accepted += 1;
                    // `add` fails if the per-user limit on epoll watches
                    // (fs.epoll.max_user_watches) is reached. In this case, only the new connection
                    // ends.
                    if self.connections.add(client, &self.shared.epoll).is_err() {
                        totals.ended += 1;
                        totals.failed += 1;
                    }
                }
                Accepted::None => break,
                // A seccomp filter can also fail every call with such an error.
                Accepted::Aborted if aborted < BATCH - 1 => aborted += 1,
                // Other processes may use the exhausted resource, and no event reports that the
                // resource is available again.
                Accepted::Aborted | Accepted::Exhausted => {
                    self.pause.start()?;
                    listen = false;
                    break;
                }
                Accepted::Failed(error) => {
                    self.accept_failed(&error);
                    self.pause.start()?;
                    listen = false;
                    break;
                }
            }
        }
        if listen != self.listening {
            let interest = if listen { Interest::IN } else { Interest::empty() };
            self.shared.epoll.modify(self.listener, LISTENER, interest)?;
            self.listening = listen;
        }
        Ok(())
    }

    /// Prints the error of an attempt to accept a connection if it differs from the previous error.
    fn accept_failed(&mut self, error: &io::Error) {
        let errno = Errno::from_io_error(error);
        if self.last_error != errno {
            let error = SystemError::Io(error);
            self.shared.report.error(format_args!("cannot accept a connection: {error}"));
        }
        self.last_error = errno;
    }
}

/// A timer for retries after a resource was exhausted or a connection could not be accepted.
struct Pause {
    timer: TimerFd,
    running: bool,
}

impl Pause {
    const DURATION: Duration = Duration::from_millis(20);

    fn new() -> butter::Result<Self> {
        Ok(Self { timer: TimerFd::nonblocking(Clock::Monotonic)?, running: false })
    }

    fn start(&mut self) -> butter::Result<()> {
        if !self.running {
            self.timer.set(Timer::once(Self::DURATION))?;
            self.running = true;
        }
        Ok(())
    }

    fn finish(&mut self) -> butter::Result<()> {
        self.timer.try_read()?;
        self.running = false;
        Ok(())
    }
}

impl AsFd for Pause {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}
