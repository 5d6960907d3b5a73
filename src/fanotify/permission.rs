//! Permission events, which wait for a response.

use core::fmt;

use super::details::{PidFdError, Range};
use super::{Audit, DenyErrno, EventMask, Fanotify, GroupRef, Record, Response, raw};
use crate::error::{Errno, Result};
use crate::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd, borrow};
use crate::io;
use crate::process::{Pid, PidFd};

/// The file of an event. If the event waits for a response, the default response of the group is
/// sent on drop, before the file is closed: the kernel identifies the event by the number of the
/// descriptor, which it reuses after the descriptor was closed.
pub(super) struct EventFile<G: GroupRef> {
    group: G,
    fd: Option<OwnedFd>,
    waits: bool,
}

impl<G: GroupRef> EventFile<G> {
    /// `waits` must be `false` unless there is a file.
    #[inline]
    pub(super) const fn new(group: G, fd: Option<OwnedFd>, waits: bool) -> Self {
        Self { group, fd, waits }
    }

    #[inline]
    pub(super) const fn waits(&self) -> bool {
        self.waits
    }

    #[inline]
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(borrow)
    }

    /// Returns the descriptor of an event that does not wait for a response.
    #[inline]
    pub(super) fn take_fd(&mut self) -> Option<OwnedFd> {
        if self.waits { None } else { self.fd.take() }
    }

    /// Sends a response. If this fails, the default response is sent on drop.
    #[inline]
    fn respond(&mut self, response: Response, audit: Option<Audit>) -> Result<()> {
        raw::write(self.group.as_fd(), self.fd(), response, audit)?;
        self.waits = false;
        Ok(())
    }
}

impl<G: GroupRef> Drop for EventFile<G> {
    #[inline]
    fn drop(&mut self) {
        if self.waits
            && let Some(fd) = self.fd()
        {
            respond_with_default(&self.group, fd);
        }
        // The function `close` of a C library, which `OwnedFd` of `std` calls on drop, is a
        // cancellation point, and costs 40 instructions more.
        if let Some(fd) = self.fd.take() {
            let _ = io::close(fd);
        }
    }
}

/// Sends the default response. If the kernel does not support an errno in a response, sends the
/// response without the errno.
#[cold]
fn respond_with_default(group: &Fanotify, file: BorrowedFd<'_>) {
    let respond = |response| raw::write(group.as_fd(), Some(file), response, None);
    let response = group.default_response();
    match respond(response) {
        Err(error) if !error.is(Errno::NOENT) => {
            let _ = respond(response.without_errno());
        }
        _ => {}
    }
}

/// A permission event: an access to a file, which the kernel blocks until the listener sends a
/// response.
///
/// An event that is dropped, also while a panic unwinds, sends the default response of its group.
/// So does an event whose response could not be written.
///
/// The file of the event is open with the [`EventFileFlags`](super::EventFileFlags) of the group.
/// Accesses through this descriptor cause no events.
#[must_use = "a permission event that is dropped sends the default response"]
pub struct PermissionEvent<G: GroupRef> {
    file: EventFile<G>,
    mask: EventMask,
    pid: Option<Pid>,
    pidfd: core::result::Result<Option<PidFd>, PidFdError>,
    range: Option<Range>,
}

impl<G: GroupRef> PermissionEvent<G> {
    /// `file` must wait for a response.
    #[inline]
    pub(super) fn new(record: &Record<'_>, file: EventFile<G>, pidfd: Option<PidFd>) -> Self {
        let pidfd = match pidfd {
            Some(pidfd) => Ok(Some(pidfd)),
            None => record.pidfd().map(|_| None),
        };
        Self { file, mask: record.mask(), pid: record.pid(), pidfd, range: record.range() }
    }

    /// Returns the mask of the event.
    #[inline]
    #[must_use]
    pub const fn mask(&self) -> EventMask {
        self.mask
    }

    /// Returns the process that accesses the file; with
    /// [`InitFlags::REPORT_TID`](super::InitFlags::REPORT_TID), the thread. Returns `None` if the
    /// process is not visible in the PID namespace of the reader.
    #[inline]
    #[must_use]
    pub const fn pid(&self) -> Option<Pid> {
        self.pid
    }

    /// Returns a pidfd of the process that accesses the file. Returns `None` if the group does not
    /// report pidfds ([`InitFlags::REPORT_PIDFD`](super::InitFlags::REPORT_PIDFD)).
    ///
    /// # Errors
    ///
    /// - The process has terminated, or the pidfd could not be opened.
    #[inline]
    pub fn pidfd(&self) -> core::result::Result<Option<&PidFd>, PidFdError> {
        match &self.pidfd {
            Ok(pidfd) => Ok(pidfd.as_ref()),
            Err(error) => Err(*error),
        }
    }

    /// Returns the range of the file that is to be accessed, in a
    /// [`PRE_ACCESS`](EventMask::PRE_ACCESS) event.
    #[inline]
    #[must_use]
    pub const fn range(&self) -> Option<Range> {
        self.range
    }

    /// Returns the file.
    #[inline]
    #[must_use]
    pub fn file(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    /// Permits the access.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the event no longer waits for a response.
    ///
    /// Since Linux 2.6.37; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[doc(alias = "FAN_ALLOW")]
    #[inline]
    pub fn allow(self) -> Result<()> {
        self.respond(Response::Allow)
    }

    /// Denies the access, which fails with `EPERM`.
    ///
    /// A denial is effective only while the group exists: when its last descriptor is closed, the
    /// kernel allows all accesses.
    ///
    /// # Errors
    ///
    /// - `ENOENT`: the event no longer waits for a response.
    ///
    /// Since Linux 2.6.37; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[doc(alias = "FAN_DENY")]
    #[inline]
    pub fn deny(self) -> Result<()> {
        self.respond(Response::Deny)
    }

    /// Denies the access, which fails with `errno`.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the group does not have the class
    ///   [`PreContent`](super::Class::PreContent), or the kernel is older than Linux 6.14. The
    ///   default response has been sent.
    /// - `ENOENT`: the event no longer waits for a response.
    ///
    /// Since Linux 6.14; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[doc(alias = "FAN_DENY_ERRNO")]
    #[inline]
    pub fn deny_with(self, errno: DenyErrno) -> Result<()> {
        self.respond(Response::DenyErrno(errno))
    }

    /// Sends a response.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the response contains an errno, and the group does not have the class
    ///   [`PreContent`](super::Class::PreContent), or the kernel is older than Linux 6.14. The
    ///   default response has been sent.
    /// - `ENOENT`: the event no longer waits for a response.
    ///
    /// Since Linux 2.6.37; [fanotify(7)].
    ///
    /// [fanotify(7)]: https://man7.org/linux/man-pages/man7/fanotify.7.html
    #[doc(alias = "fanotify_response")]
    #[inline]
    pub fn respond(mut self, response: Response) -> Result<()> {
        self.file.respond(response, None)
    }

    /// Sends a response, and records it in the audit log.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: the group does not have the flag
    ///   [`InitFlags::ENABLE_AUDIT`](super::InitFlags::ENABLE_AUDIT); or the kernel does not
    ///   support audit rules. The default response has been sent.
    /// - The errors of [`respond`](Self::respond).
    #[doc(alias = "FAN_AUDIT")]
    #[doc(alias = "FAN_INFO")]
    #[inline]
    pub fn respond_with_audit(mut self, response: Response, audit: Audit) -> Result<()> {
        self.file.respond(response, Some(audit))
    }
}

impl<G: GroupRef> AsFd for PermissionEvent<G> {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: an event that waits for a response has a file; only `take_fd` removes it, which
        // is not called for such an event.
        unsafe { self.file.fd().unwrap_unchecked() }
    }
}

impl<G: GroupRef> AsRawFd for PermissionEvent<G> {
    #[inline]
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl<G: GroupRef> fmt::Debug for PermissionEvent<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermissionEvent")
            .field("mask", &self.mask)
            .field("fd", &self.as_raw_fd())
            .field("pid", &self.pid)
            .field("pidfd", &self.pidfd)
            .field("range", &self.range)
            .finish()
    }
}
