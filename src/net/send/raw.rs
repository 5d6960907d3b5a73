//! Raw system calls that send messages.

use super::message::SendMessage;
use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::BorrowedFd;
use crate::net::addr::SocketAddrArg;
use crate::net::types::SendFlags;
use crate::syscall::syscall;

/// The maximum number of messages that one call sends.
const UIO_MAXIOV: usize = 1024;

/// `sendto(sockfd, buf, len, flags, addr, addrlen)` - sends a message to an address.
///
/// Returns the number of bytes sent, which is less than the number of bytes passed only for a
/// socket that transfers bytes, not messages.
///
/// If the socket has the option `SO_ZEROCOPY` and `MSG_ZEROCOPY` is set, the kernel reads the bytes
/// after the call has returned.
///
/// # Errors
///
/// - `EAGAIN`: the message would have to wait, and the socket or the call (`MSG_DONTWAIT`) is
///   non-blocking or the timeout (`SO_SNDTIMEO`) has expired; or no local port is free.
/// - `EINTR`: interrupted by a signal.
/// - `EPIPE`: the connection is closed for sending, by this side or by the peer. The kernel also
///   sends `SIGPIPE` to the calling thread, unless `MSG_NOSIGNAL` is set.
/// - `ECONNRESET`: the peer has reset the connection.
/// - `ECONNREFUSED`: no socket is bound to the address of the receiver, or the receiver does not
///   accept messages.
/// - `ETIMEDOUT`: the peer has not answered.
/// - `ENOTCONN`: the socket is not connected, and no address was passed.
/// - `EDESTADDRREQ`: the socket has no peer, and no address was passed.
/// - `EISCONN`: an address was passed, and the socket is connected.
/// - `EMSGSIZE`: the message is too long for the socket.
/// - `ENOBUFS`: the queue of a network interface is full, or the kernel is out of memory.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag, or an address.
/// - `EINVAL`: the address has a wrong length or a wrong family.
/// - `EAFNOSUPPORT`: the family of the address differs from the family of the socket.
/// - `ENETUNREACH`: no route to the network exists.
/// - `EHOSTUNREACH`: the host cannot be reached.
/// - `EACCES`: the file of a Unix socket is not writable, or a directory in its path cannot be
///   searched; or the address is a broadcast address, and the socket lacks `SO_BROADCAST`; or a
///   security module denies the call.
/// - `EPERM`: a firewall rule or a security module denies the message; or the caller lacks a
///   capability that the address or the message requires.
/// - `EPROTOTYPE`: the Unix socket with this address has a different type.
/// - `ELOOP`: the address is a path, and more than 40 symbolic links were followed in it.
/// - `ENOENT`: the address is a path, and a component of it does not exist or is a dangling
///   symbolic link.
/// - `ENOTDIR`: the address is a path, and a component of it that is used as a directory is not a
///   directory.
/// - `ENAMETOOLONG`: the address is a path, and a component of it is too long for its file system.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Protocols return further errors.
///
/// Since Linux 1.0; [sendto(2)].
///
/// [sendto(2)]: https://man7.org/linux/man-pages/man2/sendto.2.html
#[inline]
pub fn sendto(
    socket: BorrowedFd<'_>,
    bytes: &[u8],
    flags: SendFlags,
    address: &impl SocketAddrArg,
) -> Result<usize> {
    address.with_bytes(|address| {
        let (start, length, flags) = (bytes.as_ptr(), bytes.len(), flags.bits());
        let (name, name_length) = (address.as_ptr(), address.len());
        // SAFETY: the kernel reads the bytes and the address, and keeps nothing. The caller of
        // `set_socket_zerocopy` has upheld that the bytes do not change.
        unsafe { syscall!(Call::SENDTO, sendto(socket, start, length, flags, name, name_length)) }
            .at_most(length)
    })
}

/// `sendto(sockfd, buf, len, flags, NULL, 0)` - sends a message to the peer, like `send` in C.
///
/// Returns the number of bytes sent, which is less than the number of bytes passed only for a
/// socket that transfers bytes, not messages.
///
/// # Errors
///
/// The errors of [`sendto`].
///
/// Since Linux 1.0; [sendto(2)].
///
/// [sendto(2)]: https://man7.org/linux/man-pages/man2/sendto.2.html
#[doc(alias = "send")]
#[inline]
pub fn sendto_peer(socket: BorrowedFd<'_>, bytes: &[u8], flags: SendFlags) -> Result<usize> {
    let (start, length, null) = (bytes.as_ptr(), bytes.len(), core::ptr::null::<u8>());
    // SAFETY: the kernel reads the bytes, and keeps nothing. The caller of `set_socket_zerocopy`
    // has upheld that the bytes do not change.
    unsafe { syscall!(Call::SENDTO, sendto(socket, start, length, flags.bits(), null, 0_usize)) }
        .at_most(length)
}

/// `sendmsg(sockfd, msg, flags)` - sends a message from several slices, with an address and
/// ancillary data.
///
/// Returns the number of bytes sent, which is less than the number of bytes passed only for a
/// socket that transfers bytes, not messages. A stream socket sends ancillary data only together
/// with at least one byte.
///
/// # Errors
///
/// - `EAGAIN`: the message would have to wait, and the socket or the call (`MSG_DONTWAIT`) is
///   non-blocking or the timeout (`SO_SNDTIMEO`) has expired; or no local port is free.
/// - `EINTR`: interrupted by a signal.
/// - `EPIPE`: the connection is closed for sending, by this side or by the peer. The kernel also
///   sends `SIGPIPE` to the calling thread, unless `MSG_NOSIGNAL` is set.
/// - `ECONNRESET`: the peer has reset the connection.
/// - `ECONNREFUSED`: no socket is bound to the address of the receiver, or the receiver does not
///   accept messages.
/// - `ETIMEDOUT`: the peer has not answered.
/// - `ENOTCONN`: the socket is not connected, and no address was passed.
/// - `EDESTADDRREQ`: the socket has no peer, and no address was passed.
/// - `EISCONN`: an address was passed, and the socket is connected.
/// - `EMSGSIZE`: the message is too long for the socket; or it has more than 1,024 slices.
/// - `ENOBUFS`: the queue of a network interface is full, or the kernel is out of memory.
/// - `EOPNOTSUPP`: the type of the socket does not support a flag, or an address.
/// - `EINVAL`: the address has a wrong length or a wrong family; or the ancillary data is malformed
///   or not supported; or it contains more than 253 descriptors.
/// - `EAFNOSUPPORT`: the family of the address differs from the family of the socket.
/// - `ENETUNREACH`: no route to the network exists.
/// - `EHOSTUNREACH`: the host cannot be reached.
/// - `EACCES`: the file of a Unix socket is not writable, or a directory in its path cannot be
///   searched; or the address is a broadcast address, and the socket lacks `SO_BROADCAST`; or a
///   security module denies the call.
/// - `EPERM`: a firewall rule or a security module denies the message; or the caller lacks a
///   capability that the address, the credentials or the message requires.
/// - `EPROTOTYPE`: the Unix socket with this address has a different type.
/// - `ELOOP`: the address is a path, and more than 40 symbolic links were followed in it.
/// - `ENOENT`: the address is a path, and a component of it does not exist or is a dangling
///   symbolic link.
/// - `ENOTDIR`: the address is a path, and a component of it that is used as a directory is not a
///   directory.
/// - `ENAMETOOLONG`: the address is a path, and a component of it is too long for its file system.
/// - `ETOOMANYREFS`: the user has more descriptors in messages that were not received than the
///   limit on open file descriptors (`RLIMIT_NOFILE`) permits; or Unix sockets are nested too
///   deeply in messages.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// Protocols return further errors.
///
/// Since Linux 2.0; [sendmsg(2)].
///
/// [sendmsg(2)]: https://man7.org/linux/man-pages/man2/sendmsg.2.html
#[inline]
pub fn sendmsg(
    socket: BorrowedFd<'_>,
    message: &SendMessage<'_>,
    flags: SendFlags,
) -> Result<usize> {
    let header = &raw const message.0.header;
    // SAFETY: the kernel reads the header, and the slices, the address and the ancillary data to
    // which it points, and keeps nothing but references to the files of the descriptors in the
    // ancillary data. The caller of `set_socket_zerocopy` has upheld that the bytes do not change.
    unsafe { syscall!(Call::SENDMSG, sendmsg(socket, header, flags.bits())) }.size()
}

/// `sendmmsg(sockfd, msgvec, vlen, flags)` - sends several messages, at most 1,024.
///
/// Returns the number of messages sent; [`SendMessage::length`] is the number of bytes of each. If
/// an error occurs after the first message, the call returns the number of messages that were sent
/// before.
///
/// # Errors
///
/// - `EAGAIN`: the message would have to wait, and the socket or the call (`MSG_DONTWAIT`) is
///   non-blocking or the timeout (`SO_SNDTIMEO`) has expired; or no local port is free.
/// - `EINTR`: interrupted by a signal.
/// - `ENOTCONN`: the socket is not connected, and no address was passed.
/// - `EINVAL`: the address of the first message has a wrong length or a wrong family; or its
///   ancillary data is malformed or not supported; or it contains more than 253 descriptors.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
/// - `ENOMEM`: the kernel is out of memory.
///
/// The call also returns the errors of a send with `sendmsg` for the first message.
///
/// Since Linux 3.0; [sendmmsg(2)].
///
/// [sendmmsg(2)]: https://man7.org/linux/man-pages/man2/sendmmsg.2.html
#[inline]
pub fn sendmmsg(
    socket: BorrowedFd<'_>,
    messages: &mut [SendMessage<'_>],
    flags: SendFlags,
) -> Result<usize> {
    let (start, count) = (messages.as_mut_ptr(), messages.len().min(UIO_MAXIOV));
    // SAFETY: the kernel reads the headers, and the slices, the addresses and the ancillary data to
    // which they point, writes the length of each sent message, and keeps nothing but references to
    // the files of the descriptors in the ancillary data. The caller of `set_socket_zerocopy` has
    // upheld that the bytes do not change.
    unsafe { syscall!(Call::SENDMMSG, sendmmsg(socket, start, count, flags.bits())) }.at_most(count)
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SENDTO:
        AGAIN => "the message would have to wait, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_SNDTIMEO) has expired; or no local port is free",
        PIPE => "the connection is closed for sending, by this side or by the peer",
        CONNRESET => "the peer has reset the connection",
        CONNREFUSED => "no socket is bound to the address of the receiver, or the receiver does \
            not accept messages",
        TIMEDOUT => "the peer has not answered",
        NOTCONN => "the socket is not connected, and no address was passed",
        DESTADDRREQ => "the socket has no peer, and no address was passed",
        ISCONN => "an address was passed, and the socket is connected",
        MSGSIZE => "the message is too long for the socket",
        NOBUFS => "the queue of a network interface is full, or the kernel is out of memory",
        OPNOTSUPP => "the type of the socket does not support a flag, or an address",
        INVAL => "the address has a wrong length or a wrong family",
        AFNOSUPPORT => InvalidArgument "the family of the address differs from the family of the \
            socket",
        NETUNREACH => "no route to the network exists",
        HOSTUNREACH => "the host cannot be reached",
        ACCES => "the file of a Unix socket is not writable, or a directory in its path cannot be \
            searched; or the address is a broadcast address, and the socket lacks SO_BROADCAST; or \
            a security module denies the call",
        PERM => "a firewall rule or a security module denies the message; or the caller lacks a \
            capability that the address or the message requires",
        PROTOTYPE => "the Unix socket with this address has a different type",
        LOOP => "the address is a path, and more than 40 symbolic links were followed in it",
        NOENT => "the address is a path, and a component of it does not exist or is a dangling \
            symbolic link",
        NOTDIR => "the address is a path, and a component of it that is used as a directory is not \
            a directory",
        NAMETOOLONG => "the address is a path, and a component of it is too long for its file \
            system",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SENDMSG:
        AGAIN => "the message would have to wait, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_SNDTIMEO) has expired; or no local port is free",
        PIPE => "the connection is closed for sending, by this side or by the peer",
        CONNRESET => "the peer has reset the connection",
        CONNREFUSED => "no socket is bound to the address of the receiver, or the receiver does \
            not accept messages",
        TIMEDOUT => "the peer has not answered",
        NOTCONN => "the socket is not connected, and no address was passed",
        DESTADDRREQ => "the socket has no peer, and no address was passed",
        ISCONN => "an address was passed, and the socket is connected",
        MSGSIZE => "the message is too long for the socket; or it has more than 1,024 slices",
        NOBUFS => "the queue of a network interface is full, or the kernel is out of memory",
        OPNOTSUPP => "the type of the socket does not support a flag, or an address",
        INVAL => "the address has a wrong length or a wrong family; or the ancillary data is \
            malformed or not supported; or it contains more than 253 descriptors",
        AFNOSUPPORT => InvalidArgument "the family of the address differs from the family of the \
            socket",
        NETUNREACH => "no route to the network exists",
        HOSTUNREACH => "the host cannot be reached",
        ACCES => "the file of a Unix socket is not writable, or a directory in its path cannot be \
            searched; or the address is a broadcast address, and the socket lacks SO_BROADCAST; or \
            a security module denies the call",
        PERM => "a firewall rule or a security module denies the message; or the caller lacks a \
            capability that the address, the credentials or the message requires",
        PROTOTYPE => "the Unix socket with this address has a different type",
        LOOP => "the address is a path, and more than 40 symbolic links were followed in it",
        NOENT => "the address is a path, and a component of it does not exist or is a dangling \
            symbolic link",
        NOTDIR => "the address is a path, and a component of it that is used as a directory is not \
            a directory",
        NAMETOOLONG => "the address is a path, and a component of it is too long for its file \
            system",
        TOOMANYREFS => "the user has more descriptors in messages that were not received than the \
            limit on open file descriptors (RLIMIT_NOFILE) permits; or Unix sockets are nested too \
            deeply in messages",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SENDMMSG:
        AGAIN => "the message would have to wait, and the socket or the call (MSG_DONTWAIT) is \
            non-blocking or the timeout (SO_SNDTIMEO) has expired; or no local port is free",
        NOTCONN => "the socket is not connected, and no address was passed",
        INVAL => "the address of the first message has a wrong length or a wrong family; or its \
            ancillary data is malformed or not supported; or it contains more than 253 \
            descriptors",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SENDMSG_RIGHTS:
        INVAL => "the message contains descriptors, but no bytes";
};
