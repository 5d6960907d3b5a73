//! Timeouts of calls that receive, send and close.

use core::time::Duration;

use super::names::*;
use super::value::{Linger, Timeval, ceil_to_secs, get, set};
use crate::error::Result;
use crate::fd::AsFd;

/// Returns the timeout for receiving and accepting, or `None` if it waits indefinitely.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.3.41; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVTIMEO")]
#[inline]
pub fn socket_recv_timeout(socket: impl AsFd) -> Result<Option<Duration>> {
    let initial = Timeval::from(None);
    // SAFETY: the kernel writes only the value, a timeout.
    let timeout = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_RCVTIMEO_OLD, initial) };
    Ok(timeout?.into())
}

/// Sets the timeout for receiving and accepting. With `None`, calls wait indefinitely.
///
/// A timeout is rounded up to microseconds, and a timeout of zero to a microsecond. The kernel
/// rounds it up to a multiple of its tick, and can end the wait up to one tick early. After
/// the timeout, calls fail with `EAGAIN`.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.3.41; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_RCVTIMEO")]
#[inline]
pub fn set_socket_recv_timeout(socket: impl AsFd, timeout: Option<Duration>) -> Result<()> {
    // SAFETY: the kernel reads only the value, a timeout.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_RCVTIMEO_OLD, Timeval::from(timeout)) }
}

/// Returns the timeout for sending and connecting, or `None` if it waits indefinitely.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.3.41; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_SNDTIMEO")]
#[inline]
pub fn socket_send_timeout(socket: impl AsFd) -> Result<Option<Duration>> {
    let initial = Timeval::from(None);
    // SAFETY: the kernel writes only the value, a timeout.
    let timeout = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_SNDTIMEO_OLD, initial) };
    Ok(timeout?.into())
}

/// Sets the timeout for sending and connecting. With `None`, calls wait indefinitely.
///
/// A timeout is rounded up to microseconds, and a timeout of zero to a microsecond. The kernel
/// rounds the timeout up to a multiple of its tick, and can end the wait up to one tick early. Then
/// `connect` fails with `EINPROGRESS`, and other calls fail with `EAGAIN`.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.3.41; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_SNDTIMEO")]
#[inline]
pub fn set_socket_send_timeout(socket: impl AsFd, timeout: Option<Duration>) -> Result<()> {
    // SAFETY: the kernel reads only the value, a timeout.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_SNDTIMEO_OLD, Timeval::from(timeout)) }
}

/// Returns for how long `close` waits until all data has been sent, or `None` if it does not wait.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_LINGER")]
#[inline]
pub fn socket_linger(socket: impl AsFd) -> Result<Option<Duration>> {
    let initial = Linger { onoff: 0, linger: 0 };
    // SAFETY: the kernel writes only the value, two numbers.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_LINGER, initial) }?;
    let seconds = value.linger.max(0).cast_unsigned();
    Ok((value.onoff != 0).then(|| Duration::from_secs(seconds.into())))
}

/// Sets for how long `close` waits until all data has been sent, rounded up to seconds. With a
/// duration of zero, `close` resets the connection. With `None`, `close` does not wait.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_LINGER")]
#[inline]
pub fn set_socket_linger(socket: impl AsFd, duration: Option<Duration>) -> Result<()> {
    let linger = duration.map_or(0, ceil_to_secs);
    let onoff = i32::from(duration.is_some());
    let value = Linger { onoff, linger: linger.cast_signed() };
    // SAFETY: the kernel reads only the value, two numbers.
    unsafe { set(socket.as_fd(), SOL_SOCKET, SO_LINGER, value) }
}
