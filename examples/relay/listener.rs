//! The listening socket, and the limit on connections.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;

use butter::Errno;

use crate::address::{Address, Listen};
use crate::net;

pub(crate) struct Listener {
    socket: OwnedFd,
    /// The actual address, which differs from the requested address if the requested port is 0.
    pub(crate) address: Listen,
    /// Removes the socket on drop.
    _path: Option<SocketPath>,
}

/// The result of accepting a connection.
pub(crate) enum Accepted {
    Connection(OwnedFd),
    /// No connection is waiting to be accepted.
    None,
    /// A connection has failed before it was accepted. Other connections may be waiting.
    Aborted,
    /// A connection is waiting, but it cannot be accepted because descriptors or memory are
    /// exhausted.
    Exhausted,
    /// A connection may still be waiting: for example, a security module or a seccomp filter does
    /// not permit the call.
    Failed(io::Error),
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

impl Listener {
    pub(crate) fn bind(address: &Listen) -> io::Result<Self> {
        match address {
            Listen::All(port) => match net::listen_on_all_addresses(*port) {
                Ok(socket) => {
                    socket.set_nonblocking(true)?;
                    let address = Listen::All(socket.local_addr()?.port());
                    Ok(Self { socket: socket.into(), address, _path: None })
                }
                // The host has no IPv6.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::AFNOSUPPORT) => {
                    let address = (Ipv4Addr::UNSPECIFIED, *port).into();
                    Self::bind(&Listen::One(Address::Tcp(address)))
                }
                Err(error) => Err(error),
            },
            Listen::One(Address::Tcp(address)) => {
                let socket = TcpListener::bind(address)?;
                socket.set_nonblocking(true)?;
                let address = Listen::One(Address::Tcp(socket.local_addr()?));
                Ok(Self { socket: socket.into(), address, _path: None })
            }
            Listen::One(Address::Unix(path)) => {
                let socket = UnixListener::bind(path)?;
                let path = Some(SocketPath::new(path)?);
                socket.set_nonblocking(true)?;
                Ok(Self { socket: socket.into(), address: address.clone(), _path: path })
            }
            Listen::One(Address::Abstract(name)) => {
                let socket = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
                socket.set_nonblocking(true)?;
                Ok(Self { socket: socket.into(), address: address.clone(), _path: None })
            }
        }
    }

    /// Accepts a connection. Returns an error if no connection can be accepted later.
    pub(crate) fn accept(&self) -> io::Result<Accepted> {
        let error = match net::accept(&self.socket) {
            Ok(socket) => {
                if matches!(self.address, Listen::All(_) | Listen::One(Address::Tcp(_))) {
                    net::set_nodelay(&socket);
                }
                return Ok(Accepted::Connection(socket));
            }
            Err(error) => error,
        };
        Ok(match Errno::from_io_error(&error) {
            Some(Errno::AGAIN) => Accepted::None,
            Some(errno) if ABORTED.contains(&errno) => Accepted::Aborted,
            Some(errno) if FATAL.contains(&errno) => return Err(error),
            _ if net::is_exhaustion(&error) => Accepted::Exhausted,
            _ => Accepted::Failed(error),
        })
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
    fn new(path: &std::path::Path) -> io::Result<Self> {
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

fn file(path: &std::path::Path) -> io::Result<(u64, u64)> {
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
    /// opened before the first connection; all lower numbers are assumed to be in use.
    pub(crate) fn new(last: impl AsFd) -> Self {
        let limit = open_files_limit();
        let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
        // If `setrlimit` fails, the current limit applies.
        // SAFETY: the kernel reads the struct.
        let _ = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) };
        Self { others: last.as_fd().as_raw_fd() as usize + 1 }
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
