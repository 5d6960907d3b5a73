//! A connection: the socket of the client, the socket of the target, and both directions.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use butter::Errno;
use butter::epoll::{Epoll, Interest, Readiness, Token};
use butter::io::bytes_available;

use crate::address::Address;
use crate::common::cli::SystemError;
use crate::direction::{Direction, PipePool, Wait};
use crate::net::{self, Connect};
use crate::report::{Report, Totals};

/// A socket, and its readiness according to the last event or system call.
///
/// The socket is registered with epoll once, as edge-triggered. The socket is therefore regarded as
/// ready until a system call fails with `EAGAIN`.
pub(crate) struct Socket {
    fd: OwnedFd,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// Whether urgent data has been received. Directly before urgent data, `splice` returns 0, as
    /// at the end of the data, whereas `read` skips the urgent data.
    pub(crate) urgent: bool,
    /// Whether the socket accepts no more data, because both directions are shut down or the socket
    /// has failed.
    pub(crate) closed: bool,
}

impl Socket {
    pub(crate) fn add(fd: OwnedFd, epoll: &Epoll, token: Token) -> butter::Result<Self> {
        epoll.add(&fd, token, Interest::IN | Interest::OUT | Interest::PRI | Interest::ET)?;
        Ok(Self { fd, readable: false, writable: false, urgent: false, closed: false })
    }

    pub(crate) fn update(&mut self, readiness: Readiness) {
        self.closed |= readiness.intersects(Readiness::HUP | Readiness::ERR);
        self.urgent |= readiness.contains(Readiness::PRI);
        self.readable |= self.closed || readiness.contains(Readiness::IN);
        self.writable |= self.closed || readiness.contains(Readiness::OUT);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The state that all connections share.
pub(crate) struct Shared {
    pub(crate) epoll: Epoll,
    pub(crate) pipes: PipePool,
    pub(crate) totals: Totals,
    pub(crate) report: Report,
    target: Address,
    /// The error of the last attempt to connect to the target; `None` if that attempt succeeded.
    last_error: Option<Errno>,
}

impl Shared {
    pub(crate) fn new(target: Address, report: Report) -> butter::Result<Self> {
        let epoll = Epoll::new()?;
        Ok(Self {
            epoll,
            pipes: PipePool::new(),
            totals: Totals::default(),
            report,
            target,
            last_error: None,
        })
    }

    fn connect_failed(&mut self, error: &io::Error) {
        self.totals.unreachable += 1;
        let errno = Errno::from_io_error(error);
        // Print an error only if it differs from the error of the previous attempt.
        if self.last_error != errno {
            self.report.error(format_args!(
                "cannot connect to {}: {}",
                self.target,
                SystemError::Io(error)
            ));
        }
        self.last_error = errno;
    }
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
    target: Target,
    /// The epoll token for the target's socket.
    target_token: Token,
    to_target: Direction,
    to_client: Direction,
}

impl Connection {
    /// Registers the socket of the client. `tokens` contains the tokens for the sockets of the
    /// client and the target.
    pub(crate) fn new(client: OwnedFd, epoll: &Epoll, tokens: [Token; 2]) -> butter::Result<Self> {
        let client = Socket::add(client, epoll, tokens[0])?;
        Ok(Self {
            client,
            target: Target::Unconnected,
            target_token: tokens[1],
            to_target: Direction::new(),
            to_client: Direction::new(),
        })
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
    pub(crate) fn advance(&mut self, shared: &mut Shared) -> Wait {
        if !matches!(self.target, Target::Connected(_)) {
            match self.connect(shared) {
                Ok(Wait::Turn) => {}
                Ok(wait) => return wait,
                Err(_) => {
                    shared.totals.failed += 1;
                    return Wait::Done;
                }
            }
        }
        let Target::Connected(target) = &mut self.target else { return Wait::Event };
        let Shared { pipes, totals, .. } = shared;
        let wait = Wait::max(
            self.to_target.advance(&mut self.client, target, pipes, &mut totals.to_target),
            self.to_client.advance(target, &mut self.client, pipes, &mut totals.to_client),
        );
        if wait == Wait::Done {
            totals.failed += u64::from(self.to_target.failed || self.to_client.failed);
        }
        wait
    }

    /// Starts or continues to connect to the target. Returns [`Wait::Turn`] if the target is
    /// connected.
    fn connect(&mut self, shared: &mut Shared) -> butter::Result<Wait> {
        // Directly before urgent data, `FIONREAD` returns 0 even if other data follows the urgent
        // data.
        let is_empty = || !self.client.urgent && bytes_available(&self.client).unwrap_or(0) == 0;
        if self.client.closed && is_empty() {
            // The client has closed the connection without sending data.
            shared.totals.failed += 1;
            return Ok(Wait::Done);
        }
        let connected = match std::mem::replace(&mut self.target, Target::Unconnected) {
            Target::Unconnected => match net::connect(&shared.target) {
                Connect::Connected(socket) => {
                    Socket::add(socket, &shared.epoll, self.target_token)?
                }
                Connect::InProgress(socket) => {
                    self.target =
                        Target::Connecting(Socket::add(socket, &shared.epoll, self.target_token)?);
                    return Ok(Wait::Event);
                }
                Connect::Retry => return Ok(Wait::Pause),
                Connect::Failed(error) => {
                    shared.connect_failed(&error);
                    return Ok(Wait::Done);
                }
            },
            Target::Connecting(socket) if !socket.writable => {
                self.target = Target::Connecting(socket);
                return Ok(Wait::Event);
            }
            Target::Connecting(socket) => match net::take_error(&socket) {
                Ok(()) => socket,
                Err(error) => {
                    shared.connect_failed(&error);
                    return Ok(Wait::Done);
                }
            },
            Target::Connected(socket) => socket,
        };
        shared.last_error = None;
        self.target = Target::Connected(connected);
        Ok(Wait::Turn)
    }
}
