//! Errors of calls on sockets.

mod environments;
mod messages;
mod options;
mod setup;

pub use messages::{RECEIVE_TABLE, SEND_TABLE};
pub use options::{INTERFACE_TABLE, OPTIONS_TABLE, SERVICE_TABLE};
pub use setup::{CONNECTION_TABLE, SOCKET_TABLE};

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::sync::atomic::{AtomicU32, Ordering};

use butter::Result;
use butter::fd::OwnedFd;
use butter::net::{
    AddressFamily, Protocol, SocketAddrAny, SocketAddrUnix, SocketType, bind, connect, getsockname,
    listen, socket, socketpair, sockopt,
};
use butter::process::getpid;

use super::Outcome;
use common::files;

/// Defines the rows of calls on a socket:
///
/// - `rows`: any rows.
/// - `descriptors`: calls that fail for a descriptor that is not a socket, and for a path-only
///   descriptor.
/// - `injected`: errnos that a seccomp filter injects into a call on a Unix socket.
macro_rules! rows {
    (
        rows [$($call:ident $errno:ident $kind:ident $trigger:expr;)*]
        descriptors [$($on_fd:ident $with_fd:expr;)*]
        injected [$($of:ident $number:ident $run:expr => $($injected:ident $injected_kind:ident),*;)*]
    ) => {
        &[
            $(Row(Call::$call, Errno::$errno, ErrorKind::$kind, $trigger),)*
            $(
                Row(Call::$on_fd, Errno::NOTSOCK, ErrorKind::InvalidArgument, || {
                    failed($with_fd(&null()))
                }),
                Row(Call::$on_fd, Errno::BADF, ErrorKind::BadDescriptor, || {
                    failed($with_fd(&path_only_descriptor()))
                }),
            )*
            $($(Row(Call::$of, Errno::$injected, ErrorKind::$injected_kind, || {
                let socket = unix(SocketType::DGRAM);
                inject(libc::$number, Errno::$injected, || failed($run(&socket)))
            }),)*)*
        ]
    };
}
use rows;

/// Creates a Unix socket.
fn unix(socket_type: SocketType) -> OwnedFd {
    socket(AddressFamily::UNIX, socket_type, None).unwrap()
}

/// Creates an IPv4 socket. Returns an error on a host without IPv4.
fn inet(socket_type: SocketType) -> std::result::Result<OwnedFd, String> {
    socket(AddressFamily::INET, socket_type, None).map_err(|error| error.to_string())
}

fn pair(socket_type: SocketType) -> (OwnedFd, OwnedFd) {
    socketpair(AddressFamily::UNIX, socket_type, None).unwrap()
}

/// Returns an abstract name that no socket has.
fn unused_name() -> SocketAddrUnix {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("butter-test-errno-{}-{count}", getpid());
    SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap()
}

/// Creates a listening Unix socket.
fn listener(backlog: i32) -> (OwnedFd, SocketAddrUnix) {
    let (socket, name) = (unix(SocketType::STREAM), unused_name());
    bind(&socket, &name).unwrap();
    listen(&socket, backlog).unwrap();
    (socket, name)
}

/// Sends or connects to the path of a listening socket, whose type is `STREAM`. The kernel compares
/// the types only of sockets with a path.
fn with_listener_at_path(call: impl FnOnce(SocketAddrUnix) -> Outcome) -> Outcome {
    let directory = files::directory();
    let name = path(common::bytes(&directory.path().join("socket"))).unwrap();
    let socket = unix(SocketType::STREAM);
    bind(&socket, &name).unwrap();
    listen(&socket, 0).unwrap();
    call(name)
}

/// Creates an IPv4 socket that is bound to the loopback interface. Returns an error on a host that
/// lacks IPv4 or this interface.
fn bound(socket_type: SocketType) -> std::result::Result<(OwnedFd, SocketAddrAny), String> {
    let (socket, probe) = (inet(socket_type)?, inet(SocketType::DGRAM)?);
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    bind(&socket, &address).map_err(|error| error.to_string())?;
    let address = getsockname(&socket).unwrap();
    connect(&probe, &address).map_err(|error| error.to_string())?;
    Ok((socket, address))
}

/// Creates an IPv6 socket that is bound to the loopback interface, and an address to which this
/// interface has no route. 2001:db8::/32 is reserved for documentation.
fn without_route() -> std::result::Result<(OwnedFd, SocketAddrV6), String> {
    let socket = socket(AddressFamily::INET6, SocketType::DGRAM, None);
    let socket = socket.map_err(|error| error.to_string())?;
    sockopt::set_socket_bindtodevice(&socket, b"lo").map_err(|error| error.to_string())?;
    Ok((socket, SocketAddrV6::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9, 0, 0)))
}

/// Creates a netlink socket. Returns an error if the kernel does not support the protocol.
fn netlink(protocol: Option<Protocol>) -> std::result::Result<OwnedFd, String> {
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, protocol);
    socket.map_err(|error| error.to_string())
}

/// Returns an address of another family than Unix and IPv4 sockets have, which is longer than an
/// IPv4 address.
fn of_other_family() -> SocketAddrAny {
    SocketAddrAny::from_bytes(&[&40_u16.to_ne_bytes()[..], &[0; 14]].concat()).unwrap()
}

/// Creates the address of a Unix socket with a path.
fn path(path: &[u8]) -> Result<SocketAddrUnix> {
    SocketAddrUnix::new(path)
}
