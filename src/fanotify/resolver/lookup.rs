//! Looking up the path of a directory that is not cached.

use core::mem::ManuallyDrop;

use super::buffer::PathBuffer;
use super::error::ResolveError;
use super::slot::Key;
use super::slot::sealed::SlotStorage;
use super::table::Table;
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use crate::fs::{self, AtFlags, CWD, Mode, OFlags, StatxAttributes, StatxFlags};
use crate::handle::{self, EncodeFlags, FileHandleRef};
use crate::path::{self, PATH_MAX};
use crate::procfs::StackBuf;

/// The number of lookups before a path is returned although it changes repeatedly.
const ATTEMPTS: usize = 4;

/// An open file on a file system, with which a [`Resolver`](super::Resolver) opens the directories
/// of this file system.
#[derive(Debug)]
pub struct Mount {
    fd: OwnedFd,
    fsid: [i32; 2],
}

impl Mount {
    /// Opens a file or a directory on the file system: usually the path that is marked. The
    /// resolver returns the paths of the files below this mount.
    ///
    /// Create the `Mount` before the marks of the group, which would otherwise report the open.
    /// Each subvolume of a btrfs has its own ID, and requires a separate `Mount`.
    ///
    /// # Errors
    ///
    /// The errors of [`openat`](fs::openat) and [`fstatfs`](fs::fstatfs).
    pub fn open(path: impl path::Arg) -> Result<Self> {
        fs::openat(CWD, path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?.try_into()
    }

    /// Returns the ID of the file system, which the events of its files contain.
    #[must_use]
    pub fn fsid(&self) -> [i32; 2] {
        self.fsid
    }
}

impl AsFd for Mount {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Takes ownership of a descriptor of a file on the file system. A path-only (`O_PATH`) descriptor
/// cannot be used to open directories.
impl TryFrom<OwnedFd> for Mount {
    type Error = Error;

    fn try_from(fd: OwnedFd) -> Result<Self> {
        // The compiler assumes that functions of other modules can unwind. `ManuallyDrop` prevents
        // that the drop of the descriptor requires an unwinder, which programs without `std` lack.
        let fd = ManuallyDrop::new(fd);
        let stat = fs::fstatfs(fd.as_fd());
        let fd = ManuallyDrop::into_inner(fd);
        Ok(Self { fd, fsid: stat?.fsid })
    }
}

/// Writes the current path of a directory to the buffer, and adds the directory and its parents to
/// the table.
pub(super) fn look_up<S: SlotStorage>(
    mount: &Mount,
    table: &mut Table<S>,
    key: Key<'_>,
    buffer: &mut PathBuffer,
) -> Result<(), ResolveError> {
    // A path-only open causes no event. `DIRECTORY` permits the open in a user namespace.
    let flags = OFlags::PATH | OFlags::DIRECTORY;
    let opened = handle::open_by_handle_at(mount, &key.handle.to_owned(), flags);
    let directory = opened.map_err(|error| match error.errno() {
        Errno::STALE => ResolveError::Deleted,
        Errno::NOTDIR => ResolveError::NoDirectory,
        _ => ResolveError::Call(error),
    })?;
    table.reserve();
    read_path(&directory, buffer)?;
    for _ in 0..ATTEMPTS {
        add_parents(&directory, table, key, buffer.directory())?;
        // If a parent was renamed in the meantime, the names do not match the handles.
        let (mut previous, mut size) = ([0; PATH_MAX], 0);
        if let Some(start) = previous.get_mut(..buffer.directory().len()) {
            start.copy_from_slice(buffer.directory());
            size = start.len();
        }
        read_path(&directory, buffer)?;
        if previous.get(..size) == Some(buffer.directory()) {
            return Ok(());
        }
        if let Some(link) = table.find(key) {
            table.mark_parents_stale(link);
        }
    }
    Ok(())
}

/// Writes the path of an open directory to the buffer.
fn read_path(directory: &OwnedFd, buffer: &mut PathBuffer) -> Result<(), ResolveError> {
    let mut link = StackBuf::<40>::new();
    let number = directory.as_raw_fd().cast_unsigned();
    let _ = link.push(b"/proc/thread-self/fd/").and_then(|()| link.push_number(number));
    let mut path = [0; PATH_MAX];
    let read = fs::readlinkat(CWD, link.as_bytes(), &mut path);
    let path = read.map_err(|error| match error.errno() {
        Errno::NAMETOOLONG | Errno::RANGE => ResolveError::TooLong,
        _ => ResolveError::Call(error),
    })?;
    buffer.clear();
    match path.as_bytes() {
        b"/" => Ok(()),
        [b'/', ..] if buffer.prepend(path.as_bytes()) => Ok(()),
        [b'/', ..] => Err(ResolveError::TooLong),
        _ => Err(ResolveError::Unreachable),
    }
}

/// Adds a directory with this path and its parents to the table, up to a parent that the table
/// contains, or to the root of the mount.
fn add_parents<S: SlotStorage>(
    directory: &OwnedFd,
    table: &mut Table<S>,
    key: Key<'_>,
    mut path: &[u8],
) -> Result<(), ResolveError> {
    let fsid = key.fsid;
    let mut handle = key.handle.to_owned();
    let mut child = None;
    // The path of the current directory relative to the opened directory: `..`, `../..` and so on.
    let mut relative = StackBuf::<PATH_MAX>::new();
    loop {
        let current = Key::new(fsid, FileHandleRef::from(&handle));
        let Some(link) = table.find_or_insert(current) else { return Ok(()) };
        if let Some((child, name)) = child {
            table.set(child, Some(link), name);
            if table.has_path(link, path) {
                return Ok(());
            }
        }
        let flags = AtFlags::EMPTY_PATH;
        let status =
            fs::statx(directory, relative.as_bytes(), flags, StatxFlags::NLINK | StatxFlags::TYPE)?;
        if status.nlink() == Some(0) {
            return Err(ResolveError::Deleted);
        }
        if status.attributes().contains(StatxAttributes::MOUNT_ROOT) {
            table.set(link, None, path);
            return Ok(());
        }
        let separator: &[u8] = if relative.as_bytes().is_empty() { b".." } else { b"/.." };
        relative.push(separator).ok_or(ResolveError::TooLong)?;
        let parent =
            handle::name_to_handle_at(directory, relative.as_bytes(), EncodeFlags::empty());
        let (parent, _) = parent.map_err(|error| match error.errno() {
            // The kernel does not leave a mount through a directory that is not below its root.
            Errno::NOENT => ResolveError::Unreachable,
            _ => ResolveError::Call(error),
        })?;
        // The parent of the root directory of a file system is the root directory itself.
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let split = slash.and_then(|at| Some((path.get(..at)?, path.get(at + 1..)?)));
        let (Some((shorter, name)), true) = (split, parent != handle) else {
            table.mark_parents_stale(link);
            return Err(ResolveError::Unreachable);
        };
        (child, handle, path) = (Some((link, name)), parent, shorter);
    }
}
