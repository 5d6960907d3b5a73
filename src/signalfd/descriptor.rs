//! The descriptor of signals as a type.

use core::mem::MaybeUninit;

use super::{CreateFlags, EVENT_SIZE, Event, Events, decode, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::signal::SigSet;

/// Signals that are read instead of handled.
///
/// Shared by reference: each signal goes to one reader. Which signals a read takes is a matter of the thread that
/// reads: those for it, and those for its process.
pub struct SignalFd(OwnedFd);

fd_wrapper! { SignalFd }
event_source! { SignalFd }

impl SignalFd {
    /// Reads these signals; a read waits until one comes. Closed by `execve`.
    ///
    /// [Block](crate::signal::block) them in every thread: what is not held back takes effect instead. `KILL` and
    /// `STOP` are left out.
    ///
    /// # Errors
    ///
    /// As [`raw::signalfd4`].
    #[doc(alias = "signalfd4")]
    #[inline]
    pub fn new(signals: impl Into<SigSet>) -> Result<Self> {
        raw::signalfd4(signals.into(), CreateFlags::CLOEXEC).map(Self)
    }

    /// As [`new`](Self::new), and reads never wait.
    ///
    /// # Errors
    ///
    /// As [`raw::signalfd4`].
    #[inline]
    pub fn nonblocking(signals: impl Into<SigSet>) -> Result<Self> {
        raw::signalfd4(signals.into(), CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map(Self)
    }

    /// Reads these signals and no others from now on.
    ///
    /// # Errors
    ///
    /// As [`raw::signalfd4_set_mask`].
    #[inline]
    pub fn set_mask(&self, signals: impl Into<SigSet>) -> Result<()> {
        raw::signalfd4_set_mask(self.as_fd(), signals.into())
    }

    /// The next signal. Where none has come it waits, whatever other signals come.
    ///
    /// # Errors
    ///
    /// `EAGAIN` - none has come, and the descriptor is non-blocking.
    #[inline]
    pub fn read(&self) -> Result<Event> {
        let mut buffer = [MaybeUninit::uninit(); EVENT_SIZE];
        one(io::retry(|| raw::read(self.as_fd(), &mut buffer).map(<[u8]>::len))?, &buffer)
    }

    /// The next signal; `None` where none has come to a non-blocking descriptor. One that is not non-blocking waits.
    ///
    /// # Errors
    ///
    /// As [`raw::read`], without `EAGAIN` and `EINTR`.
    #[inline]
    pub fn try_read(&self) -> Result<Option<Event>> {
        io::would_block_as_none(self.read())
    }

    /// As [`read`](Self::read), but the handler of another signal ends the wait.
    ///
    /// # Errors
    ///
    /// As [`raw::read`].
    #[inline]
    pub fn read_interruptible(&self) -> Result<Event> {
        let mut buffer = [MaybeUninit::uninit(); EVENT_SIZE];
        one(raw::read(self.as_fd(), &mut buffer)?.len(), &buffer)
    }

    /// Reads as many signals as have come and the buffer has room for; none where none has come to a non-blocking
    /// descriptor. One that is not waits for the first, whatever other signals come.
    ///
    /// # Errors
    ///
    /// `EINVAL` - the buffer has no room for one: [`EVENT_SIZE`] bytes.
    #[inline]
    pub fn read_events<'b>(&self, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<Events<'b>> {
        io::read_events(Call::SIGNALFD_READ, self.as_fd(), buffer).map(decode)
    }

    /// As [`read_events`](Self::read_events), but the handler of another signal ends the wait, and nothing is there is
    /// a failure.
    ///
    /// # Errors
    ///
    /// As [`raw::read`].
    #[inline]
    pub fn read_events_interruptible<'b>(
        &self,
        buffer: &'b mut (impl Buffer + ?Sized),
    ) -> Result<Events<'b>> {
        raw::read(self.as_fd(), buffer).map(decode)
    }
}

/// The signal of a buffer of which so many bytes were read.
#[inline]
fn one(count: usize, buffer: &[MaybeUninit<u8>; EVENT_SIZE]) -> Result<Event> {
    if count != EVENT_SIZE {
        return Err(no_signal());
    }
    // SAFETY: read to its end.
    let bytes = unsafe { &*buffer.as_ptr().cast() };
    Event::from_bytes(bytes).copied().ok_or_else(no_signal)
}

/// What the kernel never gives: from a descriptor of another kind.
#[cold]
fn no_signal() -> Error {
    Error::new(Call::SIGNALFD_READ, Errno::INVAL)
}
