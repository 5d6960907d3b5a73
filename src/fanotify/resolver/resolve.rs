//! The resolver.

use core::fmt;

use super::buffer::PathBuffer;
use super::error::ResolveError;
use super::lookup::{Mount, look_up};
use super::slot::{Key, Link, Slots};
use super::table::Table;
use crate::fanotify::{Entry, EventMask, Fid, Record};
use crate::path::Name;

/// Returns the paths of the files to which the events of a group refer.
///
/// `M` contains the mounts of the file systems of the events: an array, a slice or, with the
/// feature `alloc`, a `Vec` of [`Mount`]s. `S` is the storage of the cache: see [`Slots`].
///
/// ```no_run
/// use butter::fanotify::resolver::{Mount, Resolver, Slot};
///
/// # fn main() -> butter::Result<()> {
/// // Without an allocator, the cache has a fixed size.
/// let mut resolver = Resolver::new([Mount::open("/srv")?], [Slot::EMPTY; 64]);
/// # Ok(())
/// # }
/// ```
pub struct Resolver<M, S> {
    mounts: M,
    table: Table<S>,
    buffer: PathBuffer,
    /// The directory whose path is in the buffer, and the version of the table.
    last: Option<(Link, u64)>,
}

impl<M: AsRef<[Mount]>, S: Slots> Resolver<M, S> {
    /// Creates a resolver with an empty cache.
    pub fn new(mounts: M, slots: S) -> Self {
        Self { mounts, table: Table::new(slots), buffer: PathBuffer::new(), last: None }
    }

    /// Returns the path of an event: the path of its directory, and the name. For a rename, it is
    /// the old path; [`resolve_new`](Self::resolve_new) returns the new path.
    ///
    /// Call this method, or [`apply`](Self::apply), for every event of the group, in order.
    ///
    /// # Errors
    ///
    /// See [`ResolveError`]: in each of these cases, the path of the event is not known.
    #[inline]
    pub fn resolve(&mut self, record: &Record<'_>) -> Result<Name<'_>, ResolveError> {
        let found = match record.entry() {
            Some(entry) => self.find(entry),
            None => Err(self.without_entry(record)),
        };
        if record.mask().intersects(CHANGES) {
            self.apply(record);
        }
        found?;
        Ok(self.buffer.path())
    }

    /// Returns the new path of a renamed file. Returns `None` if the event is not a rename, or if
    /// the group does not report the new directory.
    ///
    /// Call this method after [`resolve`](Self::resolve) or [`apply`](Self::apply).
    ///
    /// # Errors
    ///
    /// See [`ResolveError`].
    pub fn resolve_new(&mut self, record: &Record<'_>) -> Result<Option<Name<'_>>, ResolveError> {
        match record.new_entry() {
            Some(entry) => self.resolve_entry(entry).map(Some),
            None => Ok(None),
        }
    }

    /// Returns the path of a name in a directory.
    ///
    /// # Errors
    ///
    /// See [`ResolveError`].
    pub fn resolve_entry(&mut self, entry: Entry<'_>) -> Result<Name<'_>, ResolveError> {
        self.find(entry)?;
        Ok(self.buffer.path())
    }

    /// Applies the changes of an event to the cache: renamed and created directories, and lost
    /// events. [`resolve`](Self::resolve) also applies them.
    pub fn apply(&mut self, record: &Record<'_>) {
        let mask = record.mask();
        if record.is_overflow() {
            self.clear();
        }
        if !mask.contains(EventMask::ONDIR) {
            return;
        }
        let target = record.fid().and_then(key);
        if mask.intersects(MOVES) {
            self.apply_move(record, target);
        } else if mask.contains(EventMask::CREATE)
            && let (Some(target), Some(entry)) = (target, record.entry())
        {
            self.add(target, entry);
        }
    }

    /// Discards all cached directories: for example, if a mount was moved, or if the caller has not
    /// passed all events to the resolver.
    pub fn clear(&mut self) {
        self.table.clear();
        self.last = None;
    }

    /// Returns the mounts, to which a program can add further mounts.
    pub fn mounts_mut(&mut self) -> &mut M {
        &mut self.mounts
    }

    /// Writes the path of a name in a directory to the buffer.
    #[inline]
    fn find(&mut self, entry: Entry<'_>) -> Result<(), ResolveError> {
        let directory = entry.directory();
        if !self.is_last(directory) {
            self.find_directory(key(directory).ok_or(ResolveError::NoDirectory)?)?;
        }
        if self.buffer.set_name(entry.name().as_bytes()) {
            Ok(())
        } else {
            Err(ResolveError::TooLong)
        }
    }

    /// Returns whether the buffer contains the path of the directory.
    #[inline]
    fn is_last(&self, directory: Fid<'_>) -> bool {
        let (Some((link, version)), Some(handle)) = (self.last, directory.file_handle()) else {
            return false;
        };
        version == self.table.version()
            && self
                .table
                .get(link)
                .is_some_and(|slot| slot.fsid == directory.fsid() && slot.has_handle(handle))
    }

    fn find_directory(&mut self, key: Key<'_>) -> Result<(), ResolveError> {
        self.last = None;
        let mut found = self.table.find(key);
        if !found.is_some_and(|link| self.table.write_path(link, &mut self.buffer)) {
            let mounts = self.mounts.as_ref();
            let mount = mounts.iter().find(|mount| mount.fsid() == key.fsid);
            let mount = mount.ok_or(ResolveError::UnknownFilesystem)?;
            look_up(mount, &mut self.table, key, &mut self.buffer)?;
            found = self.table.find(key);
        }
        self.last = found.map(|link| (link, self.table.version()));
        Ok(())
    }

    /// Returns the error of an event without a directory.
    #[cold]
    fn without_entry(&self, record: &Record<'_>) -> ResolveError {
        if record.is_overflow() { ResolveError::Overflow } else { ResolveError::NoDirectory }
    }

    /// Marks a renamed directory as stale, so that it is looked up again.
    fn apply_move(&mut self, record: &Record<'_>, target: Option<Key<'_>>) {
        // The directory in the buffer can be below the renamed directory, even if the latter is not
        // cached.
        self.last = None;
        let Some(entry) = record.entry() else { return };
        let Some(directory) = key(entry.directory()).and_then(|key| self.table.find(key)) else {
            // A directory whose parent directory is not cached is not cached either, unless its
            // handle is known.
            if let Some(link) = target.and_then(|target| self.table.find(target)) {
                self.table.mark_stale(link);
            }
            return;
        };
        match target {
            Some(target) => {
                if let Some(link) = self.table.find(target) {
                    self.table.mark_stale(link);
                }
            }
            // An event of the directory itself (`MOVE_SELF`) has the name `.`.
            None if entry.name() == "." => self.table.mark_stale(directory),
            None => self.table.mark_child_stale(directory, entry.name().as_bytes()),
        }
    }

    /// Adds a new directory, if its parent directory is cached.
    fn add(&mut self, target: Key<'_>, entry: Entry<'_>) {
        let parent = key(entry.directory());
        let is_cached = parent.is_some_and(|parent| self.table.find(parent).is_some());
        if !is_cached || self.table.find(target).is_some() {
            return;
        }
        self.table.reserve();
        let added = self.table.find_or_insert(target);
        // The new directory can have replaced its parent directory.
        let parent = parent.and_then(|parent| self.table.find(parent));
        if let (Some(added), Some(parent)) = (added, parent) {
            self.table.set(added, Some(parent), entry.name().as_bytes());
        }
    }
}

/// The events that rename a directory.
const MOVES: EventMask = EventMask::MOVE.union(EventMask::RENAME).union(EventMask::MOVE_SELF);

/// The events that [`Resolver::apply`] handles.
const CHANGES: EventMask = MOVES.union(EventMask::CREATE).union(EventMask::Q_OVERFLOW);

#[inline]
fn key(fid: Fid<'_>) -> Option<Key<'_>> {
    fid.file_handle().map(|handle| Key::new(fid.fsid(), handle))
}

impl<M, S: Slots> fmt::Debug for Resolver<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("directories", &self.table.used()).finish_non_exhaustive()
    }
}
