//! Sockets: listens, accepts, connects, and sets the options of sockets.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use butter::error::Call;
use butter::net::{self, AddressFamily, Shutdown, SocketAddrAny, SocketFlags, SocketType, sockopt};
use butter::{Errno, Result};

/// The number of connections that can wait to be accepted, unless `net.core.somaxconn` is lower.
const BACKLOG: i32 = 4096;

/// The result of an attempt to connect.
pub(crate) enum Connect {
    Connected(OwnedFd),
    /// The socket becomes writable when the attempt has succeeded or failed.
    InProgress(OwnedFd),
    /// The backlog of the target's Unix socket is full. The caller can retry to connect later.
    Full,
    /// Descriptors or memory are exhausted. The caller can retry to connect later.
    Exhausted,
    Failed(butter::Error),
}

/// Starts to connect to an address.
pub(crate) fn connect(address: &SocketAddrAny, keepalive: Option<Keepalive>) -> Connect {
    let start = || {
        let socket = socket(address.family())?;
        if is_tcp(address) {
            set_tcp_options(&socket, keepalive);
        }
        let started = net::connect(&socket, address);
        Ok((socket, started))
    };
    match start() {
        Ok((socket, Ok(()))) => Connect::Connected(socket),
        Ok((socket, Err(error))) if error.is(Errno::INPROGRESS) => Connect::InProgress(socket),
        Ok((_, Err(error))) if error.is(Errno::AGAIN) => Connect::Full,
        Ok((_, Err(error))) | Err(error) if is_exhaustion(error.errno()) => Connect::Exhausted,
        Ok((_, Err(error))) | Err(error) => Connect::Failed(error),
    }
}

/// Returns whether the errno means that a resource is exhausted, which may become available again.
pub(crate) fn is_exhaustion(errno: Errno) -> bool {
    [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].contains(&errno)
}

/// Returns the result of an attempt to connect that was in progress.
pub(crate) fn take_error(socket: impl AsFd) -> Result<()> {
    match sockopt::socket_error(socket)? {
        Some(errno) => Err(connect_error(errno)),
        None => Ok(()),
    }
}

/// Returns an error of `connect`.
pub(crate) fn connect_error(errno: Errno) -> butter::Error {
    match Call::CONNECT.completion(-errno.as_raw()) {
        Err(error) => error,
        Ok(_) => unreachable!("an errno is the negative result of a failed call"),
    }
}

fn socket(family: AddressFamily) -> Result<OwnedFd> {
    net::socket_with(family, SocketType::STREAM, SocketFlags::NONBLOCK, None)
}

/// Creates a socket that listens on an address. If `both_families` is set, the address is the
/// unspecified IPv6 address, and the socket accepts IPv4 connections, too.
pub(crate) fn listen(
    address: &SocketAddrAny,
    both_families: bool,
    keepalive: Option<Keepalive>,
) -> Result<OwnedFd> {
    let socket = socket(address.family())?;
    if is_tcp(address) {
        sockopt::set_socket_reuseaddr(&socket, true)?;
        if both_families {
            // The default is the value of net.ipv6.bindv6only.
            sockopt::set_ipv6_v6only(&socket, false)?;
        }
        // Accepted sockets inherit the options.
        set_tcp_options(&socket, keepalive);
    }
    net::bind(&socket, address)?;
    net::listen(&socket, BACKLOG)?;
    Ok(socket)
}

/// Accepts a connection. Returns the socket and the address of the client.
pub(crate) fn accept(listener: impl AsFd) -> Result<(OwnedFd, SocketAddrAny)> {
    // The function without retries: the caller handles EINTR like other errors, so that a call
    // that always fails with EINTR cannot block the event loop.
    net::raw::accept4_with_addr(listener.as_fd(), SocketFlags::NONBLOCK | SocketFlags::CLOEXEC)
}

pub(crate) fn is_tcp(address: &SocketAddrAny) -> bool {
    [AddressFamily::INET, AddressFamily::INET6].contains(&address.family())
}

/// The time without data after which TCP probes whether the peer is reachable.
#[derive(Clone, Copy)]
pub(crate) struct Keepalive(pub(crate) Duration);

impl Keepalive {
    /// The maximum number of seconds that the kernel accepts.
    pub(crate) const MAX: u64 = 32_767;

    /// The number of probes without a response after which the connection fails.
    const PROBES: u32 = 4;

    /// The time between two probes: all probes together take as long as the time before the first
    /// probe.
    fn interval(self) -> Duration {
        (self.0 / Self::PROBES).max(Duration::from_secs(1))
    }
}

/// Disables Nagle's algorithm, so that data is relayed as soon as it arrives, and enables probes of
/// the peer. A failure is ignored, because it only delays data or the detection of a lost peer.
fn set_tcp_options(socket: &OwnedFd, keepalive: Option<Keepalive>) {
    let _ = sockopt::set_tcp_nodelay(socket, true);
    if let Some(keepalive) = keepalive {
        let _ = sockopt::set_tcp_keepidle(socket, keepalive.0);
        let _ = sockopt::set_tcp_keepintvl(socket, keepalive.interval());
        let _ = sockopt::set_tcp_keepcnt(socket, Keepalive::PROBES);
        let _ = sockopt::set_socket_keepalive(socket, true);
    }
}

/// Shuts down one direction of a socket. An error is ignored, because it means that the connection
/// is already closed.
pub(crate) fn shutdown(socket: impl AsFd, how: Shutdown) {
    let _ = net::shutdown(socket, how);
}
