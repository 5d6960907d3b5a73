//! A TCP proxy without `std` that copies no bytes through its memory: `proxy PORT TARGET`.
//!
//! The program accepts connections to a port of 127.0.0.1 (0: any free port), prints the port, and
//! connects each client to another port of 127.0.0.1. It splices the bytes of both directions
//! through pipes. It ends when the standard input reaches its end.

#![no_std]
#![no_main]

mod start;

use core::ffi::CStr;
use core::fmt::{self, Write};
use core::net::{Ipv4Addr, SocketAddrV4};

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::error::{ErrorKind, Result};
use butter::fd::OwnedFd;
use butter::net::{self, AddressFamily, Shutdown, SocketFlags, SocketType, sockopt};
use butter::pipe::{self, SpliceFlags};
use butter::signal::{self, Signal};
use butter::time::Timeout;
use butter::{Errno, io};

use start::{Arguments, standard};

/// The maximum number of connections. Further clients wait until a connection is closed.
const CONNECTIONS: usize = 64;

/// The maximum number of bytes of a splice: the capacity of a pipe.
const CHUNK: usize = 65_536;

/// The tokens of the other descriptors; connections have their index as the token.
const LISTENER: Token = Token(u64::MAX);
const INPUT: Token = Token(u64::MAX - 1);

fn main(arguments: Arguments) -> i32 {
    let ports = arguments.get().and_then(|[port, target]| Some((parse(port)?, parse(target)?)));
    let Some((port, target)) = ports else {
        let _ = io::write_all(standard(2), b"usage: proxy PORT TARGET\n");
        return 2;
    };
    if let Err(error) = Proxy::new(port, target).and_then(|mut proxy| proxy.run()) {
        let _ = error.println(standard(2));
        return 1;
    }
    0
}

fn parse(argument: &CStr) -> Option<u16> {
    argument.to_str().ok()?.parse().ok()
}

struct Proxy {
    epoll: Epoll,
    listener: OwnedFd,
    target: SocketAddrV4,
    connections: [Option<Connection>; CONNECTIONS],
}

impl Proxy {
    fn new(port: u16, target: u16) -> Result<Self> {
        // A splice to a closed connection raises SIGPIPE.
        signal::ignore(Signal::PIPE)?;
        let (epoll, listener) = (Epoll::new()?, socket()?);
        sockopt::set_socket_reuseaddr(&listener, true)?;
        net::bind(&listener, &loopback(port))?;
        net::listen(&listener, 128)?;
        // Events are edge-triggered: each descriptor is used until the call fails with EAGAIN.
        epoll.add(&listener, LISTENER, Interest::IN | Interest::ET)?;
        epoll.add(&standard(0), INPUT, Interest::IN)?;
        if let Some(address) = net::getsockname(&listener)?.to_ip() {
            let _ = writeln!(Output, "{}", address.port());
        }
        let connections = [const { None }; CONNECTIONS];
        Ok(Self { epoll, listener, target: loopback(target), connections })
    }

    fn run(&mut self) -> Result<()> {
        loop {
            let mut events = [Event::default(); CONNECTIONS];
            for event in self.epoll.wait(&mut events, Timeout::Infinite)? {
                if event.token() == INPUT {
                    if io::read(standard(0), &mut [0; 64])? == 0 {
                        return Ok(());
                    }
                } else if let Some(slot) = self.connections.get_mut(event.token().0 as usize)
                    && let Some(connection) = slot
                    && connection.transfer() != Ok(true)
                {
                    *slot = None;
                }
            }
            self.accept()?;
        }
    }

    /// Accepts connections until none is pending, or all slots are in use.
    fn accept(&mut self) -> Result<()> {
        for (index, slot) in self.connections.iter_mut().enumerate() {
            if slot.is_some() {
                continue;
            }
            let client = match net::accept_with(&self.listener, SocketFlags::NONBLOCK) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                client => client?,
            };
            // If the target refuses the connection at once, the client is closed.
            if let Ok(connection) = Connection::new(client, &self.target) {
                let interest = Interest::IN | Interest::OUT | Interest::RDHUP | Interest::ET;
                let connection = slot.insert(connection);
                self.epoll.add(&connection.client, Token(index as u64), interest)?;
                self.epoll.add(&connection.server, Token(index as u64), interest)?;
            }
        }
        Ok(())
    }
}

struct Connection {
    client: OwnedFd,
    server: OwnedFd,
    request: Direction,
    response: Direction,
}

impl Connection {
    /// Starts to connect to the target.
    fn new(client: OwnedFd, target: &SocketAddrV4) -> Result<Self> {
        let server = socket()?;
        match net::connect(&server, target) {
            Err(error) if error.errno() != Errno::INPROGRESS => return Err(error),
            _ => {
                Ok(Self { client, server, request: Direction::new()?, response: Direction::new()? })
            }
        }
    }

    /// Transfers the available bytes. Returns whether the connection remains open.
    fn transfer(&mut self) -> Result<bool> {
        let request = self.request.transfer(&self.client, &self.server)?;
        let response = self.response.transfer(&self.server, &self.client)?;
        Ok(request || response)
    }
}

/// One direction of a connection.
struct Direction {
    reader: OwnedFd,
    writer: OwnedFd,
    /// The number of bytes in the pipe.
    buffered: usize,
    /// Whether the end of the source has been reached.
    ended: bool,
    /// Whether the target has been notified of the end.
    closed: bool,
}

impl Direction {
    fn new() -> Result<Self> {
        let (reader, writer) = pipe::nonblocking()?;
        Ok(Self { reader, writer, buffered: 0, ended: false, closed: false })
    }

    /// Transfers bytes until both sockets would block. Returns whether more bytes can follow.
    fn transfer(&mut self, source: &OwnedFd, target: &OwnedFd) -> Result<bool> {
        while !self.closed {
            let mut progress = false;
            if !self.ended
                && let Some(count) = splice(source, &self.writer, CHUNK)?
            {
                (self.ended, progress) = (count == 0, true);
                self.buffered += count;
            }
            if self.buffered > 0
                && let Some(count) = splice(&self.reader, target, self.buffered)?
            {
                self.buffered -= count;
                progress = true;
            }
            if self.ended && self.buffered == 0 {
                net::shutdown(target, Shutdown::Write)?;
                self.closed = true;
            } else if !progress {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Moves bytes from or to a pipe. Returns `None` if no bytes can be moved at this time.
fn splice(source: &OwnedFd, target: &OwnedFd, length: usize) -> Result<Option<usize>> {
    let flags = SpliceFlags::MOVE | SpliceFlags::NONBLOCK;
    io::would_block_as_none(pipe::splice(source, None, target, None, length, flags))
}

fn socket() -> Result<OwnedFd> {
    net::socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::NONBLOCK, None)
}

fn loopback(port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
}

/// The standard output.
struct Output;

impl Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        io::write_all(standard(1), text.as_bytes()).map_err(|_| fmt::Error)
    }
}
