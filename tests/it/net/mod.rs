//! Tests of sockets: each flag, address, option and control message.

mod ancillary;
mod connections;
mod flags;
mod hostile;
mod options;
mod routes;
mod services;
mod sockets;

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::atomic::{AtomicU32, Ordering};

use butter::fd::OwnedFd;
use butter::net::{
    self, AddressFamily, SocketAddrAny, SocketAddrUnix, SocketType, bind, connect, getsockname,
    listen, socket, socketpair,
};
use butter::process::getpid;

const STREAM: SocketType = SocketType::STREAM;
const DGRAM: SocketType = SocketType::DGRAM;
const SEQPACKET: SocketType = SocketType::SEQPACKET;

/// The address of the loopback interface, with a port that the kernel chooses.
const LOOPBACK: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);

fn unix(socket_type: SocketType) -> OwnedFd {
    socket(AddressFamily::UNIX, socket_type, None).unwrap()
}

fn pair(socket_type: SocketType) -> (OwnedFd, OwnedFd) {
    socketpair(AddressFamily::UNIX, socket_type, None).unwrap()
}

/// Returns an abstract name that no socket has.
fn unused_name() -> SocketAddrUnix {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("butter-test-net-{}-{count}", getpid());
    SocketAddrUnix::new_abstract_name(name.as_bytes()).unwrap()
}

/// Creates a listening Unix socket, and returns its address.
fn unix_listener() -> (OwnedFd, SocketAddrUnix) {
    let (socket, name) = (unix(STREAM), unused_name());
    bind(&socket, &name).unwrap();
    listen(&socket, 8).unwrap();
    (socket, name)
}

/// Creates an IPv4 socket that is bound to the loopback interface, and returns its address. Returns
/// an error on a host without IPv4 or without a loopback interface.
fn bound(socket_type: SocketType) -> butter::Result<(OwnedFd, SocketAddrAny)> {
    let socket = socket(AddressFamily::INET, socket_type, None)?;
    bind(&socket, &LOOPBACK)?;
    let address = getsockname(&socket)?;
    let probe = net::socket(AddressFamily::INET, DGRAM, None)?;
    connect(&probe, &address)?;
    Ok((socket, address))
}

/// Creates a TCP connection: returns the connecting and the accepted socket.
fn tcp() -> butter::Result<(OwnedFd, OwnedFd)> {
    let (listener, address) = bound(STREAM)?;
    listen(&listener, 1)?;
    let client = socket(AddressFamily::INET, STREAM, None)?;
    connect(&client, &address)?;
    Ok((client, net::accept(&listener)?))
}

/// Creates two UDP sockets, the first of which is connected to the second one.
fn udp() -> butter::Result<(OwnedFd, OwnedFd)> {
    let ((one, _), (other, address)) = (bound(DGRAM)?, bound(DGRAM)?);
    connect(&one, &address)?;
    Ok((one, other))
}

/// Returns the number of open descriptors of this process. Other threads must not open descriptors.
fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
