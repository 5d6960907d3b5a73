//! The way to the target, which nothing waits for.

use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with, sockopt,
};

use crate::address::Address;

/// What became of a call that connects.
pub(crate) enum Reached {
    Now(OwnedFd),
    /// An event will tell.
    Soon(OwnedFd),
    /// There is no room now, there or here.
    Later,
    Never(Errno),
}

/// Begins to connect.
pub(crate) fn reach(target: &Address) -> Reached {
    let family = match target {
        Address::Tcp(address) if address.is_ipv4() => AddressFamily::INET,
        Address::Tcp(_) => AddressFamily::INET6,
        Address::Unix(_) => AddressFamily::UNIX,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = match socket_with(family, SocketType::STREAM, flags, None) {
        Ok(socket) => socket,
        Err(error) => return refused(error),
    };
    let connected = match target {
        Address::Tcp(address) => {
            send_at_once(&socket);
            connect(&socket, address)
        }
        Address::Unix(path) => SocketAddrUnix::new(path).and_then(|path| connect(&socket, &path)),
    };
    match connected {
        Ok(()) => Reached::Now(socket),
        Err(Errno::INPROGRESS) => Reached::Soon(socket),
        Err(error) => refused(error),
    }
}

/// TCP waits for nothing: what the other side has sent goes on. Of a unix socket there is nothing to ask.
pub(crate) fn send_at_once(socket: &OwnedFd) {
    let _ = sockopt::set_tcp_nodelay(socket, true);
}

fn refused(error: Errno) -> Reached {
    // A unix socket whose queue of connections is full says AGAIN.
    if error == Errno::AGAIN || is_shortage(error) { Reached::Later } else { Reached::Never(error) }
}

/// Whether something is used up that others may give back.
pub(crate) fn is_shortage(error: Errno) -> bool {
    matches!(error, Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
}
