//! Arguments of calls that send and receive messages.

use std::mem::MaybeUninit;

use butter::fd::{AsFd, AsRawFd};
use butter::io::{IoSlice, IoSliceMut};
use butter::net::raw::*;
use butter::net::{
    RecvFlags, RecvMessage, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    SendMessage, SocketAddrAny,
};
use butter::time::Timespec;

use super::net::{addresses, name};
use super::recorder::*;
use super::{Row, each, open, pattern, words};

/// Returns the bytes of a `struct msghdr`, in which each pointer is an address and a length. The
/// fields that C does not use are left out.
fn header(name: (u64, u32), slices: (u64, u64), control: (u64, u64)) -> [(usize, Vec<u8>); 4] {
    [
        (0, name.0.to_ne_bytes().to_vec()),
        (8, name.1.to_ne_bytes().to_vec()),
        (16, words([slices.0, slices.1, control.0, control.1])),
        (48, vec![0; 4]),
    ]
}

fn input_of(fields: &[(usize, Vec<u8>)]) -> Argument {
    let fields: Vec<_> = fields.iter().map(|(offset, bytes)| (*offset, &bytes[..])).collect();
    input_fields(&fields)
}

/// Returns the expected argument for fields that the kernel reads, and then writes.
fn update_of(read: &[(usize, Vec<u8>)], written: &[(usize, Vec<u8>)]) -> Argument {
    let Argument::Memory { read, .. } = input_of(read) else { unreachable!() };
    Argument::Memory { read, written: written.to_vec() }
}

fn address_of<T>(value: &[T]) -> (u64, u64) {
    (value.as_ptr().addr() as u64, value.len() as u64)
}

pub const ROWS: &[Row] = &[
    Row("net::raw::sendto", &[libc::SYS_sendto], |it| {
        let (socket, bytes) = (open(500), pattern::<300>());
        for (flags, (address, expected)) in each::<SendFlags>().zip(addresses().iter().cycle()) {
            let arguments = [
                ("sockfd", fd(&socket)),
                ("buf", input(bytes)),
                ("len", size(300)),
                ("flags", int(flags.bits())),
                ("addr", name(expected)),
                ("addrlen", int(expected.len() as u32)),
            ];
            let result = it.call(libc::SYS_sendto, arguments, 299, || {
                sendto(socket.as_fd(), &bytes, flags, address)
            });
            it.output("count", result, Ok(299));
        }
    }),
    Row("net::raw::sendto_peer", &[libc::SYS_sendto], |it| {
        let (socket, bytes) = (open(500), pattern::<300>());
        for flags in each::<SendFlags>() {
            let arguments = [
                ("sockfd", fd(&socket)),
                ("buf", input(bytes)),
                ("len", size(300)),
                ("flags", int(flags.bits())),
                ("addr", NULL),
                ("addrlen", int(0)),
            ];
            let result = it.call(libc::SYS_sendto, arguments, 299, || {
                sendto_peer(socket.as_fd(), &bytes, flags)
            });
            it.output("count", result, Ok(299));
        }
    }),
    Row("net::raw::sendmsg", &[libc::SYS_sendmsg], |it| {
        let (socket, sent) = (open(500), open(600));
        let slices = [IoSlice::new(b"first"), IoSlice::new(b"second")];
        let mut buffer = [0; 24];
        let mut ancillary = SendAncillaryBuffer::new(&mut buffer);
        assert!(ancillary.push(SendAncillaryMessage::ScmRights(&[sent.as_fd()])));
        let number = sent.as_raw_fd().to_ne_bytes();
        let control = [&words([20])[..], &[1, 0, 0, 0, 1, 0, 0, 0], &number].concat();
        it.output("control", ancillary.as_bytes(), &control);
        for (flags, (address, expected)) in each::<SendFlags>().zip(addresses().iter().cycle()) {
            let name = (address.as_bytes().as_ptr().addr() as u64, expected.len() as u32);
            let control = address_of(ancillary.as_bytes());
            let plain = SendMessage::new(&slices);
            let full = SendMessage::new(&slices).with_address(address).with_ancillary(&ancillary);
            for (message, name, control) in [(&plain, (0, 0), (0, 0)), (&full, name, control)] {
                let arguments = [
                    ("sockfd", fd(&socket)),
                    ("msg", input_of(&header(name, address_of(&slices), control))),
                    ("flags", int(flags.bits())),
                ];
                let result = it.call(libc::SYS_sendmsg, arguments, 11, || {
                    sendmsg(socket.as_fd(), message, flags)
                });
                it.output("count", result, Ok(11));
            }
        }
    }),
    Row("net::raw::sendmmsg", &[libc::SYS_sendmmsg], |it| {
        let socket = open(500);
        let slices = [IoSlice::new(b"first"), IoSlice::new(b"second")];
        for flags in each::<SendFlags>() {
            let mut messages = [SendMessage::new(&slices[..1]), SendMessage::new(&slices)];
            let mut read = header((0, 0), address_of(&slices[..1]), (0, 0)).to_vec();
            let second = header((0, 0), address_of(&slices), (0, 0));
            read.extend(second.map(|(offset, bytes)| (64 + offset, bytes)));
            let written = [(56, vec![5, 0, 0, 0]), (120, vec![11, 0, 0, 0])];
            let arguments = [
                ("sockfd", fd(&socket)),
                ("msgvec", update_of(&read, &written)),
                ("vlen", int(2)),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_sendmmsg, arguments, 2, || {
                sendmmsg(socket.as_fd(), &mut messages, flags)
            });
            it.output("count", result, Ok(2));
            it.output("lengths", messages.each_ref().map(SendMessage::length), [5, 11]);
        }
    }),
    Row("net::raw::recvfrom", &[libc::SYS_recvfrom], |it| {
        let socket = open(500);
        for (flags, (address, bytes)) in each::<RecvFlags>().zip(addresses().iter().cycle()) {
            let (mut buffer, length) = ([0; 300], (bytes.len() as u32).to_ne_bytes());
            let arguments = [
                ("sockfd", fd(&socket)),
                ("buf", output(pattern::<300>())),
                ("len", size(300)),
                ("flags", int(flags.bits())),
                ("src_addr", output(bytes)),
                ("addrlen", update(128_u32.to_ne_bytes(), length)),
            ];
            let result = it.call(libc::SYS_recvfrom, arguments, 400, || {
                recvfrom(socket.as_fd(), &mut buffer, flags)
            });
            it.output("count and address", result, Ok((400, *address)));
            it.output("bytes", buffer, pattern());
        }
    }),
    Row("net::raw::recvfrom_peer", &[libc::SYS_recvfrom], |it| {
        let socket = open(500);
        for flags in each::<RecvFlags>() {
            let mut buffer = [0; 300];
            let result = it.call(libc::SYS_recvfrom, recv_arguments(&socket, flags), 400, || {
                recvfrom_peer(socket.as_fd(), &mut buffer, flags)
            });
            it.output("count", result, Ok(400));
            it.output("bytes", buffer, pattern());
        }
    }),
    Row("net::raw::recvfrom_uninit", &[libc::SYS_recvfrom], |it| {
        let socket = open(500);
        for flags in each::<RecvFlags>() {
            for (returned, length) in [(7, 7), (300, 300), (400, 300)] {
                let mut buffer = [MaybeUninit::uninit(); 300];
                let arguments = recv_arguments(&socket, flags);
                let result = it.call(libc::SYS_recvfrom, arguments, returned, || {
                    recvfrom_uninit(socket.as_fd(), &mut buffer, flags)
                });
                let result = result.map(|(bytes, count)| (bytes.to_vec(), count as i64));
                it.output("bytes", result, Ok((pattern::<300>()[..length].to_vec(), returned)));
            }
        }
    }),
    Row("net::raw::recvmsg", &[libc::SYS_recvmsg], |it| {
        let socket = open(500);
        for (flags, (address, bytes)) in each::<RecvFlags>().zip(addresses().iter().cycle()) {
            let (mut first, mut second) = ([0; 5], [0; 9]);
            let mut buffers = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
            let slices = address_of(&buffers);
            let mut message = RecvMessage::new(&mut buffers);
            let read = header((0, 0), slices, (0, 0));
            let arguments = [
                ("sockfd", fd(&socket)),
                ("msg", update_of(&read, &[(48, vec![0x20, 0, 0, 0])])),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_recvmsg, arguments, 14, || {
                recvmsg(socket.as_fd(), &mut message, flags)
            });
            it.output("count", result, Ok(14));
            it.output("flags", message.flags(), ReturnFlags::TRUNC);
            it.output("address", message.address(), None);
            it.output("length", message.length(), 14);

            let (mut sender, mut control) = (SocketAddrAny::EMPTY, [0xFF; 40]);
            let pointers = (&raw const sender as u64, address_of(&control));
            let mut message = message.with_address(&mut sender).with_ancillary(&mut control);
            let read = header((pointers.0, 128), slices, pointers.1);
            // The length of the address, and of the ancillary data.
            let written = [
                (8, (bytes.len() as u32).to_ne_bytes().to_vec()),
                (40, 24_u64.to_ne_bytes().to_vec()),
                (48, vec![8, 0, 0, 0]),
            ];
            let arguments = [
                ("sockfd", fd(&socket)),
                ("msg", update_of(&read, &written)),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_recvmsg, arguments, 3, || {
                recvmsg(socket.as_fd(), &mut message, flags)
            });
            it.output("count", result, Ok(3));
            it.output("flags", message.flags(), ReturnFlags::CTRUNC);
            let length = message.address().map(|address| address.as_bytes().len());
            it.output("address", length, Some(address.as_bytes().len()));
            // The recorder has not written the header, whose length is therefore 0.
            it.output("control", message.ancillary().count(), 0);
        }
    }),
    Row("net::raw::recvmmsg", &[libc::SYS_recvmmsg], |it| {
        let socket = open(500);
        for flags in each::<RecvFlags>() {
            for timeout in [None, Some(Timespec { seconds: 1, nanoseconds: 2 })] {
                let (mut first, mut second, mut left) = ([0; 5], [0; 9], timeout);
                let mut buffers = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
                let [one, other] = &mut buffers;
                let (one, other) = (std::slice::from_mut(one), std::slice::from_mut(other));
                let mut read = header((0, 0), address_of(one), (0, 0)).to_vec();
                let of_other = header((0, 0), address_of(other), (0, 0));
                read.extend(of_other.map(|(offset, bytes)| (64 + offset, bytes)));
                let written = [
                    (48, vec![0x20, 0, 0, 0]),
                    (56, vec![5, 0, 0, 0]),
                    (112, vec![0x80, 0, 0, 0]),
                    (120, vec![8, 0, 0, 0]),
                ];
                let mut messages = [RecvMessage::new(one), RecvMessage::new(other)];
                let time = timeout.map_or(NULL, |_| update(words([1, 2]), words([0, 5])));
                let arguments = [
                    ("sockfd", fd(&socket)),
                    ("msgvec", update_of(&read, &written)),
                    ("vlen", int(2)),
                    ("flags", int(flags.bits())),
                    ("timeout", time),
                ];
                let result = it.call(libc::SYS_recvmmsg, arguments, 2, || {
                    recvmmsg(socket.as_fd(), &mut messages, flags, left.as_mut())
                });
                it.output("count", result, Ok(2));
                it.output("lengths", messages.each_ref().map(RecvMessage::length), [5, 8]);
                let flags = messages.each_ref().map(RecvMessage::flags);
                it.output("flags", flags, [ReturnFlags::TRUNC, ReturnFlags::EOR]);
                let remaining = timeout.map(|_| Timespec { seconds: 0, nanoseconds: 5 });
                it.output("timeout", left, remaining);
            }
        }
    }),
];

/// Returns the expected arguments of a call without an address, which writes 300 bytes.
fn recv_arguments(socket: &impl AsFd, flags: RecvFlags) -> [(&'static str, Argument); 6] {
    [
        ("sockfd", fd(socket)),
        ("buf", output(pattern::<300>())),
        ("len", size(300)),
        ("flags", int(flags.bits())),
        ("src_addr", NULL),
        ("addrlen", NULL),
    ]
}
