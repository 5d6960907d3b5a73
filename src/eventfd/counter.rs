//! The counter as a type.

use super::{CreateFlags, raw};
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io;

/// An event counter.
///
/// Shared by reference: adding and reading are atomic, from any thread.
pub struct EventFd(OwnedFd);

fd_wrapper! { EventFd }
event_source! { EventFd }

impl EventFd {
    /// A counter that starts with this value. A read of 0 waits. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::eventfd2`].
    #[inline]
    pub fn new(initial: u32) -> Result<Self> {
        raw::eventfd2(initial, CreateFlags::CLOEXEC).map(Self)
    }

    /// A counter that starts with this value and never waits. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::eventfd2`].
    #[inline]
    pub fn nonblocking(initial: u32) -> Result<Self> {
        raw::eventfd2(initial, CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).map(Self)
    }

    /// A semaphore with this many permits: each read takes one, and waits where there is none. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::eventfd2`].
    #[inline]
    pub fn semaphore(permits: u32) -> Result<Self> {
        raw::eventfd2(permits, CreateFlags::CLOEXEC | CreateFlags::SEMAPHORE).map(Self)
    }

    /// A semaphore with this many permits that never waits. Closed by `execve`.
    ///
    /// # Errors
    ///
    /// As [`raw::eventfd2`].
    #[inline]
    pub fn nonblocking_semaphore(permits: u32) -> Result<Self> {
        let flags = CreateFlags::CLOEXEC | CreateFlags::SEMAPHORE | CreateFlags::NONBLOCK;
        raw::eventfd2(permits, flags).map(Self)
    }

    /// Adds to the counter. Where that would exceed [`VALUE_MAX`](super::VALUE_MAX) it waits for a reader, whatever signals come.
    ///
    /// # Errors
    ///
    /// As [`raw::write`], without `EINTR`.
    #[inline]
    pub fn write(&self, value: u64) -> Result<()> {
        io::retry(move || self.write_interruptible(value))
    }

    /// Adds to the counter; `false` where a non-blocking counter has no room for it and stays as it is.
    ///
    /// # Errors
    ///
    /// As [`raw::write`], without `EAGAIN` and `EINTR`.
    #[inline]
    #[must_use = "false says that nothing was added"]
    pub fn try_write(&self, value: u64) -> Result<bool> {
        io::would_block_as_none(self.write(value)).map(|added| added.is_some())
    }

    /// As [`add`](Self::add), but a signal ends the wait.
    ///
    /// # Errors
    ///
    /// As [`raw::write`].
    #[inline]
    pub fn write_interruptible(&self, value: u64) -> Result<()> {
        raw::write(self.as_fd(), value)
    }

    /// Takes the counter's value, or one permit of a semaphore. Where there is none it waits, whatever signals come.
    ///
    /// # Errors
    ///
    /// As [`raw::read`], without `EINTR`.
    #[inline]
    pub fn read(&self) -> Result<u64> {
        io::retry(move || self.read_interruptible())
    }

    /// Takes the counter's value, or one permit of a semaphore; `None` where a non-blocking counter has none.
    ///
    /// A counter that is not non-blocking waits: ask [`wait`](Self::wait) first.
    ///
    /// # Errors
    ///
    /// As [`raw::read`], without `EAGAIN` and `EINTR`.
    #[inline]
    pub fn try_read(&self) -> Result<Option<u64>> {
        io::would_block_as_none(self.read())
    }

    /// As [`read`](Self::read), but a signal ends the wait.
    ///
    /// # Errors
    ///
    /// As [`raw::read`].
    #[inline]
    pub fn read_interruptible(&self) -> Result<u64> {
        raw::read(self.as_fd())
    }
}
