//! Reading events one at a time.

use core::fmt;

use super::{Event, Inotify, decode, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::AsFd;
use crate::io::{self, Buffer};
use crate::time::Timeout;

/// Reads events one at a time, through a buffer that is filled with many events by one system call.
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
/// [`Inotify::wait`], `poll` and epoll do not take these events into account: use
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
    /// Creates a reader of an instance, with a buffer. A buffer of
    /// [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
    #[must_use]
    pub const fn new(inotify: &'i Inotify, buffer: &'b mut B) -> Self {
        Self { inotify, buffer, start: 0, end: 0 }
    }

    /// Returns the next event. In blocking mode, blocks until an event is available; retries if
    /// interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no event is available, and the instance is non-blocking.
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue. The
    ///   descriptor remains readable, so a loop that ignores this error does not end: continue with
    ///   a reader that has a larger buffer.
    ///
    /// Since Linux 2.6.13; [inotify(7)].
    ///
    /// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
    #[allow(clippy::should_implement_trait, reason = "an event borrows from the reader")]
    pub fn next(&mut self) -> Result<Event<'_>> {
        if self.start == self.end {
            let count =
                io::retry(|| raw::read(self.inotify.as_fd(), self.buffer).map(<[u8]>::len))?;
            (self.start, self.end) = (0, count);
        }
        let (start, _) = self.buffer.parts_mut();
        // SAFETY: the last read has written the buffer up to `end`, and `start` is not greater.
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

    /// Waits until an event can be returned. Returns `false` if the timeout expires first. Does not
    /// wait if the buffer contains an event.
    ///
    /// Signals do not interrupt the wait and do not prolong it.
    ///
    /// # Errors
    ///
    /// Those of [`Inotify::wait`].
    pub fn wait(&self, timeout: impl Into<Timeout>) -> Result<bool> {
        if self.start < self.end { Ok(true) } else { self.inotify.wait(timeout) }
    }

    /// Returns the next event, or `None` if no event is available. An instance in blocking mode
    /// blocks instead: use [`Inotify::nonblocking`], or call [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is too small for the next event, as for [`next`](Self::next).
    pub fn try_next(&mut self) -> Result<Option<Event<'_>>> {
        io::would_block_as_none(self.next())
    }
}
