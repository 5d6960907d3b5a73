//! Socket operations that `std` does not provide.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

/// Sends a byte as out-of-band data.
pub fn send_urgent(socket: impl AsFd, byte: u8) {
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: reads one byte.
    let sent = unsafe { libc::send(fd, (&raw const byte).cast(), 1, libc::MSG_OOB) };
    assert_eq!(sent, 1, "send: {}", io::Error::last_os_error());
}

/// Receives a byte of out-of-band data. Returns an error if no out-of-band data has arrived yet.
pub fn receive_urgent(socket: impl AsFd) -> io::Result<u8> {
    let (fd, mut byte) = (socket.as_fd().as_raw_fd(), 0_u8);
    // SAFETY: writes one byte.
    match unsafe { libc::recv(fd, (&raw mut byte).cast(), 1, libc::MSG_OOB) } {
        1 => Ok(byte),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Marks a socket as listening. The kernel queues up to `backlog + 1` connections.
pub fn listen(socket: impl AsFd, backlog: i32) {
    // SAFETY: touches no memory.
    let done = unsafe { libc::listen(socket.as_fd().as_raw_fd(), backlog) };
    assert_eq!(done, 0, "listen: {}", io::Error::last_os_error());
}

/// Configures a socket so that closing it resets the connection.
pub fn reset_on_close(socket: impl AsFd) {
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    let (fd, size) = (socket.as_fd().as_raw_fd(), size_of_val(&linger) as libc::socklen_t);
    let (level, name, value) = (libc::SOL_SOCKET, libc::SO_LINGER, (&raw const linger).cast());
    // SAFETY: reads one struct.
    let done = unsafe { libc::setsockopt(fd, level, name, value, size) };
    assert_eq!(done, 0, "SO_LINGER: {}", io::Error::last_os_error());
}

/// Creates a TCP socket that is bound to a free port of the loopback interface and does not listen.
/// Returns the socket and its address.
pub fn bound() -> (OwnedFd, SocketAddr) {
    // SAFETY: touches no memory.
    let fd = unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    assert!(fd >= 0, "socket: {}", io::Error::last_os_error());
    // SAFETY: a new descriptor, which has no other owner.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    let mut address = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr { s_addr: u32::from(Ipv4Addr::LOCALHOST).to_be() },
        sin_zero: [0; 8],
    };
    let mut size = size_of_val(&address) as libc::socklen_t;
    // SAFETY: reads one address.
    let done = unsafe { libc::bind(fd, (&raw const address).cast(), size) };
    assert_eq!(done, 0, "bind: {}", io::Error::last_os_error());
    // SAFETY: writes one address and its size.
    let done = unsafe { libc::getsockname(fd, (&raw mut address).cast(), &raw mut size) };
    assert_eq!(done, 0, "getsockname: {}", io::Error::last_os_error());
    (socket, (Ipv4Addr::LOCALHOST, u16::from_be(address.sin_port)).into())
}
