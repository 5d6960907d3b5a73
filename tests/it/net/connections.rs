//! Tests of transfers over connected sockets.

use std::mem::MaybeUninit;

use butter::Errno;
use butter::fd::OwnedFd;
use butter::io::{IoSlice, IoSliceMut};
use butter::net::{
    self, RecvFlags, RecvMessage, SendFlags, SendMessage, Shutdown, SocketAddrAny, bind,
    getsockname, recv, recv_uninit, recvfrom, recvmmsg, recvmsg, send, sendmmsg, sendmsg, sendto,
    shutdown,
};
use common::require;

use super::{DGRAM, SEQPACKET, STREAM, bound, pair, tcp, unix, unused_name};

const SEND: SendFlags = SendFlags::NOSIGNAL;
const RECV: RecvFlags = RecvFlags::empty();
const NOW: RecvFlags = RecvFlags::DONTWAIT;

#[test]
fn send_and_recv_transfer_bytes_and_preserve_boundaries_of_messages() {
    for (socket_type, first) in
        [(STREAM, &b"firstsecond"[..]), (DGRAM, b"first"), (SEQPACKET, b"first")]
    {
        let (one, other) = pair(socket_type);
        for message in [&b"first"[..], b"second"] {
            assert_eq!(send(&one, message, SEND), Ok(message.len()));
        }
        let mut buffer = [0; 32];
        assert_eq!(recv(&other, &mut buffer, RECV), Ok(first.len()));
        assert_eq!(&buffer[..first.len()], first);
    }
}

#[test]
fn recv_returns_0_at_the_end_of_a_stream() {
    for socket_type in [STREAM, SEQPACKET] {
        let (one, other) = pair(socket_type);
        drop(one);
        assert_eq!(recv(&other, &mut [0], RECV), Ok(0));
    }
}

#[test]
fn recv_uninit_returns_the_received_bytes_and_the_length_of_the_message() {
    let (one, other) = pair(DGRAM);
    let mut buffer = [MaybeUninit::uninit(); 4];
    for (flags, length) in [(RECV, 4), (RecvFlags::TRUNC, 6)] {
        send(&one, b"abcdef", SEND).unwrap();
        let (bytes, count) = recv_uninit(&other, &mut buffer, flags).unwrap();
        assert_eq!((&bytes[..], count), (&b"abcd"[..], length));
    }
    send(&one, b"xy", SEND).unwrap();
    let (bytes, count) = recv_uninit(&other, &mut buffer, RECV).unwrap();
    assert_eq!((&bytes[..], count), (&b"xy"[..], 2));
}

/// A TCP socket discards the bytes, and does not write them to the buffer.
#[test]
fn recv_uninit_initializes_the_buffer_if_tcp_discards_bytes() {
    let (client, server) = require!(tcp(), "IPv4 is not available");
    send(&client, b"abcd", SEND).unwrap();
    let mut buffer = [MaybeUninit::new(0xFF); 4];
    let flags = RecvFlags::TRUNC | RecvFlags::WAITALL;
    let (bytes, count) = recv_uninit(&server, &mut buffer, flags).unwrap();
    assert_eq!((&bytes[..], count), (&[0; 4][..], 4));
    assert_eq!(recv(&server, &mut [0], NOW).unwrap_err().errno(), Errno::AGAIN);
}

#[test]
fn sendto_and_recvfrom_pass_the_addresses() {
    let (one, other) = (unix(DGRAM), unix(DGRAM));
    let (name, target) = (unused_name(), unused_name());
    bind(&one, &name).unwrap();
    bind(&other, &target).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(sendto(&one, b"abc", SEND, &target), Ok(3));
    assert_eq!(recvfrom(&other, &mut buffer, RECV), Ok((3, name.into())));
    assert_eq!(&buffer[..3], b"abc");
    // A socket without a name has an address without a family.
    sendto(unix(DGRAM), b"", SEND, &target).unwrap();
    assert_eq!(recvfrom(&other, &mut buffer, RECV), Ok((0, SocketAddrAny::EMPTY)));

    let ((one, name), (other, target)) =
        (require!(bound(DGRAM), "IPv4 is not available"), bound(DGRAM).unwrap());
    assert_eq!(sendto(&one, b"abcd", SEND, &target), Ok(4));
    assert_eq!(recvfrom(&other, &mut buffer, RECV), Ok((4, name)));
}

#[test]
fn sendmsg_and_recvmsg_transfer_several_slices_and_the_address() {
    let (one, other) = (unix(DGRAM), unix(DGRAM));
    let (name, target) = (unused_name(), SocketAddrAny::from(unused_name()));
    bind(&one, &name).unwrap();
    bind(&other, &target).unwrap();
    let slices = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cdef")];
    let message = SendMessage::new(&slices).with_address(&target);
    assert_eq!(sendmsg(&one, &message, SEND), Ok(6));

    let (mut first, mut second, mut sender) = ([0; 4], [0; 4], SocketAddrAny::EMPTY);
    let mut buffers = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    let mut message = RecvMessage::new(&mut buffers).with_address(&mut sender);
    assert_eq!(recvmsg(&other, &mut message, RECV), Ok(6));
    assert_eq!(message.address(), Some(&name.into()));
    assert_eq!((message.length(), message.ancillary().count()), (6, 0));

    // The same buffers can be used again: the address is set again.
    sendto(unix(DGRAM), b"x", SEND, &target).unwrap();
    assert_eq!(recvmsg(&other, &mut message, RECV), Ok(1));
    assert_eq!(message.address(), Some(&SocketAddrAny::EMPTY));
    drop(message);
    assert_eq!((first, second), (*b"xbcd", *b"ef\0\0"));
    assert_eq!(sender, SocketAddrAny::EMPTY);
}

#[test]
fn sendmmsg_and_recvmmsg_transfer_several_messages() {
    let (one, other) = (unix(DGRAM), unix(DGRAM));
    let (name, target) = (unused_name(), SocketAddrAny::from(unused_name()));
    bind(&one, &name).unwrap();
    bind(&other, &target).unwrap();
    let slices = [IoSlice::new(b"abc"), IoSlice::new(b"de")];
    let message = |slices| SendMessage::new(slices).with_address(&target);
    let mut messages = [message(&slices[..1]), message(&slices[1..]), message(&slices)];
    assert_eq!(sendmmsg(&one, &mut messages, SEND), Ok(3));
    assert_eq!(messages.each_ref().map(SendMessage::length), [3, 2, 5]);

    let (mut buffers, mut senders) = ([[0; 4]; 4], [SocketAddrAny::EMPTY; 4]);
    let mut slices: Vec<_> = buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
    let mut messages: Vec<_> = slices
        .iter_mut()
        .zip(&mut senders)
        .map(|(slices, sender)| RecvMessage::new(slices).with_address(sender))
        .collect();
    // Without `WAITFORONE`, the call would wait for the fourth message.
    assert_eq!(recvmmsg(&other, &mut messages, RecvFlags::WAITFORONE), Ok(3));
    let lengths: Vec<_> = messages.iter().map(RecvMessage::length).collect();
    assert_eq!(lengths, [3, 2, 4, 0]);
    let flags: Vec<_> = messages.iter().map(RecvMessage::flags).collect();
    assert!(flags[2].contains(net::ReturnFlags::TRUNC));
    assert!(messages[..3].iter().all(|message| message.address() == Some(&name.into())));
    drop(messages);
    assert_eq!(buffers, [*b"abc\0", *b"de\0\0", *b"abcd", [0; 4]]);
    assert_eq!(recvmmsg(&other, &mut [], RECV), Ok(0));
}

#[test]
fn sendmmsg_returns_the_number_of_messages_before_an_error() {
    let (one, other) = pair(DGRAM);
    let slices = [IoSlice::new(b"a")];
    let mut messages: Vec<_> = (0..2000).map(|_| SendMessage::new(&slices)).collect();
    let sent = sendmmsg(&one, &mut messages, SendFlags::DONTWAIT).unwrap();
    assert!(sent > 0 && sent < 2000, "{sent}");
    let received = (0..).take_while(|_| recv(&other, &mut [0], NOW).is_ok()).count();
    assert_eq!(received, sent);
    assert_eq!(messages.iter().filter(|message| message.length() == 1).count(), sent);
}

#[test]
fn shutdown_closes_the_requested_directions() {
    let errno = |result: butter::Result<usize>| result.unwrap_err().errno();
    let is_open = |from: &OwnedFd, to: &OwnedFd| {
        send(from, b"!", SEND).is_ok() && recv(to, &mut [0], NOW) == Ok(1)
    };
    let (one, other) = pair(STREAM);
    shutdown(&one, Shutdown::Write).unwrap();
    assert_eq!(errno(send(&one, b"!", SEND)), Errno::PIPE);
    assert_eq!(recv(&other, &mut [0], NOW), Ok(0));
    assert!(is_open(&other, &one));

    let (one, other) = pair(STREAM);
    shutdown(&one, Shutdown::Read).unwrap();
    assert_eq!(recv(&one, &mut [0], NOW), Ok(0));
    assert_eq!(errno(send(&other, b"!", SEND)), Errno::PIPE);
    assert!(is_open(&one, &other));

    let (one, other) = pair(STREAM);
    shutdown(&one, Shutdown::Both).unwrap();
    for (from, to) in [(&one, &other), (&other, &one)] {
        assert_eq!(errno(send(from, b"!", SEND)), Errno::PIPE);
        assert_eq!(recv(to, &mut [0], NOW), Ok(0));
    }
    assert!(getsockname(&one).is_ok());
}
