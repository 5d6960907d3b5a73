//! One side of a connection.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use butter::epoll::{Epoll, Interest, Readiness, Token};

/// A socket, and what it was ready for when it was last told or tried.
///
/// It is added once, and told of each time that it becomes ready: what it is ready for stays so until a call says
/// otherwise.
pub(crate) struct Socket {
    fd: OwnedFd,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// It has had urgent data, before which `splice` stops as at the end: a read leaves them out.
    pub(crate) urgent: bool,
    /// It takes nothing any more: both ends have finished with it, or an error has.
    pub(crate) gone: bool,
}

impl Socket {
    pub(crate) fn add(fd: OwnedFd, epoll: &Epoll, token: Token) -> butter::Result<Self> {
        epoll.add(&fd, token, Interest::IN | Interest::OUT | Interest::PRI | Interest::ET)?;
        Ok(Self { fd, readable: false, writable: false, urgent: false, gone: false })
    }

    pub(crate) fn note(&mut self, readiness: Readiness) {
        self.gone |= readiness.intersects(Readiness::HUP | Readiness::ERR);
        self.urgent |= readiness.contains(Readiness::PRI);
        self.readable |= self.gone || readiness.contains(Readiness::IN);
        self.writable |= self.gone || readiness.contains(Readiness::OUT);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
