//! An inotify instance, and waiting for one event on one path.

use core::mem::MaybeUninit;

use super::{Event, Events, InitFlags, Watch, WatchFlags, decode, raw};
use crate::error::{Call, Result};
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, Buffer, EventSource};
use crate::path;
use crate::time::Timeout;

/// An inotify instance: a set of watches, and a queue of events.
///
/// All methods take `&self`, so threads can share an instance. If several threads read events, each
/// event is returned to only one of the threads.
#[doc(alias = "inotify_init1")]
pub struct Inotify(OwnedFd);

fd_wrapper! { Inotify }
event_source! { Inotify }

impl Inotify {
    /// Creates an inotify instance, in blocking mode and close-on-exec: a read blocks until an
    /// event is available.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-user limit on inotify instances of the user namespace or an ancestor of
    ///   it (`user.max_inotify_instances`, `fs.inotify.max_user_instances`), or the per-process
    ///   limit on open file descriptors (`RLIMIT_NOFILE`), has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [inotify_init1(2)].
    ///
    /// [inotify_init1(2)]: https://man7.org/linux/man-pages/man2/inotify_init1.2.html
    #[doc(alias = "inotify_init1")]
    #[doc(alias = "inotify_init")]
    #[inline]
    pub fn new() -> Result<Self> {
        Self::with_flags(InitFlags::CLOEXEC)
    }

    /// Creates an inotify instance, in non-blocking mode and close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-user limit on inotify instances of the user namespace or an ancestor of
    ///   it (`user.max_inotify_instances`, `fs.inotify.max_user_instances`), or the per-process
    ///   limit on open file descriptors (`RLIMIT_NOFILE`), has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [inotify_init1(2)].
    ///
    /// [inotify_init1(2)]: https://man7.org/linux/man-pages/man2/inotify_init1.2.html
    #[doc(alias = "inotify_init1")]
    #[doc(alias = "inotify_init")]
    #[inline]
    pub fn nonblocking() -> Result<Self> {
        Self::with_flags(InitFlags::CLOEXEC | InitFlags::NONBLOCK)
    }

    /// Creates an inotify instance with exactly the given flags: the descriptor is close-on-exec
    /// only with [`InitFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a flag is unknown to the kernel.
    /// - `EMFILE`: the per-user limit on inotify instances of the user namespace or an ancestor of
    ///   it (`user.max_inotify_instances`, `fs.inotify.max_user_instances`), or the per-process
    ///   limit on open file descriptors (`RLIMIT_NOFILE`), has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [inotify_init1(2)].
    ///
    /// [inotify_init1(2)]: https://man7.org/linux/man-pages/man2/inotify_init1.2.html
    #[doc(alias = "inotify_init1")]
    #[doc(alias = "inotify_init")]
    #[inline]
    pub fn with_flags(flags: InitFlags) -> Result<Self> {
        raw::inotify_init1(flags).map(Self)
    }

    /// Watches a file or directory, or changes the requested events of a file that is already
    /// watched.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: a component of the path does not exist or is a dangling symbolic link, or the
    ///   path is empty.
    /// - `ENOTDIR`: a component of the path that is used as a directory is not a directory, or the
    ///   file is not a directory and [`ONLYDIR`](WatchFlags::ONLYDIR) is set.
    /// - `EACCES`: a directory in the path cannot be searched, or the file cannot be read.
    /// - `ELOOP`: the path contains more than 40 symbolic links.
    /// - `ENAMETOOLONG`: the path has more than 4,095 bytes, or a component of it is too long for
    ///   its file system.
    /// - `EEXIST`: the file is already watched, and [`MASK_CREATE`](WatchFlags::MASK_CREATE) is
    ///   set.
    /// - `EINVAL`: the mask is empty, contains an unknown flag, or contains both
    ///   [`MASK_ADD`](WatchFlags::MASK_ADD) and [`MASK_CREATE`](WatchFlags::MASK_CREATE); or the
    ///   path contains a NUL byte.
    /// - `ENOSPC`: the per-user limit on watches of the user namespace or an ancestor of it
    ///   (`user.max_inotify_watches`, `fs.inotify.max_user_watches`) has been reached.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.13; [inotify_add_watch(2)].
    ///
    /// [inotify_add_watch(2)]: https://man7.org/linux/man-pages/man2/inotify_add_watch.2.html
    #[doc(alias = "inotify_add_watch")]
    #[inline]
    pub fn add_watch(&self, path: impl path::Arg, mask: WatchFlags) -> Result<Watch> {
        raw::inotify_add_watch(self.as_fd(), path, mask)
    }

    /// Removes a watch. The queued events of the watch are still returned, and are followed by an
    /// [`is_ignored`](Event::is_ignored) event.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the instance does not have the watch, or it has already been removed.
    ///
    /// Since Linux 2.6.13; [inotify_rm_watch(2)].
    ///
    /// [inotify_rm_watch(2)]: https://man7.org/linux/man-pages/man2/inotify_rm_watch.2.html
    #[doc(alias = "inotify_rm_watch")]
    #[inline]
    pub fn remove_watch(&self, watch: Watch) -> Result<()> {
        raw::inotify_rm_watch(self.as_fd(), watch)
    }

    /// Reads as many events as are available and fit the buffer. Returns no events if the instance
    /// is non-blocking and no event is available. In blocking mode, blocks until an event is
    /// available, and retries if interrupted by a signal.
    ///
    /// A buffer of [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
    /// With a buffer of several KiB, one system call can return many events.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue. The
    ///   descriptor remains readable, so a loop that ignores `EINVAL` does not end: read again with
    ///   a larger buffer.
    ///
    /// Since Linux 2.6.13; [inotify(7)].
    ///
    /// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
    #[inline]
    pub fn read_events<'b>(&self, buffer: &'b mut (impl Buffer + ?Sized)) -> Result<Events<'b>> {
        io::read_events(Call::INOTIFY_READ, self.as_fd(), buffer).map(decode)
    }

    /// Reads like [`read_events`](Self::read_events), but returns `EINTR` if interrupted by a
    /// signal handler.
    ///
    /// # Errors
    ///
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the buffer is too small for the next event, which remains in the queue.
    ///
    /// Since Linux 2.6.13; [inotify(7)].
    ///
    /// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
    #[inline]
    pub fn read_events_interruptible<'b>(
        &self,
        buffer: &'b mut (impl Buffer + ?Sized),
    ) -> Result<Events<'b>> {
        let bytes = io::would_block_as_none(raw::read(self.as_fd(), buffer))?;
        Ok(decode(bytes.unwrap_or_default()))
    }
}

// SAFETY: an `Inotify` owns its descriptor and never replaces it.
unsafe impl EventSource for Inotify {
    type Event<'b> = Event<'b>;

    fn read_events_with<'b>(
        &'b self,
        buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        decode(raw::read(self.as_fd(), buffer)?).for_each(handler);
        Ok(())
    }
}

/// Waits for one event on one path, with a separate inotify instance. Returns `None` if the timeout
/// expires before an event occurs.
///
/// A buffer of [`EVENT_SIZE_MAX`](super::EVENT_SIZE_MAX) bytes is large enough for any event.
/// Events that occur before the watch is added or after the returned event are lost: use an
/// [`Inotify`] to read more than one event. The returned event can also be an
/// [`is_ignored`](Event::is_ignored) or [`is_unmount`](Event::is_unmount) event: the kernel reports
/// these two events even if they are not requested.
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
///     Some(event) => println!("created {}", event.name().escape()),
///     None => println!("timed out"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The errors of [`Inotify::nonblocking`], [`Inotify::add_watch`], [`Inotify::wait`] and
/// [`Inotify::read_events`].
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
