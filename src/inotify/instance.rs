//! The instance as a type.

use super::{Event, Events, InitFlags, Watch, WatchFlags, decode, raw};
use crate::error::{Call, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, Buffer};
use crate::path;
use crate::time::Timeout;

/// An inotify instance: a queue of events, and the watches that fill it.
///
/// Shared by reference: each event goes to one reader.
pub struct Inotify(OwnedFd);

fd_wrapper! { Inotify }
event_source! { Inotify }

impl Inotify {
    /// An instance whose reads wait for an event. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::inotify_init1`].
    #[doc(alias = "inotify_init1")]
    #[inline]
    pub fn new() -> Result<Self> {
        raw::inotify_init1(InitFlags::CLOEXEC).map(Self)
    }

    /// An instance whose reads never wait. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::inotify_init1`].
    #[inline]
    pub fn nonblocking() -> Result<Self> {
        raw::inotify_init1(InitFlags::CLOEXEC | InitFlags::NONBLOCK).map(Self)
    }

    /// Watches a file; for one that is watched already, changes what is told of it.
    ///
    /// # Errors
    ///
    /// As [`raw::inotify_add_watch`].
    #[inline]
    pub fn add_watch(&self, path: impl path::Arg, mask: WatchFlags) -> Result<Watch> {
        raw::inotify_add_watch(self.as_fd(), path, mask)
    }

    /// Ends a watch. Its events that are queued still come, and one that [is ignored](super::Event::is_ignored) last.
    ///
    /// # Errors
    ///
    /// As [`raw::inotify_rm_watch`].
    #[doc(alias = "inotify_rm_watch")]
    #[inline]
    pub fn remove_watch(&self, watch: Watch) -> Result<()> {
        raw::inotify_rm_watch(self.as_fd(), watch)
    }

    /// Reads as many events as there are and the buffer has room for; none where a non-blocking instance has none. A
    /// blocking one waits for the first, whatever signals come.
    ///
    /// A buffer of [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes takes any event; a few KiB take many at once.
    ///
    /// # Errors
    ///
    /// `EINVAL` - the buffer is too small for the next event, which stays in the queue.
    #[inline]
    pub fn read_events<'b>(&self, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<Events<'b>> {
        io::read_events(Call::INOTIFY_READ, self.as_fd(), buffer).map(decode)
    }

    /// As [`read_events`](Self::read_events), but a signal ends the wait, and nothing is there is a failure.
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

/// Waits for one event of one path, with an instance of its own; `None` when the time is over.
///
/// A buffer of [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes takes any. What happens before it watches, or after that event, it
/// does not see: for more than one, make an [`Inotify`]. That the path itself is gone comes unasked, too:
/// [`is_ignored`](Event::is_ignored), or unmounted.
///
/// ```
/// use std::time::Duration;
///
/// use butter::inotify::{self, EVENT_SIZE_MAX, WatchFlags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = temp_dir::TempDir::new()?;
/// # let directory = directory.path();
/// let mut buffer = [0; EVENT_SIZE_MAX];
/// match inotify::watch(directory, WatchFlags::CREATE, Duration::from_millis(5), &mut buffer)? {
///     Some(event) => println!("{} was made", event.name()),
///     None => println!("nothing was"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`Inotify::nonblocking`], [`Inotify::add_watch`], [`Inotify::wait`] and [`Inotify::read_events`].
pub fn watch<'b>(
    path: impl path::Arg,
    mask: WatchFlags,
    timeout: impl Into<Timeout>,
    buffer: &'b mut (impl Buffer + ?Sized),
) -> Result<Option<Event<'b>>> {
    let inotify = Inotify::nonblocking()?;
    inotify.add_watch(path, mask)?;
    if !inotify.wait(timeout)? {
        return Ok(None);
    }
    Ok(inotify.read_events(buffer)?.next())
}
