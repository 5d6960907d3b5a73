//! The flags and the entry type of `ppoll`.

use core::fmt;
use core::marker::PhantomData;

use crate::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

flags! {
    /// The requested or the reported events of a descriptor: the type of `events` and `revents` in
    /// `struct pollfd`.
    pub struct PollFlags: u16 {
        "POLLIN" IN = 0x1, "data can be read without blocking.";
        "POLLPRI" PRI = 0x2, "an exceptional condition: for example, out-of-band data on a TCP \
            socket.";
        "POLLOUT" OUT = 0x4, "data can be written without blocking.";
        "POLLERR" ERR = 0x8, "an error condition; also set for the write end of a pipe whose read \
            end is closed. The kernel reports `ERR` even if it is not requested.";
        "POLLHUP" HUP = 0x10, "the peer closed its end of the channel; data that it wrote before \
            can still be read. The kernel reports `HUP` even if it is not requested.";
        "POLLNVAL" NVAL = 0x20, "the descriptor is not open, or is a path-only (`O_PATH`) \
            descriptor. The kernel reports `NVAL` even if it is not requested.";
        "POLLRDNORM" RDNORM = 0x40, "normal data can be read: equivalent to `IN`.";
        "POLLRDBAND" RDBAND = 0x80, "priority band data can be read.";
        "POLLWRNORM" WRNORM = 0x100, "normal data can be written: equivalent to `OUT`.";
        "POLLWRBAND" WRBAND = 0x200, "priority band data can be written.";
        "POLLMSG" MSG = 0x400, "the kernel ignores this flag.";
        "POLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket closed the connection, or shut \
            down the writing half of the connection. Since Linux 2.6.17.";
    }
}

/// `struct pollfd`: a descriptor, the requested events and the reported events.
///
/// An entry without a descriptor is disabled: the kernel ignores it, and reports no events for it.
/// The default value is a disabled entry.
#[doc(alias = "pollfd")]
#[derive(Clone, Copy)]
#[repr(C)]
pub struct PollFd<'fd> {
    fd: RawFd,
    events: PollFlags,
    revents: PollFlags,
    borrowed: PhantomData<BorrowedFd<'fd>>,
}

layout! { PollFd<'_>: size 8, align 4, fd at 0, events at 4, revents at 6 }

/// The descriptor number of a disabled entry. The kernel ignores entries with a negative number.
const DISABLED: RawFd = -1;

impl<'fd> PollFd<'fd> {
    /// Creates an entry for a descriptor.
    #[inline]
    #[must_use]
    pub fn new<F: AsFd + ?Sized>(fd: &'fd F, events: PollFlags) -> Self {
        Self::from_borrowed_fd(fd.as_fd(), events)
    }

    /// Creates an entry for a borrowed descriptor.
    #[inline]
    #[must_use]
    pub fn from_borrowed_fd(fd: BorrowedFd<'fd>, events: PollFlags) -> Self {
        Self { fd: fd.as_raw_fd(), events, revents: PollFlags::empty(), borrowed: PhantomData }
    }

    /// Returns the descriptor, or `None` if the entry is disabled.
    #[inline]
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'fd>> {
        // SAFETY: `self.fd` is not negative, so it is the number of a descriptor that is borrowed
        // for `'fd`.
        (self.fd >= 0).then(|| unsafe { BorrowedFd::borrow_raw(self.fd) })
    }

    /// Removes the descriptor from the entry, and clears the reported events. The requested events
    /// are kept.
    #[inline]
    pub const fn disable(&mut self) {
        self.fd = DISABLED;
        self.revents = PollFlags::empty();
    }

    /// Sets the descriptor of the entry, and clears the reported events. The requested events are
    /// kept.
    #[inline]
    pub fn enable<F: AsFd + ?Sized>(&mut self, fd: &'fd F) {
        *self = Self::new(fd, self.events);
    }

    /// Sets the requested events.
    #[inline]
    pub const fn set_events(&mut self, events: PollFlags) {
        self.events = events;
    }

    /// Returns the requested events.
    #[inline]
    #[must_use]
    pub const fn events(&self) -> PollFlags {
        self.events
    }

    /// Returns the events that the last wait reported (`revents`).
    #[doc(alias = "revents")]
    #[inline]
    #[must_use]
    pub const fn ready(&self) -> PollFlags {
        self.revents
    }
}

/// Creates a disabled entry, with no requested events.
impl Default for PollFd<'_> {
    #[inline]
    fn default() -> Self {
        Self {
            fd: DISABLED,
            events: PollFlags::empty(),
            revents: PollFlags::empty(),
            borrowed: PhantomData,
        }
    }
}

impl fmt::Debug for PollFd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollFd")
            .field("fd", &self.fd)
            .field("events", &self.events)
            .field("ready", &self.revents)
            .finish()
    }
}
