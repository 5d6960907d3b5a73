//! One direction of a connection: from one socket into a pipe, and out of it into the other socket.

use std::os::fd::OwnedFd;

use butter::pipe::{self, SpliceFlags};
use butter::{Errno, io};
use rustix::net::{Shutdown, shutdown};

use crate::pool::{Pipe, Pool};
use crate::socket::Socket;

const FLAGS: SpliceFlags = SpliceFlags::MOVE.union(SpliceFlags::NONBLOCK);

/// More than a pipe takes: as much as there is room for.
const AT_ONCE: usize = 1 << 20;

/// After so many rounds it is another connection's turn.
const ROUNDS: usize = 16;

/// What keeps a direction, or a connection, from going on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wait {
    /// It is through.
    Over,
    /// Its sockets: an event will tell.
    Event,
    /// There is no pipe, or no way to the target now: a while.
    While,
    /// Nothing: the others have their turn first.
    Turn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// The source has ended; what is in the pipe is still to go.
    Ended,
    Over,
}

pub(crate) struct Direction {
    phase: Phase,
    pipe: Option<Pipe>,
    /// How many bytes are in the pipe.
    held: usize,
    /// An error ended it, or bytes could not be passed on.
    pub(crate) broken: bool,
}

impl Direction {
    pub(crate) fn new() -> Self {
        Self { phase: Phase::Open, pipe: None, held: 0, broken: false }
    }

    /// Moves what can be moved, and counts what has arrived.
    pub(crate) fn advance(
        &mut self,
        from: &mut Socket,
        to: &mut Socket,
        pool: &mut Pool,
        arrived: &mut u64,
    ) -> Wait {
        let mut wait = Wait::Turn;
        for _ in 0..ROUNDS {
            if self.phase != Phase::Over && to.gone {
                self.give_up(from);
            }
            let filled = self.fill(from, pool);
            let drained = self.drain(from, to, arrived);
            if self.phase == Phase::Ended && self.held == 0 {
                self.phase = Phase::Over;
                // A socket that is gone already needs no telling.
                let _ = shutdown(&*to, Shutdown::Write);
            }
            if self.phase == Phase::Over {
                wait = Wait::Over;
                break;
            }
            match filled {
                _ if drained => {}
                Some(true) => {}
                Some(false) => wait = Wait::Event,
                None => wait = Wait::While,
            }
            if wait != Wait::Turn {
                break;
            }
        }
        if self.held == 0
            && let Some(pipe) = self.pipe.take()
        {
            pool.give_back(pipe);
        }
        wait
    }

    /// From the source into the pipe: whether anything changed; `None` if there is no pipe.
    fn fill(&mut self, from: &mut Socket, pool: &mut Pool) -> Option<bool> {
        if self.phase != Phase::Open || !from.readable {
            return Some(false);
        }
        if self.pipe.is_none() {
            self.pipe = pool.take();
        }
        let writer = &self.pipe.as_ref()?.writer;
        let mut moved = pipe::splice(&*from, None, writer, None, AT_ONCE, FLAGS);
        let stands = from.urgent && moved.is_err_and(|error| error.is(Errno::AGAIN));
        if stands || matches!(moved, Ok(0)) {
            if self.held > 0 {
                // There may be no room for what would be read.
                return Some(false);
            }
            moved = pass_one(from, writer);
        }
        match moved {
            Ok(0) => self.phase = Phase::Ended,
            Ok(count) => self.held += count,
            Err(error) if error.is(Errno::AGAIN) => {
                // The pipe may be full, of however few bytes. When it is empty, it is the socket that has nothing.
                from.readable = self.held > 0;
                return Some(false);
            }
            Err(_) => {
                self.broken = true;
                self.phase = Phase::Ended;
            }
        }
        Some(true)
    }

    /// Out of the pipe to where the bytes go: whether anything changed.
    fn drain(&mut self, from: &Socket, to: &mut Socket, arrived: &mut u64) -> bool {
        let Some(pipe) = self.pipe.as_ref().filter(|_| self.held > 0 && to.writable) else {
            return false;
        };
        match pipe::splice(&pipe.reader, None, &*to, None, self.held, FLAGS) {
            Ok(count @ 1..) => {
                self.held -= count;
                *arrived += count as u64;
                true
            }
            Err(error) if error.is(Errno::AGAIN) => {
                to.writable = false;
                false
            }
            Ok(_) | Err(_) => {
                self.broken = true;
                self.give_up(from);
                true
            }
        }
    }

    /// Nobody takes the bytes any more: no more are read from the source, and those in the pipe are lost.
    fn give_up(&mut self, from: &Socket) {
        self.broken |= self.held > 0;
        self.pipe = self.pipe.take().filter(|_| self.held == 0);
        self.held = 0;
        self.phase = Phase::Over;
        let _ = shutdown(from, Shutdown::Read);
    }
}

/// Moves one byte through the program, which urgent data do not stop; 0 at the end.
fn pass_one(from: &Socket, writer: &OwnedFd) -> butter::Result<usize> {
    let mut byte = [0];
    match io::read(from, &mut byte)? {
        0 => Ok(0),
        _ => io::write(writer, &byte),
    }
}
