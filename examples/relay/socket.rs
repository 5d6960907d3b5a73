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
        epoll.add(
            &fd,
            token,
            Interest::READ | Interest::WRITE | Interest::PRIORITY | Interest::EDGE,
        )?;
        Ok(Self { fd, readable: false, writable: false, urgent: false, gone: false })
    }

    pub(crate) fn note(&mut self, readiness: Readiness) {
        self.gone |= readiness.intersects(Readiness::HANGUP | Readiness::ERROR);
        self.urgent |= readiness.contains(Readiness::PRIORITY);
        self.readable |= self.gone || readiness.contains(Readiness::READ);
        self.writable |= self.gone || readiness.contains(Readiness::WRITE);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
