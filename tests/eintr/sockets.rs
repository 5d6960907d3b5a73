//! Calls on sockets that block until another thread wakes the caller.

use std::mem::MaybeUninit;

use butter::fd::{AsFd, OwnedFd};
use butter::io::{IoSlice, IoSliceMut};
use butter::net::{
    self, AddressFamily, RecvFlags, RecvMessage, SendFlags, SendMessage, SocketAddrUnix,
    SocketFlags, SocketType, raw,
};
use butter::process::getpid;

use crate::Row;
use crate::blocking::wake_late;
use crate::interruptible::assert_interrupted;

/// A call that sends a message.
type Send = fn(&OwnedFd, &[IoSlice<'_>]) -> butter::Result<usize>;

const SEND: SendFlags = SendFlags::NOSIGNAL;
const RECV: RecvFlags = RecvFlags::empty();

fn pair() -> (OwnedFd, OwnedFd) {
    net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap()
}

/// Returns a pair of sockets, of which the second one has a full queue, and the number of messages
/// in the queue.
fn full_pair() -> (OwnedFd, OwnedFd, usize) {
    let (one, other) = pair();
    let send = || net::send(&one, b".", SendFlags::DONTWAIT);
    let count = std::iter::repeat_with(send).take_while(Result::is_ok).count();
    (one, other, count)
}

fn receive_all(socket: &OwnedFd) -> usize {
    let receive = || net::recv(socket, &mut [0; 8], RecvFlags::DONTWAIT);
    std::iter::repeat_with(receive).take_while(Result::is_ok).count()
}

/// Creates a listening socket whose queue contains at most one connection.
fn listener(name: &str) -> (OwnedFd, SocketAddrUnix) {
    let socket = stream();
    let name = format!("butter-test-eintr-{}-{name}", getpid());
    let name = SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap();
    net::bind(&socket, &name).unwrap();
    net::listen(&socket, 0).unwrap();
    (socket, name)
}

fn stream() -> OwnedFd {
    net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap()
}

pub(crate) const BLOCKING: &[Row] = &[
    ("net::recv, recv_uninit, recvfrom, recvmsg, recvmmsg, recv_fds", || {
        let (one, other) = pair();
        let send = || assert_eq!(net::send(&one, b"late", SEND), Ok(4));
        assert_eq!(wake_late(|| net::recv(&other, &mut [0; 8], RECV), send), Ok(4));
        let mut buffer = [MaybeUninit::uninit(); 8];
        let receive = || net::recv_uninit(&other, &mut buffer, RECV).map(|(_, count)| count);
        assert_eq!(wake_late(receive, send), Ok(4));
        let receive = || net::recvfrom(&other, &mut [0; 8], RECV).map(|(count, _)| count);
        assert_eq!(wake_late(receive, send), Ok(4));
        let (mut bytes, mut control) = ([0; 8], [0; 24]);
        let mut buffers = [IoSliceMut::new(&mut bytes)];
        let mut message = RecvMessage::new(&mut buffers).with_ancillary(&mut control);
        let send_fd = || assert_eq!(net::send_fds(&one, b"late", [one.as_fd()]), Ok(4));
        assert_eq!(wake_late(|| net::recvmsg(&other, &mut message, RECV), send_fd), Ok(4));
        assert_eq!(message.ancillary().count(), 1);
        let mut messages = [message];
        assert_eq!(wake_late(|| net::recvmmsg(&other, &mut messages, RECV), send_fd), Ok(1));
        assert_eq!(messages[0].ancillary().count(), 1);
        let receive = || net::recv_fds::<1>(&other, &mut [0; 8]).map(|(_, [fd])| fd.is_some());
        assert_eq!(wake_late(receive, send_fd), Ok(true));
        assert_eq!(receive_all(&other), 0);
    }),
    ("net::send, sendmsg, sendmmsg, send_fds", || {
        let (slices, count) = ([IoSlice::new(b"!")], Ok(1));
        let calls: [Send; 4] = [
            |socket, _| net::send(socket, b"!", SEND),
            |socket, slices| net::sendmsg(socket, &SendMessage::new(slices), SEND),
            |socket, slices| net::sendmmsg(socket, &mut [SendMessage::new(slices)], SEND),
            |socket, _| net::send_fds(socket, b"!", [socket.as_fd()]),
        ];
        for call in calls {
            let (one, other, before) = full_pair();
            let receive = || assert_eq!(net::recv(&other, &mut [0], RECV), Ok(1));
            assert_eq!(wake_late(|| call(&one, &slices), receive), count);
            assert_eq!(receive_all(&other), before, "the message should be sent once");
        }
    }),
    ("net::accept, acceptfrom", || {
        let (listener, name) = listener("accept");
        let clients = [stream(), stream()];
        let connect = |client| move || net::connect(client, &name).unwrap();
        let accepted = wake_late(|| net::accept(&listener), connect(&clients[0])).unwrap();
        drop(accepted);
        let accepted = wake_late(|| net::acceptfrom(&listener), connect(&clients[1])).unwrap();
        drop(accepted);
    }),
    ("net::connect", || {
        let (listener, name) = listener("connect");
        let (first, client) = (stream(), stream());
        net::connect(&first, &name).unwrap();
        let accept = || drop(net::accept(&listener).unwrap());
        assert_eq!(wake_late(|| net::connect(&client, &name), accept), Ok(()));
        assert_eq!(net::getpeername(&client), Ok(name.into()));
    }),
];

pub(crate) const INTERRUPTIBLE: &[Row] = &[
    ("net::raw::recvfrom, recvfrom_peer, recvfrom_uninit, recvmsg, recvmmsg", || {
        let (_one, other) = pair();
        let socket = other.as_fd();
        assert_interrupted(|| raw::recvfrom(socket, &mut [0], RECV).map(drop));
        assert_interrupted(|| raw::recvfrom_peer(socket, &mut [0], RECV).map(drop));
        let mut buffer = [MaybeUninit::uninit()];
        assert_interrupted(|| raw::recvfrom_uninit(socket, &mut buffer, RECV).map(drop));
        let mut messages = [RecvMessage::new(&mut [])];
        assert_interrupted(|| raw::recvmsg(socket, &mut messages[0], RECV).map(drop));
        assert_interrupted(|| raw::recvmmsg(socket, &mut messages, RECV, None).map(drop));
    }),
    ("net::raw::sendto_peer, sendmsg, sendmmsg", || {
        let (one, other, filled) = full_pair();
        let (socket, slices) = (one.as_fd(), [IoSlice::new(b"!")]);
        assert_interrupted(|| raw::sendto_peer(socket, b"!", SEND).map(drop));
        assert_interrupted(|| raw::sendmsg(socket, &SendMessage::new(&slices), SEND).map(drop));
        let mut messages = [SendMessage::new(&slices)];
        assert_interrupted(|| raw::sendmmsg(socket, &mut messages, SEND).map(drop));
        assert_eq!(receive_all(&other), filled);
    }),
    ("net::raw::accept4, accept4_with_addr, connect", || {
        let (listener, name) = listener("raw");
        let flags = SocketFlags::CLOEXEC;
        assert_interrupted(|| raw::accept4(listener.as_fd(), flags).map(drop));
        assert_interrupted(|| raw::accept4_with_addr(listener.as_fd(), flags).map(drop));
        let (first, client) = (stream(), stream());
        net::connect(&first, &name).unwrap();
        assert_interrupted(|| raw::connect(client.as_fd(), &name));
    }),
];
