//! Inotify events that own their names.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::mem::MaybeUninit;

use super::predicates::impl_predicates;
use super::types::Header;
use super::{Cookie, EVENT_SIZE_MAX, Event, EventFlags, Inotify, Watch};
use crate::error::Result;
use crate::path::Name;

/// An inotify event that owns its name: the owned form of [`Event`].
#[derive(Clone)]
pub struct EventBuf {
    header: Header,
    name: Box<[u8]>,
}

impl EventBuf {
    /// Returns the event as a borrowed [`Event`].
    #[inline]
    #[must_use]
    pub const fn as_event(&self) -> Event<'_> {
        Event { header: self.header, padded: &self.name }
    }

    /// Returns the watch to which the event belongs; `None` for an overflow event.
    #[must_use]
    pub const fn watch(&self) -> Option<Watch> {
        self.as_event().watch()
    }

    /// Returns the flags of the event.
    #[must_use]
    pub const fn flags(&self) -> EventFlags {
        self.as_event().flags()
    }

    /// Returns the cookie that the two events of a rename have in common; `None` for other events.
    #[must_use]
    pub const fn cookie(&self) -> Option<Cookie> {
        self.as_event().cookie()
    }

    /// Returns the name of the file in the watched directory. The name is empty if the event is for
    /// the watched file or directory itself.
    #[must_use]
    pub const fn name(&self) -> Name<'_> {
        Name::from_bytes(&self.name)
    }
}

impl_predicates! { EventBuf }

impl Inotify {
    /// Reads events like [`read_events`](Self::read_events), and returns owned events. Reads as
    /// many events as are available and fit a buffer of [`EVENT_SIZE_MAX`] bytes.
    ///
    /// # Errors
    ///
    /// This call fails only if the descriptor is not an inotify instance.
    ///
    /// Since Linux 2.6.13; [inotify(7)].
    ///
    /// [inotify(7)]: https://man7.org/linux/man-pages/man7/inotify.7.html
    pub fn read_events_to_vec(&self) -> Result<Vec<EventBuf>> {
        let mut buffer = [MaybeUninit::<u8>::uninit(); EVENT_SIZE_MAX];
        Ok(self.read_events(&mut buffer)?.map(EventBuf::from).collect())
    }
}

impl Event<'_> {
    /// Copies the event to an [`EventBuf`], which can outlive the buffer of the event.
    #[must_use]
    pub fn to_owned(&self) -> EventBuf {
        EventBuf { header: self.header, name: Box::from(self.name().as_bytes()) }
    }
}

impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        event.to_owned()
    }
}

impl PartialEq for EventBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_event() == other.as_event()
    }
}

impl Eq for EventBuf {}

impl PartialEq<Event<'_>> for EventBuf {
    fn eq(&self, other: &Event<'_>) -> bool {
        self.as_event() == *other
    }
}

impl Hash for EventBuf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_event().hash(state);
    }
}

impl fmt::Debug for EventBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_event().fmt(f)
    }
}
