//! All connections, the queue of connections that can make progress, and the times at which the
//! timeouts of connections expire.

use std::collections::{BTreeSet, VecDeque};
use std::os::fd::OwnedFd;
use std::time::Instant;

use butter::epoll::{Event, Token};
use butter::net::SocketAddrAny;

use crate::connection::{Connection, Settings, Shared, Side};
use crate::direction::Wait;
use crate::log::{End, Log};

/// The list in [`Connections`] that contains a connection. A connection is in at most one list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    Runnable,
    Paused,
}

struct Entry {
    connection: Connection,
    list: List,
    /// The time in [`Connections::deadlines`] for this connection.
    scheduled: Option<Instant>,
    /// Whether the time is that of an attempt to connect.
    connecting: bool,
}

impl Entry {
    /// Updates the scheduled time of the connection with the index `index`. The time may be earlier
    /// than the deadline, which changes whenever data is moved: the new time is scheduled after the
    /// earlier time. The time of an attempt to connect is removed when the attempt has ended, so
    /// that an idle connection does not wake up the program.
    fn schedule(
        &mut self,
        index: usize,
        deadlines: &mut BTreeSet<(Instant, usize)>,
        settings: &Settings,
    ) {
        let deadline = self.connection.deadline(settings);
        let connecting = self.connection.is_connecting();
        let is_earlier = |scheduled| deadline.is_some_and(|deadline| deadline < scheduled);
        if self.scheduled.is_none_or(is_earlier) || self.connecting != connecting {
            if let Some(scheduled) = self.scheduled {
                deadlines.remove(&(scheduled, index));
            }
            deadlines.extend(deadline.map(|deadline| (deadline, index)));
            self.scheduled = deadline;
        }
        self.connecting = connecting;
    }
}

/// All connections. The index `i` identifies a connection: `2 * i` is the token of the client's
/// socket, and `2 * i + 1` is the token of the target's socket.
#[derive(Default)]
pub(crate) struct Connections {
    all: Vec<Option<Entry>>,
    free: Vec<usize>,
    runnable: VecDeque<usize>,
    paused: Vec<usize>,
    deadlines: BTreeSet<(Instant, usize)>,
}

impl Connections {
    pub(crate) fn open(&self) -> usize {
        self.all.len() - self.free.len()
    }

    /// Returns whether any connection can make progress without an event.
    pub(crate) fn has_runnable(&self) -> bool {
        !self.runnable.is_empty()
    }

    /// Returns whether any connection waits for [`resume_paused`](Self::resume_paused).
    pub(crate) fn has_paused(&self) -> bool {
        !self.paused.is_empty()
    }

    /// Returns the time at which [`expire`](Self::expire) must be called.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Adds a connection of a client. Reserves capacity in all lists, so that no move of a
    /// connection to another list allocates.
    pub(crate) fn add(
        &mut self,
        client: OwnedFd,
        address: SocketAddrAny,
        shared: &mut Shared,
    ) -> butter::Result<()> {
        let index = self.free.last().copied().unwrap_or(self.all.len());
        let tokens = [0, 1].map(|side| Token(index as u64 * 2 + side));
        let connection = Connection::new(client, address, tokens, shared)?;
        let entry =
            Some(Entry { connection, list: List::Runnable, scheduled: None, connecting: false });
        if self.free.pop().is_some() {
            self.all[index] = entry;
        } else {
            self.all.push(entry);
            self.free.reserve(self.all.len());
            self.runnable.reserve(self.all.len() - self.runnable.len());
            self.paused.reserve(self.all.len() - self.paused.len());
        }
        self.runnable.push_back(index);
        shared.memory.add_connection();
        Ok(())
    }

    /// Updates the readiness of the socket to which an event belongs.
    pub(crate) fn update(&mut self, event: &Event) {
        let Token(token) = event.token();
        let (index, side) =
            ((token / 2) as usize, if token % 2 == 0 { Side::Client } else { Side::Target });
        if let Some(Some(entry)) = self.all.get_mut(index) {
            entry.connection.update(side, event.readiness());
            if entry.list == List::None {
                entry.list = List::Runnable;
                self.runnable.push_back(index);
            }
        }
    }

    /// Makes the paused connections runnable.
    pub(crate) fn resume_paused(&mut self) {
        for index in self.paused.drain(..) {
            if let Some(entry) = &mut self.all[index] {
                entry.list = List::Runnable;
                self.runnable.push_back(index);
            }
        }
    }

    /// Makes the connections runnable whose timeouts may have expired.
    pub(crate) fn expire(&mut self, now: Instant) {
        while let Some(&(deadline, index)) = self.deadlines.first()
            && deadline <= now
        {
            self.deadlines.pop_first();
            if let Some(entry) = &mut self.all[index] {
                entry.scheduled = None;
                if entry.list == List::None {
                    entry.list = List::Runnable;
                    self.runnable.push_back(index);
                }
            }
        }
    }

    /// Gives each runnable connection one turn. Returns the number of connections that have ended.
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> u64 {
        let mut ended = 0;
        for _ in 0..self.runnable.len() {
            let Some(index) = self.runnable.pop_front() else { break };
            let Some(entry) = &mut self.all[index] else { continue };
            entry.list = match entry.connection.advance(shared) {
                Ok(Wait::Turn) => {
                    self.runnable.push_back(index);
                    List::Runnable
                }
                Ok(Wait::Pause) => {
                    self.paused.push(index);
                    List::Paused
                }
                Ok(Wait::Event | Wait::Done) => List::None,
                Err(end) => {
                    self.remove(index, end, shared);
                    ended += 1;
                    continue;
                }
            };
            entry.schedule(index, &mut self.deadlines, &shared.settings);
        }
        ended
    }

    /// Closes a connection, and adds it to the totals and to the log.
    fn remove(&mut self, index: usize, end: End, shared: &mut Shared) {
        let Some(Entry { connection, scheduled, .. }) = self.all[index].take() else { return };
        self.free.push(index);
        if let Some(scheduled) = scheduled {
            self.deadlines.remove(&(scheduled, index));
        }
        shared.memory.remove_connection(connection.enlarged());
        shared.totals.count(&end, connection.has_data());
        if let Some(log) = &mut shared.log {
            log.write(&connection, &end, shared.now, &shared.report);
        }
    }

    /// Adds the open connections to the log. Returns the log.
    pub(crate) fn log_open(&self, log: &mut Log, shared: &Shared) {
        for entry in self.all.iter().flatten() {
            log.write(&entry.connection, &End::Terminated, shared.now, &shared.report);
        }
    }
}
