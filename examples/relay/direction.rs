//! One direction of a connection: moves data from one socket into a pipe, and from the pipe into
//! the other socket.

use std::os::fd::OwnedFd;

use butter::net::Shutdown;
use butter::pipe::{self, SpliceFlags};
use butter::{Errno, io};

use crate::memory::{LARGE_PIPE, MAX_IDLE, Memory, SMALL_PIPE, THRESHOLD};
use crate::net::shutdown;
use crate::socket::Socket;

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

/// The reason why a direction has not delivered all data.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// A read from the source failed.
    Source(Errno),
    /// A write to the destination failed, or the destination was closed before the data was
    /// delivered.
    Destination(Option<Errno>),
}

pub(crate) struct Direction {
    phase: Phase,
    pipe: Option<Pipe>,
    /// The number of bytes in the pipe.
    buffered: usize,
    /// The number of bytes at the start of the pipe that are not data of the source.
    header: usize,
    /// The number of bytes that the kernel has accepted for the destination.
    pub(crate) delivered: u64,
    /// Whether the last call of [`advance`](Self::advance) has moved data.
    pub(crate) moved: bool,
    /// The memory that was reserved to enlarge the buffers.
    pub(crate) enlarged: u64,
    /// The error that ended the direction, if any.
    pub(crate) fault: Option<Fault>,
}

impl Direction {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Open,
            pipe: None,
            buffered: 0,
            header: 0,
            delivered: 0,
            moved: false,
            enlarged: 0,
            fault: None,
        }
    }

    /// Returns whether the pipe contains data.
    pub(crate) fn has_data(&self) -> bool {
        self.buffered > 0
    }

    /// Inserts a header, which is not counted as delivered data, before the data of the source.
    /// Returns `false` if no pipe is available now.
    pub(crate) fn insert(&mut self, header: &[u8], pipes: &mut PipePool) -> bool {
        let Some(pipe) = pipes.take(false) else { return false };
        // An empty pipe accepts the header, which is shorter than a page.
        let written = io::write(&pipe.writer, header).unwrap_or(0);
        (self.buffered, self.header) = (written, written);
        self.pipe = Some(pipe);
        written == header.len()
    }

    /// Moves data without blocking.
    pub(crate) fn advance(
        &mut self,
        from: &mut Socket,
        to: &mut Socket,
        pipes: &mut PipePool,
        memory: &mut Memory,
    ) -> Wait {
        let mut wait = Wait::Turn;
        self.moved = false;
        for _ in 0..ROUNDS {
            if self.phase != Phase::Done && to.closed {
                self.abort(from, None);
            }
            let filled = self.fill(from, pipes);
            let drained = self.drain(from, to);
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
            self.moved = true;
            if self.delivered > THRESHOLD && self.enlarged == 0 && self.phase == Phase::Open {
                self.enlarge(from, to, memory);
            }
        }
        if self.buffered == 0
            && let Some(pipe) = self.pipe.take()
        {
            pipes.put(pipe);
        }
        wait
    }

    /// Enlarges the buffers if memory is available.
    #[cold]
    fn enlarge(&mut self, from: &mut Socket, to: &mut Socket, memory: &mut Memory) {
        if let Some((size, bytes)) = memory.enlarge() {
            self.enlarged = bytes;
            from.enlarge_receive_buffer(size);
            to.enlarge_send_buffer(size);
            if let Some(pipe) = &mut self.pipe {
                pipe.enlarge();
            }
        }
    }

    /// Moves data from the source into the pipe. Returns whether data was moved or the source has
    /// ended, or `None` if no pipe is available.
    fn fill(&mut self, from: &mut Socket, pipes: &mut PipePool) -> Option<bool> {
        if self.phase != Phase::Open || !from.readable {
            return Some(false);
        }
        if self.pipe.is_none() {
            self.pipe = pipes.take(self.enlarged > 0);
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
            Err(error) => {
                self.fault.get_or_insert(Fault::Source(error.errno()));
                self.phase = Phase::SourceEnded;
            }
        }
        Some(true)
    }

    /// Moves data from the pipe into the destination. Returns whether data was moved or the
    /// direction was aborted.
    fn drain(&mut self, from: &Socket, to: &mut Socket) -> bool {
        let Some(pipe) = self.pipe.as_ref().filter(|_| self.buffered > 0 && to.writable) else {
            return false;
        };
        match pipe::splice(&pipe.reader, None, &*to, None, self.buffered, FLAGS) {
            Ok(count @ 1..) => {
                self.buffered -= count;
                let header = self.header.min(count);
                self.header -= header;
                self.delivered += (count - header) as u64;
                true
            }
            Err(error) if error.is(Errno::AGAIN) => {
                to.writable = false;
                false
            }
            result => {
                self.abort(from, result.err().map(|error| error.errno()));
                true
            }
        }
    }

    /// Ends the direction because the destination accepts no more data. Data that is still in the
    /// pipe is lost.
    fn abort(&mut self, from: &Socket, errno: Option<Errno>) {
        if self.buffered > 0 {
            self.fault.get_or_insert(Fault::Destination(errno));
            self.pipe = None;
        }
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

struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
    large: bool,
}

impl Pipe {
    /// Enlarges the capacity. The kernel may refuse it if the user has many pipes. The error is
    /// ignored: a pipe with a smaller capacity is sufficient.
    fn enlarge(&mut self) {
        let _ = pipe::set_size(&self.writer, LARGE_PIPE);
        self.large = true;
    }
}

/// The small and the large pipes that are not in use. Pipes are created on demand and reused.
pub(crate) struct PipePool([Vec<Pipe>; 2]);

impl PipePool {
    pub(crate) fn new() -> Self {
        Self([(); 2].map(|()| Vec::with_capacity(MAX_IDLE)))
    }

    /// Takes an empty pipe from the pool or creates a pipe. Returns `None` if no pipe can be
    /// created now.
    fn take(&mut self, large: bool) -> Option<Pipe> {
        self.0[usize::from(large)].pop().or_else(|| {
            let (reader, writer) = pipe::nonblocking().ok()?;
            let mut pipe = Pipe { reader, writer, large };
            if large {
                pipe.enlarge();
            } else {
                let _ = pipe::set_size(&pipe.writer, SMALL_PIPE);
            }
            Some(pipe)
        })
    }

    /// Puts an empty pipe into the pool, or closes the pipe if the pool is full.
    fn put(&mut self, pipe: Pipe) {
        let pool = &mut self.0[usize::from(pipe.large)];
        if pool.len() < MAX_IDLE {
            pool.push(pipe);
        }
    }
}
