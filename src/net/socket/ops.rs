//! Functions that create and bind sockets, and accept connections.

use super::raw;
use crate::error::Result;
use crate::fd::{AsFd, OwnedFd};
use crate::io::retry;
use crate::net::addr::{SocketAddrAny, SocketAddrArg};
use crate::net::types::{AddressFamily, Protocol, SocketFlags, SocketType};

/// Creates a close-on-exec socket. `None` is the default protocol.
///
/// # Errors
///
/// - `EAFNOSUPPORT`, `ESOCKTNOSUPPORT`, `EPROTONOSUPPORT`: the kernel does not support the family,
///   the type or the protocol.
/// - `EPERM`: the type is `RAW` or the family is `PACKET`, and the caller lacks the capability
///   `CAP_NET_RAW`.
/// - `EACCES`: a security module denies the creation of the socket.
/// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or the
///   system-wide limit on open files (`fs.file-max`), has been reached.
/// - `ENOBUFS`, `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [socket(2)].
///
/// # Examples
///
/// ```
/// use std::net::{Ipv4Addr, SocketAddrV4};
///
/// use butter::net::{self, AddressFamily, SocketType, sockopt};
///
/// # fn main() -> butter::Result<()> {
/// let listener = net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
/// sockopt::set_socket_reuseaddr(&listener, true)?;
/// net::bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
/// net::listen(&listener, 128)?;
/// assert_ne!(net::getsockname(&listener)?.to_ip().unwrap().port(), 0);
/// # Ok(())
/// # }
/// ```
///
/// [socket(2)]: https://man7.org/linux/man-pages/man2/socket.2.html
#[inline]
pub fn socket(
    family: AddressFamily,
    socket_type: SocketType,
    protocol: Option<Protocol>,
) -> Result<OwnedFd> {
    socket_with(family, socket_type, SocketFlags::empty(), protocol)
}

/// Creates a close-on-exec socket like [`socket`](socket()), with further flags.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
///
/// The function also returns the errors of [`socket`](socket()).
///
/// Since Linux 2.6.27; [socket(2)].
///
/// [socket(2)]: https://man7.org/linux/man-pages/man2/socket.2.html
#[doc(alias("SOCK_NONBLOCK", "socket"))]
#[inline]
pub fn socket_with(
    family: AddressFamily,
    socket_type: SocketType,
    flags: SocketFlags,
    protocol: Option<Protocol>,
) -> Result<OwnedFd> {
    raw::socket(family, socket_type, flags.union(SocketFlags::CLOEXEC), protocol)
}

/// Creates a pair of connected, close-on-exec sockets. `None` is the default protocol.
///
/// # Errors
///
/// - `EAFNOSUPPORT`, `ESOCKTNOSUPPORT`, `EPROTONOSUPPORT`: the kernel does not support the family,
///   the type or the protocol.
/// - `EOPNOTSUPP`: the family does not support pairs of sockets; `UNIX` does.
/// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or the
///   system-wide limit on open files (`fs.file-max`), has been reached.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [socketpair(2)].
///
/// # Examples
///
/// ```
/// use butter::net::{self, AddressFamily, RecvFlags, SendFlags, SocketType};
///
/// # fn main() -> butter::Result<()> {
/// let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None)?;
/// net::send(&one, b"hello", SendFlags::empty())?;
/// let mut buffer = [0; 16];
/// assert_eq!(net::recv(&other, &mut buffer, RecvFlags::empty())?, 5);
/// # Ok(())
/// # }
/// ```
///
/// [socketpair(2)]: https://man7.org/linux/man-pages/man2/socketpair.2.html
#[inline]
pub fn socketpair(
    family: AddressFamily,
    socket_type: SocketType,
    protocol: Option<Protocol>,
) -> Result<(OwnedFd, OwnedFd)> {
    socketpair_with(family, socket_type, SocketFlags::empty(), protocol)
}

/// Creates a pair of sockets like [`socketpair`](socketpair()), with further flags.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
///
/// The function also returns the errors of [`socketpair`](socketpair()).
///
/// Since Linux 2.6.27; [socketpair(2)].
///
/// [socketpair(2)]: https://man7.org/linux/man-pages/man2/socketpair.2.html
#[doc(alias = "socketpair")]
#[inline]
pub fn socketpair_with(
    family: AddressFamily,
    socket_type: SocketType,
    flags: SocketFlags,
    protocol: Option<Protocol>,
) -> Result<(OwnedFd, OwnedFd)> {
    raw::socketpair(family, socket_type, flags.union(SocketFlags::CLOEXEC), protocol)
}

/// Assigns an address to a socket. A Unix socket with a path is created as a file, which remains
/// when the socket is closed.
///
/// # Errors
///
/// - `EADDRINUSE`: the address is in use, no port is free, or the path exists.
/// - `EADDRNOTAVAIL`: the address does not belong to an interface of this host.
/// - `EACCES`: the port is privileged, the directory of the path is not writable, a directory in
///   the path cannot be searched, or a security module denies the call.
/// - `EPERM`: the caller lacks `CAP_NET_ADMIN` for the netlink groups, or the file system of the
///   path does not support sockets.
/// - `EAFNOSUPPORT`: the family of the address differs from the family of the socket.
/// - `EINVAL`: the socket already has an address, or the address is invalid.
/// - `ENODEV`: the interface in the scope ID of an IPv6 address does not exist.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`, `EROFS`, `ENOSPC`: the path cannot be created.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [bind(2)].
///
/// [bind(2)]: https://man7.org/linux/man-pages/man2/bind.2.html
#[inline]
pub fn bind(socket: impl AsFd, address: &impl SocketAddrArg) -> Result<()> {
    raw::bind(socket.as_fd(), address)
}

/// Marks a socket as listening: it accepts connections. The kernel queues up to `backlog + 1`
/// connections, but at most `net.core.somaxconn` plus 1.
///
/// # Errors
///
/// - `EADDRINUSE`: another socket listens on the address, or no port is free.
/// - `EINVAL`: the socket is connected, or the Unix socket has no address.
/// - `EOPNOTSUPP`: the type of the socket does not support connections.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [listen(2)].
///
/// [listen(2)]: https://man7.org/linux/man-pages/man2/listen.2.html
#[inline]
pub fn listen(socket: impl AsFd, backlog: i32) -> Result<()> {
    raw::listen(socket.as_fd(), backlog)
}

/// Accepts a connection. Returns the connected socket, which is close-on-exec. Signals do not
/// interrupt the wait.
///
/// # Errors
///
/// - `EAGAIN`: no connection is pending, and the socket is non-blocking or its timeout has expired.
/// - `EINVAL`: the socket is not listening, or was shut down.
/// - `EOPNOTSUPP`: the type of the socket does not support connections.
/// - `EPERM`: a firewall rule or a security module denies the connection.
/// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or the
///   system-wide limit on open files (`fs.file-max`), has been reached. The connection remains
///   pending.
/// - `ENOBUFS`, `ENOMEM`: the kernel is out of memory.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// The call also returns network errors of the new connection, after which it can be repeated.
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[doc(alias = "accept4")]
#[inline]
pub fn accept(socket: impl AsFd) -> Result<OwnedFd> {
    accept_with(socket, SocketFlags::empty())
}

/// Accepts a connection like [`accept`], with further flags for the connected socket.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
///
/// The function also returns the errors of [`accept`].
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[doc(alias = "accept4")]
#[inline]
pub fn accept_with(socket: impl AsFd, flags: SocketFlags) -> Result<OwnedFd> {
    let socket = socket.as_fd();
    retry(move || raw::accept4(socket, flags.union(SocketFlags::CLOEXEC)))
}

/// Accepts a connection like [`accept`], and also returns the address of the peer.
///
/// # Errors
///
/// - `ECONNABORTED`: the peer has closed the connection before its address could be returned. The
///   call can be repeated.
///
/// The function also returns the errors of [`accept`].
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[doc(alias("accept4", "accept"))]
#[inline]
pub fn acceptfrom(socket: impl AsFd) -> Result<(OwnedFd, SocketAddrAny)> {
    acceptfrom_with(socket, SocketFlags::empty())
}

/// Accepts a connection like [`acceptfrom`], with further flags for the connected socket.
///
/// # Errors
///
/// - `EINVAL`: a flag is unknown to the kernel.
///
/// The function also returns the errors of [`acceptfrom`].
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[doc(alias("accept4", "accept"))]
#[inline]
pub fn acceptfrom_with(socket: impl AsFd, flags: SocketFlags) -> Result<(OwnedFd, SocketAddrAny)> {
    let socket = socket.as_fd();
    retry(move || raw::accept4_with_addr(socket, flags.union(SocketFlags::CLOEXEC)))
}
