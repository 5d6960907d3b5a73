//! The signalfd.

use core::mem::MaybeUninit;

use super::{CreateFlags, EVENT_SIZE, Event, Events, decode, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, Buffer, EventSource};
use crate::signal::SigSet;

/// A signalfd: a descriptor from which signals are read.
///
/// All methods take `&self`, so several threads can read from a `SignalFd`. Each signal is read
/// once, by one reader. A read dequeues the signals that are pending for the reading thread or for
/// its process.
pub struct SignalFd(OwnedFd);

fd_wrapper! { SignalFd }
event_source! { SignalFd }

impl SignalFd {
    /// Creates a signalfd for a set of signals, in blocking mode and close-on-exec.
    ///
    /// [Block](crate::signal::block) the signals in every thread: a signal that is not blocked is
    /// delivered instead. The kernel removes `KILL` and `STOP` from the set.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[doc(alias = "signalfd4")]
    #[inline]
    pub fn new(signals: impl Into<SigSet>) -> Result<Self> {
        Self::with_flags(signals, CreateFlags::CLOEXEC)
    }

    /// Creates a signalfd for a set of signals, in non-blocking mode and close-on-exec. See
    /// [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[doc(alias = "SFD_NONBLOCK")]
    #[inline]
    pub fn nonblocking(signals: impl Into<SigSet>) -> Result<Self> {
        Self::with_flags(signals, CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)
    }

    /// Creates a signalfd for a set of signals, with exactly the flags in `flags`. The descriptor
    /// is close-on-exec only with [`CreateFlags::CLOEXEC`]. See [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a flag is unknown to the kernel.
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[doc(alias = "signalfd4")]
    #[inline]
    pub fn with_flags(signals: impl Into<SigSet>, flags: CreateFlags) -> Result<Self> {
        raw::signalfd4(signals.into(), flags).map(Self)
    }

    /// Replaces the set of signals that the signalfd reads.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the descriptor is not a signalfd.
    ///
    /// Since Linux 2.6.27; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[doc(alias = "signalfd4")]
    #[inline]
    pub fn set_mask(&self, signals: impl Into<SigSet>) -> Result<()> {
        raw::signalfd4_set_mask(self.as_fd(), signals.into())
    }

    /// Reads the next signal. In blocking mode, waits until a signal of the set is pending; other
    /// signals do not interrupt the wait.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no signal is pending, and the descriptor is in non-blocking mode.
    /// - `EINVAL`: the descriptor is not a signalfd.
    ///
    /// Since Linux 2.6.22; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[inline]
    pub fn read(&self) -> Result<Event> {
        let mut buffer = [MaybeUninit::uninit(); EVENT_SIZE];
        event(io::retry(|| raw::read(self.as_fd(), &mut buffer).map(<[u8]>::len))?, &buffer)
    }

    /// Reads the next signal, or returns `None` if no signal is pending and the descriptor is in
    /// non-blocking mode. In blocking mode, this method blocks until a signal is pending.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the descriptor is not a signalfd.
    ///
    /// Since Linux 2.6.22; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[inline]
    pub fn try_read(&self) -> Result<Option<Event>> {
        io::would_block_as_none(self.read())
    }

    /// Reads the next signal like [`read`](Self::read), but returns `EINTR` if interrupted by a
    /// signal handler.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no signal is pending, and the descriptor is in non-blocking mode.
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the descriptor is not a signalfd.
    ///
    /// Since Linux 2.6.22; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[inline]
    pub fn read_interruptible(&self) -> Result<Event> {
        let mut buffer = [MaybeUninit::uninit(); EVENT_SIZE];
        event(raw::read(self.as_fd(), &mut buffer)?.len(), &buffer)
    }

    /// Reads the pending signals, as many as fit into the buffer. If no signal of the set is
    /// pending, returns no signals in non-blocking mode, and waits for a signal of the set in
    /// blocking mode. Other signals do not interrupt the wait.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is smaller than an event, [`EVENT_SIZE`] bytes, or the descriptor is
    ///   not a signalfd.
    ///
    /// Since Linux 2.6.22; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[inline]
    pub fn read_events<'b>(&self, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<Events<'b>> {
        io::read_events(Call::SIGNALFD_READ, self.as_fd(), buffer).map(decode)
    }

    /// Reads the pending signals like [`read_events`](Self::read_events), but returns `EINTR` if
    /// interrupted by a signal handler.
    ///
    /// # Errors
    ///
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the buffer is smaller than an event, [`EVENT_SIZE`] bytes, or the descriptor is
    ///   not a signalfd.
    ///
    /// Since Linux 2.6.22; [signalfd(2)].
    ///
    /// [signalfd(2)]: https://man7.org/linux/man-pages/man2/signalfd.2.html
    #[inline]
    pub fn read_events_interruptible<'b>(
        &self,
        buffer: &'b mut (impl Buffer + ?Sized),
    ) -> Result<Events<'b>> {
        let bytes = io::would_block_as_none(raw::read(self.as_fd(), buffer))?;
        Ok(decode(bytes.unwrap_or_default()))
    }
}

// SAFETY: `SignalFd` owns its descriptor and never replaces it.
unsafe impl EventSource for SignalFd {
    type Event<'b> = &'b Event;

    fn read_events_with<'b>(
        &'b self,
        buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        decode(raw::read(self.as_fd(), buffer)?).for_each(handler);
        Ok(())
    }
}

/// Returns the event in a buffer to which a read has written `count` bytes.
#[inline]
fn event(count: usize, buffer: &[MaybeUninit<u8>; EVENT_SIZE]) -> Result<Event> {
    if count != EVENT_SIZE {
        return Err(not_an_event());
    }
    // SAFETY: the read has written all bytes of the buffer.
    let bytes = unsafe { &*buffer.as_ptr().cast() };
    Event::from_bytes(bytes).copied().ok_or_else(not_an_event)
}

/// Returns the error for bytes that are not an event, which only a descriptor other than a signalfd
/// returns.
#[cold]
fn not_an_event() -> Error {
    Error::new(Call::SIGNALFD_READ, Errno::INVAL)
}
