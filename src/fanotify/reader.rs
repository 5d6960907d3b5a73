//! Reading fanotify events one at a time.

use core::fmt;

use super::reading::Events;
use super::{Event, Fanotify, GroupRef, decode, raw};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::AsFd;
use crate::io::{self, Buffer};
use crate::time::Timeout;

/// A reader that returns fanotify events one at a time, from a buffer that one system call fills
/// with many events.
///
/// ```
/// use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkMask, Reader};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = temp_dir::TempDir::new()?;
/// # let directory = directory.path();
/// # let flags = InitFlags::REPORT_DFID_NAME;
/// # if Fanotify::builder(Class::Notification).flags(flags).build().is_err() { return Ok(()) }
/// let flags = InitFlags::REPORT_DFID_NAME | InitFlags::NONBLOCK;
/// let group = Fanotify::builder(Class::Notification).flags(flags).build()?;
/// # if group.add(Mark::Inode, MarkMask::CREATE, directory).is_err() { return Ok(()) }
/// group.add(Mark::Inode, MarkMask::CREATE, directory)?;
/// std::fs::write(directory.join("news"), "!")?;
///
/// let mut buffer = [0; 4096];
/// let mut events = Reader::new(&group, &mut buffer);
/// assert_eq!(events.next()?.entry().unwrap().name(), "news");
/// assert!(events.try_next()?.is_none());
/// # Ok(())
/// # }
/// ```
///
/// The reader owns the descriptors of the events that it has not returned. When it is dropped, it
/// sends the default response to the permission events among them, and closes their descriptors.
/// [`Fanotify::wait`], `poll` and epoll do not take the events in the buffer into account: use
/// [`Reader::wait`](Self::wait) instead.
pub struct Reader<'b, G: GroupRef, B: Buffer + ?Sized> {
    group: G,
    buffer: &'b mut B,
    start: usize,
    end: usize,
}

impl<'b, G: GroupRef, B: Buffer + ?Sized> Reader<'b, G, B> {
    /// Creates a reader that reads events of `group` into `buffer`. Each event keeps a clone of
    /// `group`, which is a reference or a shared pointer. A buffer of
    /// [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
    #[must_use]
    pub const fn new(group: G, buffer: &'b mut B) -> Self {
        Self { group, buffer, start: 0, end: 0 }
    }

    /// Returns the next event. In blocking mode, blocks until an event is available, and retries if
    /// interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: no event is available, and the group is non-blocking.
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue. The
    ///   descriptor remains readable, so a loop that ignores `EINVAL` does not end: continue with a
    ///   reader that has a larger buffer.
    /// - The further errors of [`Fanotify::read_events`].
    ///
    /// Since Linux 2.6.37; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[allow(
        clippy::should_implement_trait,
        reason = "`Iterator::next` cannot return an event that borrows from the reader"
    )]
    pub fn next(&mut self) -> Result<Event<'_, G>> {
        if self.start == self.end {
            let count = io::retry(|| raw::read(self.group.as_fd(), self.buffer).map(<[u8]>::len))?;
            (self.start, self.end) = (0, count);
        }
        let (group, end) = (self.group.clone(), self.end);
        // SAFETY: the last `raw::read` has written the buffer up to `self.end`, and `self.start` is
        // not greater than `self.end`.
        let mut records = decode(unsafe { unread(self.buffer, self.start, end) });
        let record = records.next();
        self.start = end - records.rest().len();
        let Some(record) = record else {
            self.start = end;
            return Err(Error::new(Call::FANOTIFY_READ, Errno::INVAL));
        };
        // SAFETY: the kernel has written the record, and the reader, which owns the descriptors in
        // it, returns each record once.
        Ok(unsafe { Event::new(record, group) })
    }

    /// Returns the next event, or `None` if no event is available. If the group is in blocking
    /// mode, blocks until an event is available: use a non-blocking group, or call
    /// [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is too small for the next event; see [`next`](Self::next).
    /// - The further errors of [`Fanotify::read_events`].
    pub fn try_next(&mut self) -> Result<Option<Event<'_, G>>> {
        io::would_block_as_none(self.next())
    }

    /// Waits until an event is available. Returns `false` if the timeout expires before an event is
    /// available. Returns immediately if the buffer contains an event.
    ///
    /// Signals do not interrupt the wait and do not prolong it.
    ///
    /// # Errors
    ///
    /// The errors of [`Fanotify::wait`].
    pub fn wait(&self, timeout: impl Into<Timeout>) -> Result<bool> {
        if self.start < self.end { Ok(true) } else { Fanotify::wait(&self.group, timeout) }
    }
}

/// Returns the bytes of a buffer that contain events that have not been returned.
///
/// # Safety
///
/// The buffer must have been written up to `end`, and `start` must not be greater than `end`.
unsafe fn unread<B: Buffer + ?Sized>(buffer: &mut B, start: usize, end: usize) -> &[u8] {
    let (first, _) = buffer.parts_mut();
    // SAFETY: written up to `end`, and `start` is not greater than `end`, upheld by the caller.
    unsafe { core::slice::from_raw_parts(first.wrapping_add(start), end - start) }
}

impl<G: GroupRef, B: Buffer + ?Sized> Drop for Reader<'_, G, B> {
    fn drop(&mut self) {
        // SAFETY: the last `raw::read` has written the buffer up to `self.end`, and `self.start` is
        // not greater than `self.end`.
        let records = decode(unsafe { unread(self.buffer, self.start, self.end) });
        // SAFETY: the kernel has written the records, and the reader, which owns the descriptors in
        // them, has not returned the events.
        drop(unsafe { Events::new(records, self.group.clone()) });
    }
}

impl<G: GroupRef, B: Buffer + ?Sized> fmt::Debug for Reader<'_, G, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, unread): (&Fanotify, _) = (&self.group, self.end - self.start);
        f.debug_struct("Reader")
            .field("group", group)
            .field("unread_bytes", &unread)
            .finish_non_exhaustive()
    }
}
