//! Arguments of calls that create and connect sockets, and of calls on options and interfaces.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use butter::fd::{AsFd, AsRawFd, IntoRawFd};
use butter::net::raw::*;
use butter::net::{
    AddressFamily, InterfaceFlags, Protocol, Shutdown, SocketAddrAny, SocketAddrArg,
    SocketAddrNetlink, SocketAddrUnix, SocketAddrVsock, SocketFlags, SocketType,
};

use super::recorder::*;
use super::{Row, creates, each, open, pattern};

const FAMILY: AddressFamily = AddressFamily::from_raw(0x1234);
const TYPE: SocketType = SocketType::from_raw(0x5);
const PROTOCOLS: [Option<Protocol>; 2] = [None, Some(Protocol::from_raw(0x2345))];

/// Returns an address of each type, with its bytes.
pub fn addresses() -> Vec<(SocketAddrAny, Vec<u8>)> {
    let v4 = SocketAddrV4::new(Ipv4Addr::new(1, 2, 3, 4), 0x0506);
    let v6 = SocketAddrV6::new(Ipv6Addr::from([7; 16]), 0x0809, 10, 11);
    let path = SocketAddrUnix::new("/path").unwrap();
    let name = SocketAddrUnix::new_abstract_name(b"name").unwrap();
    vec![
        (v4.into(), [[2, 0, 5, 6], [1, 2, 3, 4], [0; 4], [0; 4]].concat()),
        (v6.into(), [&[10, 0, 8, 9, 10, 0, 0, 0][..], &[7; 16], &[11, 0, 0, 0]].concat()),
        (SocketAddr::V4(v4).into(), [[2, 0, 5, 6], [1, 2, 3, 4], [0; 4], [0; 4]].concat()),
        (path.into(), b"\x01\0/path\0".to_vec()),
        (name.into(), b"\x01\0\0name".to_vec()),
        (SocketAddrUnix::new_unnamed().into(), vec![1, 0]),
        (
            SocketAddrVsock::new(0x0102_0304, 0x0506_0708).into(),
            vec![40, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0],
        ),
        (
            SocketAddrNetlink::new(0x0102_0304, 0x0506_0708).into(),
            vec![16, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5],
        ),
        (SocketAddrAny::from_bytes(&pattern::<128>()).unwrap(), pattern::<128>().to_vec()),
        (SocketAddrAny::EMPTY, Vec::new()),
    ]
}

/// Returns the expected argument for the bytes of an address.
pub fn name(bytes: &[u8]) -> Argument {
    input(bytes)
}

/// Records a call with each address.
fn with_addresses(
    it: &Recorder,
    number: libc::c_long,
    call: impl Fn(&SocketAddrAny) -> butter::Result<()>,
    socket: &impl AsFd,
) {
    for (address, bytes) in addresses() {
        let arguments =
            [("sockfd", fd(socket)), ("addr", name(&bytes)), ("addrlen", int(bytes.len() as u32))];
        let result = it.call(number, arguments, 0, || call(&address));
        it.output("result", result, Ok(()));
    }
}

/// Records a call that returns an address of each type.
fn returns_addresses(
    it: &Recorder,
    number: libc::c_long,
    call: fn(butter::fd::BorrowedFd<'_>) -> butter::Result<SocketAddrAny>,
) {
    let socket = open(500);
    for (address, bytes) in addresses() {
        let length = (bytes.len() as u32).to_ne_bytes();
        let arguments = [
            ("sockfd", fd(&socket)),
            ("addr", output(&bytes)),
            ("addrlen", update(128_u32.to_ne_bytes(), length)),
        ];
        let result = it.call(number, arguments, 0, || call(socket.as_fd()));
        it.output("address", result, Ok(address));
    }
}

/// Returns the types that can be passed as an address.
fn accepts(_: &impl SocketAddrArg) {}

pub const ROWS: &[Row] = &[
    Row("net::raw::socket", &[libc::SYS_socket], |it| {
        for flags in each::<SocketFlags>() {
            for protocol in PROTOCOLS {
                creates(it, |returned| {
                    let arguments = [
                        ("domain", int(0x1234)),
                        ("type", int(5 | flags.bits())),
                        ("protocol", int(protocol.map_or(0, Protocol::as_raw))),
                    ];
                    it.call(libc::SYS_socket, arguments, returned, || {
                        socket(FAMILY, TYPE, flags, protocol)
                    })
                });
            }
        }
    }),
    Row("net::raw::socketpair", &[libc::SYS_socketpair], |it| {
        for (flags, protocol) in each::<SocketFlags>().zip(PROTOCOLS.into_iter().cycle()) {
            let pair = [open(700), open(800)].map(IntoRawFd::into_raw_fd);
            let arguments = [
                ("domain", int(0x1234)),
                ("type", int(5 | flags.bits())),
                ("protocol", int(protocol.map_or(0, Protocol::as_raw))),
                ("sv", output(pair.map(i32::to_ne_bytes).concat())),
            ];
            let result = it.call(libc::SYS_socketpair, arguments, 0, || {
                socketpair(FAMILY, TYPE, flags, protocol)
            });
            let result = result.map(|(first, second)| [first.as_raw_fd(), second.as_raw_fd()]);
            it.output("descriptors", result, Ok(pair));
        }
    }),
    Row("net::raw::bind", &[libc::SYS_bind], |it| {
        let socket = open(500);
        with_addresses(it, libc::SYS_bind, |address| bind(socket.as_fd(), address), &socket);
        let v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1);
        accepts(&&v4);
        let expected = [[2, 0, 0, 1], [127, 0, 0, 1], [0; 4], [0; 4]].concat();
        for address in [SocketAddrAny::from(v4), SocketAddrAny::from_bytes(&expected).unwrap()] {
            it.output("address", address.as_bytes(), &expected);
        }
        let arguments =
            [("sockfd", fd(&socket)), ("addr", name(&expected)), ("addrlen", int(16_u32))];
        let _ = it.call(libc::SYS_bind, arguments, 0, || bind(socket.as_fd(), &v4));
    }),
    Row("net::raw::listen", &[libc::SYS_listen], |it| {
        let socket = open(500);
        for backlog in [i32::MIN, -1, 0, 0x1234_5678] {
            let arguments = [("sockfd", fd(&socket)), ("backlog", int(backlog))];
            let result =
                it.call(libc::SYS_listen, arguments, 0, || listen(socket.as_fd(), backlog));
            it.output("result", result, Ok(()));
        }
    }),
    Row("net::raw::accept4", &[libc::SYS_accept4], |it| {
        let socket = open(500);
        for flags in each::<SocketFlags>() {
            creates(it, |returned| {
                let arguments = [
                    ("sockfd", fd(&socket)),
                    ("addr", NULL),
                    ("addrlen", NULL),
                    ("flags", int(flags.bits())),
                ];
                it.call(libc::SYS_accept4, arguments, returned, || accept4(socket.as_fd(), flags))
            });
        }
    }),
    Row("net::raw::accept4_with_addr", &[libc::SYS_accept4], |it| {
        let socket = open(500);
        let flags: Vec<_> = each::<SocketFlags>().collect();
        for (&flags, (address, bytes)) in flags.iter().cycle().zip(addresses()) {
            let length = (bytes.len() as u32).to_ne_bytes();
            creates(it, |returned| {
                let arguments = [
                    ("sockfd", fd(&socket)),
                    ("addr", output(&bytes)),
                    ("addrlen", update(128_u32.to_ne_bytes(), length)),
                    ("flags", int(flags.bits())),
                ];
                let result = it.call(libc::SYS_accept4, arguments, returned, || {
                    accept4_with_addr(socket.as_fd(), flags)
                });
                result.map(|(accepted, peer)| {
                    it.output("address", peer, address);
                    accepted
                })
            });
        }
    }),
    Row("net::raw::connect", &[libc::SYS_connect], |it| {
        let socket = open(500);
        with_addresses(it, libc::SYS_connect, |to| connect(socket.as_fd(), to), &socket);
    }),
    Row("net::raw::getsockname", &[libc::SYS_getsockname], |it| {
        returns_addresses(it, libc::SYS_getsockname, getsockname);
    }),
    Row("net::raw::getpeername", &[libc::SYS_getpeername], |it| {
        returns_addresses(it, libc::SYS_getpeername, getpeername);
    }),
    Row("net::raw::shutdown", &[libc::SYS_shutdown], |it| {
        let socket = open(500);
        for (how, number) in [
            (Shutdown::Read, libc::SHUT_RD),
            (Shutdown::Write, libc::SHUT_WR),
            (Shutdown::Both, libc::SHUT_RDWR),
        ] {
            let arguments = [("sockfd", fd(&socket)), ("how", int(number))];
            let result =
                it.call(libc::SYS_shutdown, arguments, 0, || shutdown(socket.as_fd(), how));
            it.output("result", result, Ok(()));
        }
    }),
    Row("net::raw::getsockopt", &[libc::SYS_getsockopt], |it| {
        let socket = open(500);
        // If the kernel returns a longer length than was passed, the length is limited.
        for (length, returned, expected) in [(8, 8_u32, 8), (8, 3, 3), (8, 9, 8), (0, 0, 0)] {
            let mut value = vec![0; length];
            let arguments = [
                ("sockfd", fd(&socket)),
                ("level", int(0x1234)),
                ("optname", int(0x2345)),
                ("optval", output(&pattern::<8>()[..length])),
                ("optlen", update((length as u32).to_ne_bytes(), returned.to_ne_bytes())),
            ];
            let result = it.call(libc::SYS_getsockopt, arguments, 0, || {
                // SAFETY: the recorder answers the call.
                unsafe { getsockopt(socket.as_fd(), 0x1234, 0x2345, &mut value) }
            });
            it.output("length", result, Ok(expected));
            it.output("value", &value[..], &pattern::<8>()[..length]);
        }
    }),
    Row("net::raw::setsockopt", &[libc::SYS_setsockopt], |it| {
        let socket = open(500);
        for value in [&pattern::<20>()[..], b"", b"!"] {
            let arguments = [
                ("sockfd", fd(&socket)),
                ("level", int(0x1234)),
                ("optname", int(0x2345)),
                ("optval", input(value)),
                ("optlen", int(value.len() as u32)),
            ];
            let result = it.call(libc::SYS_setsockopt, arguments, 0, || {
                // SAFETY: the recorder answers the call.
                unsafe { setsockopt(socket.as_fd(), 0x1234, 0x2345, value) }
            });
            it.output("result", result, Ok(()));
        }
    }),
    Row("net::raw::ioctl_siocgifflags", &[libc::SYS_ioctl], |it| {
        let socket = open(500);
        for flags in each::<InterfaceFlags>() {
            let request = [&b"fifteen-bytes-1\0"[..], &[0; 24]].concat();
            let written =
                [&b"fifteen-bytes-1\0"[..], &flags.bits().to_ne_bytes(), &[0; 22]].concat();
            let arguments = [
                ("fd", fd(&socket)),
                ("op", int(0x8913_u32)),
                ("argp", update(&request, &written)),
            ];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                ioctl_siocgifflags(socket.as_fd(), b"fifteen-bytes-1")
            });
            it.output("flags", result, Ok(flags));
        }
    }),
    Row("net::raw::ioctl_siocsifflags", &[libc::SYS_ioctl], |it| {
        let socket = open(500);
        for flags in each::<InterfaceFlags>() {
            let request = [&b"lo"[..], &[0; 14], &flags.bits().to_ne_bytes(), &[0; 22]].concat();
            let arguments =
                [("fd", fd(&socket)), ("op", int(0x8914_u32)), ("argp", input(&request))];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                ioctl_siocsifflags(socket.as_fd(), b"lo", flags)
            });
            it.output("result", result, Ok(()));
        }
    }),
];
