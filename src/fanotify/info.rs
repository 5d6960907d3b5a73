//! Info records: the parts of an event that follow its header.

use core::fmt;
use core::iter::FusedIterator;

use super::details::{FilesystemError, PidFdError, Range, pidfd};
use super::structs::{
    HandleHeader, InfoError, InfoFid, InfoHeader, InfoMount, InfoPidFd, InfoRange, read,
};
use crate::fd::RawFd;
use crate::handle::FileHandleRef;
use crate::path::Name;

const FAN_EVENT_INFO_TYPE_FID: u8 = 1;
const FAN_EVENT_INFO_TYPE_DFID_NAME: u8 = 2;
const FAN_EVENT_INFO_TYPE_DFID: u8 = 3;
const FAN_EVENT_INFO_TYPE_PIDFD: u8 = 4;
const FAN_EVENT_INFO_TYPE_ERROR: u8 = 5;
const FAN_EVENT_INFO_TYPE_RANGE: u8 = 6;
const FAN_EVENT_INFO_TYPE_MNT: u8 = 7;
const FAN_EVENT_INFO_TYPE_OLD_DFID_NAME: u8 = 10;
const FAN_EVENT_INFO_TYPE_NEW_DFID_NAME: u8 = 12;

/// An info record of an event. The record borrows from the buffer into which the event was read,
/// and owns nothing: the descriptor of a pidfd record is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Info<'b> {
    /// `FAN_EVENT_INFO_TYPE_FID` - the file of the event.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_FID")]
    Fid(Fid<'b>),
    /// `FAN_EVENT_INFO_TYPE_DFID` - the directory of the event.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_DFID")]
    DirFid(Fid<'b>),
    /// `FAN_EVENT_INFO_TYPE_DFID_NAME` - the directory of the event, and a name in the directory.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_DFID_NAME")]
    DirFidName(Entry<'b>),
    /// `FAN_EVENT_INFO_TYPE_OLD_DFID_NAME` - the directory and the name of a renamed file before
    /// the rename.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_OLD_DFID_NAME")]
    OldDirFidName(Entry<'b>),
    /// `FAN_EVENT_INFO_TYPE_NEW_DFID_NAME` - the directory and the name of a renamed file after the
    /// rename.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_NEW_DFID_NAME")]
    NewDirFidName(Entry<'b>),
    /// `FAN_EVENT_INFO_TYPE_PIDFD` - the number of a pidfd of the process that caused the event, or
    /// the reason why there is none.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_PIDFD")]
    PidFd(Result<RawFd, PidFdError>),
    /// `FAN_EVENT_INFO_TYPE_ERROR` - an error of the file system.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_ERROR")]
    Error(FilesystemError),
    /// `FAN_EVENT_INFO_TYPE_RANGE` - the range of the file that is to be accessed.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_RANGE")]
    Range(Range),
    /// `FAN_EVENT_INFO_TYPE_MNT` - the unique ID of the mount that was attached or detached.
    #[doc(alias = "FAN_EVENT_INFO_TYPE_MNT")]
    Mount(u64),
    /// A record of another type, or a record of a known type that is too short.
    Unknown {
        /// The type of the record.
        info_type: u8,
        /// The bytes of the record, including its header of 4 bytes.
        bytes: &'b [u8],
    },
}

impl<'b> Info<'b> {
    /// Decodes a whole info record, which begins with its header.
    #[inline]
    fn decode(info_type: u8, bytes: &'b [u8]) -> Self {
        let info = match info_type {
            FAN_EVENT_INFO_TYPE_FID => Fid::decode(bytes).map(|(fid, _)| Self::Fid(fid)),
            FAN_EVENT_INFO_TYPE_DFID => Fid::decode(bytes).map(|(fid, _)| Self::DirFid(fid)),
            FAN_EVENT_INFO_TYPE_DFID_NAME => Entry::decode(bytes).map(Self::DirFidName),
            FAN_EVENT_INFO_TYPE_OLD_DFID_NAME => Entry::decode(bytes).map(Self::OldDirFidName),
            FAN_EVENT_INFO_TYPE_NEW_DFID_NAME => Entry::decode(bytes).map(Self::NewDirFidName),
            FAN_EVENT_INFO_TYPE_PIDFD => {
                read::<InfoPidFd>(bytes).map(|(info, _)| Self::PidFd(pidfd(info.pidfd)))
            }
            FAN_EVENT_INFO_TYPE_ERROR => read::<InfoError>(bytes).map(|(info, _)| {
                let count = info.error_count;
                Self::Error(FilesystemError { error: info.error, count })
            }),
            FAN_EVENT_INFO_TYPE_RANGE => read::<InfoRange>(bytes).map(|(info, _)| {
                let (offset, count) = (info.offset, info.count);
                Self::Range(Range { offset, count })
            }),
            FAN_EVENT_INFO_TYPE_MNT => {
                read::<InfoMount>(bytes).map(|(info, _)| Self::Mount(info.mnt_id))
            }
            _ => None,
        };
        info.unwrap_or(Self::Unknown { info_type, bytes })
    }
}

/// A file: the ID of its file system, and its file handle.
///
/// Two files of the same file system are equal if their handles are equal. In an event for the file
/// system itself ([`FS_ERROR`](super::EventMask::FS_ERROR)), the handle has the type 255
/// (`FILEID_INVALID`) and no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fid<'b> {
    fsid: [i32; 2],
    handle_type: i32,
    handle: &'b [u8],
}

impl<'b> Fid<'b> {
    /// Decodes the file in an info record. Also returns the bytes that follow the file handle.
    #[inline]
    fn decode(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (info, bytes) = read::<InfoFid>(bytes)?;
        let ([size, handle_type], bytes) = read::<HandleHeader>(bytes)?;
        let (handle, rest) = bytes.split_at_checked(size as usize)?;
        Some((Self { fsid: info.fsid, handle_type: handle_type.cast_signed(), handle }, rest))
    }

    /// Returns the ID of the file system, which is equal to
    /// [`StatFs::fsid`](crate::fs::StatFs::fsid).
    #[inline]
    #[must_use]
    pub const fn fsid(&self) -> [i32; 2] {
        self.fsid
    }

    /// Returns the type of the file handle, which the file system defines.
    #[inline]
    #[must_use]
    pub const fn handle_type(&self) -> i32 {
        self.handle_type
    }

    /// Returns the bytes of the file handle, which only the file system interprets: at most 128
    /// bytes.
    #[doc(alias = "f_handle")]
    #[inline]
    #[must_use]
    pub const fn handle_bytes(&self) -> &'b [u8] {
        self.handle
    }

    /// Returns the file handle, with which
    /// [`handle::open_by_handle_at`](crate::handle::open_by_handle_at) opens the file. Returns
    /// `None` if the handle has more than 128 bytes: the kernel never writes such a handle.
    #[inline]
    #[must_use]
    pub const fn file_handle(&self) -> Option<FileHandleRef<'b>> {
        FileHandleRef::new(self.handle_type, self.handle)
    }
}

/// A directory, and the name of an entry of the directory.
#[derive(Clone, Copy)]
pub struct Entry<'b> {
    directory: Fid<'b>,
    padded: &'b [u8],
}

impl<'b> Entry<'b> {
    #[inline]
    fn decode(bytes: &'b [u8]) -> Option<Self> {
        Fid::decode(bytes).map(|(directory, padded)| Self { directory, padded })
    }

    /// Returns the directory.
    #[inline]
    #[must_use]
    pub const fn directory(&self) -> Fid<'b> {
        self.directory
    }

    /// Returns the name of the file in the directory. The name is `.` if the event is for the
    /// directory itself, and empty if the group does not report names.
    #[inline]
    #[must_use]
    pub fn name(&self) -> Name<'b> {
        Name::from_bytes(trim(self.padded))
    }

    /// Returns the name of the file with its padding: the NUL bytes that follow the name in the
    /// buffer.
    #[inline]
    #[must_use]
    pub const fn padded_name(&self) -> &'b [u8] {
        self.padded
    }
}

/// Compares the directories and the names of two entries, and ignores the padding of the names.
impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.directory == other.directory && self.name() == other.name()
    }
}

impl Eq for Entry<'_> {}

impl core::hash::Hash for Entry<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (self.directory, self.name()).hash(state);
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("directory", &self.directory)
            .field("name", &self.name())
            .finish()
    }
}

/// Removes the trailing NUL bytes of a name.
///
/// The kernel appends a NUL byte and pads the name to a multiple of 4 bytes. To count the 1 to 4
/// NUL bytes without a loop, this function counts the leading zero bits of the last 4 bytes, read
/// as a little-endian number.
#[inline]
fn trim(name: &[u8]) -> &[u8] {
    if let Some((first, last)) = name.split_last_chunk::<4>() {
        let used = 4 - u32::from_le_bytes(*last).leading_zeros() as usize / 8;
        let trimmed = &name[..first.len() + used];
        if !matches!(trimmed, [.., 0]) {
            return trimmed;
        }
    }
    trim_bytewise(name)
}

/// Removes the trailing NUL bytes of a name one by one. Called only if the name was not padded by
/// the kernel.
#[cold]
fn trim_bytewise(mut name: &[u8]) -> &[u8] {
    while let [shorter @ .., 0] = name {
        name = shorter;
    }
    name
}

/// An iterator over the info records of an event.
#[derive(Clone)]
#[must_use = "iterators are lazy"]
pub struct Infos<'b> {
    rest: &'b [u8],
}

impl<'b> Infos<'b> {
    #[inline]
    pub(super) const fn new(rest: &'b [u8]) -> Self {
        Self { rest }
    }

    /// Returns the bytes that have not been decoded yet. After the last record, returns the bytes
    /// of a truncated record, or no bytes: the kernel never writes a truncated record.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Infos<'b> {
    /// Returns the type and the bytes of the next record.
    #[inline(always)]
    fn next_record(&mut self) -> Option<(u8, &'b [u8])> {
        let (header, _) = read::<InfoHeader>(self.rest)?;
        let length = usize::from(header.len);
        if length < size_of::<InfoHeader>() {
            return None;
        }
        let (record, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some((header.info_type, record))
    }

    /// Returns the first directory with a name, or the first directory. Decodes no other records,
    /// which costs half as many instructions as a search for an [`Info`].
    #[inline]
    pub(super) fn find_entry(mut self) -> Option<Entry<'b>> {
        loop {
            let (info_type, record) = self.next_record()?;
            let entry = match info_type {
                FAN_EVENT_INFO_TYPE_DFID_NAME
                | FAN_EVENT_INFO_TYPE_OLD_DFID_NAME
                | FAN_EVENT_INFO_TYPE_NEW_DFID_NAME => Entry::decode(record),
                FAN_EVENT_INFO_TYPE_DFID => {
                    Fid::decode(record).map(|(directory, _)| Entry { directory, padded: &[] })
                }
                _ => None,
            };
            if entry.is_some() {
                return entry;
            }
        }
    }

    /// Returns the first pidfd, or the reason why there is none.
    #[inline]
    pub(super) fn find_pidfd(mut self) -> Option<Result<RawFd, PidFdError>> {
        loop {
            let (info_type, record) = self.next_record()?;
            if info_type == FAN_EVENT_INFO_TYPE_PIDFD
                && let Some((info, _)) = read::<InfoPidFd>(record)
            {
                return Some(pidfd(info.pidfd));
            }
        }
    }
}

impl<'b> Iterator for Infos<'b> {
    type Item = Info<'b>;

    #[inline]
    fn next(&mut self) -> Option<Info<'b>> {
        self.next_record().map(|(info_type, record)| Info::decode(info_type, record))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len() / size_of::<InfoHeader>()))
    }
}

impl FusedIterator for Infos<'_> {}

impl fmt::Debug for Infos<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
