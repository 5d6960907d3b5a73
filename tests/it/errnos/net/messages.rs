//! Errors of calls that send and receive messages.

use std::time::Duration;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::io::{IoSlice, IoSliceMut};
use butter::net::{
    self, RecvFlags, RecvMessage, SendAncillaryBuffer, SendFlags, SendMessage, SocketAddrAny,
    SocketAddrNetlink, SocketType, raw, sockopt,
};
use butter::time::Timespec;
use butter::{Errno, Result};

use super::super::process::{in_unsearchable_directory, with_link_loop};
use super::super::{Outcome, Row, Table, failed, null, path_only_descriptor, until_failed};
use super::environments;
use super::setup::with_long_target;
use super::{
    bound, inet, netlink, of_other_family, pair, path, rows, unix, unused_name,
    with_listener_at_path, without_route,
};
use common::child::as_nobody;
use common::inject::inject;

pub const SEND_TABLE: Table = Table {
    source: include_str!("../../../../src/net/send/raw.rs"),
    rows: SEND_ROWS,
    at_descriptor_limit: &[],
    others: environments::SEND_ROWS,
};

pub const RECEIVE_TABLE: Table = Table {
    source: include_str!("../../../../src/net/receive/raw.rs"),
    rows: RECEIVE_ROWS,
    at_descriptor_limit: &[],
    others: environments::RECEIVE_ROWS,
};

const STREAM: SocketType = SocketType::STREAM;
const DGRAM: SocketType = SocketType::DGRAM;
const NONE: SendFlags = SendFlags::NOSIGNAL;

/// A function that sends bytes to an address, or to the peer.
pub type Sender = fn(&OwnedFd, &[u8], SendFlags, Option<SocketAddrAny>) -> Result<usize>;

pub const SENDTO: Sender = |fd, bytes, flags, address| match address {
    Some(address) => raw::sendto(fd.as_fd(), bytes, flags, &address),
    None => raw::sendto_peer(fd.as_fd(), bytes, flags),
};

pub const SENDMSG: Sender = |fd, bytes, flags, address| {
    let slices = [IoSlice::new(bytes)];
    let message = SendMessage::new(&slices);
    match &address {
        Some(address) => raw::sendmsg(fd.as_fd(), &message.with_address(address), flags),
        None => raw::sendmsg(fd.as_fd(), &message, flags),
    }
};

const SENDMMSG: Sender = |fd, bytes, flags, _| {
    let slices = [IoSlice::new(bytes)];
    raw::sendmmsg(fd.as_fd(), &mut [SendMessage::new(&slices)], flags)
};

pub fn send(sender: Sender, socket: &OwnedFd) -> Result<usize> {
    sender(socket, b"!", NONE, None)
}

fn fails_if_queue_is_full(sender: Sender) -> Outcome {
    let (socket, _peer) = pair(DGRAM);
    until_failed(|| sender(&socket, b"!", SendFlags::DONTWAIT, None))
}

fn fails_without_peer(sender: Sender, socket_type: SocketType) -> Outcome {
    let (socket, peer) = pair(socket_type);
    drop(peer);
    failed(send(sender, &socket))
}

pub fn to(sender: Sender, socket: OwnedFd, address: impl Into<SocketAddrAny>) -> Outcome {
    failed(sender(&socket, b"!", NONE, Some(address.into())))
}

fn to_path(sender: Sender, name: &[u8]) -> Outcome {
    to(sender, unix(DGRAM), path(name).unwrap())
}

/// Sends over a TCP connection whose peer was closed before it received a byte.
fn fails_if_connection_was_reset(sender: Sender) -> Outcome {
    let (listener, address) = bound(STREAM)?;
    net::listen(&listener, 0).unwrap();
    let client = inet(STREAM)?;
    net::connect(&client, &address).unwrap();
    send(sender, &client).unwrap();
    drop(net::accept(&listener).unwrap());
    failed(send(sender, &client))
}

/// Creates a TCP connection whose queues are full, because the peer does not read. The kernel ends
/// the connection when it has probed the peer without success. Returns the connecting and the
/// listening socket; the peer is not accepted, so that dropping the latter resets the connection.
fn stalled() -> std::result::Result<(OwnedFd, OwnedFd), String> {
    let (listener, address) = bound(STREAM)?;
    sockopt::set_socket_rcvbuf(&listener, 4096).unwrap();
    net::listen(&listener, 0).unwrap();
    let client = inet(STREAM)?;
    sockopt::set_socket_sndbuf(&client, 4096).unwrap();
    net::connect(&client, &address).unwrap();
    let full = until_failed(|| SENDTO(&client, &[0; 4096], SendFlags::DONTWAIT | NONE, None))?;
    assert!(full.is(Errno::AGAIN), "{full}");
    sockopt::set_tcp_user_timeout(&client, Duration::from_millis(1)).unwrap();
    Ok((client, listener))
}

fn fails_if_message_is_too_long(sender: Sender) -> Outcome {
    let (socket, _peer) = pair(DGRAM);
    sockopt::set_socket_sndbuf(&socket, 4096).unwrap();
    failed(sender(&socket, &[0; 1 << 16], NONE, None))
}

/// Sends a malformed control message.
fn fails_with_malformed_control(
    send: impl FnOnce(&OwnedFd, SendMessage<'_>) -> Outcome,
) -> Outcome {
    let (socket, _peer) = pair(DGRAM);
    let mut buffer = [0; 64];
    let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
    // SAFETY: the kernel rejects the type, so that it does not interpret the data.
    assert!(unsafe { ancillary.push_bytes(1, 0xFFFF, b"") });
    let slices = [IoSlice::new(b"!")];
    send(&socket, SendMessage::new(&slices).with_ancillary(&ancillary))
}

const SEND_ROWS: &[Row] = rows! {
    rows [
        SENDTO AGAIN WouldBlock || fails_if_queue_is_full(SENDTO);
        SENDTO CONNRESET ConnectionReset || fails_if_connection_was_reset(SENDTO);
        SENDTO TIMEDOUT TimedOut || {
            let (client, _listener) = stalled()?;
            until_failed(|| send(SENDTO, &client))
        };
        SENDTO NETUNREACH Unreachable || {
            let (socket, address) = without_route()?;
            to(SENDTO, socket, address)
        };
        SENDTO PERM PermissionDenied || as_nobody(|| {
            to(SENDTO, netlink(None)?, SocketAddrNetlink::new(1, 0))
        });
        SENDTO PIPE BrokenPipe || fails_without_peer(SENDTO, STREAM);
        SENDTO CONNREFUSED ConnectionRefused || to(SENDTO, unix(DGRAM), unused_name());
        SENDTO NOTCONN NotConnected || failed(send(SENDTO, &unix(STREAM)));
        SENDTO DESTADDRREQ NotConnected || failed(send(SENDTO, &inet(DGRAM)?));
        SENDTO ISCONN Other || to(SENDTO, pair(STREAM).0, unused_name());
        SENDTO MSGSIZE Other || fails_if_message_is_too_long(SENDTO);
        SENDTO OPNOTSUPP Unsupported || {
            failed(SENDTO(&pair(DGRAM).0, b"!", SendFlags::OOB, None))
        };
        SENDTO INVAL InvalidArgument || to(SENDTO, unix(DGRAM), of_other_family());
        SENDTO AFNOSUPPORT InvalidArgument || to(SENDTO, inet(DGRAM)?, of_other_family());
        SENDTO PROTOTYPE InvalidArgument || with_listener_at_path(|name| {
            to(SENDTO, unix(DGRAM), name)
        });
        SENDTO ACCES PermissionDenied || in_unsearchable_directory(|directory| {
            to_path(SENDTO, &[directory, b"/x"].concat())
        });
        SENDTO LOOP InvalidArgument || with_link_loop(|link| to_path(SENDTO, link));
        SENDTO NOENT NotFound || to_path(SENDTO, b"/nowhere/at/all");
        SENDTO NOTDIR InvalidArgument || to_path(SENDTO, b"/dev/null/x");
        SENDTO NAMETOOLONG InvalidArgument || with_long_target(|link| to_path(SENDTO, link));
        SENDMSG AGAIN WouldBlock || fails_if_queue_is_full(SENDMSG);
        SENDMSG CONNRESET ConnectionReset || fails_if_connection_was_reset(SENDMSG);
        SENDMSG TIMEDOUT TimedOut || {
            let (client, _listener) = stalled()?;
            until_failed(|| send(SENDMSG, &client))
        };
        SENDMSG NETUNREACH Unreachable || {
            let (socket, address) = without_route()?;
            to(SENDMSG, socket, address)
        };
        SENDMSG PERM PermissionDenied || as_nobody(|| {
            to(SENDMSG, netlink(None)?, SocketAddrNetlink::new(1, 0))
        });
        SENDMSG PIPE BrokenPipe || fails_without_peer(SENDMSG, STREAM);
        SENDMSG CONNREFUSED ConnectionRefused || to(SENDMSG, unix(DGRAM), unused_name());
        SENDMSG NOTCONN NotConnected || failed(send(SENDMSG, &unix(STREAM)));
        SENDMSG DESTADDRREQ NotConnected || failed(send(SENDMSG, &inet(DGRAM)?));
        SENDMSG ISCONN Other || to(SENDMSG, pair(STREAM).0, unused_name());
        SENDMSG MSGSIZE Other || {
            let slices = [IoSlice::new(b""); 1025];
            failed(net::sendmsg(&pair(DGRAM).0, &SendMessage::new(&slices), NONE))
        };
        SENDMSG OPNOTSUPP Unsupported || {
            failed(SENDMSG(&pair(DGRAM).0, b"!", SendFlags::OOB, None))
        };
        SENDMSG INVAL InvalidArgument || fails_with_malformed_control(|socket, message| {
            failed(net::sendmsg(socket, &message, NONE))
        });
        SENDMSG AFNOSUPPORT InvalidArgument || to(SENDMSG, inet(DGRAM)?, of_other_family());
        SENDMSG PROTOTYPE InvalidArgument || with_listener_at_path(|name| {
            to(SENDMSG, unix(DGRAM), name)
        });
        SENDMSG ACCES PermissionDenied || in_unsearchable_directory(|directory| {
            to_path(SENDMSG, &[directory, b"/x"].concat())
        });
        SENDMSG LOOP InvalidArgument || with_link_loop(|link| to_path(SENDMSG, link));
        SENDMSG NOENT NotFound || to_path(SENDMSG, b"/nowhere/at/all");
        SENDMSG NOTDIR InvalidArgument || to_path(SENDMSG, b"/dev/null/x");
        SENDMSG NAMETOOLONG InvalidArgument || with_long_target(|link| to_path(SENDMSG, link));
        SENDMSG_RIGHTS INVAL InvalidArgument || {
            let (socket, _peer) = pair(STREAM);
            failed(net::send_fds(&socket, b"", [socket.as_fd()]))
        };
        SENDMMSG AGAIN WouldBlock || fails_if_queue_is_full(SENDMMSG);
        SENDMMSG NOTCONN NotConnected || failed(send(SENDMMSG, &unix(STREAM)));
        SENDMMSG INVAL InvalidArgument || fails_with_malformed_control(|socket, message| {
            failed(net::sendmmsg(socket, &mut [message], NONE))
        });
    ]
    descriptors [
        SENDTO |fd: &OwnedFd| send(SENDTO, fd);
        SENDMSG |fd: &OwnedFd| send(SENDMSG, fd);
        SENDMMSG |fd: &OwnedFd| send(SENDMMSG, fd);
    ]
    injected [
        SENDTO SYS_sendto |fd: &OwnedFd| send(SENDTO, fd) =>
            NOBUFS OutOfMemory;
        SENDMSG SYS_sendmsg |fd: &OwnedFd| send(SENDMSG, fd) =>
            NOBUFS OutOfMemory;
    ]
};

/// A function that receives a byte.
pub type Receiver = fn(&OwnedFd, RecvFlags) -> Result<usize>;

pub const RECVFROM: Receiver =
    |fd, flags| raw::recvfrom(fd.as_fd(), &mut [0], flags).map(|(count, _)| count);

pub const RECVMSG: Receiver = |fd, flags| {
    let mut byte = [0];
    raw::recvmsg(fd.as_fd(), &mut RecvMessage::new(&mut [IoSliceMut::new(&mut byte)]), flags)
};

const RECVMMSG: Receiver = |fd, flags| {
    let mut byte = [0];
    let mut buffers = [IoSliceMut::new(&mut byte)];
    raw::recvmmsg(fd.as_fd(), &mut [RecvMessage::new(&mut buffers)], flags, None)
};

const EMPTY: RecvFlags = RecvFlags::empty();

fn receive(receiver: Receiver, socket: &OwnedFd) -> Result<usize> {
    receiver(socket, RecvFlags::DONTWAIT)
}

/// Receives from a stream socket whose peer was closed before it received a byte.
fn fails_if_peer_resets(receiver: Receiver) -> Outcome {
    let (socket, peer) = pair(STREAM);
    net::send(&socket, b"!", NONE).unwrap();
    drop(peer);
    failed(receive(receiver, &socket))
}

/// Receives after a datagram was sent to a port to which no socket is bound.
fn fails_if_port_is_closed(receiver: Receiver) -> Outcome {
    let (closed, address) = bound(DGRAM)?;
    let socket = inet(DGRAM)?;
    net::connect(&socket, &address).unwrap();
    drop(closed);
    net::send(&socket, b"!", NONE).unwrap();
    // The message of the loopback interface can arrive later.
    sockopt::set_socket_recv_timeout(&socket, Some(Duration::from_secs(10))).unwrap();
    failed(receiver(&socket, EMPTY))
}

const RECEIVE_ROWS: &[Row] = rows! {
    rows [
        RECVFROM AGAIN WouldBlock || failed(receive(RECVFROM, &pair(DGRAM).0));
        RECVFROM CONNREFUSED ConnectionRefused || fails_if_port_is_closed(RECVFROM);
        RECVFROM TIMEDOUT TimedOut || failed(RECVFROM(&stalled()?.0, EMPTY));
        RECVFROM CONNRESET ConnectionReset || fails_if_peer_resets(RECVFROM);
        RECVFROM NOTCONN NotConnected || failed(receive(RECVFROM, &inet(STREAM)?));
        RECVFROM INVAL InvalidArgument || failed(receive(RECVFROM, &unix(STREAM)));
        RECVFROM OPNOTSUPP Unsupported || failed(RECVFROM(&pair(DGRAM).0, RecvFlags::OOB));
        RECVMSG AGAIN WouldBlock || failed(receive(RECVMSG, &pair(DGRAM).0));
        RECVMSG CONNREFUSED ConnectionRefused || fails_if_port_is_closed(RECVMSG);
        RECVMSG TIMEDOUT TimedOut || failed(RECVMSG(&stalled()?.0, EMPTY));
        RECVMSG CONNRESET ConnectionReset || fails_if_peer_resets(RECVMSG);
        RECVMSG NOTCONN NotConnected || failed(receive(RECVMSG, &inet(STREAM)?));
        RECVMSG INVAL InvalidArgument || failed(receive(RECVMSG, &unix(STREAM)));
        RECVMSG OPNOTSUPP Unsupported || failed(RECVMSG(&pair(DGRAM).0, RecvFlags::OOB));
        RECVMSG MSGSIZE Other || {
            let mut buffers: Vec<_> = (0..1025).map(|_| IoSliceMut::new(&mut [])).collect();
            failed(net::recvmsg(&pair(DGRAM).0, &mut RecvMessage::new(&mut buffers), EMPTY))
        };
        RECVMSG_RIGHTS MSGSIZE Other || {
            let (socket, peer) = pair(STREAM);
            net::send_fds(&socket, b"!", [socket.as_fd(), peer.as_fd()]).unwrap();
            failed(net::recv_fds::<1>(&peer, &mut [0]))
        };
        RECVMMSG AGAIN WouldBlock || failed(receive(RECVMMSG, &pair(DGRAM).0));
        RECVMMSG NOTCONN NotConnected || failed(receive(RECVMMSG, &inet(STREAM)?));
        RECVMMSG INVAL InvalidArgument || {
            let mut timeout = Timespec { seconds: 0, nanoseconds: 1_000_000_000 };
            failed(raw::recvmmsg(pair(DGRAM).0.as_fd(), &mut [], EMPTY, Some(&mut timeout)))
        };
    ]
    descriptors [
        RECVFROM |fd: &OwnedFd| receive(RECVFROM, fd);
        RECVMSG |fd: &OwnedFd| receive(RECVMSG, fd);
        RECVMMSG |fd: &OwnedFd| receive(RECVMMSG, fd);
    ]
    injected [
    ]
};
