//! Options that are enabled or disabled.

use super::names::*;
use super::value::{get, set};
use crate::error::Result;
use crate::fd::AsFd;

/// Returns whether the local address can be used again.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_REUSEADDR")]
#[inline]
pub fn socket_reuseaddr(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_REUSEADDR, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether the local address can be used again: `bind` succeeds if connections of an earlier
/// listening socket with this address still exist.
///
/// For UDP, several sockets can then have the same address.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_REUSEADDR")]
#[inline]
pub fn set_socket_reuseaddr(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_REUSEADDR, i32::from(enabled)) }
}

/// Returns whether several sockets can have the same address.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.9; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_REUSEPORT")]
#[inline]
pub fn socket_reuseport(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_REUSEPORT, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether several sockets of the same user can have the same address. The kernel distributes
/// connections and messages among them.
///
/// The option must be set on each socket before `bind`.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.9; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_REUSEPORT")]
#[inline]
pub fn set_socket_reuseport(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_REUSEPORT, i32::from(enabled)) }
}

/// Returns whether probes are sent on idle connections.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_KEEPALIVE")]
#[inline]
pub fn socket_keepalive(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_KEEPALIVE, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether probes are sent on idle connections, so that an unreachable peer is detected.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_KEEPALIVE")]
#[inline]
pub fn set_socket_keepalive(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_KEEPALIVE, i32::from(enabled)) }
}

/// Returns whether messages can be sent to broadcast addresses.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BROADCAST")]
#[inline]
pub fn socket_broadcast(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_BROADCAST, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether messages can be sent to broadcast addresses.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BROADCAST")]
#[inline]
pub fn set_socket_broadcast(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_BROADCAST, i32::from(enabled)) }
}

/// Returns whether out-of-band data is received in the stream.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_OOBINLINE")]
#[inline]
pub fn socket_oobinline(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_OOBINLINE, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether out-of-band data is received in the stream.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_OOBINLINE")]
#[inline]
pub fn set_socket_oobinline(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_OOBINLINE, i32::from(enabled)) }
}

/// Returns whether the socket receives the credentials of senders.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.2; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSCRED")]
#[inline]
pub fn socket_passcred(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PASSCRED, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether the Unix or netlink socket receives the credentials of senders (`SCM_CREDENTIALS`).
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.2; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSCRED")]
#[inline]
pub fn set_socket_passcred(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_PASSCRED, i32::from(enabled)) }
}

/// Returns whether the Unix socket receives pidfds of senders.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 6.5; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSPIDFD")]
#[inline]
pub fn socket_passpidfd(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PASSPIDFD, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether the Unix socket receives a pidfd of the sender with each message (`SCM_PIDFD`).
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 6.5; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSPIDFD")]
#[inline]
pub fn set_socket_passpidfd(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_PASSPIDFD, i32::from(enabled)) }
}

/// Returns whether the Unix socket receives descriptors.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 6.16; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSRIGHTS")]
#[inline]
pub fn socket_passrights(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PASSRIGHTS, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether the Unix socket receives descriptors (`SCM_RIGHTS`), as it does by default.
/// Otherwise, a message with descriptors cannot be sent to it.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 6.16; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PASSRIGHTS")]
#[inline]
pub fn set_socket_passrights(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_PASSRIGHTS, i32::from(enabled)) }
}

/// Returns whether the socket is listening.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.3.42; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_ACCEPTCONN")]
#[inline]
pub fn socket_acceptconn(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_ACCEPTCONN, 0_i32) };
    Ok(value? != 0)
}

/// Returns whether busy polling is preferred to interrupts.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 5.11; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PREFER_BUSY_POLL")]
#[inline]
pub fn socket_prefer_busy_poll(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether busy polling is preferred to interrupts.
///
/// # Errors
///
/// - `EPERM`: the option is set, and the caller lacks the capability `CAP_NET_ADMIN`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 5.11; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PREFER_BUSY_POLL")]
#[inline]
pub fn set_socket_prefer_busy_poll(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, i32::from(enabled)) }
}

/// Returns whether messages can be sent without copying the bytes.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 4.14; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_ZEROCOPY")]
#[inline]
pub fn socket_zerocopy(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_ZEROCOPY, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether messages can be sent without copying the bytes, with
/// [`SendFlags::ZEROCOPY`](crate::net::SendFlags::ZEROCOPY).
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 4.14; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
///
/// # Safety
///
/// Bytes that are sent with the flag, through any descriptor of the socket, must neither change nor
/// be freed until the kernel reports in the queue of errors that it has sent them. Otherwise, the
/// kernel sends other contents of this memory.
#[doc(alias = "SO_ZEROCOPY")]
#[inline]
pub unsafe fn set_socket_zerocopy(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number. That bytes which are sent without a copy
    // do not change is upheld by the caller.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_ZEROCOPY, i32::from(enabled)) }
}
