//! A connection: the socket of the client, the socket of the target, and both directions.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::epoll::{Epoll, Readiness, Token};
use butter::io::bytes_available;
use butter::net::{SocketAddrAny, getsockname};

use crate::direction::{Direction, Fault, PipePool, Wait};
use crate::log::{End, Log};
use crate::memory::Memory;
use crate::net::{self, Connect, Keepalive, is_tcp};
use crate::proxy::{self, Version};
use crate::report::{Report, Totals};
use crate::socket::Socket;
use crate::targets::{Cursor, Targets};

/// The options that apply to each connection.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// The time without data in both directions after which a connection ends.
    pub(crate) idle_timeout: Option<Duration>,
    /// The time after which an attempt to connect fails.
    pub(crate) connect_timeout: Duration,
    pub(crate) keepalive: Option<Keepalive>,
    /// The version of the header that the target receives before the data of the client.
    pub(crate) proxy_protocol: Option<Version>,
}

/// The state that all connections share.
pub(crate) struct Shared {
    pub(crate) epoll: Epoll,
    pub(crate) pipes: PipePool,
    pub(crate) memory: Memory,
    pub(crate) targets: Targets,
    pub(crate) totals: Totals,
    pub(crate) report: Report,
    pub(crate) log: Option<Log>,
    pub(crate) settings: Settings,
    /// The time at which the last wait for events ended.
    pub(crate) now: Instant,
}

enum Target {
    Unconnected,
    Connecting(Socket),
    Connected(Socket),
}

/// The socket to which an event belongs.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Client,
    Target,
}

pub(crate) struct Connection {
    client: Socket,
    pub(crate) client_address: SocketAddrAny,
    target: Target,
    cursor: Cursor,
    /// The epoll token for the target's socket.
    target_token: Token,
    pub(crate) to_target: Direction,
    pub(crate) to_client: Direction,
    /// Whether the target has not received the header of the PROXY protocol.
    needs_header: bool,
    pub(crate) accepted: Instant,
    /// The time at which data was last moved, or at which the connection was accepted.
    active: Instant,
    /// The start of the attempt to connect, unless the connection waits for a resource of this
    /// host.
    attempt: Option<Instant>,
}

impl Connection {
    /// Registers the socket of the client. `tokens` contains the tokens for the sockets of the
    /// client and the target.
    pub(crate) fn new(
        client: OwnedFd,
        client_address: SocketAddrAny,
        tokens: [Token; 2],
        shared: &mut Shared,
    ) -> butter::Result<Self> {
        let tcp = is_tcp(&client_address);
        let client = Socket::add(client, tcp, &shared.epoll, tokens[0])?;
        shared.memory.set_small(&client, tcp);
        Ok(Self {
            client,
            client_address,
            target: Target::Unconnected,
            cursor: shared.targets.select(shared.now),
            target_token: tokens[1],
            to_target: Direction::new(),
            to_client: Direction::new(),
            needs_header: shared.settings.proxy_protocol.is_some(),
            accepted: shared.now,
            active: shared.now,
            attempt: None,
        })
    }

    /// Returns the address of the target if the target is connected.
    pub(crate) fn target_address(&self) -> Option<&SocketAddrAny> {
        self.cursor.address().filter(|_| matches!(self.target, Target::Connected(_)))
    }

    /// Returns the memory that was reserved to enlarge the buffers of both directions.
    pub(crate) fn enlarged(&self) -> u64 {
        self.to_target.enlarged + self.to_client.enlarged
    }

    /// Returns whether data was read that is not delivered.
    pub(crate) fn has_data(&self) -> bool {
        self.to_target.has_data() || self.to_client.has_data()
    }

    /// Returns whether an attempt to connect to the target is in progress.
    pub(crate) fn is_connecting(&self) -> bool {
        self.attempt.is_some()
    }

    /// Returns the time at which a timeout of the connection expires.
    pub(crate) fn deadline(&self, settings: &Settings) -> Option<Instant> {
        let idle = settings.idle_timeout.map(|timeout| self.active + timeout);
        let connect = self.attempt.map(|start| start + settings.connect_timeout);
        idle.into_iter().chain(connect).min()
    }

    pub(crate) fn update(&mut self, side: Side, readiness: Readiness) {
        match (side, &mut self.target) {
            (Side::Client, _) => self.client.update(readiness),
            (Side::Target, Target::Connecting(target) | Target::Connected(target)) => {
                target.update(readiness)
            }
            (Side::Target, Target::Unconnected) => {}
        }
    }

    /// Continues to connect to the target, or moves data in both directions, without blocking.
    /// Returns the condition for which the connection waits, or the reason why it has ended.
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> Result<Wait, End> {
        let mut wait = Wait::Turn;
        if !matches!(self.target, Target::Connected(_)) {
            wait = self.connect(shared)?;
        }
        if wait == Wait::Turn {
            wait = self.relay(shared)?;
        }
        let idle = shared.now.saturating_duration_since(self.active);
        if wait != Wait::Turn && shared.settings.idle_timeout.is_some_and(|limit| idle >= limit) {
            return Err(End::IdleTimeout);
        }
        Ok(wait)
    }

    fn relay(&mut self, shared: &mut Shared) -> Result<Wait, End> {
        if let (true, Some(version)) = (self.needs_header, shared.settings.proxy_protocol) {
            let local = getsockname(&self.client).unwrap_or_default();
            let header = proxy::header(version, &self.client_address, &local);
            if !self.to_target.insert(&header, &mut shared.pipes) {
                return Ok(Wait::Pause);
            }
            self.needs_header = false;
        }
        let Target::Connected(target) = &mut self.target else { return Ok(Wait::Event) };
        let Shared { pipes, memory, totals, .. } = shared;
        let before = (self.to_target.delivered, self.to_client.delivered);
        let wait = Wait::max(
            self.to_target.advance(&mut self.client, target, pipes, memory),
            self.to_client.advance(target, &mut self.client, pipes, memory),
        );
        totals.to_target += self.to_target.delivered - before.0;
        totals.to_client += self.to_client.delivered - before.1;
        if self.to_target.moved || self.to_client.moved {
            self.active = shared.now;
        }
        if wait == Wait::Done { Err(self.end()) } else { Ok(wait) }
    }

    /// Returns the reason why both directions have ended.
    fn end(&self) -> End {
        let failed = |fault: Option<Fault>, source, destination| match fault? {
            Fault::Source(errno) => Some(End::Failed(source, errno)),
            Fault::Destination(errno) => Some(End::Undelivered(destination, errno)),
        };
        failed(self.to_target.fault, Side::Client, Side::Target)
            .or_else(|| failed(self.to_client.fault, Side::Target, Side::Client))
            .unwrap_or(End::Closed)
    }

    /// Starts or continues to connect to the target. If an attempt fails, tries the next address.
    /// Returns [`Wait::Turn`] if the target is connected.
    fn connect(&mut self, shared: &mut Shared) -> Result<Wait, End> {
        // Directly before urgent data, `FIONREAD` returns 0 even if other data follows the urgent
        // data.
        let is_empty = || !self.client.urgent && bytes_available(&self.client).unwrap_or(0) == 0;
        if self.client.closed && is_empty() {
            return Err(End::ClientLeft);
        }
        let Settings { keepalive, connect_timeout, .. } = shared.settings;
        let timed_out =
            |start: Instant| shared.now.saturating_duration_since(start) >= connect_timeout;
        loop {
            let address = *self.cursor.address().ok_or(End::Unreachable)?;
            let add = |fd| {
                Socket::add(fd, is_tcp(&address), &shared.epoll, self.target_token)
                    .map_err(|error| End::Exhausted(error.errno()))
            };
            let result = match std::mem::replace(&mut self.target, Target::Unconnected) {
                Target::Unconnected => match net::connect(&address, keepalive) {
                    Connect::Connected(socket) => Ok(add(socket)?),
                    Connect::InProgress(socket) => {
                        self.target = Target::Connecting(add(socket)?);
                        self.attempt = Some(shared.now);
                        return Ok(Wait::Event);
                    }
                    Connect::Full => match *self.attempt.get_or_insert(shared.now) {
                        start if timed_out(start) => Err(net::connect_error(Errno::TIMEDOUT)),
                        _ => return Ok(Wait::Pause),
                    },
                    Connect::Exhausted => return Ok(Wait::Pause),
                    Connect::Failed(error) => Err(error),
                },
                Target::Connecting(socket) if !socket.writable => {
                    if !self.attempt.is_some_and(timed_out) {
                        self.target = Target::Connecting(socket);
                        return Ok(Wait::Event);
                    }
                    Err(net::connect_error(Errno::TIMEDOUT))
                }
                Target::Connecting(socket) => net::take_error(&socket).map(|()| socket),
                Target::Connected(socket) => Ok(socket),
            };
            self.attempt = None;
            match result {
                Ok(socket) => {
                    shared.targets.succeed(&self.cursor);
                    shared.memory.set_small(&socket, is_tcp(&address));
                    self.target = Target::Connected(socket);
                    self.active = shared.now;
                    return Ok(Wait::Turn);
                }
                Err(error) => {
                    shared.targets.fail(&mut self.cursor, error, &shared.report, shared.now);
                }
            }
        }
    }
}
