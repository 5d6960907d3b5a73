//! Raw system calls that receive messages.

use core::mem::MaybeUninit;

use super::message::RecvMessage;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::net::addr::SocketAddrAny;
use crate::net::numbers::STORAGE_SIZE;
use crate::net::types::RecvFlags;
use crate::syscall::syscall;
use crate::time::Timespec;

/// The maximum number of messages that one call receives.
const UIO_MAXIOV: usize = 1024;

/// `recvfrom(sockfd, buf, len, flags, &addr, &addrlen)` - receives a message, and returns the
/// address of its sender.
///
/// Returns the number of bytes received, which is 0 at the end of a stream, and the address, which
/// has no family if the protocol does not return one. With `MSG_TRUNC`, the number is the length of
/// the message, which can exceed the length of the buffer.
///
/// # Errors
///
/// - `EAGAIN`: no message is available, and the socket or the call (`MSG_DONTWAIT`) is non-blocking
///   or the timeout (`SO_RCVTIMEO`) has expired; or the queue of errors (`MSG_ERRQUEUE`) is empty.
/// - `EINTR`: interrupted by a signal.
/// - `ECONNREFUSED`: the host of the peer has refused a message that was sent before, or the
///   connection.
/// - `ECONNRESET`: the peer has reset the connection, or has closed a Unix socket that had received
///   messages which the peer did not read.
/// - `ETIMEDOUT`: the peer has not answered.
/// - `EHOSTUNREACH`: the host of the peer cannot be reached.
/// - `ENOTCONN`: the socket is not connected.
/// - `EINVAL`: no out-of-band data is available (`MSG_OOB`); or the Unix stream socket is not
///   connected.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Protocols return further errors.
///
/// Since Linux 1.0; [recvfrom(2)].
///
/// [recvfrom(2)]: https://man7.org/linux/man-pages/man2/recvfrom.2.html
#[inline]
pub fn recvfrom(
    socket: BorrowedFd<'_>,
    buffer: &mut [u8],
    flags: RecvFlags,
) -> Result<(usize, SocketAddrAny)> {
    let (mut address, mut name_length) = (SocketAddrAny::EMPTY, STORAGE_SIZE as u32);
    let (name, name_length_pointer) = (address.as_mut_ptr(), &raw mut name_length);
    let (start, length, flags) = (buffer.as_mut_ptr(), buffer.len(), flags.bits());
    // SAFETY: the kernel writes at most `length` bytes to the buffer, reads the length of the
    // address, writes at most as many bytes of the address and its length, and keeps nothing.
    let received = unsafe {
        syscall!(Call::RECVFROM, recvfrom(socket, start, length, flags, name, name_length_pointer))
    }
    .size()?;
    address.set_length(name_length);
    Ok((received, address))
}

/// `recvfrom(sockfd, buf, len, flags, NULL, NULL)` - receives a message, like `recv` in C.
///
/// Returns the number of bytes received, which is 0 at the end of a stream. With `MSG_TRUNC`, the
/// number is the length of the message, which can exceed the length of the buffer.
///
/// # Errors
///
/// The errors of [`recvfrom`].
///
/// Since Linux 1.0; [recvfrom(2)].
///
/// [recvfrom(2)]: https://man7.org/linux/man-pages/man2/recvfrom.2.html
#[doc(alias = "recv")]
#[inline]
pub fn recvfrom_peer(socket: BorrowedFd<'_>, buffer: &mut [u8], flags: RecvFlags) -> Result<usize> {
    let (start, length, null) = (buffer.as_mut_ptr(), buffer.len(), core::ptr::null_mut::<u8>());
    // SAFETY: the kernel writes at most `length` bytes to the buffer and no address, and keeps
    // nothing.
    unsafe { syscall!(Call::RECVFROM, recvfrom(socket, start, length, flags.bits(), null, null)) }
        .size()
}

/// `recvfrom(sockfd, buf, len, flags, NULL, NULL)` - receives a message into an uninitialized
/// buffer. Returns the initialized part of the buffer.
///
/// With `MSG_TRUNC`, the function initializes the buffer before the call, because a TCP socket
/// discards bytes without writing them, and also returns the length of the message, which can
/// exceed the length of the buffer.
///
/// # Errors
///
/// The errors of [`recvfrom`].
///
/// Since Linux 1.0; [recvfrom(2)].
///
/// [recvfrom(2)]: https://man7.org/linux/man-pages/man2/recvfrom.2.html
#[doc(alias = "recv")]
#[inline]
pub fn recvfrom_uninit<'b>(
    socket: BorrowedFd<'_>,
    buffer: &'b mut [MaybeUninit<u8>],
    flags: RecvFlags,
) -> Result<(&'b mut [u8], usize)> {
    let (start, length) = (buffer.as_mut_ptr().cast::<u8>(), buffer.len());
    if flags.contains(RecvFlags::TRUNC) {
        buffer.fill(MaybeUninit::new(0));
    }
    let null = core::ptr::null_mut::<u8>();
    // SAFETY: the kernel writes at most `length` bytes to the buffer and no address, and keeps
    // nothing.
    let received = unsafe {
        syscall!(Call::RECVFROM, recvfrom(socket, start, length, flags.bits(), null, null))
    }
    .size()?;
    // SAFETY: the kernel has written the first `received` bytes of the buffer, or all bytes of the
    // buffer have been initialized; the buffer remains borrowed.
    let bytes = unsafe { core::slice::from_raw_parts_mut(start, received.min(length)) };
    Ok((bytes, received))
}

/// `recvmsg(sockfd, msg, flags)` - receives a message into several buffers, with the address of its
/// sender and ancillary data.
///
/// Returns the number of bytes received, which is 0 at the end of a stream. With `MSG_TRUNC`, the
/// number is the length of the message, which can exceed the length of the buffers. Received
/// descriptors are inherited by `execve`, unless `MSG_CMSG_CLOEXEC` is set.
///
/// # Errors
///
/// - `EAGAIN`: no message is available, and the socket or the call (`MSG_DONTWAIT`) is non-blocking
///   or the timeout (`SO_RCVTIMEO`) has expired; or the queue of errors (`MSG_ERRQUEUE`) is empty.
/// - `EINTR`: interrupted by a signal.
/// - `ECONNREFUSED`: the host of the peer has refused a message that was sent before, or the
///   connection.
/// - `ECONNRESET`: the peer has reset the connection, or has closed a Unix socket that had received
///   messages which the peer did not read.
/// - `ETIMEDOUT`: the peer has not answered.
/// - `EHOSTUNREACH`: the host of the peer cannot be reached.
/// - `EMSGSIZE`: the message has more than 1,024 buffers.
/// - `ENOTCONN`: the socket is not connected.
/// - `EINVAL`: no out-of-band data is available (`MSG_OOB`); or the Unix stream socket is not
///   connected.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Protocols return further errors.
///
/// Since Linux 2.0; [recvmsg(2)].
///
/// [recvmsg(2)]: https://man7.org/linux/man-pages/man2/recvmsg.2.html
#[inline]
pub fn recvmsg(
    socket: BorrowedFd<'_>,
    message: &mut RecvMessage<'_>,
    flags: RecvFlags,
) -> Result<usize> {
    let header = message.prepare();
    // SAFETY: the kernel reads the header, writes to the buffers, the address and the buffer for
    // ancillary data to which it points, at most as many bytes as each has, writes the lengths and
    // the flags to the header, and keeps nothing.
    let received =
        unsafe { syscall!(Call::RECVMSG, recvmsg(socket, header, flags.bits())) }.size()?;
    message.received(Some(received));
    Ok(received)
}

/// `recvmmsg(sockfd, msgvec, vlen, flags, timeout)` - receives several messages, at most 1,024.
///
/// Returns the number of messages received. If an error occurs after the first message, the call
/// returns the number of messages that were received before, and the next call returns the error.
/// The kernel compares the time with the timeout only after each message: a call that waits for a
/// message can exceed the timeout by any duration. It overwrites the timeout with the remaining
/// time.
///
/// # Errors
///
/// - `EAGAIN`: no message is available, and the socket or the call (`MSG_DONTWAIT`) is non-blocking
///   or the timeout (`SO_RCVTIMEO`) has expired; or the queue of errors (`MSG_ERRQUEUE`) is empty.
/// - `EINTR`: interrupted by a signal.
/// - `ENOTCONN`: the socket is not connected.
/// - `EINVAL`: the timeout is negative, or its nanoseconds are not in 0..=999,999,999; or no
///   out-of-band data is available (`MSG_OOB`); or the Unix stream socket is not connected.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// The call also returns the errors of `recvmsg` for the first message.
///
/// Since Linux 2.6.33; [recvmmsg(2)].
///
/// [recvmmsg(2)]: https://man7.org/linux/man-pages/man2/recvmmsg.2.html
#[inline]
pub fn recvmmsg(
    socket: BorrowedFd<'_>,
    messages: &mut [RecvMessage<'_>],
    flags: RecvFlags,
    timeout: Option<&mut Timespec>,
) -> Result<usize> {
    let count = messages.len().min(UIO_MAXIOV);
    for message in messages.iter_mut() {
        message.prepare();
    }
    let (start, flags) = (messages.as_mut_ptr(), flags.bits());
    let timeout = timeout.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the kernel reads the headers and the timeout if it is not null, writes to the
    // buffers, the addresses and the buffers for ancillary data, at most as many bytes as each has,
    // writes the lengths and the flags to the headers and the remaining time to the timeout, and
    // keeps nothing.
    let received =
        unsafe { syscall!(Call::RECVMMSG, recvmmsg(socket, start, count, flags, timeout)) }
            .at_most(count)?;
    for message in messages.iter_mut().take(received) {
        message.received(None);
    }
    Ok(received)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    RECVFROM:
        AGAIN => "no message is available, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_RCVTIMEO) has expired; or the queue of errors \
            (MSG_ERRQUEUE) is empty",
        CONNREFUSED => "the host of the peer has refused a message that was sent before, or the \
            connection",
        CONNRESET => "the peer has reset the connection, or has closed a Unix socket that had \
            received messages which the peer did not read",
        TIMEDOUT => "the peer has not answered",
        HOSTUNREACH => "the host of the peer cannot be reached",
        NOTCONN => "the socket is not connected",
        INVAL => "no out-of-band data is available (MSG_OOB); or the Unix stream socket is not \
            connected",
        OPNOTSUPP => "the type of the socket does not support a flag",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    RECVMSG:
        AGAIN => "no message is available, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_RCVTIMEO) has expired; or the queue of errors \
            (MSG_ERRQUEUE) is empty",
        CONNREFUSED => "the host of the peer has refused a message that was sent before, or the \
            connection",
        CONNRESET => "the peer has reset the connection, or has closed a Unix socket that had \
            received messages which the peer did not read",
        TIMEDOUT => "the peer has not answered",
        HOSTUNREACH => "the host of the peer cannot be reached",
        MSGSIZE => "the message has more than 1,024 buffers",
        NOTCONN => "the socket is not connected",
        INVAL => "no out-of-band data is available (MSG_OOB); or the Unix stream socket is not \
            connected",
        OPNOTSUPP => "the type of the socket does not support a flag",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    RECVMMSG:
        AGAIN => "no message is available, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_RCVTIMEO) has expired; or the queue of errors \
            (MSG_ERRQUEUE) is empty",
        NOTCONN => "the socket is not connected",
        INVAL => "the timeout is negative, or its nanoseconds are not in 0..=999,999,999; or no \
            out-of-band data is available (MSG_OOB); or the Unix stream socket is not connected",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    RECVMSG_RIGHTS:
        MSGSIZE => "the message contains more descriptors than the caller accepts; or the kernel \
            discarded descriptors or other ancillary data, because the limit on open file \
            descriptors (RLIMIT_NOFILE) has been reached, a security module denies a descriptor, \
            or the ancillary data is too long";
};
