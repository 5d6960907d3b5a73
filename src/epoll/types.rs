//! The flags and structs of the epoll calls.

use core::fmt;

use crate::arch::abi::EpollEvent;

flags! {
    /// The flags of `epoll_create1`.
    pub struct CreateFlags: u32 {
        "EPOLL_CLOEXEC" CLOEXEC = 0x8_0000, "`execve` closes the descriptor (close-on-exec).";
    }
}

flags! {
    /// The events that are requested for a descriptor, and options for reporting them. The reported
    /// events have the type [`Readiness`].
    pub struct Interest: u32 {
        "EPOLLIN" IN = 0x1, "data can be read without blocking.";
        "EPOLLPRI" PRI = 0x2, "an exceptional condition: for example, out-of-band data on a TCP \
            socket.";
        "EPOLLOUT" OUT = 0x4, "data can be written without blocking.";
        "EPOLLERR" ERR = 0x8, "an error condition. This event is always reported, even if it is \
            not requested.";
        "EPOLLHUP" HUP = 0x10, "the peer closed its end of the channel. This event is always \
            reported, even if it is not requested.";
        "EPOLLRDNORM" RDNORM = 0x40, "normal data can be read: equivalent to `IN`.";
        "EPOLLRDBAND" RDBAND = 0x80, "priority band data can be read.";
        "EPOLLWRNORM" WRNORM = 0x100, "normal data can be written: equivalent to `OUT`.";
        "EPOLLWRBAND" WRBAND = 0x200, "priority band data can be written.";
        "EPOLLMSG" MSG = 0x400, "ignored by the kernel.";
        "EPOLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket closed its end, or shut down its \
            writing half. Since Linux 2.6.17.";
        "EPOLLEXCLUSIVE" EXCLUSIVE = 1 << 28, "if several epoll instances wait for the descriptor, \
            wake at least one of them instead of all. This flag is valid only when the descriptor \
            is added, and only together with `IN`, `OUT`, `ERR`, `HUP`, `WAKEUP` and `ET`. Since \
            Linux 4.5.";
        "EPOLLWAKEUP" WAKEUP = 1 << 29, "the system is not suspended while the event is being \
            handled. The kernel ignores this flag if the caller does not have `CAP_BLOCK_SUSPEND`. \
            Since Linux 3.5.";
        "EPOLLONESHOT" ONESHOT = 1 << 30, "report one event of the descriptor, and then disable \
            the descriptor until `EPOLL_CTL_MOD` re-enables it. Since Linux 2.6.2.";
        "EPOLLET" ET = 1 << 31, "report the descriptor once each time that it becomes ready \
            (edge-triggered), not for as long as it is ready (level-triggered).";
    }
}

flags! {
    /// The events that are reported for a descriptor. The requested events have the type
    /// [`Interest`].
    pub struct Readiness: u32 {
        "EPOLLIN" IN = 0x1, "data can be read without blocking.";
        "EPOLLPRI" PRI = 0x2, "an exceptional condition: for example, out-of-band data on a TCP \
            socket.";
        "EPOLLOUT" OUT = 0x4, "data can be written without blocking.";
        "EPOLLERR" ERR = 0x8, "an error condition; also set for the write end of a pipe whose read \
            end is closed.";
        "EPOLLHUP" HUP = 0x10, "the peer closed its end of the channel; data that the peer wrote \
            before can still be read.";
        "EPOLLNVAL" NVAL = 0x20, "never reported, because a descriptor that is not open cannot be \
            added.";
        "EPOLLRDNORM" RDNORM = 0x40, "normal data can be read: equivalent to `IN`.";
        "EPOLLRDBAND" RDBAND = 0x80, "priority band data can be read.";
        "EPOLLWRNORM" WRNORM = 0x100, "normal data can be written: equivalent to `OUT`.";
        "EPOLLWRBAND" WRBAND = 0x200, "priority band data can be written.";
        "EPOLLMSG" MSG = 0x400, "ignored by the kernel.";
        "EPOLLRDHUP" RDHUP = 0x2000, "the peer of a stream socket closed its end, or shut down its \
            writing half.";
    }
}

/// An identifier that the program chooses for a descriptor: 64 bits that the kernel returns with
/// each event of the descriptor.
///
/// A token can be a constant, or an index into a collection of the program:
///
/// ```
/// use butter::epoll::{Epoll, Event, Interest, Token};
/// use butter::eventfd::EventFd;
/// use butter::time::Timeout;
///
/// # fn main() -> butter::Result<()> {
/// let (counters, epoll) = ([EventFd::nonblocking(0)?, EventFd::nonblocking(3)?], Epoll::new()?);
/// for (index, counter) in counters.iter().enumerate() {
///     epoll.add(counter, Token::from(index), Interest::IN)?;
/// }
/// for event in epoll.wait(&mut [Event::default(); 8], Timeout::Infinite)? {
///     let index = usize::from(event.token());
///     assert_eq!((index, counters[index].try_read()?), (1, Some(3)));
/// }
/// # Ok(())
/// # }
/// ```
#[doc(alias = "epoll_data_t")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Token(pub u64);

impl Token {
    /// Creates a token from a number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number of the token.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> u64 {
        self.0
    }
}

/// Creates a token from an index.
impl From<usize> for Token {
    #[inline]
    fn from(index: usize) -> Self {
        Self(index as u64)
    }
}

/// Returns the number of the token as an index, without loss: every supported target has 64-bit
/// pointers.
impl From<Token> for usize {
    #[inline]
    fn from(token: Token) -> Self {
        token.0 as Self
    }
}

/// `struct epoll_event`: the token and the reported events of a descriptor that is ready.
#[doc(alias = "epoll_event")]
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Event(EpollEvent);

impl Event {
    /// Creates the event argument of `EPOLL_CTL_ADD` and `EPOLL_CTL_MOD`.
    #[inline]
    pub(super) const fn request(token: Token, interest: Interest) -> Self {
        Self(EpollEvent { events: interest.bits(), data: token.0 })
    }

    /// Returns the token of the descriptor.
    #[inline]
    #[must_use]
    pub const fn token(&self) -> Token {
        Token(self.0.data)
    }

    /// Returns the events that are reported for the descriptor.
    #[inline]
    #[must_use]
    pub const fn readiness(&self) -> Readiness {
        Readiness::from_bits_retain(self.0.events)
    }
}

/// Creates an event to initialize a buffer with: token 0 and no reported events.
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

/// The settings of busy polling (`struct epoll_params`). With busy polling, a wait polls network
/// devices before the thread sleeps.
#[doc(alias = "epoll_params")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct BusyPoll {
    /// The duration of busy polling, in microseconds. The value 0 disables busy polling.
    #[doc(alias = "busy_poll_usecs")]
    pub microseconds: u32,
    /// The maximum number of packets that are processed in one poll. A `budget` greater than 64
    /// requires `CAP_NET_ADMIN`.
    #[doc(alias = "busy_poll_budget")]
    pub budget: u16,
    /// The preference for busy polling: if `prefer` is `true`, the kernel defers the interrupts of
    /// the network device.
    #[doc(alias = "prefer_busy_poll")]
    pub prefer: bool,
}

impl BusyPoll {
    /// Creates busy-polling settings from the values of the fields.
    #[inline]
    #[must_use]
    pub const fn new(microseconds: u32, budget: u16, prefer: bool) -> Self {
        Self { microseconds, budget, prefer }
    }
}

/// `struct epoll_params`. `prefer` is a `u8` and not a `bool`, because the kernel could write a
/// value other than 0 and 1.
#[derive(Default)]
#[repr(C)]
pub(super) struct EpollParams {
    microseconds: u32,
    budget: u16,
    prefer: u8,
    padding: u8,
}

layout! { EpollParams: size 8, align 4, microseconds at 0, budget at 4, prefer at 6, padding at 7 }

impl From<BusyPoll> for EpollParams {
    #[inline]
    fn from(params: BusyPoll) -> Self {
        let BusyPoll { microseconds, budget, prefer } = params;
        Self { microseconds, budget, prefer: prefer.into(), padding: 0 }
    }
}

impl From<EpollParams> for BusyPoll {
    #[inline]
    fn from(params: EpollParams) -> Self {
        Self::new(params.microseconds, params.budget, params.prefer != 0)
    }
}
