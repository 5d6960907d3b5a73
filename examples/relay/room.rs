//! How many connections there is room for.

use std::os::fd::{AsFd, AsRawFd};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What one may need: two sockets, and a pipe for each direction.
const EACH: usize = 6;

pub(crate) struct Room {
    /// The descriptors that are not the connections'.
    others: usize,
}

impl Room {
    /// Raises the limit as far as the user may. The descriptor is the last that was opened before the first connection:
    /// all lower numbers are in use.
    pub(crate) fn behind(last: impl AsFd) -> Self {
        let maximum = getrlimit(Resource::Nofile).maximum;
        // Where it may not be, there is the room that there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        Self { others: last.as_fd().as_raw_fd() as usize + 1 }
    }

    /// How many connections the limit lets the program have. It may be changed from outside: it is asked for each time.
    pub(crate) fn connections(&self) -> usize {
        let limit = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |limit| limit as usize);
        // The first goes as far as it can: with one pipe the directions take turns.
        (limit.saturating_sub(self.others) / EACH).max(1)
    }
}
