//! What `ppoll` takes and gives.

use core::fmt;

use crate::fd::{AsFd, AsRawFd, BorrowedFd};

flags! {
    /// What a descriptor is waited for, and what it is ready for.
    pub struct PollFlags: u16 {
        "POLLIN" IN = 0x1, "there is something to read.";
        "POLLPRI" PRI = 0x2, "there is something out of the ordinary: urgent data on a socket, for example.";
        "POLLOUT" OUT = 0x4, "a write would not wait.";
        "POLLERR" ERR = 0x8, "an error; the reading end of a pipe is closed. Always told, never asked.";
        "POLLHUP" HUP = 0x10, "the other end hung up. Always told, never asked.";
        "POLLNVAL" NVAL = 0x20, "the descriptor is not open. Always told, never asked.";
        "POLLRDNORM" RDNORM = 0x40, "as `IN`.";
        "POLLRDBAND" RDBAND = 0x80, "there is data of priority to read.";
        "POLLWRNORM" WRNORM = 0x100, "as `OUT`.";
        "POLLWRBAND" WRBAND = 0x200, "data of priority may be written.";
        "POLLMSG" MSG = 0x400, "unused.";
        "POLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket will write no more. Since Linux 2.6.17.";
    }
}

/// `struct pollfd`: a descriptor, what it is waited for, and what it is ready for.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct PollFd<'fd> {
    fd: BorrowedFd<'fd>,
    events: PollFlags,
    revents: PollFlags,
}

layout! { PollFd<'_>: size 8, align 4, fd at 0, events at 4, revents at 6 }

impl<'fd> PollFd<'fd> {
    /// Waits for these flags of a descriptor.
    #[inline]
    #[must_use]
    pub fn new<F: AsFd + ?Sized>(fd: &'fd F, events: PollFlags) -> Self {
        Self::from_borrowed_fd(fd.as_fd(), events)
    }

    /// Waits for these flags of a descriptor that is borrowed already.
    #[inline]
    #[must_use]
    pub const fn from_borrowed_fd(fd: BorrowedFd<'fd>, events: PollFlags) -> Self {
        Self { fd, events, revents: PollFlags::empty() }
    }

    /// Waits for these flags from now on.
    #[inline]
    pub const fn set_events(&mut self, events: PollFlags) {
        self.events = events;
    }

    /// What the descriptor is waited for.
    #[inline]
    #[must_use]
    pub const fn events(&self) -> PollFlags {
        self.events
    }

    /// What the last wait found the descriptor ready for.
    #[inline]
    #[must_use]
    pub const fn ready(&self) -> PollFlags {
        self.revents
    }
}

impl AsFd for PollFd<'_> {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd
    }
}

impl fmt::Debug for PollFd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollFd")
            .field("fd", &self.fd.as_raw_fd())
            .field("events", &self.events)
            .field("ready", &self.revents)
            .finish()
    }
}
