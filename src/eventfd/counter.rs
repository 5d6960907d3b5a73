//! The event counter.

use core::mem::MaybeUninit;

use super::{CreateFlags, raw};
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, EventSource};

/// An event counter.
///
/// All methods take `&self`: reads and writes from several threads are atomic.
#[doc(alias = "eventfd")]
pub struct EventFd(OwnedFd);

fd_wrapper! { EventFd }
event_source! { EventFd }

impl EventFd {
    /// Creates a counter with an initial value, in blocking mode and close-on-exec: a read blocks
    /// while the value is 0.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd")]
    #[doc(alias = "eventfd2")]
    #[inline]
    pub fn new(initial: u32) -> Result<Self> {
        Self::with_flags(initial, CreateFlags::CLOEXEC)
    }

    /// Creates a counter with an initial value, in non-blocking mode and close-on-exec.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd")]
    #[doc(alias = "eventfd2")]
    #[inline]
    pub fn nonblocking(initial: u32) -> Result<Self> {
        Self::with_flags(initial, CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)
    }

    /// Creates a semaphore with this many permits, in blocking mode and close-on-exec: a read
    /// decrements the number of permits by 1, and blocks while it is 0. A write adds permits.
    ///
    /// For a non-blocking semaphore, use [`with_flags`](Self::with_flags).
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd")]
    #[doc(alias = "eventfd2")]
    #[doc(alias = "EFD_SEMAPHORE")]
    #[inline]
    pub fn semaphore(permits: u32) -> Result<Self> {
        Self::with_flags(permits, CreateFlags::CLOEXEC | CreateFlags::SEMAPHORE)
    }

    /// Creates a counter with an initial value and exactly these flags: its descriptor is
    /// close-on-exec only with [`CreateFlags::CLOEXEC`].
    ///
    /// # Errors
    ///
    /// - `EINVAL`: a flag is unknown to the kernel.
    /// - `EMFILE`: the limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
    /// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
    /// - `ENODEV`: the kernel's internal file system of anonymous inodes could not be mounted.
    /// - `ENOMEM`: the kernel is out of memory.
    ///
    /// Since Linux 2.6.27; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd")]
    #[doc(alias = "eventfd2")]
    #[inline]
    pub fn with_flags(initial: u32, flags: CreateFlags) -> Result<Self> {
        raw::eventfd2(initial, flags).map(Self)
    }

    /// Adds a value to the counter. In blocking mode, blocks while the sum would exceed
    /// [`VALUE_MAX`](super::VALUE_MAX); retries if interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the sum would exceed [`VALUE_MAX`](super::VALUE_MAX), and the counter is
    ///   non-blocking.
    /// - `EINVAL`: the value is [`u64::MAX`].
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd_write")]
    #[inline]
    pub fn write(&self, value: u64) -> Result<()> {
        io::retry(move || self.write_interruptible(value))
    }

    /// Adds a value to the counter. Returns `false`, and leaves the counter unchanged, if the sum
    /// would exceed [`VALUE_MAX`](super::VALUE_MAX). A counter in blocking mode blocks instead.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the value is [`u64::MAX`].
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[inline]
    #[must_use = "`false` means that nothing was added"]
    pub fn try_write(&self, value: u64) -> Result<bool> {
        io::would_block_as_none(self.write(value)).map(|written| written.is_some())
    }

    /// Writes like [`write`](Self::write), but returns `EINTR` if interrupted by a signal handler.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the sum would exceed [`VALUE_MAX`](super::VALUE_MAX), and the counter is
    ///   non-blocking.
    /// - `EINTR`: interrupted by a signal handler.
    /// - `EINVAL`: the value is [`u64::MAX`].
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[inline]
    pub fn write_interruptible(&self, value: u64) -> Result<()> {
        raw::write(self.as_fd(), value)
    }

    /// Reads the counter and resets it to 0; for a semaphore, decrements the value by 1 and returns
    /// 1. In blocking mode, blocks while the value is 0; retries if interrupted by a signal.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the value is 0, and the counter is non-blocking.
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd_read")]
    #[inline]
    pub fn read(&self) -> Result<u64> {
        io::retry(move || self.read_interruptible())
    }

    /// Reads like [`read`](Self::read), but returns `None` if the value is 0. A counter in blocking
    /// mode blocks instead: use [`nonblocking`](Self::nonblocking), or call [`wait`](Self::wait)
    /// first.
    ///
    /// # Errors
    ///
    /// This call fails only if the descriptor is not an event counter.
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[inline]
    pub fn try_read(&self) -> Result<Option<u64>> {
        io::would_block_as_none(self.read())
    }

    /// Reads like [`read`](Self::read), but returns `EINTR` if interrupted by a signal handler.
    ///
    /// # Errors
    ///
    /// - `EAGAIN`: the value is 0, and the counter is non-blocking.
    /// - `EINTR`: interrupted by a signal handler.
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[inline]
    pub fn read_interruptible(&self) -> Result<u64> {
        raw::read(self.as_fd())
    }
}

// SAFETY: owns the descriptor and never replaces it.
unsafe impl EventSource for EventFd {
    /// The value that was read.
    type Event<'b> = u64;

    /// The buffer is not used, and may be empty.
    fn read_events_with<'b>(
        &self,
        _buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        self.read_interruptible().map(handler)
    }
}
