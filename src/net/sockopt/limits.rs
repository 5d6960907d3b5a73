//! Sizes, priorities and other numbers.

use super::names::*;
use super::value::{get, set};
use crate::error::Result;
use crate::fd::AsFd;

/// Returns the size of the send buffer in bytes, which is twice the size that was set.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_SNDBUF")]
#[inline]
pub fn socket_sndbuf(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_SNDBUF, 0_u32) }
}

/// Sets the size of the send buffer to `bytes`, but at most `net.core.wmem_max`. The kernel doubles
/// the size.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_SNDBUF")]
#[inline]
pub fn set_socket_sndbuf(socket: impl AsFd, bytes: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_SNDBUF, bytes) }
}

/// Returns the size of the receive buffer in bytes, which is twice the size that was set.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVBUF")]
#[inline]
pub fn socket_rcvbuf(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_RCVBUF, 0_u32) }
}

/// Sets the size of the receive buffer to `bytes`, but at most `net.core.rmem_max`. The kernel
/// doubles the size.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVBUF")]
#[inline]
pub fn set_socket_rcvbuf(socket: impl AsFd, bytes: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_RCVBUF, bytes) }
}

/// Sets the size of the send buffer to `bytes`, without the limit `net.core.wmem_max`. The kernel
/// doubles the size.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.14; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_SNDBUFFORCE")]
#[inline]
pub fn set_socket_sndbufforce(socket: impl AsFd, bytes: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_SNDBUFFORCE, bytes) }
}

/// Sets the size of the receive buffer to `bytes`, without the limit `net.core.rmem_max`. The
/// kernel doubles the size.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.14; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVBUFFORCE")]
#[inline]
pub fn set_socket_rcvbufforce(socket: impl AsFd, bytes: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_RCVBUFFORCE, bytes) }
}

/// Returns the number of bytes that make the socket readable.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVLOWAT")]
#[inline]
pub fn socket_rcvlowat(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_RCVLOWAT, 0_u32) }
}

/// Sets the number of bytes that make the socket readable.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVLOWAT")]
#[inline]
pub fn set_socket_rcvlowat(socket: impl AsFd, bytes: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_RCVLOWAT, bytes) }
}

/// Returns the priority of packets.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PRIORITY")]
#[inline]
pub fn socket_priority(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PRIORITY, 0_u32) }
}

/// Sets the priority of packets.
///
/// # Errors
///
/// - `EPERM`: the priority is greater than 6, and the caller lacks the capability `CAP_NET_ADMIN`
///   or `CAP_NET_RAW`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PRIORITY")]
#[inline]
pub fn set_socket_priority(socket: impl AsFd, priority: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_PRIORITY, priority) }
}

/// Returns the mark of packets.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.25; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_MARK")]
#[inline]
pub fn socket_mark(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_MARK, 0_u32) }
}

/// Sets the mark of packets, which routing rules and filters compare.
///
/// # Errors
///
/// - `EPERM`: the caller lacks the capability `CAP_NET_ADMIN` or `CAP_NET_RAW`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.25; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_MARK")]
#[inline]
pub fn set_socket_mark(socket: impl AsFd, mark: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_MARK, mark) }
}

/// Returns the duration of busy polling in microseconds.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.11; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BUSY_POLL")]
#[inline]
pub fn socket_busy_poll(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_BUSY_POLL, 0_u32) }
}

/// Sets the duration of busy polling in microseconds, for blocking calls that receive.
///
/// # Errors
///
/// - `EPERM`: the duration increases, and the caller lacks the capability `CAP_NET_ADMIN`.
/// - `EINVAL`: the duration exceeds `i32::MAX`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.11; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BUSY_POLL")]
#[inline]
pub fn set_socket_busy_poll(socket: impl AsFd, microseconds: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_BUSY_POLL, microseconds) }
}

/// Sets the number of packets that one poll processes.
///
/// # Errors
///
/// - `EPERM`: the number increases, and the caller lacks the capability `CAP_NET_ADMIN`.
/// - `EINVAL`: the number exceeds 65,535.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 5.11; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BUSY_POLL_BUDGET")]
#[inline]
pub fn set_socket_busy_poll_budget(socket: impl AsFd, packets: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_BUSY_POLL_BUDGET, packets) }
}

/// Returns the CPU that has processed the last packet of the socket, or `None` if no packet has
/// been received.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.19; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_INCOMING_CPU")]
#[inline]
pub fn socket_incoming_cpu(socket: impl AsFd) -> Result<Option<u32>> {
    // SAFETY: the kernel writes only the value, a number.
    let cpu = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_INCOMING_CPU, -1_i32) }?;
    Ok(u32::try_from(cpu).ok())
}

/// Sets the CPU whose packets the socket prefers, in a group of sockets with `SO_REUSEPORT`.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 4.4; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_INCOMING_CPU")]
#[inline]
pub fn set_socket_incoming_cpu(socket: impl AsFd, cpu: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_INCOMING_CPU, cpu) }
}
