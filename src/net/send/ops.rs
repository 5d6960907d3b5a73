//! Functions that send messages.
//!
//! They repeat a call that a signal interrupts. If a part of the bytes was transferred before the
//! signal, the kernel returns their number instead of `EINTR`.

use super::{SendMessage, raw};
use crate::error::Result;
use crate::fd::AsFd;
use crate::io::retry;
use crate::net::addr::SocketAddrArg;
use crate::net::types::SendFlags;

/// Sends a message to the peer of a socket. Returns the number of bytes sent, which can be smaller
/// than the number of bytes passed if the socket transfers bytes, not messages.
///
/// # Errors
///
/// - `EAGAIN`: the message would have to wait, and the socket or the call is non-blocking or the
///   timeout has expired.
/// - `EPIPE`: the connection is closed for sending. The call also raises `SIGPIPE`, unless `flags`
///   contains [`NOSIGNAL`](SendFlags::NOSIGNAL).
/// - `ECONNRESET`, `ECONNREFUSED`, `ETIMEDOUT`: the peer has reset the connection, does not accept
///   messages, or does not answer.
/// - `ENOTCONN`, `EDESTADDRREQ`: the socket has no peer.
/// - `EMSGSIZE`: the message is too long for the socket.
/// - `ENOBUFS`, `ENOMEM`: the queue of a network interface is full, or the kernel is out of memory.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag.
/// - `EACCES`, `EPERM`: a firewall rule or a security module denies the message.
/// - `ENETUNREACH`, `EHOSTUNREACH`: the host cannot be reached.
/// - `ENOTSOCK`: the descriptor is not a socket.
///
/// Since Linux 1.0; [send(2)].
///
/// [send(2)]: https://man7.org/linux/man-pages/man2/send.2.html
#[doc(alias = "sendto")]
#[inline]
pub fn send(socket: impl AsFd, bytes: &[u8], flags: SendFlags) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::sendto_peer(socket, bytes, flags))
}

/// Sends a message to an address. Returns the number of bytes sent.
///
/// # Errors
///
/// - `EISCONN`, `EOPNOTSUPP`: the socket is connected, or does not support an address.
/// - `EINVAL`, `EAFNOSUPPORT`: the address is invalid, or its family differs from the family of the
///   socket.
/// - `EACCES`: the file of a Unix socket is not writable, a directory in its path cannot be
///   searched, or the socket lacks `SO_BROADCAST`.
/// - `EPROTOTYPE`: the Unix socket with this address has a different type.
/// - `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`: the path does not exist or cannot be resolved.
///
/// The function also returns the errors of [`send`].
///
/// Since Linux 1.0; [sendto(2)].
///
/// [sendto(2)]: https://man7.org/linux/man-pages/man2/sendto.2.html
#[inline]
pub fn sendto(
    socket: impl AsFd,
    bytes: &[u8],
    flags: SendFlags,
    address: &impl SocketAddrArg,
) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::sendto(socket, bytes, flags, address))
}

/// Sends a message from several slices, with an address and ancillary data. Returns the number of
/// bytes sent. A stream socket sends ancillary data only together with at least one byte.
///
/// # Errors
///
/// - `EINVAL`: the address is invalid, or the ancillary data is malformed, is not supported, or
///   contains more than 253 descriptors.
/// - `EMSGSIZE`: the message is too long for the socket, or has more than 1,024 slices.
/// - `ETOOMANYREFS`: the limit on descriptors in messages that were not received has been reached.
/// - `EPERM`: the caller lacks a capability that the credentials require.
///
/// The function also returns the errors of [`sendto`].
///
/// Since Linux 2.0; [sendmsg(2)].
///
/// [sendmsg(2)]: https://man7.org/linux/man-pages/man2/sendmsg.2.html
#[inline]
pub fn sendmsg(socket: impl AsFd, message: &SendMessage<'_>, flags: SendFlags) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::sendmsg(socket, message, flags))
}

/// Sends several messages, at most 1,024. Returns the number of messages sent;
/// [`SendMessage::length`] is the number of bytes of each.
///
/// If an error occurs after the first message, the function returns the number of messages that
/// were sent before.
///
/// # Errors
///
/// - The errors of [`sendmsg`] for the first message.
///
/// Since Linux 3.0; [sendmmsg(2)].
///
/// [sendmmsg(2)]: https://man7.org/linux/man-pages/man2/sendmmsg.2.html
#[inline]
pub fn sendmmsg(
    socket: impl AsFd,
    messages: &mut [SendMessage<'_>],
    flags: SendFlags,
) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::sendmmsg(socket, messages, flags))
}
