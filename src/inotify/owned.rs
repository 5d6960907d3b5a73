//! An event that outlives its buffer.

use alloc::boxed::Box;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::types::Header;
use super::{Cookie, Event, EventFlags, Watch};
use crate::path::Name;

/// An event of its own: what an [`Event`] lends, copied.
#[derive(Clone)]
pub struct EventBuf {
    header: Header,
    name: Box<[u8]>,
}

impl EventBuf {
    /// The event, lent.
    #[inline]
    #[must_use]
    pub const fn as_event(&self) -> Event<'_> {
        Event { header: self.header, padded: &self.name }
    }

    /// The watch that saw it; `None` for an overflow, which no watch saw.
    #[must_use]
    pub const fn watch(&self) -> Option<Watch> {
        self.as_event().watch()
    }

    /// What happened.
    #[must_use]
    pub const fn flags(&self) -> EventFlags {
        self.as_event().flags()
    }

    /// What this event and the other half of a rename have in common.
    #[must_use]
    pub const fn cookie(&self) -> Option<Cookie> {
        self.as_event().cookie()
    }

    /// The name of the file in the watched directory; empty for the watched file itself.
    #[must_use]
    pub const fn name(&self) -> Name<'_> {
        Name::from_bytes(&self.name)
    }

    /// Whether events were lost because the queue was full: look at the files again.
    #[must_use]
    pub const fn is_overflow(&self) -> bool {
        self.as_event().is_overflow()
    }

    /// Whether the watch has ended: this is its last event.
    #[must_use]
    pub const fn is_ignored(&self) -> bool {
        self.as_event().is_ignored()
    }

    /// Whether the file system of the watched file was unmounted.
    #[must_use]
    pub const fn is_unmount(&self) -> bool {
        self.as_event().is_unmount()
    }

    /// Whether it happened to a directory.
    #[must_use]
    pub const fn is_dir(&self) -> bool {
        self.as_event().is_dir()
    }
}

impl Event<'_> {
    /// A copy that outlives the buffer.
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
