//! Raw system calls that connect sockets, and return their addresses.

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::net::addr::{SocketAddrAny, SocketAddrArg};
use crate::net::numbers::STORAGE_SIZE;
use crate::net::types::Shutdown;
use crate::syscall::syscall;

/// `connect(sockfd, addr, addrlen)` - connects a socket to an address, or sets the default peer of
/// a datagram socket.
///
/// # Errors
///
/// - `EINPROGRESS`: the socket is non-blocking, or its timeout (`SO_SNDTIMEO`) has expired, and the
///   connection is being established. The socket is writable when the attempt has finished, and
///   [`socket_error`](crate::net::sockopt::socket_error) returns its result.
/// - `EAGAIN`: the queue of the listening Unix socket is full, and the socket is non-blocking or
///   its timeout (`SO_SNDTIMEO`) has expired; or no route is available at this time.
/// - `EALREADY`: the socket is non-blocking, and a previous attempt to connect has not finished.
/// - `EINTR`: interrupted by a signal. A connection over IP continues to be established.
/// - `EISCONN`: the socket is connected.
/// - `ECONNREFUSED`: no socket listens on the address, or the peer refuses the connection.
/// - `ECONNRESET`: the peer has reset the connection.
/// - `ETIMEDOUT`: the peer does not answer.
/// - `ENETUNREACH`: no route to the network exists.
/// - `EHOSTUNREACH`: the host cannot be reached.
/// - `EADDRNOTAVAIL`: no local port is free, or the local address is not available.
/// - `EADDRINUSE`: the local address is in use.
/// - `EAFNOSUPPORT`: the family of the address differs from the family of the socket.
/// - `EPROTOTYPE`: the Unix socket with this address has a different type.
/// - `EINVAL`: the address has a wrong length, or a wrong family; or the socket is listening.
/// - `EACCES`: the file of a Unix socket is not writable, or a directory in its path cannot be
///   searched; or the address is a broadcast address, and the socket lacks `SO_BROADCAST`; or a
///   security module denies the call.
/// - `EPERM`: a firewall rule or a security module denies the connection.
/// - `ELOOP`: the address is a path, and more than 40 symbolic links were followed in it.
/// - `ENOENT`: the address is a path, and a component of it does not exist or is a dangling
///   symbolic link.
/// - `ENOTDIR`: the address is a path, and a component of it that is used as a directory is not a
///   directory.
/// - `ENAMETOOLONG`: the address is a path, and a component of it is too long for its file system.
/// - `EOPNOTSUPP`: the socket cannot be connected, or the type of the socket does not support the
///   call.
/// - `ENODEV`: the interface in the scope ID of an IPv6 address, or the vsock transport, does not
///   exist.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [connect(2)].
///
/// [connect(2)]: https://man7.org/linux/man-pages/man2/connect.2.html
#[inline]
pub fn connect(socket: BorrowedFd<'_>, address: &impl SocketAddrArg) -> Result<()> {
    address.with_bytes(|address| {
        let (start, length) = (address.as_ptr(), address.len());
        // SAFETY: the kernel reads the bytes of the address, and keeps nothing.
        unsafe { syscall!(Call::CONNECT, connect(socket, start, length)) }.unit()
    })
}

/// `getsockname(sockfd, &addr, &addrlen)` - returns the address of a socket.
///
/// # Errors
///
/// - `ENOBUFS`: the kernel is out of memory.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [getsockname(2)].
///
/// [getsockname(2)]: https://man7.org/linux/man-pages/man2/getsockname.2.html
#[inline]
pub fn getsockname(socket: BorrowedFd<'_>) -> Result<SocketAddrAny> {
    let (mut address, mut length) = (SocketAddrAny::EMPTY, STORAGE_SIZE as u32);
    let (start, length_pointer) = (address.as_mut_ptr(), &raw mut length);
    // SAFETY: the kernel reads the length, writes at most as many bytes of the address, writes the
    // length of the address, and keeps nothing.
    unsafe { syscall!(Call::GETSOCKNAME, getsockname(socket, start, length_pointer)) }.unit()?;
    address.set_length(length);
    Ok(address)
}

/// `getpeername(sockfd, &addr, &addrlen)` - returns the address of the peer.
///
/// # Errors
///
/// - `ENOTCONN`: the socket is not connected.
/// - `EOPNOTSUPP`: the family of the socket has no addresses of peers.
/// - `ENOBUFS`: the kernel is out of memory.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [getpeername(2)].
///
/// [getpeername(2)]: https://man7.org/linux/man-pages/man2/getpeername.2.html
#[inline]
pub fn getpeername(socket: BorrowedFd<'_>) -> Result<SocketAddrAny> {
    let (mut address, mut length) = (SocketAddrAny::EMPTY, STORAGE_SIZE as u32);
    let (start, length_pointer) = (address.as_mut_ptr(), &raw mut length);
    // SAFETY: the kernel reads the length, writes at most as many bytes of the address, writes the
    // length of the address, and keeps nothing.
    unsafe { syscall!(Call::GETPEERNAME, getpeername(socket, start, length_pointer)) }.unit()?;
    address.set_length(length);
    Ok(address)
}

/// `shutdown(sockfd, how)` - closes one or both directions of a connection, for all descriptors
/// that refer to the socket.
///
/// # Errors
///
/// - `ENOTCONN`: the socket is not connected.
/// - `EOPNOTSUPP`: the family of the socket does not support the call.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [shutdown(2)].
///
/// [shutdown(2)]: https://man7.org/linux/man-pages/man2/shutdown.2.html
#[inline]
pub fn shutdown(socket: BorrowedFd<'_>, how: Shutdown) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::SHUTDOWN, shutdown(socket, how as u32)) }.unit()
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    CONNECT:
        INPROGRESS => "the socket is non-blocking, or its timeout (SO_SNDTIMEO) has expired, and \
            the connection is being established",
        AGAIN => "the queue of the listening Unix socket is full, and the socket is non-blocking \
            or its timeout (SO_SNDTIMEO) has expired; or no route is available at this time",
        ALREADY => "the socket is non-blocking, and a previous attempt to connect has not finished",
        ISCONN => "the socket is connected",
        CONNREFUSED => "no socket listens on the address, or the peer refuses the connection",
        CONNRESET => "the peer has reset the connection",
        TIMEDOUT => "the peer does not answer",
        NETUNREACH => "no route to the network exists",
        HOSTUNREACH => "the host cannot be reached",
        ADDRNOTAVAIL => "no local port is free, or the local address is not available",
        ADDRINUSE => "the local address is in use",
        AFNOSUPPORT => InvalidArgument "the family of the address differs from the family of the \
            socket",
        PROTOTYPE => "the Unix socket with this address has a different type",
        INVAL => "the address has a wrong length, or a wrong family; or the socket is listening",
        ACCES => "the file of a Unix socket is not writable, or a directory in its path cannot be \
            searched; or the address is a broadcast address, and the socket lacks SO_BROADCAST; or \
            a security module denies the call",
        PERM => "a firewall rule or a security module denies the connection",
        LOOP => "the address is a path, and more than 40 symbolic links were followed in it",
        NOENT => "the address is a path, and a component of it does not exist or is a dangling \
            symbolic link",
        NOTDIR => "the address is a path, and a component of it that is used as a directory is not \
            a directory",
        NAMETOOLONG => "the address is a path, and a component of it is too long for its file \
            system",
        OPNOTSUPP => "the socket cannot be connected, or the type of the socket does not support \
            the call",
        NODEV => "the interface in the scope ID of an IPv6 address, or the vsock transport, does \
            not exist",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    GETSOCKNAME:
        NOBUFS => "the kernel is out of memory",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    GETPEERNAME:
        NOTCONN => "the socket is not connected",
        OPNOTSUPP => "the family of the socket has no addresses of peers",
        NOBUFS => "the kernel is out of memory",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SHUTDOWN:
        NOTCONN => "the socket is not connected",
        OPNOTSUPP => "the family of the socket does not support the call",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
};
