//! The cache: a hash table of directories, which are linked to their parent directories.

use super::buffer::PathBuffer;
use super::slot::sealed::SlotStorage;
use super::slot::{Key, Link, Slot, State};

/// The number of consecutive slots in which a directory can be stored.
const PROBES: usize = 16;

/// The maximum number of parent directories that are followed. A path of 4,095 bytes has at most
/// 2,047 components.
const DEPTH_MAX: usize = 2048;

pub(super) struct Table<S> {
    storage: S,
    /// The number of slots that are not empty.
    used: usize,
    /// The position, relative to the first probed slot, of the next slot to replace.
    victim: usize,
    /// Changes whenever a cached path can change.
    version: u64,
}

impl<S: SlotStorage> Table<S> {
    pub(super) fn new(mut storage: S) -> Self {
        storage.slots_mut().fill(Slot::EMPTY);
        Self { storage, used: 0, victim: 0, version: 0 }
    }

    #[inline]
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Returns the number of slots that are not empty.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    #[inline]
    pub(super) fn get(&self, link: Link) -> Option<&Slot> {
        let slot = self.storage.slots().get(link.index as usize)?;
        (slot.generation == link.generation).then_some(slot)
    }

    fn get_mut(&mut self, link: Link) -> Option<&mut Slot> {
        let slot = self.storage.slots_mut().get_mut(link.index as usize)?;
        (slot.generation == link.generation).then_some(slot)
    }

    #[inline]
    pub(super) fn find(&self, key: Key<'_>) -> Option<Link> {
        let slots = self.storage.slots();
        probes(key.hash, slots.len()).find_map(|index| {
            let slot = slots.get(index)?;
            slot.is(key).then_some(Link { index: index as u32, generation: slot.generation })
        })
    }

    /// Returns the slot of a directory, which replaces another directory if necessary. Returns
    /// `None` if there are no slots.
    pub(super) fn find_or_insert(&mut self, key: Key<'_>) -> Option<Link> {
        if let Some(link) = self.find(key) {
            return Some(link);
        }
        let count = self.storage.slots().len();
        self.victim = (self.victim + 1).checked_rem(PROBES.min(count))?;
        let slots = self.storage.slots_mut();
        let is_empty =
            |index: &usize| slots.get(*index).is_some_and(|slot| slot.state == State::Empty);
        let index = probes(key.hash, count)
            .find(is_empty)
            .or_else(|| probes(key.hash, count).nth(self.victim))?;
        let slot = slots.get_mut(index)?;
        self.used += usize::from(slot.state == State::Empty);
        slot.replace(key);
        self.version += 1;
        Some(Link { index: index as u32, generation: slot.generation })
    }

    /// Increases the number of slots if more than half of them are in use. This invalidates all
    /// links.
    pub(super) fn reserve(&mut self) {
        if self.used * 2 >= self.storage.slots().len() && self.storage.grow() {
            self.used = self.storage.slots().iter().filter(|s| s.state != State::Empty).count();
            self.version += 1;
        }
    }

    /// Sets the parent directory and the name of a directory. `parent` is `None` for the root of a
    /// mount. Does nothing if the name is too long to be cached.
    pub(super) fn set(&mut self, link: Link, parent: Option<Link>, name: &[u8]) {
        self.version += 1;
        let Some(slot) = self.get_mut(link) else { return };
        slot.parent = parent;
        slot.state = if slot.set_name(name) { State::Fresh } else { State::Stale };
    }

    pub(super) fn mark_stale(&mut self, link: Link) {
        self.version += 1;
        if let Some(slot) = self.get_mut(link) {
            slot.state = State::Stale;
        }
    }

    /// Marks a directory and all its cached parents as stale.
    pub(super) fn mark_parents_stale(&mut self, mut link: Link) {
        for _ in 0..DEPTH_MAX {
            self.mark_stale(link);
            match self.get(link).and_then(|slot| slot.parent) {
                Some(parent) => link = parent,
                None => return,
            }
        }
    }

    /// Marks the directory with this name in `parent` as stale, if it is cached.
    pub(super) fn mark_child_stale(&mut self, parent: Link, name: &[u8]) {
        self.version += 1;
        let slots = self.storage.slots_mut().iter_mut();
        slots
            .filter(|slot| slot.state == State::Fresh && slot.parent == Some(parent))
            .filter(|slot| slot.name() == name)
            .for_each(|slot| slot.state = State::Stale);
    }

    /// Removes all directories.
    pub(super) fn clear(&mut self) {
        self.version += 1;
        self.used = 0;
        for slot in self.storage.slots_mut() {
            slot.generation = slot.generation.wrapping_add(1);
            slot.state = State::Empty;
        }
    }

    /// Writes the path of a directory to the buffer. Returns `false` if the parents are not cached
    /// up to the root of the mount, or if the path is too long.
    #[inline]
    pub(super) fn write_path(&self, link: Link, buffer: &mut PathBuffer) -> bool {
        buffer.clear();
        self.fresh_parents(link, |name, has_parent| {
            buffer.prepend(name) && (!has_parent || buffer.prepend(b"/"))
        })
    }

    /// Returns whether the path of a directory is cached and is equal to `path`.
    pub(super) fn has_path(&self, link: Link, path: &[u8]) -> bool {
        let mut rest = path;
        let is_equal = self.fresh_parents(link, |name, has_parent| {
            let shorter = rest.strip_suffix(name);
            let shorter =
                if has_parent { shorter.and_then(|s| s.strip_suffix(b"/")) } else { shorter };
            rest = shorter.unwrap_or_default();
            shorter.is_some()
        });
        is_equal && rest.is_empty()
    }

    /// Passes the name of a directory and the names of its parents to `f`, up to the root of the
    /// mount, which has no parent. Returns `false` if a directory is not cached, or if `f` returns
    /// `false`.
    #[inline]
    fn fresh_parents(&self, mut link: Link, mut f: impl FnMut(&[u8], bool) -> bool) -> bool {
        for _ in 0..DEPTH_MAX {
            let Some(slot) = self.get(link) else { return false };
            if slot.state != State::Fresh || !f(slot.name(), slot.parent.is_some()) {
                return false;
            }
            match slot.parent {
                Some(parent) => link = parent,
                None => return true,
            }
        }
        false
    }
}

/// Returns the indices of the slots in which a directory with this hash can be stored.
#[inline]
pub(super) fn probes(hash: u32, count: usize) -> impl Iterator<Item = usize> {
    let first = ((u64::from(hash) * count as u64) >> 32) as usize;
    (0..PROBES.min(count)).map(move |at| {
        let index = first + at;
        if index < count { index } else { index - count }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::slot::NAME_SIZE;
    use super::*;
    use crate::handle::FileHandleRef;

    const FSID: [i32; 2] = [1, -2];

    /// Adds a directory with a numbered handle, and returns its link.
    fn add<S: SlotStorage>(
        table: &mut Table<S>,
        number: u32,
        parent: Option<Link>,
        name: &[u8],
    ) -> Link {
        let bytes = number.to_ne_bytes();
        let key = Key::new(FSID, FileHandleRef::new(1, &bytes).unwrap());
        let link = table.find_or_insert(key).unwrap();
        table.set(link, parent, name);
        link
    }

    fn find<S: SlotStorage>(table: &Table<S>, number: u32) -> Option<Link> {
        let bytes = number.to_ne_bytes();
        table.find(Key::new(FSID, FileHandleRef::new(1, &bytes).unwrap()))
    }

    fn path<S: SlotStorage>(table: &Table<S>, link: Link) -> Option<Vec<u8>> {
        let mut buffer = PathBuffer::new();
        let found = table.write_path(link, &mut buffer);
        found.then(|| {
            assert!(table.has_path(link, buffer.directory()));
            assert!(!table.has_path(link, &[buffer.directory(), b"/x"].concat()));
            buffer.directory().to_vec()
        })
    }

    #[test]
    fn table_returns_paths_up_to_the_root_of_the_mount() {
        let mut table = Table::new([Slot::EMPTY; 16]);
        let root = add(&mut table, 0, None, b"");
        let mounted = add(&mut table, 1, None, b"/mnt/x");
        let one = add(&mut table, 2, Some(root), b"one");
        let two = add(&mut table, 3, Some(one), b"two");
        let other = add(&mut table, 4, Some(mounted), b"other");
        for (link, expected) in [
            (root, &b""[..]),
            (mounted, b"/mnt/x"),
            (one, b"/one"),
            (two, b"/one/two"),
            (other, b"/mnt/x/other"),
        ] {
            assert_eq!(path(&table, link).as_deref(), Some(expected));
        }
        assert!(!table.has_path(two, b"/one/wo") && !table.has_path(two, b"one/two"));
        assert_eq!(find(&table, 3), Some(two));
        assert_eq!(find(&table, 5), None);
        assert_eq!(table.used(), 5);
    }

    #[test]
    fn table_returns_no_path_below_a_stale_directory() {
        let mut table = Table::new([Slot::EMPTY; 16]);
        let root = add(&mut table, 0, None, b"/mnt");
        let one = add(&mut table, 1, Some(root), b"one");
        let two = add(&mut table, 2, Some(one), b"two");
        for mark in [
            |table: &mut Table<_>, one, _| table.mark_stale(one),
            |table: &mut Table<_>, _, root| table.mark_child_stale(root, b"one"),
        ] {
            let version = table.version();
            mark(&mut table, one, root);
            assert_ne!(table.version(), version);
            assert_eq!((path(&table, one), path(&table, two)), (None, None));
            assert_eq!(path(&table, root).as_deref(), Some(&b"/mnt"[..]));
            table.set(one, Some(root), b"renamed");
            assert_eq!(path(&table, two).as_deref(), Some(&b"/mnt/renamed/two"[..]));
            table.set(one, Some(root), b"one");
        }
        table.mark_child_stale(root, b"two");
        table.mark_child_stale(one, b"one");
        assert!(path(&table, two).is_some());
        table.mark_parents_stale(two);
        assert_eq!((path(&table, root), path(&table, two)), (None, None));
        table.clear();
        assert_eq!((table.used(), find(&table, 0), path(&table, root)), (0, None, None));
    }

    #[test]
    fn table_does_not_cache_names_that_are_too_long() {
        let mut table = Table::new([Slot::EMPTY; 16]);
        let root = add(&mut table, 0, None, b"");
        let long = add(&mut table, 1, Some(root), &[b'a'; NAME_SIZE]);
        assert_eq!(path(&table, long).map(|path| path.len()), Some(NAME_SIZE + 1));
        let longer = add(&mut table, 2, Some(root), &[b'a'; NAME_SIZE + 1]);
        assert_eq!(path(&table, longer), None);
    }

    #[test]
    fn table_of_any_size_returns_correct_paths_or_none() {
        for size in if cfg!(miri) { &[0, 3][..] } else { &[0, 1, 2, 3, 16, 17, 40] } {
            let size = *size;
            let mut slots = vec![Slot::EMPTY; size];
            let mut table = Table::new(&mut slots[..]);
            let mut expected: HashMap<u32, Vec<u8>> = HashMap::new();
            for number in 0..200_u32 {
                // The parent of each directory has half its number.
                let name = format!("n{number}");
                let parent = find(&table, number / 2);
                let bytes = number.to_ne_bytes();
                let key = Key::new(FSID, FileHandleRef::new(1, &bytes).unwrap());
                let Some(link) = table.find_or_insert(key) else {
                    assert_eq!(size, 0);
                    continue;
                };
                let parent = if number == 0 { None } else { parent.or(Some(NOWHERE)) };
                table.set(link, parent, if number == 0 { b"" } else { name.as_bytes() });
                let prefix = expected.get(&(number / 2)).cloned().unwrap_or_default();
                let own =
                    if number == 0 { vec![] } else { [prefix, vec![b'/'], name.into()].concat() };
                expected.insert(number, own);
            }
            let cached = (0..200).filter_map(|number| {
                let path = path(&table, find(&table, number)?)?;
                assert_eq!(path, expected[&number], "{size}");
                Some(path)
            });
            assert!(cached.count() <= size);
        }
    }

    const NOWHERE: Link = Link { index: u32::MAX, generation: 0 };
}
