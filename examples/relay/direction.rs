//! One direction of a connection: moves data from one socket into a pipe, and from the pipe into
//! the other socket.

use std::net::Shutdown;
use std::os::fd::OwnedFd;

use butter::pipe::{self, SpliceFlags};
use butter::{Errno, io};

use crate::connection::Socket;
use crate::net::shutdown;

const FLAGS: SpliceFlags = SpliceFlags::MOVE.union(SpliceFlags::NONBLOCK);

/// The length passed to `splice`. It exceeds the capacity of a pipe, so that each call moves as
/// many bytes as the pipe can accept.
const MAX_LENGTH: usize = 1 << 20;

/// The maximum number of times that a direction moves data before other connections have their
/// turn.
const ROUNDS: usize = 16;

/// The condition for which a direction or a connection waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wait {
    /// No condition: the direction or connection has ended.
    Done,
    /// An event of a socket of the connection.
    Event,
    /// The end of a pause, because no pipe is available or the target cannot accept a connection
    /// now.
    Pause,
    /// The next turn of the connection, after the turns of other connections.
    Turn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// The end of the source's data has been read, and the pipe may still contain data.
    SourceEnded,
    Done,
}

pub(crate) struct Direction {
    phase: Phase,
    pipe: Option<Pipe>,
    /// The number of bytes in the pipe.
    buffered: usize,
    /// Whether an error has ended the direction, or data could not be delivered.
    pub(crate) failed: bool,
}

impl Direction {
    pub(crate) fn new() -> Self {
        Self { phase: Phase::Open, pipe: None, buffered: 0, failed: false }
    }

    /// Moves data without blocking. Adds the number of delivered bytes to `delivered`.
    pub(crate) fn advance(
        &mut self,
        from: &mut Socket,
        to: &mut Socket,
        pipes: &mut PipePool,
        delivered: &mut u64,
    ) -> Wait {
        let mut wait = Wait::Turn;
        for _ in 0..ROUNDS {
            if self.phase != Phase::Done && to.closed {
                self.abort(from);
            }
            let filled = self.fill(from, pipes);
            let drained = self.drain(from, to, delivered);
            if self.phase == Phase::SourceEnded && self.buffered == 0 {
                self.phase = Phase::Done;
                shutdown(&*to, Shutdown::Write);
            }
            if self.phase == Phase::Done {
                wait = Wait::Done;
                break;
            }
            match filled {
                _ if drained => {}
                Some(true) => {}
                Some(false) => wait = Wait::Event,
                None => wait = Wait::Pause,
            }
            if wait != Wait::Turn {
                break;
            }
        }
        if self.buffered == 0
            && let Some(pipe) = self.pipe.take()
        {
            pipes.put(pipe);
        }
        wait
    }

    /// Moves data from the source into the pipe. Returns whether data was moved or the source has
    /// ended, or `None` if no pipe is available.
    fn fill(&mut self, from: &mut Socket, pipes: &mut PipePool) -> Option<bool> {
        if self.phase != Phase::Open || !from.readable {
            return Some(false);
        }
        if self.pipe.is_none() {
            self.pipe = pipes.take();
        }
        let writer = &self.pipe.as_ref()?.writer;
        let mut moved = pipe::splice(&*from, None, writer, None, MAX_LENGTH, FLAGS);
        let at_urgent = from.urgent && moved.is_err_and(|error| error.is(Errno::AGAIN));
        if at_urgent || matches!(moved, Ok(0)) {
            if self.buffered > 0 {
                // The pipe may be full. In this case, a byte that is read from the source cannot be
                // written to the pipe.
                return Some(false);
            }
            moved = move_one_byte(from, writer);
        }
        match moved {
            Ok(0) => self.phase = Phase::SourceEnded,
            Ok(count) => self.buffered += count,
            Err(error) if error.is(Errno::AGAIN) => {
                // `EAGAIN` means that the pipe is full, possibly with few bytes, or that the socket
                // has no data. If the pipe is empty, the socket has no data.
                from.readable = self.buffered > 0;
                return Some(false);
            }
            Err(_) => {
                self.failed = true;
                self.phase = Phase::SourceEnded;
            }
        }
        Some(true)
    }

    /// Moves data from the pipe into the destination. Returns whether data was moved or the
    /// direction was aborted.
    fn drain(&mut self, from: &Socket, to: &mut Socket, delivered: &mut u64) -> bool {
        let Some(pipe) = self.pipe.as_ref().filter(|_| self.buffered > 0 && to.writable) else {
            return false;
        };
        match pipe::splice(&pipe.reader, None, &*to, None, self.buffered, FLAGS) {
            Ok(count @ 1..) => {
                self.buffered -= count;
                *delivered += count as u64;
                true
            }
            Err(error) if error.is(Errno::AGAIN) => {
                to.writable = false;
                false
            }
            Ok(_) | Err(_) => {
                self.failed = true;
                self.abort(from);
                true
            }
        }
    }

    /// Ends the direction because the destination accepts no more data. Data that is still in the
    /// pipe is lost.
    fn abort(&mut self, from: &Socket) {
        self.failed |= self.buffered > 0;
        self.pipe = self.pipe.take().filter(|_| self.buffered == 0);
        self.buffered = 0;
        self.phase = Phase::Done;
        shutdown(from, Shutdown::Read);
    }
}

/// Moves one byte with `read`, which skips urgent data, and `write`. Returns 0 at the end of the
/// data.
fn move_one_byte(from: &Socket, writer: &OwnedFd) -> butter::Result<usize> {
    let mut byte = [0];
    match io::read(from, &mut byte)? {
        0 => Ok(0),
        _ => io::write(writer, &byte),
    }
}

/// The requested capacity of a pipe. The kernel may refuse this capacity if the user has many
/// pipes.
const CAPACITY: usize = 256 * 1024;

/// The maximum number of idle pipes in the pool.
const MAX_IDLE: usize = 8;

struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
}

/// A pool of the pipes that are not in use. Pipes are created on demand and reused.
pub(crate) struct PipePool(Vec<Pipe>);

impl PipePool {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(MAX_IDLE))
    }

    /// Takes an empty pipe from the pool or creates a pipe. Returns `None` if no pipe can be
    /// created now.
    fn take(&mut self) -> Option<Pipe> {
        self.0.pop().or_else(|| {
            let (reader, writer) = pipe::nonblocking().ok()?;
            // The error is ignored: a pipe with a smaller capacity is sufficient.
            let _ = pipe::set_size(&writer, CAPACITY);
            Some(Pipe { reader, writer })
        })
    }

    /// Puts an empty pipe into the pool, or closes the pipe if the pool is full.
    fn put(&mut self, pipe: Pipe) {
        if self.0.len() < MAX_IDLE {
            self.0.push(pipe);
        }
    }
}
