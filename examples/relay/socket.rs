//! A socket of a connection, and its readiness.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use butter::epoll::{Epoll, Interest, Readiness, Token};

use crate::memory::{Buffers, Size};

/// A socket, and its readiness according to the last event or system call.
///
/// The socket is registered with epoll once, as edge-triggered. The socket is therefore regarded as
/// ready until a system call fails with `EAGAIN`.
pub(crate) struct Socket {
    fd: OwnedFd,
    buffers: Buffers,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// Whether urgent data has been received. Directly before urgent data, `splice` returns 0, as
    /// at the end of the data, whereas `read` skips the urgent data.
    pub(crate) urgent: bool,
    /// Whether the socket accepts no more data, because both directions are shut down or the socket
    /// has failed.
    pub(crate) closed: bool,
}

impl Socket {
    /// Registers a socket with epoll. `tcp` states whether it is a TCP socket or a Unix socket.
    pub(crate) fn add(fd: OwnedFd, tcp: bool, epoll: &Epoll, token: Token) -> butter::Result<Self> {
        epoll.add(&fd, token, Interest::IN | Interest::OUT | Interest::PRI | Interest::ET)?;
        Ok(Self {
            fd,
            buffers: Buffers::new(tcp),
            readable: false,
            writable: false,
            urgent: false,
            closed: false,
        })
    }

    pub(crate) fn update(&mut self, readiness: Readiness) {
        self.closed |= readiness.intersects(Readiness::HUP | Readiness::ERR);
        self.urgent |= readiness.contains(Readiness::PRI);
        self.readable |= self.closed || readiness.contains(Readiness::IN);
        self.writable |= self.closed || readiness.contains(Readiness::OUT);
    }

    pub(crate) fn enlarge_send_buffer(&mut self, size: Size) {
        self.buffers.enlarge_send(&self.fd, size);
    }

    pub(crate) fn enlarge_receive_buffer(&mut self, size: Size) {
        self.buffers.enlarge_receive(&self.fd, size);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
