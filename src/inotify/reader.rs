//! Reading inotify events one at a time.

use core::fmt;

use super::{Event, Inotify, decode, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::AsFd;
use crate::io::{self, Buffer};
use crate::time::Timeout;

/// A reader that returns inotify events one at a time, from a buffer that one system call fills
/// with many events.
///
/// ```
/// use butter::inotify::{Inotify, Reader, WatchFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = temp_dir::TempDir::new()?;
/// let inotify = Inotify::nonblocking()?;
/// inotify.add_watch(directory.path(), WatchFlags::CREATE | WatchFlags::DELETE)?;
/// std::fs::create_dir(directory.path().join("sub"))?;
///
/// let mut buffer = [0; 4096];
/// let mut events = Reader::new(&inotify, &mut buffer);
/// assert!(events.next()?.is_dir());
/// assert_eq!(events.try_next()?, None);
/// # Ok(())
/// # }
/// ```
///
/// Events in the buffer that have not been returned are lost when the reader is dropped.
/// [`Inotify::wait`], `poll` and epoll do not take the events in the buffer into account: use
/// [`Reader::wait`](Self::wait) instead.
pub struct Reader<'i, 'b, B: Buffer + ?Sized> {
    inotify: &'i Inotify,
    buffer: &'b mut B,
    start: usize,
    end: usize,
}

impl<B: Buffer + ?Sized> fmt::Debug for Reader<'_, '_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unread = self.end - self.start;
        f.debug_struct("Reader")
            .field("inotify", self.inotify)
            .field("unread_bytes", &unread)
            .finish_non_exhaustive()
    }
}

impl<'i, 'b, B: Buffer + ?Sized> Reader<'i, 'b, B> {
    /// Creates a reader that reads events from `inotify` into `buffer`. A buffer of
    /// [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
    #[must_use]
    pub const fn new(inotify: &'i Inotify, buffer: &'b mut B) -> Self {
        Self { inotify, buffer, start: 0, end: 0 }
    }

    /// Returns the next event. In blocking mode, blocks until an event is available, and retries if
    /// interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no event is available, and the instance is non-blocking.
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue. The
    ///   descriptor remains readable, so a loop that ignores `EINVAL` does not end: continue with a
    ///   reader that has a larger buffer.
    ///
    /// Since Linux 2.6.13; [inotify(7)].
    ///
    /// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
    #[allow(
        clippy::should_implement_trait,
        reason = "`Iterator::next` cannot return an event that borrows from the reader"
    )]
    pub fn next(&mut self) -> Result<Event<'_>> {
        if self.start == self.end {
            let count =
                io::retry(|| raw::read(self.inotify.as_fd(), self.buffer).map(<[u8]>::len))?;
            (self.start, self.end) = (0, count);
        }
        let (start, _) = self.buffer.parts_mut();
        // SAFETY: the last `raw::read` has written the buffer up to `self.end`, and `self.start` is
        // not greater than `self.end`.
        let unread = unsafe {
            core::slice::from_raw_parts(start.wrapping_add(self.start), self.end - self.start)
        };
        let mut events = decode(unread);
        let event = events.next();
        self.start = self.end - events.rest().len();
        event.ok_or_else(|| {
            self.start = self.end;
            Error::new(Call::INOTIFY_READ, Errno::INVAL)
        })
    }

    /// Waits until an event is available. Returns `false` if the timeout expires before an event is
    /// available. Returns immediately if the buffer contains an event.
    ///
    /// Signals do not interrupt the wait and do not prolong it.
    ///
    /// # Errors
    ///
    /// The errors of [`Inotify::wait`].
    pub fn wait(&self, timeout: impl Into<Timeout>) -> Result<bool> {
        if self.start < self.end { Ok(true) } else { self.inotify.wait(timeout) }
    }

    /// Returns the next event, or `None` if no event is available. If the instance is in blocking
    /// mode, blocks until an event is available: use [`Inotify::nonblocking`], or call
    /// [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is too small for the next event; see [`next`](Self::next).
    pub fn try_next(&mut self) -> Result<Option<Event<'_>>> {
        io::would_block_as_none(self.next())
    }
}
