//! Options of TCP and IPv6 sockets.

use core::time::Duration;

use super::names::*;
use super::value::{ceil_to_millis, ceil_to_secs, get, set};
use crate::error::Result;
use crate::fd::AsFd;

/// Returns whether small segments are sent without delay.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_NODELAY")]
#[inline]
pub fn tcp_nodelay(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_NODELAY, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether small segments are sent without delay: Nagle's algorithm is disabled.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_NODELAY")]
#[inline]
pub fn set_tcp_nodelay(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_NODELAY, i32::from(enabled)) }
}

/// Returns whether segments are acknowledged without delay.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_QUICKACK")]
#[inline]
pub fn tcp_quickack(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_QUICKACK, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether segments are acknowledged without delay. The kernel resets the option when it
/// changes its mode.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_QUICKACK")]
#[inline]
pub fn set_tcp_quickack(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_QUICKACK, i32::from(enabled)) }
}

/// Returns whether only full segments are sent.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.2; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_CORK")]
#[inline]
pub fn tcp_cork(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_CORK, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether only full segments are sent, for up to 200 milliseconds.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.2; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_CORK")]
#[inline]
pub fn set_tcp_cork(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_CORK, i32::from(enabled)) }
}

/// Returns whether the socket accepts only IPv6.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4.21; [ipv6(7)].
///
/// [ipv6(7)]: https://man7.org/linux/man-pages/man7/ipv6.7.html
#[doc(alias = "IPV6_V6ONLY")]
#[inline]
pub fn ipv6_v6only(socket: impl AsFd) -> Result<bool> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_IPV6, IPV6_V6ONLY, 0_i32) };
    Ok(value? != 0)
}

/// Sets whether the socket accepts only IPv6, and not IPv4 as mapped addresses.
///
/// # Errors
///
/// - `EINVAL`: the socket already has an address.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4.21; [ipv6(7)].
///
/// [ipv6(7)]: https://man7.org/linux/man-pages/man7/ipv6.7.html
#[doc(alias = "IPV6_V6ONLY")]
#[inline]
pub fn set_ipv6_v6only(socket: impl AsFd, enabled: bool) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_IPV6, IPV6_V6ONLY, i32::from(enabled)) }
}

/// Returns the number of probes without an answer after which the connection is closed.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPCNT")]
#[inline]
pub fn tcp_keepcnt(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_KEEPCNT, 0_u32) }
}

/// Sets the number of probes without an answer after which the connection is closed: 1 to 127.
///
/// # Errors
///
/// - `EINVAL`: the number is not in 1..=127.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPCNT")]
#[inline]
pub fn set_tcp_keepcnt(socket: impl AsFd, count: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_KEEPCNT, count) }
}

/// Returns the length of the queue for connections with data in the first packet.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.7; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_FASTOPEN")]
#[inline]
pub fn tcp_fastopen(socket: impl AsFd) -> Result<u32> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_FASTOPEN, 0_u32) }
}

/// Sets the length of the queue for connections with data in the first packet.
///
/// # Errors
///
/// - `EINVAL`: the socket is neither closed nor listening.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.7; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_FASTOPEN")]
#[inline]
pub fn set_tcp_fastopen(socket: impl AsFd, count: u32) -> Result<()> {
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_FASTOPEN, count) }
}

/// Returns the idle time before the first probe.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPIDLE")]
#[inline]
pub fn tcp_keepidle(socket: impl AsFd) -> Result<Duration> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_KEEPIDLE, 0_u32) }?;
    Ok(Duration::from_secs(value.into()))
}

/// Sets the idle time before the first probe, which is rounded up to seconds.
///
/// # Errors
///
/// - `EINVAL`: the duration is not in 1..=32,767 seconds.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPIDLE")]
#[inline]
pub fn set_tcp_keepidle(socket: impl AsFd, duration: Duration) -> Result<()> {
    let value = ceil_to_secs(duration);
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_KEEPIDLE, value) }
}

/// Returns the time between probes.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPINTVL")]
#[inline]
pub fn tcp_keepintvl(socket: impl AsFd) -> Result<Duration> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_KEEPINTVL, 0_u32) }?;
    Ok(Duration::from_secs(value.into()))
}

/// Sets the time between probes, which is rounded up to seconds.
///
/// # Errors
///
/// - `EINVAL`: the duration is not in 1..=32,767 seconds.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.4; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_KEEPINTVL")]
#[inline]
pub fn set_tcp_keepintvl(socket: impl AsFd, duration: Duration) -> Result<()> {
    let value = ceil_to_secs(duration);
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_KEEPINTVL, value) }
}

/// Returns the time for which sent data can remain without acknowledgement, or zero for the
/// default.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.37; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_USER_TIMEOUT")]
#[inline]
pub fn tcp_user_timeout(socket: impl AsFd) -> Result<Duration> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, 0_u32) }?;
    Ok(Duration::from_millis(value.into()))
}

/// Sets the time for which sent data can remain without acknowledgement before the connection is
/// closed, rounded up to milliseconds. Zero is the default.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.37; [tcp(7)].
///
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
#[doc(alias = "TCP_USER_TIMEOUT")]
#[inline]
pub fn set_tcp_user_timeout(socket: impl AsFd, duration: Duration) -> Result<()> {
    let value = ceil_to_millis(duration);
    // SAFETY: the kernel reads only the value, a number.
    unsafe { set(socket.as_fd(), IPPROTO_TCP, TCP_USER_TIMEOUT, value) }
}
