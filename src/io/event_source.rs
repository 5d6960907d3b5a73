//! The trait [`EventSource`] of objects from which events are read.

use core::mem::MaybeUninit;

use crate::error::Result;
use crate::fd::AsFd;

/// An object from which events are read, and whose descriptor is readable while events are
/// available.
///
/// The trait is for generic event loops and for adapters to async runtimes, which themselves wait
/// until the descriptor is readable. The trait therefore has no method `wait`.
///
/// # Safety
///
/// `as_fd` must return the same open descriptor until the object is dropped, so that a registration
/// of the descriptor remains valid for as long as the object exists.
pub unsafe trait EventSource: AsFd {
    /// An event, which can borrow from the source and from the buffer that it was read into.
    type Event<'b>;

    /// Reads once from the descriptor and passes each event to `handler`.
    ///
    /// Some sources, such as inotify, read their events into the buffer; other sources do not use
    /// the buffer. A buffer of 4,112 bytes
    /// ([`inotify::EVENT_SIZE_MAX`](crate::inotify::EVENT_SIZE_MAX)) is large enough for an event
    /// of any source of this crate.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no event is available, and the descriptor is non-blocking.
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the buffer is too small for the next event, which remains available.
    fn read_events_with<'b>(
        &'b self,
        buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()>;
}
