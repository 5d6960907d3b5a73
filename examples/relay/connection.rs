//! A connection: the one that was accepted, the one to the target, and what goes to and fro.

use std::os::fd::OwnedFd;

use butter::epoll::{Epoll, Readiness, Token};
use butter::io;
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;

use crate::address::Address;
use crate::direction::{Direction, Wait};
use crate::pool::Pool;
use crate::report::Report;
use crate::socket::Socket;
use crate::target::{Reached, reach};
use crate::totals::Totals;

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) epoll: Epoll,
    pub(crate) pool: Pool,
    pub(crate) totals: Totals,
    pub(crate) report: Report,
    target: Address,
    /// Why the target was not reached, if it was not the last time.
    unreached: Option<Errno>,
}

impl Shared {
    pub(crate) fn new(target: Address, report: Report) -> butter::Result<Self> {
        let epoll = Epoll::new()?;
        Ok(Self {
            epoll,
            pool: Pool::new(),
            totals: Totals::default(),
            report,
            target,
            unreached: None,
        })
    }

    fn did_not_reach(&mut self, error: Errno) {
        self.totals.unreached += 1;
        // The same again and again would be no news.
        if self.unreached.replace(error) != Some(error) {
            let error = std::io::Error::from(error);
            self.report.complain(format_args!("{} cannot be reached: {error}", self.target));
        }
    }
}

enum Target {
    None,
    Soon(Socket),
    Reached(Socket),
}

/// Which of its sockets an event is of.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Client,
    Target,
}

pub(crate) struct Connection {
    client: Socket,
    target: Target,
    /// What the target's socket will be added with.
    token: Token,
    there: Direction,
    back: Direction,
}

impl Connection {
    /// Adds what was accepted; the tokens are those of its two sockets.
    pub(crate) fn begin(
        client: OwnedFd,
        epoll: &Epoll,
        tokens: [Token; 2],
    ) -> butter::Result<Self> {
        let client = Socket::add(client, epoll, tokens[0])?;
        Ok(Self {
            client,
            target: Target::None,
            token: tokens[1],
            there: Direction::new(),
            back: Direction::new(),
        })
    }

    pub(crate) fn note(&mut self, side: Side, readiness: Readiness) {
        match (side, &mut self.target) {
            (Side::Client, _) => self.client.note(readiness),
            (Side::Target, Target::Soon(target) | Target::Reached(target)) => {
                target.note(readiness)
            }
            (Side::Target, Target::None) => {}
        }
    }

    /// Does what can be done now.
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> Wait {
        if !matches!(self.target, Target::Reached(_)) {
            match self.connect(shared) {
                Ok(Wait::Turn) => {}
                Ok(wait) => return wait,
                Err(_) => {
                    shared.totals.broken += 1;
                    return Wait::Over;
                }
            }
        }
        let Target::Reached(target) = &mut self.target else { return Wait::Event };
        let Shared { pool, totals, .. } = shared;
        let there = self.there.advance(&mut self.client, target, pool, &mut totals.there);
        let back = self.back.advance(target, &mut self.client, pool, &mut totals.back);
        let wait = there.max(back);
        if wait == Wait::Over {
            totals.broken += u64::from(self.there.broken || self.back.broken);
        }
        wait
    }

    /// Goes on with the way to the target; it is reached when it is [`Wait::Turn`].
    fn connect(&mut self, shared: &mut Shared) -> butter::Result<Wait> {
        // Before urgent data no bytes are told of, however many stand behind them.
        let is_empty =
            || !self.client.urgent && io::bytes_available(&self.client).unwrap_or(0) == 0;
        if self.client.gone && is_empty() {
            // Nobody is there who would want it, and nothing was left.
            shared.totals.broken += 1;
            return Ok(Wait::Over);
        }
        let reached = match std::mem::replace(&mut self.target, Target::None) {
            Target::None => match reach(&shared.target) {
                Reached::Now(socket) => Socket::add(socket, &shared.epoll, self.token)?,
                Reached::Soon(socket) => {
                    self.target = Target::Soon(Socket::add(socket, &shared.epoll, self.token)?);
                    return Ok(Wait::Event);
                }
                Reached::Later => return Ok(Wait::While),
                Reached::Never(error) => {
                    shared.did_not_reach(error);
                    return Ok(Wait::Over);
                }
            },
            Target::Soon(socket) if !socket.writable => {
                self.target = Target::Soon(socket);
                return Ok(Wait::Event);
            }
            Target::Soon(socket) => match socket_error(&socket).and_then(|error| error) {
                Ok(()) => socket,
                Err(error) => {
                    shared.did_not_reach(error);
                    return Ok(Wait::Over);
                }
            },
            Target::Reached(socket) => socket,
        };
        shared.unreached = None;
        self.target = Target::Reached(reached);
        Ok(Wait::Turn)
    }
}
