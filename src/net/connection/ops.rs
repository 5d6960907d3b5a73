//! Functions that connect sockets and return their addresses.

use super::raw;
use crate::error::{Errno, Error, Result};
use crate::fd::{AsFd, BorrowedFd};
use crate::net::addr::{SocketAddrAny, SocketAddrArg};
use crate::net::types::Shutdown;

/// Connects a socket to an address, or sets the default peer of a datagram socket.
///
/// Signals do not interrupt the wait. A non-blocking socket returns `EINPROGRESS`, and is writable
/// when the attempt has finished; [`socket_error`](crate::net::sockopt::socket_error) returns its
/// result.
///
/// # Errors
///
/// - `EINPROGRESS`, `EALREADY`: the socket is non-blocking or its timeout has expired, and the
///   connection is being established.
/// - `EAGAIN`: the queue of the listening Unix socket is full, and the socket is non-blocking or
///   its timeout has expired; or no local port or route is available.
/// - `ECONNREFUSED`, `ECONNRESET`: no socket listens on the address, or the peer refuses or resets
///   the connection.
/// - `ETIMEDOUT`, `ENETUNREACH`, `EHOSTUNREACH`: the host cannot be reached.
/// - `EADDRNOTAVAIL`, `EADDRINUSE`: no local port is free, or the local address cannot be used.
/// - `EISCONN`: the socket is already connected.
/// - `EAFNOSUPPORT`, `EPROTOTYPE`: the family of the address or the type of the Unix socket with
///   this address differs.
/// - `EINVAL`: the address is invalid, or the socket is listening.
/// - `EACCES`, `EPERM`: the file of a Unix socket is not writable, a directory in its path cannot
///   be searched, the socket lacks `SO_BROADCAST`, or a firewall rule or a security module denies
///   the connection.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path does not exist or cannot be resolved.
/// - `EOPNOTSUPP`, `ENODEV`: the socket, or the interface or transport, does not support the call.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [connect(2)].
///
/// [connect(2)]: https://man7.org/linux/man-pages/man2/connect.2.html
#[inline]
pub fn connect(socket: impl AsFd, address: &impl SocketAddrArg) -> Result<()> {
    let socket = socket.as_fd();
    match raw::connect(socket, address) {
        Err(error) if error.is(Errno::INTR) => connect_again(socket, address, error),
        result => result,
    }
}

/// Continues an interrupted connect. Over IP, the kernel continues to establish the connection
/// after the interruption: the next call waits for it, or fails with `EISCONN` if the connection
/// has been established in the meantime.
#[cold]
#[inline(never)]
fn connect_again(
    socket: BorrowedFd<'_>,
    address: &impl SocketAddrArg,
    mut error: Error,
) -> Result<()> {
    while error.is(Errno::INTR) {
        match raw::connect(socket, address) {
            Ok(()) => return Ok(()),
            Err(next) if next.is(Errno::ISCONN) => return Ok(()),
            Err(next) => error = next,
        }
    }
    Err(error)
}

/// Returns the address of a socket.
///
/// # Errors
///
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `ENOBUFS`: the kernel is out of memory.
///
/// Since Linux 1.0; [getsockname(2)].
///
/// [getsockname(2)]: https://man7.org/linux/man-pages/man2/getsockname.2.html
#[inline]
pub fn getsockname(socket: impl AsFd) -> Result<SocketAddrAny> {
    raw::getsockname(socket.as_fd())
}

/// Returns the address of the peer.
///
/// # Errors
///
/// - `ENOTCONN`: the socket is not connected.
/// - `EOPNOTSUPP`: the family of the socket has no addresses of peers.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `ENOBUFS`: the kernel is out of memory.
///
/// Since Linux 1.0; [getpeername(2)].
///
/// [getpeername(2)]: https://man7.org/linux/man-pages/man2/getpeername.2.html
#[inline]
pub fn getpeername(socket: impl AsFd) -> Result<SocketAddrAny> {
    raw::getpeername(socket.as_fd())
}

/// Closes one or both directions of a connection, for all descriptors that refer to the socket.
///
/// # Errors
///
/// - `ENOTCONN`: the socket is not connected.
/// - `EOPNOTSUPP`: the family of the socket does not support the call.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [shutdown(2)].
///
/// [shutdown(2)]: https://man7.org/linux/man-pages/man2/shutdown.2.html
#[inline]
pub fn shutdown(socket: impl AsFd, how: Shutdown) -> Result<()> {
    raw::shutdown(socket.as_fd(), how)
}
