//! Event records that borrow from the buffer into which they were read.

use core::fmt;
use core::iter::FusedIterator;

use super::EventMask;
use super::details::{FilesystemError, PidFdError, Range};
use super::info::{Entry, Fid, Info, Infos};
use super::structs::{
    HandleHeader, InfoError, InfoFid, InfoMount, InfoPidFd, InfoRange, Metadata, read,
};
use crate::error::{Call, Errno, Error, Result};
use crate::fd::RawFd;
use crate::handle::HANDLE_SIZE_MAX;
use crate::process::Pid;

const FANOTIFY_METADATA_VERSION: u8 = 3;

/// The maximum size in bytes of a name in an event, including the padding.
const PADDED_NAME_MAX: usize = 256;

/// The maximum size in bytes of an info record with a file handle.
const FID_SIZE_MAX: usize = size_of::<InfoFid>() + size_of::<HandleHeader>() + HANDLE_SIZE_MAX;

/// The maximum size of a fanotify event in bytes, with one info record of each type. A buffer of
/// `EVENT_SIZE_MAX` bytes is large enough for any event of Linux 7.3 and older.
pub const EVENT_SIZE_MAX: usize = size_of::<Metadata>()
    + 3 * FID_SIZE_MAX
    + 2 * PADDED_NAME_MAX
    + size_of::<InfoPidFd>()
    + size_of::<InfoError>()
    + size_of::<InfoRange>()
    + size_of::<InfoMount>();

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A notification.
    Notification,
    /// A permission event: the kernel waits for a response.
    Permission,
    /// The event queue was full, and events were lost. The event belongs to no file.
    #[doc(alias = "FAN_Q_OVERFLOW")]
    Overflow,
}

/// `struct fanotify_event_metadata` and the info records of the event. The record borrows from the
/// buffer into which the event was read, and owns nothing: descriptors are numbers.
#[doc(alias = "fanotify_event_metadata")]
#[derive(Clone, Copy)]
pub struct Record<'b> {
    metadata: Metadata,
    infos: &'b [u8],
}

impl<'b> Record<'b> {
    /// Returns the mask of the event.
    #[inline]
    #[must_use]
    pub const fn mask(&self) -> EventMask {
        EventMask::from_bits_retain(self.metadata.mask)
    }

    /// Returns the kind of the event.
    #[inline]
    #[must_use]
    pub const fn kind(&self) -> Kind {
        if self.mask().intersects(EventMask::PERMISSION) {
            Kind::Permission
        } else if self.is_overflow() {
            Kind::Overflow
        } else {
            Kind::Notification
        }
    }

    /// Returns whether the event queue was full and events were lost.
    #[doc(alias = "FAN_Q_OVERFLOW")]
    #[inline]
    #[must_use]
    pub const fn is_overflow(&self) -> bool {
        self.mask().contains(EventMask::Q_OVERFLOW)
    }

    /// Returns the process that caused the event; with
    /// [`InitFlags::REPORT_TID`](super::InitFlags::REPORT_TID), the thread. Returns `None` if the
    /// process is not visible in the PID namespace of the reader, or if the group is unprivileged
    /// and the event was caused by another process.
    #[inline]
    #[must_use]
    pub const fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.metadata.pid)
    }

    /// Returns the number of the descriptor of the file.
    ///
    /// Returns `None` for an overflow event, and if the event identifies its object by an info
    /// record with a file handle or a mount ID.
    ///
    /// # Errors
    ///
    /// - The kernel could not open the file, and the group has the flag
    ///   [`InitFlags::REPORT_FD_ERROR`](super::InitFlags::REPORT_FD_ERROR). The error contains the
    ///   errno of the open, and [`Call::FANOTIFY_READ`]. The kernel has denied a permission event
    ///   that contains an error.
    #[doc(alias = "FAN_NOFD")]
    #[inline]
    pub fn fd(&self) -> Result<Option<RawFd>> {
        match self.metadata.fd {
            number @ 0.. => Ok(Some(number)),
            number => no_fd(number, self.is_overflow(), self.infos()),
        }
    }

    /// Returns an iterator over the info records of the event.
    #[inline]
    pub const fn infos(&self) -> Infos<'b> {
        Infos::new(self.infos)
    }

    /// Returns the directory and the name of the event. For a rename, returns the old directory and
    /// name, if the event contains them, and otherwise the new ones.
    ///
    /// The name is `.` if the event is for the directory itself, and empty if the group does not
    /// report names.
    #[inline]
    #[must_use]
    pub fn entry(&self) -> Option<Entry<'b>> {
        self.infos().find_entry()
    }

    /// Returns the new directory and the new name of a renamed file.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_NEW_DFID_NAME")]
    #[must_use]
    pub fn new_entry(&self) -> Option<Entry<'b>> {
        self.infos().find_map(|info| match info {
            Info::NewDirFidName(entry) => Some(entry),
            _ => None,
        })
    }

    /// Returns the file of the event, if the group reports its file handle.
    ///
    /// In a group with [`InitFlags::REPORT_DIR_FID`](super::InitFlags::REPORT_DIR_FID) and without
    /// [`InitFlags::REPORT_FID`](super::InitFlags::REPORT_FID) and
    /// [`InitFlags::REPORT_NAME`](super::InitFlags::REPORT_NAME), this is the directory of an event
    /// for a file in a marked directory.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_FID")]
    #[must_use]
    pub fn fid(&self) -> Option<Fid<'b>> {
        self.infos().find_map(|info| match info {
            Info::Fid(fid) => Some(fid),
            _ => None,
        })
    }

    /// Returns the number of the pidfd of the process that caused the event. Returns `None` if the
    /// group does not report pidfds.
    ///
    /// # Errors
    ///
    /// - The process has terminated, or the pidfd could not be opened.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_PIDFD")]
    #[inline]
    pub fn pidfd(&self) -> core::result::Result<Option<RawFd>, PidFdError> {
        self.infos().find_pidfd().transpose()
    }

    /// Returns the error of the file system in an [`FS_ERROR`](EventMask::FS_ERROR) event.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_ERROR")]
    #[must_use]
    pub fn filesystem_error(&self) -> Option<FilesystemError> {
        self.infos().find_map(|info| match info {
            Info::Error(error) => Some(error),
            _ => None,
        })
    }

    /// Returns the range of the file that is to be accessed, in a
    /// [`PRE_ACCESS`](EventMask::PRE_ACCESS) event.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_RANGE")]
    #[must_use]
    pub fn range(&self) -> Option<Range> {
        self.infos().find_map(|info| match info {
            Info::Range(range) => Some(range),
            _ => None,
        })
    }

    /// Returns the unique ID of the mount that was attached or detached.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_MNT")]
    #[must_use]
    pub fn mount_id(&self) -> Option<u64> {
        self.infos().find_map(|info| match info {
            Info::Mount(id) => Some(id),
            _ => None,
        })
    }

    /// Returns whether the event has info records.
    #[inline]
    pub(super) const fn has_infos(&self) -> bool {
        !self.infos.is_empty()
    }

    /// Returns the field `fd` unchanged.
    #[inline]
    pub(super) const fn raw_fd(&self) -> i32 {
        self.metadata.fd
    }
}

/// Determines why the number of a descriptor is negative. The number -1 is `FAN_NOFD` in an event
/// that contains no descriptor, but `-EPERM` in other events. Similarly, -9 is `-EBADF`, or means
/// that the event of a group with `REPORT_FD_ERROR` contains no descriptor.
#[cold]
fn no_fd(number: i32, is_overflow: bool, mut infos: Infos<'_>) -> Result<Option<RawFd>> {
    let identifies_object = |info| {
        matches!(
            info,
            Info::Fid(_)
                | Info::DirFid(_)
                | Info::DirFidName(_)
                | Info::OldDirFidName(_)
                | Info::NewDirFidName(_)
                | Info::Mount(_)
        )
    };
    if is_overflow || infos.any(identifies_object) {
        return Ok(None);
    }
    let errno = Errno::from_raw(number.wrapping_neg()).unwrap_or(Errno::BADF);
    Err(Error::new(Call::FANOTIFY_READ, errno))
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("mask", &self.mask())
            .field("fd", &self.fd())
            .field("pid", &self.pid())
            .field("infos", &self.infos())
            .finish()
    }
}

/// Decodes the events in bytes that were read from a fanotify group, with this crate or by other
/// means.
///
/// Accepts any bytes at any alignment. Descriptors in the events are numbers: the caller owns the
/// descriptors, and closes them. [`Fanotify::read_events`](super::Fanotify::read_events) returns
/// events that own their descriptors.
///
/// An event that is truncated, is too short for its header, or has another version of the format
/// ends the iteration, and [`rest`](Records::rest) returns its bytes.
///
/// ```
/// use butter::fanotify::{EventMask, decode};
///
/// let mut bytes = [0; 24];
/// bytes[0] = 24; // the size of the event
/// bytes[4] = 3; // the version of the format
/// bytes[6] = 24; // the size of the header
/// bytes[8] = 0x20; // the mask
/// bytes[16] = 7; // the descriptor
/// let record = decode(&bytes).next().unwrap();
/// assert_eq!((record.mask(), record.fd()), (EventMask::OPEN, Ok(Some(7))));
/// ```
#[inline]
pub const fn decode(bytes: &[u8]) -> Records<'_> {
    Records { rest: bytes }
}

/// An iterator over the fanotify events in a buffer. The iterator does not copy names, and
/// allocates no memory.
#[derive(Clone)]
#[must_use = "the events were removed from the queue, and are lost if they are not used"]
pub struct Records<'b> {
    rest: &'b [u8],
}

impl<'b> Records<'b> {
    /// Returns the bytes that have not been decoded yet. After the last event, returns the bytes of
    /// an invalid event, or no bytes: the kernel never writes an invalid event.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    #[inline]
    fn next(&mut self) -> Option<Record<'b>> {
        let (metadata, _) = read::<Metadata>(self.rest)?;
        let header_size = usize::from(metadata.metadata_len);
        if metadata.vers != FANOTIFY_METADATA_VERSION || header_size < size_of::<Metadata>() {
            return None;
        }
        let (event, rest) = self.rest.split_at_checked(metadata.event_len as usize)?;
        let infos = event.get(header_size..)?;
        self.rest = rest;
        Some(Record { metadata, infos })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len() / size_of::<Metadata>()))
    }
}

impl FusedIterator for Records<'_> {}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
