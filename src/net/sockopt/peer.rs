//! The properties of a socket and of its peer.

use super::names::*;
use super::raw;
use super::value::get;
use crate::error::{Call, Errno, Error, Result};
use crate::fd::{AsFd, OwnedFd, owned};
use crate::net::ancillary::Ucred;
use crate::net::interface::IFNAMSIZ;
use crate::net::types::{AddressFamily, Protocol, SocketType};
use crate::path::Name;

/// Returns the pending error of the socket, such as the result of a non-blocking `connect`, and
/// clears it. Returns `None` if no error is pending.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_ERROR")]
#[inline]
pub fn socket_error(socket: impl AsFd) -> Result<Option<Errno>> {
    // SAFETY: the kernel writes only the value, a number.
    let number = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_ERROR, 0_i32) }?;
    Ok(Errno::from_raw(number))
}

/// Returns the type of the socket.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_TYPE")]
#[inline]
pub fn socket_type(socket: impl AsFd) -> Result<SocketType> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_TYPE, 0_u32) };
    Ok(SocketType::from_raw(value?))
}

/// Returns the address family of the socket.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.32; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_DOMAIN")]
#[inline]
pub fn socket_domain(socket: impl AsFd) -> Result<AddressFamily> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_DOMAIN, 0_u32) };
    Ok(AddressFamily::from_raw(value? as u16))
}

/// Returns the protocol of the socket, or `None` if its number is 0.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.6.32; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PROTOCOL")]
#[inline]
pub fn socket_protocol(socket: impl AsFd) -> Result<Option<Protocol>> {
    // SAFETY: the kernel writes only the value, a number.
    let value = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PROTOCOL, 0_u32) }?;
    Ok((value != 0).then(|| Protocol::from_raw(value)))
}

/// Returns a number that identifies the socket, and is never used again until the system restarts.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 4.12; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_COOKIE")]
#[inline]
pub fn socket_cookie(socket: impl AsFd) -> Result<u64> {
    // SAFETY: the kernel writes only the value, a number.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_COOKIE, 0_u64) }
}

/// Returns the credentials of the process that has connected the Unix socket or called `listen`, at
/// that time.
///
/// A socket without a peer returns credentials without a process ID.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.2; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PEERCRED")]
#[inline]
pub fn socket_peercred(socket: impl AsFd) -> Result<Ucred> {
    // SAFETY: the kernel writes only the value, three numbers.
    unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PEERCRED, Ucred::NONE) }
}

/// Returns a pidfd of the process that has connected the Unix socket or called `listen`. The
/// descriptor is close-on-exec, and can be converted to a [`PidFd`](crate::process::PidFd).
///
/// # Errors
///
/// - `ENODATA`: the socket has no peer process.
/// - `ESRCH`, `EINVAL`: the peer process has terminated, and the kernel does not create a pidfd of
///   it.
/// - `EMFILE`, `ENFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`), or the
///   system-wide limit on open files (`fs.file-max`), has been reached.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 6.5; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_PEERPIDFD")]
#[inline]
pub fn socket_peerpidfd(socket: impl AsFd) -> Result<OwnedFd> {
    // SAFETY: the kernel writes only the value, a number.
    let number = unsafe { get(socket.as_fd(), SOL_SOCKET, SO_PEERPIDFD, -1_i32) }?;
    if number < 0 {
        // Only a seccomp filter or a tracer can forge a success without a descriptor.
        return Err(Error::new(Call::GETSOCKOPT, Errno::IO));
    }
    // SAFETY: a new descriptor, which the successful call has stored.
    Ok(unsafe { owned(number) })
}

/// Returns the name of the network interface to which the socket is bound, which is empty if it is
/// not bound. The name is stored in the buffer.
///
/// # Errors
///
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 3.8; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BINDTODEVICE")]
#[inline]
pub fn socket_bindtodevice(socket: impl AsFd, buffer: &mut [u8; IFNAMSIZ]) -> Result<Name<'_>> {
    // SAFETY: the kernel writes only the value, a name and a NUL byte.
    let length =
        unsafe { raw::getsockopt(socket.as_fd(), SOL_SOCKET, SO_BINDTODEVICE, &mut buffer[..]) }?;
    let name = buffer.get(..length).unwrap_or_default();
    Ok(Name::from_bytes(name.split(|byte| *byte == 0).next().unwrap_or_default()))
}

/// Binds the socket to a network interface, such as `lo`. An empty name removes the binding.
///
/// # Errors
///
/// - `ENODEV`: the interface does not exist.
/// - `EPERM`: the socket is bound, or the kernel is older than Linux 5.7, and the caller lacks the
///   capability `CAP_NET_RAW`.
/// - `ENOPROTOOPT`, `EOPNOTSUPP`: the kernel or the socket does not support the option.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 2.0.30; [socket(7)].
///
/// [socket(7)]: https://man7.org/linux/man-pages/man7/socket.7.html
#[doc(alias = "SO_BINDTODEVICE")]
#[inline]
pub fn set_socket_bindtodevice(socket: impl AsFd, interface: &[u8]) -> Result<()> {
    // The kernel would ignore the bytes after the first 15 bytes, and after a NUL byte.
    if interface.len() >= IFNAMSIZ || interface.contains(&0) {
        return Err(Error::new(Call::SETSOCKOPT, Errno::NODEV));
    }
    // SAFETY: the kernel reads only the value, the bytes of a name.
    unsafe { raw::setsockopt(socket.as_fd(), SOL_SOCKET, SO_BINDTODEVICE, interface) }
}
