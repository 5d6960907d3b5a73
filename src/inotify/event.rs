//! The events as they stand in a buffer.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::num::NonZeroU32;

use super::EventFlags;
use super::types::Header;
use crate::path::Name;

/// The bytes of the longest event: a buffer of this size always takes one.
pub const EVENT_SIZE_MAX: usize = size_of::<Header>() + 256;

/// The number of a watch, among those of its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Watch(i32);

impl Watch {
    /// The watch of the kernel's number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// The kernel's number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }
}

/// What the two events of one rename have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Cookie(NonZeroU32);

impl Cookie {
    /// The kernel's number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> u32 {
        self.0.get()
    }
}

/// One event, in the buffer that it was read into.
#[derive(Clone, Copy)]
pub struct Event<'b> {
    pub(super) header: Header,
    pub(super) padded: &'b [u8],
}

impl<'b> Event<'b> {
    /// The watch that saw it; `None` for an overflow, which no watch saw.
    #[inline]
    #[must_use]
    pub const fn watch(&self) -> Option<Watch> {
        if self.header.wd < 0 { None } else { Some(Watch(self.header.wd)) }
    }

    /// What happened.
    #[inline]
    #[must_use]
    pub const fn flags(&self) -> EventFlags {
        EventFlags::from_bits_retain(self.header.mask)
    }

    /// What this event and the other half of a rename have in common.
    #[inline]
    #[must_use]
    pub const fn cookie(&self) -> Option<Cookie> {
        match NonZeroU32::new(self.header.cookie) {
            Some(cookie) => Some(Cookie(cookie)),
            None => None,
        }
    }

    /// The name of the file in the watched directory; empty for the watched file itself.
    #[inline]
    #[must_use]
    pub fn name(&self) -> Name<'b> {
        Name::from_bytes(trim(self.padded))
    }

    /// The name with the NUL bytes behind it, as it stands in the buffer.
    #[inline]
    #[must_use]
    pub const fn padded_name(&self) -> &'b [u8] {
        self.padded
    }

    /// Whether events were lost because the queue was full: look at the files again.
    #[inline]
    #[must_use]
    pub const fn is_overflow(&self) -> bool {
        self.flags().contains(EventFlags::Q_OVERFLOW)
    }

    /// Whether the watch has ended: this is its last event.
    #[inline]
    #[must_use]
    pub const fn is_ignored(&self) -> bool {
        self.flags().contains(EventFlags::IGNORED)
    }

    /// Whether the file system of the watched file was unmounted.
    #[inline]
    #[must_use]
    pub const fn is_unmount(&self) -> bool {
        self.flags().contains(EventFlags::UNMOUNT)
    }

    /// Whether it happened to a directory.
    #[inline]
    #[must_use]
    pub const fn is_dir(&self) -> bool {
        self.flags().contains(EventFlags::ISDIR)
    }
}

/// Two events are equal if they say the same; the padding of the name does not count.
impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.watch() == other.watch()
            && self.flags() == other.flags()
            && self.cookie() == other.cookie()
            && self.name() == other.name()
    }
}

impl Eq for Event<'_> {}

impl Hash for Event<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.watch(), self.flags(), self.cookie(), self.name()).hash(state);
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("watch", &self.watch())
            .field("flags", &self.flags())
            .field("cookie", &self.cookie())
            .field("name", &self.name())
            .finish()
    }
}

/// The bytes without the NULs at their end.
///
/// The kernel ends a name with 1 to 16 of them, up to a multiple of 16 bytes: they are counted in the last 16 at once.
#[inline]
fn trim(name: &[u8]) -> &[u8] {
    if let Some((first, last)) = name.split_last_chunk::<16>() {
        let used = 16 - u128::from_le_bytes(*last).leading_zeros() as usize / 8;
        if used > 0 {
            return &name[..first.len() + used];
        }
    }
    trim_bytewise(name)
}

/// As [`trim`], for names that end as the kernel ends none.
#[cold]
fn trim_bytewise(mut name: &[u8]) -> &[u8] {
    while let [shorter @ .., 0] = name {
        name = shorter;
    }
    name
}

/// Decodes the bytes that a read of an inotify descriptor gave, wherever they come from.
///
/// Any bytes are taken, at any alignment. An event that is not whole ends the iteration, and what is left stays
/// visible in [`rest`](Events::rest).
#[inline]
pub const fn decode(bytes: &[u8]) -> Events<'_> {
    Events { rest: bytes }
}

/// The events in a buffer, one after the other, without a copy.
#[derive(Clone)]
#[must_use = "events are read from the queue: those that nobody looks at are lost"]
pub struct Events<'b> {
    rest: &'b [u8],
}

impl<'b> Events<'b> {
    /// The bytes that are not decoded yet. Behind the last event: what was not a whole one, empty for all that the
    /// kernel gives.
    #[inline]
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for Events<'b> {
    type Item = Event<'b>;

    #[inline]
    fn next(&mut self) -> Option<Event<'b>> {
        let (header, behind) = self.rest.split_at_checked(size_of::<Header>())?;
        // SAFETY: these are as many bytes as a header has, and every pattern of them is one; no alignment is asked for.
        let header = unsafe { header.as_ptr().cast::<Header>().read_unaligned() };
        let (padded, rest) = behind.split_at_checked(header.len as usize)?;
        self.rest = rest;
        Some(Event { header, padded })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.rest.len() / size_of::<Header>()))
    }
}

impl FusedIterator for Events<'_> {}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
