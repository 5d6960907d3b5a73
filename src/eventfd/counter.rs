//! The type of an event counter: [`EventFd`].

use core::mem::MaybeUninit;

use super::{CreateFlags, raw};
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io::{self, EventSource};

/// An event counter: a 64-bit number in the kernel, with a descriptor.
///
/// All methods take `&self`: several threads can use one counter, because reads and writes are
/// atomic.
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
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
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
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
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

    /// Creates a semaphore with a number of permits, in blocking mode and close-on-exec. A read of
    /// the semaphore decrements the number of permits by 1, and blocks while the number is 0. A
    /// write to the semaphore adds permits.
    ///
    /// For a non-blocking semaphore, use [`with_flags`](Self::with_flags) with `SEMAPHORE |
    /// NONBLOCK | CLOEXEC`.
    ///
    /// # Errors
    ///
    /// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been
    ///   reached.
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

    /// Creates a counter with an initial value and exactly the given flags: its descriptor is
    /// close-on-exec only if the flags contain [`CreateFlags::CLOEXEC`].
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
    /// Since Linux 2.6.27; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[doc(alias = "eventfd")]
    #[doc(alias = "eventfd2")]
    #[inline]
    pub fn with_flags(initial: u32, flags: CreateFlags) -> Result<Self> {
        raw::eventfd2(initial, flags).map(Self)
    }

    /// Adds a value to the counter. In blocking mode, this method blocks while the sum would exceed
    /// [`VALUE_MAX`](super::VALUE_MAX), and retries if interrupted by a signal.
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
    /// would exceed [`VALUE_MAX`](super::VALUE_MAX). In blocking mode, this method blocks instead
    /// of returning `false`.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the value is [`u64::MAX`].
    ///
    /// Since Linux 2.6.22; [eventfd(2)].
    ///
    /// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
    #[inline]
    #[must_use = "`false` means that the value was not added"]
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

    /// Reads the value and resets it to 0; for a semaphore, decrements it by 1 and returns 1. In
    /// blocking mode, this method blocks while the value is 0, and retries if interrupted by a
    /// signal.
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

    /// Reads like [`read`](Self::read), but returns `None` if the value is 0. In blocking mode,
    /// this method blocks instead of returning `None`: create the counter with
    /// [`nonblocking`](Self::nonblocking), or call [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// `try_read` fails only if the descriptor is not an event counter.
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
    /// The value that was read from the counter.
    type Event<'b> = u64;

    /// This method does not use the buffer, which may be empty.
    fn read_events_with<'b>(
        &'b self,
        _buffer: &'b mut [MaybeUninit<u8>],
        handler: impl FnMut(Self::Event<'b>),
    ) -> Result<()> {
        self.read_interruptible().map(handler)
    }
}
