//! Events one at a time.

use core::fmt;

use super::{Event, Inotify, decode, raw};
use crate::error::{Error, Result};
use crate::fd::AsFd;
use crate::io::{self, Buffer};
use crate::time::Timeout;

/// Reads events one at a time, through a buffer that takes many from the kernel at once.
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
/// assert!(events.read()?.is_dir());
/// assert_eq!(events.try_read()?, None);
/// # Ok(())
/// # }
/// ```
///
/// Events that it has taken and not given yet are lost when it is dropped, and no wait for the instance sees them: only
/// the reader's own.
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
    /// Reads the events of an instance through a buffer.
    #[must_use]
    pub const fn new(inotify: &'i Inotify, buffer: &'b mut B) -> Self {
        Self { inotify, buffer, start: 0, end: 0 }
    }

    /// The next event. Where there is none it waits, whatever signals come.
    ///
    /// # Errors
    ///
    /// `EAGAIN` - there is none, and the instance is non-blocking. `EINVAL` - the buffer is too small for the next
    /// event, which stays in the queue.
    pub fn next(&mut self) -> Result<Event<'_>> {
        if self.start == self.end {
            let count =
                io::retry(|| raw::read(self.inotify.as_fd(), self.buffer).map(<[u8]>::len))?;
            (self.start, self.end) = (0, count);
        }
        let (start, _) = self.buffer.parts_mut();
        // SAFETY: the last read has written the buffer up to `end`, which is not before `start`.
        let unread = unsafe {
            core::slice::from_raw_parts(start.wrapping_add(self.start), self.end - self.start)
        };
        let mut events = decode(unread);
        let event = events.next();
        self.start = self.end - events.rest().len();
        event.ok_or_else(|| {
            self.start = self.end;
            Error::new(crate::error::Call::INOTIFY_READ, crate::error::Errno::INVAL)
        })
    }

    /// Waits until there is an event to read, or the time is over: `false` says that it is over. What the reader has
    /// taken already is not waited for.
    ///
    /// Signals do not end the wait and do not prolong it.
    ///
    /// # Errors
    ///
    /// As [`Inotify::wait`].
    pub fn wait(&self, timeout: impl Into<Timeout>) -> Result<bool> {
        if self.start < self.end { Ok(true) } else { self.inotify.wait(timeout) }
    }

    /// The next event; `None` where a non-blocking instance has none. A blocking one waits.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), without `EAGAIN`.
    pub fn try_next(&mut self) -> Result<Option<Event<'_>>> {
        io::would_block_as_none(self.next())
    }
}
