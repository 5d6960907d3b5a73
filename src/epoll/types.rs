//! What the calls take and give.

use core::fmt;

use crate::arch::abi::EpollEvent;

flags! {
    /// How an epoll is made.
    pub struct CreateFlags: u32 {
        "EPOLL_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor.";
    }
}

flags! {
    /// What to wait for, and how: what one asks for. What one gets is [`Readiness`].
    pub struct Interest: u32 {
        "EPOLLIN" IN = 0x1, "there is something to read.";
        "EPOLLPRI" PRI = 0x2, "there is something out of the ordinary: urgent data on a socket, for example.";
        "EPOLLOUT" OUT = 0x4, "a write would not wait.";
        "EPOLLERR" ERR = 0x8, "an error: told in any case.";
        "EPOLLHUP" HUP = 0x10, "the other end hung up: told in any case.";
        "EPOLLRDNORM" RDNORM = 0x40, "as `IN`.";
        "EPOLLRDBAND" RDBAND = 0x80, "there is data of priority to read.";
        "EPOLLWRNORM" WRNORM = 0x100, "as `OUT`.";
        "EPOLLWRBAND" WRBAND = 0x200, "data of priority may be written.";
        "EPOLLMSG" MSG = 0x400, "unused.";
        "EPOLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket will write no more. Since Linux 2.6.17.";
        "EPOLLEXCLUSIVE" EXCLUSIVE = 1 << 28, "of several epolls that wait for the descriptor, wake one or a few, not \
            all. Only when adding, with `IN`, `OUT`, `ERR`, `HUP`, `WAKEUP` and `ET`. Since Linux 4.5.";
        "EPOLLWAKEUP" WAKEUP = 1 << 29, "the system stays awake while the event is handled. Left out silently without \
            the capability `CAP_BLOCK_SUSPEND`. Since Linux 3.5.";
        "EPOLLONESHOT" ONESHOT = 1 << 30, "once, then not again until it is modified. Since Linux 2.6.2.";
        "EPOLLET" ET = 1 << 31, "once for each time that it becomes ready.";
    }
}

flags! {
    /// What a descriptor is ready for: what one gets. What one asks for is [`Interest`].
    pub struct Readiness: u32 {
        "EPOLLIN" IN = 0x1, "there is something to read.";
        "EPOLLPRI" PRI = 0x2, "there is something out of the ordinary: urgent data on a socket, for example.";
        "EPOLLOUT" OUT = 0x4, "a write would not wait.";
        "EPOLLERR" ERR = 0x8, "an error; the reading end of a pipe is closed.";
        "EPOLLHUP" HUP = 0x10, "the other end hung up; what it wrote before can still be read.";
        "EPOLLNVAL" NVAL = 0x20, "not told by epoll: a descriptor that is not open cannot be added.";
        "EPOLLRDNORM" RDNORM = 0x40, "as `IN`.";
        "EPOLLRDBAND" RDBAND = 0x80, "there is data of priority to read.";
        "EPOLLWRNORM" WRNORM = 0x100, "as `OUT`.";
        "EPOLLWRBAND" WRBAND = 0x200, "data of priority may be written.";
        "EPOLLMSG" MSG = 0x400, "unused.";
        "EPOLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket will write no more.";
    }
}

/// What a program calls a descriptor that it waits for: 64 bits of its own, which come back with each event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Token(pub u64);

/// A descriptor that is ready: its token, and what for.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Event(EpollEvent);

impl Event {
    /// What the kernel is given when a descriptor is added or modified.
    #[inline]
    pub(super) const fn wanted(token: Token, interest: Interest) -> Self {
        Self(EpollEvent { events: interest.bits(), data: token.0 })
    }

    /// The token that the descriptor was added with.
    #[inline]
    #[must_use]
    pub const fn token(&self) -> Token {
        Token(self.0.data)
    }

    /// What the descriptor is ready for.
    #[inline]
    #[must_use]
    pub const fn readiness(&self) -> Readiness {
        Readiness::from_bits_retain(self.0.events)
    }
}

/// An entry of a buffer that no wait has filled yet.
impl Default for Event {
    #[inline]
    fn default() -> Self {
        Self(EpollEvent { events: 0, data: 0 })
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("token", &self.token())
            .field("readiness", &self.readiness())
            .finish()
    }
}

/// `struct epoll_params`: how a wait polls network devices by itself, before it sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[repr(C)]
pub struct BusyPoll {
    /// For how many microseconds; 0 turns it off.
    pub microseconds: u32,
    /// How many packets at most at a time; more than 64 takes the capability `CAP_NET_ADMIN`.
    pub budget: u16,
    /// 1 if the device should rather not interrupt while it is polled, else 0.
    pub prefer: u8,
    padding: u8,
}

impl BusyPoll {
    /// For so many microseconds, so many packets at a time, and whether the device should rather not interrupt.
    #[must_use]
    pub const fn new(microseconds: u32, budget: u16, prefer: bool) -> Self {
        Self { microseconds, budget, prefer: prefer as u8, padding: 0 }
    }
}

layout! { BusyPoll: size 8, align 4, microseconds at 0, budget at 4, prefer at 6, padding at 7 }
