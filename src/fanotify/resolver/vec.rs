//! A storage that grows.

use alloc::vec;
use alloc::vec::Vec;

use super::slot::sealed::SlotStorage;
use super::slot::{Link, Slot, Slots, State};
use super::table::probes;

/// The minimum and the maximum number of slots.
const SLOTS_MIN: usize = 64;
const SLOTS_MAX: usize = 65_536;

/// The number of slots doubles when half of them are in use, up to 65,536 slots.
impl Slots for Vec<Slot> {}
impl SlotStorage for Vec<Slot> {
    #[inline]
    fn slots(&self) -> &[Slot] {
        self
    }

    #[inline]
    fn slots_mut(&mut self) -> &mut [Slot] {
        self
    }

    fn grow(&mut self) -> bool {
        let count = (self.len() * 2).clamp(SLOTS_MIN, SLOTS_MAX);
        let grows = count > self.len();
        if grows {
            let mut larger = vec![Slot::EMPTY; count];
            rehash(self, &mut larger);
            *self = larger;
        }
        grows
    }
}

/// Copies the directories of `old` to `new`, which is empty and larger, and adjusts the links. A
/// directory for which `new` has no space in its probed slots is dropped.
fn rehash(old: &mut [Slot], new: &mut [Slot]) {
    let count = new.len();
    // The generation of an old slot becomes the index of the new slot, if the slot was copied.
    for slot in old.iter_mut() {
        let target = match slot.state {
            State::Fresh => probes(slot.hash, count)
                .find(|index| new.get(*index).is_some_and(|slot| slot.state == State::Empty)),
            State::Empty | State::Stale => None,
        };
        let Some(place) = target.and_then(|index| new.get_mut(index)) else {
            slot.state = State::Empty;
            continue;
        };
        place.clone_from(slot);
        slot.hash = target.unwrap_or_default() as u32;
    }
    for slot in new.iter_mut() {
        let Some(parent) = slot.parent else { continue };
        let moved = old
            .get(parent.index as usize)
            .filter(|old| old.state != State::Empty && old.generation == parent.generation);
        match moved {
            Some(old) => slot.parent = Some(Link { index: old.hash, ..parent }),
            // The link remains, but refers to no slot.
            None => slot.parent = Some(Link { index: u32::MAX, ..parent }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::buffer::PathBuffer;
    use super::super::slot::Key;
    use super::super::table::Table;
    use super::*;
    use crate::handle::FileHandleRef;

    fn with_key<T>(number: u32, f: impl FnOnce(Key<'_>) -> T) -> T {
        f(Key::new([0; 2], FileHandleRef::new(1, &number.to_ne_bytes()).unwrap()))
    }

    #[test]
    fn vec_grows_and_preserves_the_paths_of_directories() {
        let count = if cfg!(miri) { 100 } else { 1000 };
        let mut table = Table::new(Vec::new());
        let mut previous = None;
        for number in 0..count {
            table.reserve();
            let parent =
                if number % 100 == 0 { None } else { with_key(number - 1, |key| table.find(key)) };
            let link = with_key(number, |key| table.find_or_insert(key)).unwrap();
            table.set(link, parent, b"/x".get(number.min(1) as usize..).unwrap());
            previous = Some(link);
        }
        assert_eq!(table.used(), count as usize);
        table.mark_stale(previous.unwrap());
        table.reserve();
        for number in 0..count {
            let mut buffer = PathBuffer::new();
            let link = with_key(number, |key| table.find(key)).unwrap();
            let found = table.write_path(link, &mut buffer);
            assert_eq!(found, number != count - 1);
            let depth = number % 100 + 1;
            let length = 2 * depth as usize - usize::from(number >= 100);
            assert!(!found || buffer.directory().len() == length, "{number}");
        }
    }
}
