//! Functions that receive messages.
//!
//! They repeat a call that a signal interrupts. If a part of the bytes was transferred before the
//! signal, the kernel returns their number instead of `EINTR`.

use core::mem::MaybeUninit;

use super::{RecvMessage, raw};
use crate::error::Result;
use crate::fd::AsFd;
use crate::io::retry;
use crate::net::addr::SocketAddrAny;
use crate::net::types::RecvFlags;

/// Receives a message. Returns the number of bytes received, which is 0 at the end of a stream.
///
/// With [`TRUNC`](RecvFlags::TRUNC), the number is the length of the message, which can exceed the
/// length of the buffer.
///
/// # Errors
///
/// - `EAGAIN`: no message is available, and the socket or the call is non-blocking or the timeout
///   has expired.
/// - `ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, `EHOSTUNREACH`: the peer refuses or has reset the
///   connection, does not answer, or cannot be reached.
/// - `ENOTCONN`: the socket is not connected.
/// - `EINVAL`: no out-of-band data is available, or the Unix stream socket is not connected.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 1.0; [recv(2)].
///
/// [recv(2)]: https://man7.org/linux/man-pages/man2/recv.2.html
#[doc(alias = "recvfrom")]
#[inline]
pub fn recv(socket: impl AsFd, buffer: &mut [u8], flags: RecvFlags) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::recvfrom_peer(socket, buffer, flags))
}

/// Receives a message into an uninitialized buffer. Returns the initialized part of the buffer, and
/// the number of bytes received, which exceeds its length only with [`TRUNC`](RecvFlags::TRUNC).
///
/// # Errors
///
/// The errors of [`recv`].
///
/// Since Linux 1.0; [recv(2)].
///
/// [recv(2)]: https://man7.org/linux/man-pages/man2/recv.2.html
#[doc(alias("recv", "recvfrom"))]
#[inline]
pub fn recv_uninit(
    socket: impl AsFd,
    buffer: &mut [MaybeUninit<u8>],
    flags: RecvFlags,
) -> Result<(&mut [u8], usize)> {
    let (socket, start, length) = (socket.as_fd(), buffer.as_mut_ptr(), buffer.len());
    retry(move || {
        // SAFETY: the buffer is exclusively borrowed, and no earlier call has returned its bytes.
        let buffer = unsafe { core::slice::from_raw_parts_mut(start, length) };
        raw::recvfrom_uninit(socket, buffer, flags)
    })
}

/// Receives a message, and returns the number of bytes received and the address of the sender. The
/// address has no family if the protocol does not return one, as for a connected stream socket.
///
/// # Errors
///
/// The errors of [`recv`].
///
/// Since Linux 1.0; [recvfrom(2)].
///
/// [recvfrom(2)]: https://man7.org/linux/man-pages/man2/recvfrom.2.html
#[inline]
pub fn recvfrom(
    socket: impl AsFd,
    buffer: &mut [u8],
    flags: RecvFlags,
) -> Result<(usize, SocketAddrAny)> {
    let socket = socket.as_fd();
    retry(move || raw::recvfrom(socket, buffer, flags))
}

/// Receives a message into several buffers, with the address of its sender and ancillary data.
/// Received descriptors are close-on-exec. Returns the number of bytes received.
///
/// If the limit on open file descriptors has been reached, or the buffer for ancillary data is too
/// small, the kernel discards descriptors, and the [flags](RecvMessage::flags) of the message
/// contain [`CTRUNC`](crate::net::ReturnFlags::CTRUNC).
///
/// # Errors
///
/// - `EMSGSIZE`: the message has more than 1,024 buffers.
///
/// The function also returns the errors of [`recv`].
///
/// Since Linux 2.0; [recvmsg(2)].
///
/// [recvmsg(2)]: https://man7.org/linux/man-pages/man2/recvmsg.2.html
#[inline]
pub fn recvmsg(
    socket: impl AsFd,
    message: &mut RecvMessage<'_>,
    flags: RecvFlags,
) -> Result<usize> {
    let socket = socket.as_fd();
    retry(move || raw::recvmsg(socket, message, flags.union(RecvFlags::CMSG_CLOEXEC)))
}

/// Receives several messages, at most 1,024. Received descriptors are close-on-exec. Returns the
/// number of messages received.
///
/// The function waits for all messages. With [`WAITFORONE`](RecvFlags::WAITFORONE), it waits only
/// for the first message. The function has no timeout, because the kernel does not end the wait for
/// a message when the timeout expires.
///
/// # Errors
///
/// - The errors of [`recvmsg`] for the first message.
///
/// Since Linux 2.6.33; [recvmmsg(2)].
///
/// [recvmmsg(2)]: https://man7.org/linux/man-pages/man2/recvmmsg.2.html
#[inline]
pub fn recvmmsg(
    socket: impl AsFd,
    messages: &mut [RecvMessage<'_>],
    flags: RecvFlags,
) -> Result<usize> {
    let (socket, flags) = (socket.as_fd(), flags.union(RecvFlags::CMSG_CLOEXEC));
    retry(move || raw::recvmmsg(socket, messages, flags, None))
}
