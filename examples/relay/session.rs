//! The event loop: waits for events, updates the readiness of sockets, gives each connection its
//! turn, and accepts connections.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

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
use crate::log::End;
use crate::report::{Failure, Progress};

// The following tokens are greater than the tokens of all connections.
const LISTENER: Token = Token(u64::MAX);
const SIGNALS: Token = Token(u64::MAX - 1);
const PROGRESS: Token = Token(u64::MAX - 2);
const PAUSE: Token = Token(u64::MAX - 3);
const RESOLVER: Token = Token(u64::MAX - 4);

/// The number of descriptors that the C library opens at the same time to resolve a name: a file, a
/// socket and, with glibc, a shared library.
const RESOLVER_DESCRIPTORS: usize = 4;

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
    ) -> Result<Self, Failure> {
        let mut temporary = 0;
        if let Some(resolver) = shared.targets.start_resolver().map_err(|error| {
            let error = SystemError::Io(&error);
            Failure::Start(format!("cannot start the thread that resolves host names: {error}"))
        })? {
            shared.epoll.add(resolver, RESOLVER, Interest::IN)?;
            temporary = RESOLVER_DESCRIPTORS;
        }
        let progress = Progress::new(shared.report.shows_progress())?;
        let pause = Pause::new()?;
        let limit = ConnectionLimit::new(&pause, temporary);
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

    /// Prints the addresses before the first connection.
    pub(crate) fn announce(&self) {
        let (listen, targets) = (&self.listener.address, &self.shared.targets);
        self.shared.report.info(format_args!("listening on {listen}, relaying to {targets}"));
    }

    /// Relays data until a termination signal is pending, and returns this signal.
    pub(crate) fn run(&mut self) -> Result<Signal, Failure> {
        let mut ready = [Event::default(); 256];
        loop {
            let timeout = self.timeout();
            let mut accept = false;
            let events = match self.shared.epoll.wait_interruptible(&mut ready, timeout, None) {
                // The process was stopped and continued, or traced.
                Err(error) if error.is(Errno::INTR) => &[],
                result => result?,
            };
            self.shared.now = Instant::now();
            // This loop only updates the readiness of sockets. If it also ended a connection, a new
            // connection could reuse the index of the old connection, and would receive the
            // remaining events of the old connection.
            for event in events {
                match event.token() {
                    LISTENER => accept = true,
                    SIGNALS => {
                        if let Some(signal) = self.signals.read()? {
                            self.log_open_connections();
                            return Ok(signal);
                        }
                    }
                    PROGRESS => self.progress.show(&self.shared.totals, &self.shared.report)?,
                    PAUSE => {
                        self.pause.finish()?;
                        self.connections.resume_paused();
                        accept = true;
                    }
                    RESOLVER => self.shared.targets.update(&self.shared.report)?,
                    _ => self.connections.update(event),
                }
            }
            self.connections.expire(self.shared.now);
            let ended = self.connections.advance(self.shared);
            if accept || ended > 0 && !self.listening {
                self.accept()?;
            }
            if self.connections.has_paused() {
                self.pause.start()?;
            }
        }
    }

    /// Returns the time until the next timeout of a connection expires, or zero if a connection can
    /// make progress.
    fn timeout(&self) -> Timeout {
        if self.connections.has_runnable() {
            return Timeout::Zero;
        }
        match self.connections.next_deadline() {
            Some(deadline) => {
                // The time is rounded up to milliseconds, the unit of `epoll_pwait`.
                let time = deadline.saturating_duration_since(Instant::now()).as_millis() + 1;
                Timeout::After(Duration::from_millis(time.try_into().unwrap_or(u64::MAX)))
            }
            None => Timeout::Infinite,
        }
    }

    fn log_open_connections(&mut self) {
        if let Some(mut log) = self.shared.log.take() {
            self.connections.log_open(&mut log, self.shared);
            self.shared.log = Some(log);
        }
    }

    /// Accepts pending connections. While the limit on connections or on their memory is reached,
    /// and during a pause after an error, epoll does not monitor the listener, because the listener
    /// would always be ready.
    fn accept(&mut self) -> Result<(), Failure> {
        let limit = self.limit.connections();
        let mut listen = true;
        let mut aborted = 0;
        for _ in 0..BATCH {
            if self.connections.open() >= limit || !self.shared.memory.permits_connection() {
                listen = false;
                break;
            }
            match self.listener.accept().map_err(Failure::Accept)? {
                Accepted::Connection(client, address) => {
                    self.last_error = None;
                    self.shared.totals.accepted += 1;
                    // `add` fails if the per-user limit on epoll watches
                    // (fs.epoll.max_user_watches) is reached. In this case, only the new connection
                    // ends.
                    if let Err(error) = self.connections.add(client, address, self.shared) {
                        self.shared.totals.count(&End::Exhausted(error.errno()), false);
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
                    self.accept_failed(error);
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
    fn accept_failed(&mut self, error: butter::Error) {
        let errno = Some(error.errno());
        if self.last_error != errno {
            let error = SystemError::Call(error);
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
