//! Events that own their descriptors.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Deref;

use super::details::PidFdError;
use super::info::Infos;
use super::permission::{EventFile, PermissionEvent};
use super::{EventMask, GroupRef, Kind, Record, Records};
use crate::error::Result;
use crate::fd::{BorrowedFd, OwnedFd, RawFd, owned};
use crate::process::PidFd;

/// An event that owns the descriptors of its file and of the process that caused it. The event
/// dereferences to its [`Record`], which borrows from the buffer into which it was read.
///
/// A permission event that is dropped sends the default response of its group, before the file is
/// closed.
pub struct Event<'b, G: GroupRef> {
    record: Record<'b>,
    file: EventFile<G>,
    pidfd: Option<PidFd>,
}

impl<'b, G: GroupRef> Event<'b, G> {
    /// Creates an event that owns its descriptors.
    ///
    /// # Safety
    ///
    /// The kernel must have written the record, and the descriptors in the record must have no
    /// other owner.
    #[inline]
    pub(super) unsafe fn new(record: Record<'b>, group: G) -> Self {
        let file = (record.raw_fd() >= 0).then(|| {
            // SAFETY: the kernel has opened the descriptor for this event, upheld by the caller.
            unsafe { owned(record.raw_fd()) }
        });
        // A permission event of a newer kernel waits for a response, too. The response to an event
        // that is not a permission event has no effect.
        let waits = EventMask::PERMISSION.union(EventMask::KNOWN.complement());
        let waits = file.is_some() && record.mask().intersects(waits);
        let pidfd = if record.has_infos() { pidfd_number(record.infos()) } else { None };
        let pidfd = pidfd.map(|number| {
            // SAFETY: the kernel has opened the pidfd for this event, upheld by the caller.
            unsafe { PidFd::from_kernel(owned(number)) }
        });
        Self { record, file: EventFile::new(group, file, waits), pidfd }
    }

    /// Returns the file of the event. Returns `None` for an overflow event, and if the event
    /// identifies its object by a file handle or a mount ID.
    ///
    /// # Errors
    ///
    /// - The kernel could not open the file, and the group has the flag
    ///   [`InitFlags::REPORT_FD_ERROR`](super::InitFlags::REPORT_FD_ERROR). The error contains the
    ///   errno of the open.
    #[inline]
    pub fn file(&self) -> Result<Option<BorrowedFd<'_>>> {
        match self.file.fd() {
            Some(fd) => Ok(Some(fd)),
            None => self.record.fd().map(|_| None),
        }
    }

    /// Returns the file of a notification. Returns the event if it has no file, or is a permission
    /// event.
    ///
    /// # Errors
    ///
    /// - The event has no file, or is a permission event.
    #[inline]
    pub fn into_file(mut self) -> core::result::Result<OwnedFd, Self> {
        match self.file.take_fd() {
            Some(fd) => Ok(fd),
            None => Err(self),
        }
    }

    /// Returns a pidfd of the process that caused the event. Returns `None` if the group does not
    /// report pidfds ([`InitFlags::REPORT_PIDFD`](super::InitFlags::REPORT_PIDFD)).
    ///
    /// # Errors
    ///
    /// - The process has terminated, or the pidfd could not be opened.
    #[inline]
    pub fn pidfd(&self) -> core::result::Result<Option<&PidFd>, PidFdError> {
        match &self.pidfd {
            Some(pidfd) => Ok(Some(pidfd)),
            None => self.record.pidfd().map(|_| None),
        }
    }

    /// Returns the event as a permission event, which does not borrow from the buffer.
    ///
    /// # Errors
    ///
    /// - The event is not a permission event; or the kernel could not open its file, and has denied
    ///   the access.
    #[inline]
    pub fn into_permission(self) -> core::result::Result<PermissionEvent<G>, Self> {
        if self.record.kind() == Kind::Permission && self.file.waits() {
            let Self { record, file, pidfd } = self;
            Ok(PermissionEvent::new(&record, file, pidfd))
        } else {
            Err(self)
        }
    }
}

/// Returns the number of the pidfd in an event. Out of line, because most groups report no pidfds.
#[inline(never)]
fn pidfd_number(infos: Infos<'_>) -> Option<RawFd> {
    infos.find_pidfd()?.ok()
}

impl<'b, G: GroupRef> Deref for Event<'b, G> {
    type Target = Record<'b>;

    #[inline]
    fn deref(&self) -> &Record<'b> {
        &self.record
    }
}

impl<G: GroupRef> fmt::Debug for Event<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record.fmt(f)
    }
}

/// An iterator over the events that were read from a group.
///
/// The iterator owns the descriptors of the events that it has not returned. When it is dropped, it
/// sends the default response to the permission events among them, and closes their descriptors.
#[must_use = "the events were removed from the queue, and are lost if they are not used"]
pub struct Events<'b, G: GroupRef> {
    records: Records<'b>,
    group: G,
}

impl<'b, G: GroupRef> Events<'b, G> {
    /// Creates an iterator that owns the descriptors in the records.
    ///
    /// # Safety
    ///
    /// The kernel must have written the records, and the descriptors in the records must have no
    /// other owner.
    #[inline]
    pub(super) const unsafe fn new(records: Records<'b>, group: G) -> Self {
        Self { records, group }
    }

    /// Returns the bytes that have not been decoded yet. After the last event, returns the bytes of
    /// an invalid event, or no bytes: the kernel never writes an invalid event. The descriptors in
    /// an invalid event are unknown, and remain open.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.records.rest()
    }
}

impl<'b, G: GroupRef> Iterator for Events<'b, G> {
    type Item = Event<'b, G>;

    #[inline]
    fn next(&mut self) -> Option<Event<'b, G>> {
        let record = self.records.next()?;
        // SAFETY: the kernel has written the record, and the iterator, which owns the descriptors
        // in it, returns each record once.
        Some(unsafe { Event::new(record, self.group.clone()) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

impl<G: GroupRef> FusedIterator for Events<'_, G> {}

impl<G: GroupRef> Drop for Events<'_, G> {
    #[inline]
    fn drop(&mut self) {
        self.by_ref().for_each(drop);
    }
}

impl<G: GroupRef> fmt::Debug for Events<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.records.fmt(f)
    }
}
