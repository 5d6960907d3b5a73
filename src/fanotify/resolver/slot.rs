//! A cached directory, and the storage of a cache.

use crate::handle::{FileHandle, FileHandleRef};

/// The maximum number of bytes of the name of a cached directory, and of the path of a cached mount
/// point.
pub(super) const NAME_SIZE: usize = 255;

/// Space for one cached directory. The storage of a [`Resolver`](super::Resolver) consists of
/// slots.
#[derive(Clone, Debug)]
pub struct Slot {
    pub(super) hash: u32,
    pub(super) state: State,
    /// Distinguishes the directories that use this slot one after the other.
    pub(super) generation: u32,
    pub(super) parent: Option<Link>,
    pub(super) fsid: [i32; 2],
    handle: FileHandle,
    name_size: u8,
    name: [u8; NAME_SIZE],
}

static_assertions::const_assert!(size_of::<Slot>() < 480);

/// A reference to a directory in a slot, which is invalid after another directory uses the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) index: u32,
    pub(super) generation: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Empty,
    /// The parent directory and the name may have changed.
    Stale,
    Fresh,
}

impl Slot {
    /// An empty slot.
    pub const EMPTY: Self = Self {
        hash: 0,
        state: State::Empty,
        generation: 0,
        parent: None,
        fsid: [0; 2],
        handle: match FileHandle::zeroed(0) {
            Some(handle) => handle,
            None => unreachable!(),
        },
        name_size: 0,
        name: [0; NAME_SIZE],
    };

    /// Returns the name of the directory in its parent directory; for the root of a mount, the path
    /// of the mount point without a slash at the end.
    #[inline]
    pub(super) fn name(&self) -> &[u8] {
        self.name.get(..self.name_size.into()).unwrap_or_default()
    }

    /// Sets the name. Returns `false` if the name is too long.
    pub(super) fn set_name(&mut self, name: &[u8]) -> bool {
        let Some(start) = self.name.get_mut(..name.len()) else { return false };
        start.copy_from_slice(name);
        self.name_size = name.len() as u8;
        true
    }

    #[inline]
    pub(super) fn is(&self, key: Key<'_>) -> bool {
        self.hash == key.hash
            && self.state != State::Empty
            && self.fsid == key.fsid
            && self.has_handle(key.handle)
    }

    /// Compares the handles word by word: for such short slices, a call of `memcmp` costs more.
    #[inline]
    pub(super) fn has_handle(&self, handle: FileHandleRef<'_>) -> bool {
        let own = FileHandleRef::from(&self.handle);
        let [own_bytes, bytes] = [own, handle].map(FileHandleRef::as_bytes);
        let ((own_words, own_rest), (words, rest)) = (own_bytes.as_chunks(), bytes.as_chunks());
        own.handle_type() == handle.handle_type()
            && own_bytes.len() == bytes.len()
            && own_words
                .iter()
                .zip(words)
                .all(|(own, word)| u32::from_ne_bytes(*own) == u32::from_ne_bytes(*word))
            && own_rest.iter().eq(rest)
    }

    /// Uses the slot for another directory, whose parent and name are not known yet.
    pub(super) fn replace(&mut self, key: Key<'_>) {
        self.generation = self.generation.wrapping_add(1);
        (self.hash, self.fsid, self.handle) = (key.hash, key.fsid, key.handle.to_owned());
        (self.state, self.parent) = (State::Stale, None);
    }
}

/// Identifies a directory: its file system and its handle.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) hash: u32,
    pub(super) fsid: [i32; 2],
    pub(super) handle: FileHandleRef<'a>,
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn new(fsid: [i32; 2], handle: FileHandleRef<'a>) -> Self {
        let [first, second] = fsid.map(|half| u64::from(half.cast_unsigned()));
        let mut hash = first << 32 | second;
        let (words, rest) = handle.as_bytes().as_chunks();
        for word in words {
            hash = mix(hash, u64::from_ne_bytes(*word));
        }
        let rest = rest
            .iter()
            .fold(handle.as_bytes().len() as u64, |word, byte| word << 8 | u64::from(*byte));
        Self { hash: (mix(hash, rest) >> 32) as u32, fsid, handle }
    }
}

#[inline]
const fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The storage of a [`Resolver`](super::Resolver): an array or a slice of [`Slot`]s, whose size
/// limits the number of cached directories, or, with the feature `alloc`, a `Vec<Slot>`, which
/// grows to up to 65,536 slots. The trait is sealed.
///
/// A slot has less than 480 bytes: pass a large array as a slice, which is not moved. If all slots
/// in which a directory can be stored are in use, it replaces another directory.
pub trait Slots: sealed::SlotStorage {}

pub(super) mod sealed {
    use super::Slot;

    pub trait SlotStorage {
        fn slots(&self) -> &[Slot];

        fn slots_mut(&mut self) -> &mut [Slot];

        /// Increases the number of slots. The slots can move. Returns `false` if the number of
        /// slots cannot be increased.
        fn grow(&mut self) -> bool {
            false
        }
    }
}

use sealed::SlotStorage;

impl<const N: usize> Slots for [Slot; N] {}
impl<const N: usize> SlotStorage for [Slot; N] {
    #[inline]
    fn slots(&self) -> &[Slot] {
        self
    }

    #[inline]
    fn slots_mut(&mut self) -> &mut [Slot] {
        self
    }
}

impl Slots for &mut [Slot] {}
impl SlotStorage for &mut [Slot] {
    #[inline]
    fn slots(&self) -> &[Slot] {
        self
    }

    #[inline]
    fn slots_mut(&mut self) -> &mut [Slot] {
        self
    }
}
