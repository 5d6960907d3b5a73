//! The listening socket, and the limit on connections.

use std::fmt;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use butter::Errno;
use butter::net::{SocketAddrAny, getsockname};

use crate::address::{Address, Listen};
use crate::common::cli::SystemError;
use crate::net::{self, Keepalive};
use crate::targets::{Unresolved, resolve};

pub(crate) struct Listener {
    socket: OwnedFd,
    /// The actual address, which differs from the requested address if the requested port is 0.
    pub(crate) address: Listen,
    /// Removes the socket on drop.
    _path: Option<SocketPath>,
}

/// The result of accepting a connection.
pub(crate) enum Accepted {
    /// The socket, and the address of the client.
    Connection(OwnedFd, SocketAddrAny),
    /// No connection is waiting to be accepted.
    None,
    /// A connection has failed before it was accepted. Other connections may be waiting.
    Aborted,
    /// A connection is waiting, but it cannot be accepted because descriptors or memory are
    /// exhausted.
    Exhausted,
    /// A connection may still be waiting: for example, a security module or a seccomp filter does
    /// not permit the call.
    Failed(butter::Error),
}

/// The errors of accept(2) that mean that the listening socket or an argument is invalid.
const FATAL: [Errno; 4] = [Errno::BADF, Errno::FAULT, Errno::INVAL, Errno::NOTSOCK];

/// The errors of accept(2) after which the caller should retry: errors of the connection, which is
/// no longer waiting, and an interruption by a signal. `EOPNOTSUPP` can also mean that the socket
/// is not a stream socket, but the listening socket is one.
const ABORTED: [Errno; 10] = [
    Errno::CONNABORTED,
    Errno::HOSTDOWN,
    Errno::HOSTUNREACH,
    Errno::INTR,
    Errno::NETDOWN,
    Errno::NETUNREACH,
    Errno::NONET,
    Errno::NOPROTOOPT,
    Errno::OPNOTSUPP,
    Errno::PROTO,
];

/// The reason why the relay cannot listen on an address.
pub(crate) enum ListenError<'a> {
    Call(butter::Error),
    File(io::Error),
    Unresolved(Unresolved<'a>),
}

impl fmt::Display for ListenError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => SystemError::Call(*error).fmt(f),
            Self::File(error) => SystemError::Io(error).fmt(f),
            Self::Unresolved(error) => error.fmt(f),
        }
    }
}

impl From<butter::Error> for ListenError<'_> {
    fn from(error: butter::Error) -> Self {
        Self::Call(error)
    }
}

impl Listener {
    /// Listens on an address. If the address is a host name, listens on the first of its addresses
    /// that is possible.
    pub(crate) fn bind(
        address: &Listen,
        keepalive: Option<Keepalive>,
    ) -> Result<Self, ListenError<'_>> {
        match address {
            Listen::All(port) => {
                let any = |address: SocketAddr| address.into();
                let both = any((Ipv6Addr::UNSPECIFIED, *port).into());
                match net::listen(&both, true, keepalive) {
                    Ok(socket) => {
                        let port = getsockname(&socket)?.to_ip().map_or(*port, |ip| ip.port());
                        Ok(Self { socket, address: Listen::All(port), _path: None })
                    }
                    // The host has no IPv6.
                    Err(error) if error.is(Errno::AFNOSUPPORT) => {
                        let ipv4 = (Ipv4Addr::UNSPECIFIED, *port).into();
                        let socket = net::listen(&any(ipv4), false, keepalive)?;
                        let actual = getsockname(&socket)?.to_ip().unwrap_or(ipv4);
                        let address = Listen::One(Address::Tcp(actual));
                        Ok(Self { socket, address, _path: None })
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Listen::One(one) => {
                let addresses = resolve(one).map_err(ListenError::Unresolved)?;
                let listener = |address| Self::at(one, address, keepalive);
                match addresses.split_last() {
                    Some((last, others)) => others
                        .iter()
                        .find_map(|address| listener(address).ok())
                        .map_or_else(|| listener(last), Ok),
                    None => Err(ListenError::File(io::ErrorKind::NotFound.into())),
                }
            }
        }
    }

    /// Listens on `socket_address`, which is an address of `address`.
    fn at<'a>(
        address: &'a Address,
        socket_address: &SocketAddrAny,
        keepalive: Option<Keepalive>,
    ) -> Result<Self, ListenError<'a>> {
        let socket = net::listen(socket_address, false, keepalive)?;
        let path = match address {
            Address::Unix(path) => Some(SocketPath::new(path).map_err(ListenError::File)?),
            _ => None,
        };
        // The actual port differs from the requested port if the requested port is 0.
        let address = getsockname(&socket)?.to_ip().map_or(address.clone(), Address::Tcp);
        Ok(Self { socket, address: Listen::One(address), _path: path })
    }

    /// Accepts a connection. Returns an error if no connection can be accepted later.
    pub(crate) fn accept(&self) -> butter::Result<Accepted> {
        let error = match net::accept(&self.socket) {
            Ok((socket, address)) => return Ok(Accepted::Connection(socket, address)),
            Err(error) => error,
        };
        match error.errno() {
            Errno::AGAIN => Ok(Accepted::None),
            errno if ABORTED.contains(&errno) => Ok(Accepted::Aborted),
            errno if FATAL.contains(&errno) => Err(error),
            errno if net::is_exhaustion(errno) => Ok(Accepted::Exhausted),
            _ => Ok(Accepted::Failed(error)),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The path of a Unix socket that this program created. On drop, the socket is removed from the
/// file system, unless another file has replaced the socket.
struct SocketPath {
    path: PathBuf,
    /// The device and inode numbers of the socket.
    file: (u64, u64),
}

impl SocketPath {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: file(path)? })
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        if file(&self.path).is_ok_and(|file| file == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn file(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

/// The maximum number of descriptors of a connection: two sockets, and a pipe for each direction.
const DESCRIPTORS_PER_CONNECTION: usize = 6;

/// The limit on open connections, according to `RLIMIT_NOFILE`.
pub(crate) struct ConnectionLimit {
    /// The number of descriptors that do not belong to connections.
    others: usize,
}

impl ConnectionLimit {
    /// Raises the soft limit on open descriptors to the hard limit. `last` is the last descriptor
    /// opened before the first connection; all lower numbers are assumed to be in use. `temporary`
    /// is the number of descriptors that other threads open temporarily.
    pub(crate) fn new(last: impl AsFd, temporary: usize) -> Self {
        let limit = open_files_limit();
        let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
        // If `setrlimit` fails, the current limit applies.
        // SAFETY: the kernel reads the struct.
        let _ = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) };
        Self { others: last.as_fd().as_raw_fd() as usize + 1 + temporary }
    }

    /// Returns the maximum number of connections. Another process can change `RLIMIT_NOFILE`, so
    /// each call of this method queries the limit.
    pub(crate) fn connections(&self) -> usize {
        // `RLIM_INFINITY`, the value of an infinite limit, is the maximum value of `rlim_t`.
        let limit = open_files_limit().rlim_cur as usize;
        // One connection is always allowed. If only one pipe can be created, the two directions of
        // this connection use it alternately.
        (limit.saturating_sub(self.others) / DESCRIPTORS_PER_CONNECTION).max(1)
    }
}

fn open_files_limit() -> libc::rlimit {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes the struct. `getrlimit` cannot fail, because the arguments are
    // valid.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit
}
