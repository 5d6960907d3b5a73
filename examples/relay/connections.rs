//! All connections, and whose turn it is.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use butter::epoll::{Epoll, Event, Token};

use crate::connection::{Connection, Shared, Side};
use crate::direction::Wait;

/// Where a connection stands, so that it stands in one list at most.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Queue,
    Waiting,
}

/// Each connection has a number, and its two sockets twice that number, and one more, as their tokens.
#[derive(Default)]
pub(crate) struct Connections {
    all: Vec<Option<(Connection, Place)>>,
    free: Vec<usize>,
    queue: VecDeque<usize>,
    waiting: Vec<usize>,
}

impl Connections {
    pub(crate) fn open(&self) -> usize {
        self.all.len() - self.free.len()
    }

    /// Whether one can go on without an event.
    pub(crate) fn are_busy(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether one waits until [`try_again`](Self::try_again).
    pub(crate) fn are_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Begins one. All room that it will need in the lists is made here.
    pub(crate) fn add(&mut self, client: OwnedFd, epoll: &Epoll) -> butter::Result<()> {
        let number = self.free.last().copied().unwrap_or(self.all.len());
        let tokens = [0, 1].map(|side| Token(number as u64 * 2 + side));
        let begun = Some((Connection::begin(client, epoll, tokens)?, Place::Queue));
        if self.free.pop().is_some() {
            self.all[number] = begun;
        } else {
            self.all.push(begun);
            self.free.reserve(self.all.len());
            self.queue.reserve(self.all.len() - self.queue.len());
            self.waiting.reserve(self.all.len() - self.waiting.len());
        }
        self.queue.push_back(number);
        Ok(())
    }

    /// Notes what one of the sockets is ready for.
    pub(crate) fn note(&mut self, event: &Event) {
        let Token(token) = event.token();
        let (number, side) =
            ((token / 2) as usize, if token % 2 == 0 { Side::Client } else { Side::Target });
        if let Some(Some((connection, place))) = self.all.get_mut(number) {
            connection.note(side, event.readiness());
            if *place == Place::Nowhere {
                *place = Place::Queue;
                self.queue.push_back(number);
            }
        }
    }

    /// Those that wait have their turn again.
    pub(crate) fn try_again(&mut self) {
        for number in self.waiting.drain(..) {
            if let Some((_, place)) = &mut self.all[number] {
                *place = Place::Queue;
                self.queue.push_back(number);
            }
        }
    }

    /// One turn for each of those that can go on; returns how many have ended.
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> u64 {
        let mut ended = 0;
        for _ in 0..self.queue.len() {
            let Some(number) = self.queue.pop_front() else { break };
            let Some((connection, place)) = &mut self.all[number] else { continue };
            *place = match connection.advance(shared) {
                Wait::Event => Place::Nowhere,
                Wait::Turn => {
                    self.queue.push_back(number);
                    Place::Queue
                }
                Wait::While => {
                    self.waiting.push(number);
                    Place::Waiting
                }
                Wait::Over => {
                    self.all[number] = None;
                    self.free.push(number);
                    ended += 1;
                    continue;
                }
            };
        }
        shared.totals.ended += ended;
        ended
    }
}
