//! Sending and receiving a message over a pair of Unix datagram sockets.

use std::hint::black_box;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

use butter::net::{RecvFlags, SendFlags, recv, send};
use nix::sys::socket::MsgFlags;

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

const MESSAGE: &[u8] = b"message";

fn pair() -> Result<(OwnedFd, OwnedFd), Failure> {
    let (one, other) = context("socketpair", UnixDatagram::pair())?;
    Ok((one.into(), other.into()))
}

pub(crate) fn send_and_recv() -> Result<Row, Failure> {
    let (first, again, butter, libc) = (pair()?, pair()?, pair()?, pair()?);
    let (rustix, nix, std) = (pair()?, pair()?, context("socketpair", UnixDatagram::pair())?);
    let mut buffer = [0; 8];
    Ok(Row::new("7 bytes, Unix datagram", 1)
        .with("bare syscall", move || {
            black_box(bare::send(&first.0, black_box(MESSAGE)));
            black_box(bare::recv(&first.1, &mut buffer));
        })
        .with("bare syscall again", move || {
            black_box(bare::send(&again.0, black_box(MESSAGE)));
            black_box(bare::recv(&again.1, &mut buffer));
        })
        .with(BUTTER, move || {
            match send(&butter.0, black_box(MESSAGE), SendFlags::NOSIGNAL) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail(BUTTER, error),
            }
            match recv(&butter.1, &mut buffer, RecvFlags::empty()) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail(BUTTER, error),
            }
        })
        .with("libc", move || {
            black_box(libc_calls::send(&libc.0, black_box(MESSAGE)));
            black_box(libc_calls::recv(&libc.1, &mut buffer));
        })
        .with("rustix", move || {
            let flags = rustix::net::SendFlags::NOSIGNAL;
            match rustix::net::send(&rustix.0, black_box(MESSAGE), flags) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("rustix", error),
            }
            let flags = rustix::net::RecvFlags::empty();
            match rustix::net::recv(&rustix.1, &mut buffer, flags) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("rustix", error),
            }
        })
        .with("nix", move || {
            let fd = nix.0.as_raw_fd();
            match nix::sys::socket::send(fd, black_box(MESSAGE), MsgFlags::MSG_NOSIGNAL) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("nix", error),
            }
            match nix::sys::socket::recv(nix.1.as_raw_fd(), &mut buffer, MsgFlags::empty()) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("nix", error),
            }
        })
        .with("std", move || {
            match std.0.send(black_box(MESSAGE)) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("std", error),
            }
            match std.1.recv(&mut buffer) {
                Ok(count) => drop(black_box(count)),
                Err(error) => fail("std", error),
            }
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
