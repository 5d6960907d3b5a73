//! Inotify events that borrow from the buffer into which they were read.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::num::NonZeroU32;

use super::EventFlags;
use super::predicates::impl_predicates;
use super::types::Header;
use crate::path::{Name, PATH_MAX};

/// The maximum size of an inotify event in bytes: 4,112. A buffer of `EVENT_SIZE_MAX` bytes is
/// large enough for any event.
///
/// On several file systems, file names can be longer than `NAME_MAX` (255 bytes), up to the maximum
/// length of a path.
pub const EVENT_SIZE_MAX: usize = size_of::<Header>() + PATH_MAX;

/// A watch descriptor: the number of a watch, which is unique within its inotify instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Watch(i32);

impl Watch {
    /// Creates a watch descriptor from its number.
    #[inline]
    #[must_use]
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Returns the number of the watch descriptor.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> i32 {
        self.0
    }
}

/// The cookie of an inotify event: a number that the two events of a rename have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Cookie(NonZeroU32);

impl Cookie {
    /// Returns the cookie as a number.
    #[inline]
    #[must_use]
    pub const fn as_raw(self) -> u32 {
        self.0.get()
    }
}

/// `struct inotify_event`: an event, which borrows from the buffer into which it was read.
#[doc(alias = "inotify_event")]
#[derive(Clone, Copy)]
pub struct Event<'b> {
    pub(super) header: Header,
    pub(super) padded: &'b [u8],
}

impl<'b> Event<'b> {
    /// Returns the watch to which the event belongs; `None` for an overflow event.
    #[doc(alias = "wd")]
    #[inline]
    #[must_use]
    pub const fn watch(&self) -> Option<Watch> {
        if self.header.wd < 0 { None } else { Some(Watch(self.header.wd)) }
    }

    /// Returns the flags of the event.
    #[doc(alias = "mask")]
    #[inline]
    #[must_use]
    pub const fn flags(&self) -> EventFlags {
        EventFlags::from_bits_retain(self.header.mask)
    }

    /// Returns the cookie that the two events of a rename have in common; `None` for other events.
    #[inline]
    #[must_use]
    pub const fn cookie(&self) -> Option<Cookie> {
        match NonZeroU32::new(self.header.cookie) {
            Some(cookie) => Some(Cookie(cookie)),
            None => None,
        }
    }

    /// Returns the name of the file in the watched directory. The name is empty if the event is for
    /// the watched file or directory itself.
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

impl_predicates! { Event<'_> }

/// Compares the watches, flags, cookies and names of two events, and ignores the padding of the
/// names.
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

/// Removes the trailing NUL bytes of a name.
///
/// The kernel pads a name with 1 to 16 NUL bytes to a multiple of 16 bytes. To count up to 15 NUL
/// bytes without a loop, this function counts the leading zero bits of the last 16 bytes, read as a
/// little-endian number.
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

/// Removes the trailing NUL bytes of a name one by one. Called only if the name is padded with 16
/// NUL bytes, or was not padded by the kernel.
#[cold]
fn trim_bytewise(mut name: &[u8]) -> &[u8] {
    while let [shorter @ .., 0] = name {
        name = shorter;
    }
    name
}

/// Decodes the events in bytes that were read from an inotify instance, with this crate or by other
/// means.
///
/// Accepts any bytes at any alignment. A truncated event ends the iteration, and
/// [`rest`](Events::rest) returns its bytes.
#[inline]
pub const fn decode(bytes: &[u8]) -> Events<'_> {
    Events { rest: bytes }
}

/// An iterator over the inotify events in a buffer. The iterator does not copy names, and allocates
/// no memory.
#[derive(Clone)]
#[must_use = "the events were removed from the queue, and are lost if they are not used"]
pub struct Events<'b> {
    rest: &'b [u8],
}

impl<'b> Events<'b> {
    /// Returns the bytes that have not been decoded yet. After the last event, returns the bytes of
    /// a truncated event, or no bytes: the kernel never writes a truncated event.
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
        let (header, following) = self.rest.split_at_checked(size_of::<Header>())?;
        // SAFETY: `header` has the size of a `Header`, any bytes are a valid `Header`, and
        // `read_unaligned` requires no alignment.
        let header = unsafe { header.as_ptr().cast::<Header>().read_unaligned() };
        let (padded, rest) = following.split_at_checked(header.len as usize)?;
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
