//! Sending, receiving and accepting.

use std::hint::black_box;

use butter::fd::AsFd;
use butter::io::IoSlice;
use butter::net::{
    self, AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    SendMessage, SocketAddrUnix, SocketFlags, SocketType, ancillary_space,
};

use super::{at_most, failed};

#[test]
fn send_and_recv_take_at_most_30_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(30, 2, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send(&one, black_box(b"message"), SendFlags::NOSIGNAL).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
            black_box(buffer[0]);
        }
    });
}

/// The call fails with `EAGAIN`, so that no descriptor is closed.
#[test]
fn accept4_takes_at_most_14_instructions_if_no_connection_is_pending() {
    let (family, flags) = (AddressFamily::UNIX, SocketFlags::NONBLOCK);
    let listener = net::socket_with(family, SocketType::STREAM, flags, None).unwrap();
    net::bind(&listener, &SocketAddrUnix::new_unnamed()).unwrap();
    net::listen(&listener, 1).unwrap();
    at_most(14, 1, |iterations| {
        for _ in 0..iterations {
            if net::raw::accept4(listener.as_fd(), SocketFlags::CLOEXEC).is_ok() {
                failed();
            }
        }
    });
}

/// Each message is received without its descriptor, which the kernel closes.
#[test]
fn sendmsg_with_one_descriptor_and_recv_take_at_most_60_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(60, 2, |iterations| {
        let (mut buffer, mut control) = ([0; 8], [0; ancillary_space(4)]);
        let mut ancillary = SendAncillaryBuffer::new(&mut control);
        if !ancillary.push(SendAncillaryMessage::ScmRights(&[one.as_fd()])) {
            failed();
        }
        let slices = [IoSlice::new(b"message")];
        for _ in 0..iterations {
            let message = SendMessage::new(&slices).with_ancillary(&ancillary);
            if net::sendmsg(&one, black_box(&message), SendFlags::NOSIGNAL).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
        }
    });
}

/// Each message is received without its descriptor, which the kernel closes.
#[test]
fn send_fds_of_one_descriptor_and_recv_take_at_most_170_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(170, 2, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send_fds(&one, black_box(b"message"), [one.as_fd()]).is_err()
                || net::recv(&other, &mut buffer, RecvFlags::empty()).is_err()
            {
                failed();
            }
        }
    });
}

/// The received descriptor is closed.
#[test]
fn send_fds_and_recv_fds_of_one_descriptor_take_at_most_380_instructions() {
    let (one, other) = net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
    at_most(380, 3, |iterations| {
        let mut buffer = [0; 8];
        for _ in 0..iterations {
            if net::send_fds(&one, black_box(b"message"), [one.as_fd()]).is_err() {
                failed();
            }
            let Ok((_, [Some(fd)])) = net::recv_fds(&other, &mut buffer) else { failed() };
            drop(black_box(fd));
        }
    });
}
