//! The loop: waits, notes what is ready, gives each connection its turn, and accepts more.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use butter::epoll::{Event, Interest, Token};
use butter::signal::Signal;
use butter::time::{Clock, Timeout};
use butter::timerfd::{Timer, TimerFd};

use crate::connection::Shared;
use crate::connections::Connections;
use crate::listener::{Accepted, Listener};
use crate::progress::Progress;
use crate::room::Room;
use crate::signals::Signals;

// Beyond what connections have.
const LISTENER: Token = Token(u64::MAX);
const SIGNALS: Token = Token(u64::MAX - 1);
const PROGRESS: Token = Token(u64::MAX - 2);
const PAUSE: Token = Token(u64::MAX - 3);

/// After so many that were accepted, those that are open have their turn.
const BATCH: usize = 64;

pub(crate) struct Session<'s> {
    listener: &'s Listener,
    listening: bool,
    signals: &'s Signals,
    progress: Progress,
    pause: Pause,
    room: Room,
    connections: Connections,
    shared: &'s mut Shared,
}

impl<'s> Session<'s> {
    pub(crate) fn new(
        listener: &'s Listener,
        signals: &'s Signals,
        shared: &'s mut Shared,
    ) -> butter::Result<Self> {
        let progress = Progress::new(shared.report.draws())?;
        let pause = Pause::new()?;
        let room = Room::behind(&pause);
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
            room,
            connections: Connections::default(),
            shared,
        })
    }

    /// Tells something before the connections begin.
    pub(crate) fn tell(&self, line: fmt::Arguments<'_>) {
        self.shared.report.tell(line);
    }

    /// Relays until a signal comes.
    pub(crate) fn run(&mut self) -> io::Result<Signal> {
        let mut ready = [Event::default(); 256];
        loop {
            let timeout =
                if self.connections.are_busy() { Timeout::Zero } else { Timeout::Infinite };
            let mut accept = false;
            // Only noted here: no connection ends, and gives its number to another, while events of it may follow.
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
                        self.pause.end()?;
                        self.connections.try_again();
                        accept = true;
                    }
                    _ => self.connections.note(event),
                }
            }
            let ended = self.connections.advance(self.shared);
            if accept || ended > 0 && !self.listening {
                self.accept()?;
            }
            if self.connections.are_waiting() {
                self.pause.begin()?;
            }
        }
    }

    /// Accepts those that have come. While there is no room for more, the listener is not waited for: it would be ready
    /// all the time.
    fn accept(&mut self) -> io::Result<()> {
        let room = self.room.connections();
        let mut listen = true;
        for _ in 0..BATCH {
            if self.connections.open() >= room {
                listen = false;
                break;
            }
            match self.listener.accept()? {
                Accepted::One(client) => {
                    let totals = &mut self.shared.totals;
                    totals.accepted += 1;
                    // The user may wait for as many descriptors as they may: this one ends, and the others do not.
                    if self.connections.add(client, &self.shared.epoll).is_err() {
                        totals.ended += 1;
                        totals.broken += 1;
                    }
                }
                Accepted::None => break,
                Accepted::NoRoom => {
                    // Others may have what it takes, whose end nobody tells.
                    self.pause.begin()?;
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
}

/// The time after which what could not be had is asked for again.
struct Pause {
    timer: TimerFd,
    runs: bool,
}

impl Pause {
    const LENGTH: Duration = Duration::from_millis(20);

    fn new() -> butter::Result<Self> {
        Ok(Self { timer: TimerFd::nonblocking(Clock::Monotonic)?, runs: false })
    }

    fn begin(&mut self) -> butter::Result<()> {
        if !self.runs {
            self.timer.set(Timer::once(Self::LENGTH))?;
            self.runs = true;
        }
        Ok(())
    }

    fn end(&mut self) -> butter::Result<()> {
        self.timer.try_read()?;
        self.runs = false;
        Ok(())
    }
}

impl AsFd for Pause {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}
