//! All connections, and the queue of connections that can make progress.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use butter::epoll::{Epoll, Event, Token};

use crate::connection::{Connection, Shared, Side};
use crate::direction::Wait;

/// The list in [`Connections`] that contains a connection. A connection is in at most one list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    Runnable,
    Paused,
}

/// All connections. The index `i` identifies a connection: `2 * i` is the token of the client's
/// socket, and `2 * i + 1` is the token of the target's socket.
#[derive(Default)]
pub(crate) struct Connections {
    all: Vec<Option<(Connection, List)>>,
    free: Vec<usize>,
    runnable: VecDeque<usize>,
    paused: Vec<usize>,
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

    /// Adds a connection of a client. Reserves capacity in all lists, so that no move of a
    /// connection to another list allocates.
    pub(crate) fn add(&mut self, client: OwnedFd, epoll: &Epoll) -> butter::Result<()> {
        let index = self.free.last().copied().unwrap_or(self.all.len());
        let tokens = [0, 1].map(|side| Token(index as u64 * 2 + side));
        let connection = Some((Connection::new(client, epoll, tokens)?, List::Runnable));
        if self.free.pop().is_some() {
            self.all[index] = connection;
        } else {
            self.all.push(connection);
            self.free.reserve(self.all.len());
            self.runnable.reserve(self.all.len() - self.runnable.len());
            self.paused.reserve(self.all.len() - self.paused.len());
        }
        self.runnable.push_back(index);
        Ok(())
    }

    /// Updates the readiness of the socket to which an event belongs.
    pub(crate) fn update(&mut self, event: &Event) {
        let Token(token) = event.token();
        let (index, side) =
            ((token / 2) as usize, if token % 2 == 0 { Side::Client } else { Side::Target });
        if let Some(Some((connection, list))) = self.all.get_mut(index) {
            connection.update(side, event.readiness());
            if *list == List::None {
                *list = List::Runnable;
                self.runnable.push_back(index);
            }
        }
    }

    /// Makes the paused connections runnable.
    pub(crate) fn resume_paused(&mut self) {
        for index in self.paused.drain(..) {
            if let Some((_, list)) = &mut self.all[index] {
                *list = List::Runnable;
                self.runnable.push_back(index);
            }
        }
    }

    /// Gives each runnable connection one turn. Returns the number of connections that have ended.
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> u64 {
        let mut ended = 0;
        for _ in 0..self.runnable.len() {
            let Some(index) = self.runnable.pop_front() else { break };
            let Some((connection, list)) = &mut self.all[index] else { continue };
            *list = match connection.advance(shared) {
                Wait::Event => List::None,
                Wait::Turn => {
                    self.runnable.push_back(index);
                    List::Runnable
                }
                Wait::Pause => {
                    self.paused.push(index);
                    List::Paused
                }
                Wait::Done => {
                    self.all[index] = None;
                    self.free.push(index);
                    ended += 1;
                    continue;
                }
            };
        }
        shared.totals.ended += ended;
        ended
    }
}
