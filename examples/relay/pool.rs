//! The pipes that the bytes pass through: made when they are needed, and used again.

use std::os::fd::OwnedFd;

use butter::pipe;

/// What a pipe is asked to take: where the user has very many, it takes less.
const SIZE: u32 = 256 * 1024;

/// How many that nobody needs are kept.
const IDLE: usize = 8;

pub(crate) struct Pipe {
    pub(crate) reader: OwnedFd,
    pub(crate) writer: OwnedFd,
}

pub(crate) struct Pool(Vec<Pipe>);

impl Pool {
    pub(crate) fn new() -> Self {
        Self(Vec::with_capacity(IDLE))
    }

    /// An empty pipe; `None` where there can be no further one now.
    pub(crate) fn take(&mut self) -> Option<Pipe> {
        self.0.pop().or_else(|| {
            let (reader, writer) = pipe::nonblocking().ok()?;
            // A smaller one serves too.
            let _ = pipe::set_size(&writer, SIZE);
            Some(Pipe { reader, writer })
        })
    }

    /// Takes one back that is empty again.
    pub(crate) fn give_back(&mut self, pipe: Pipe) {
        if self.0.len() < IDLE {
            self.0.push(pipe);
        }
    }
}
