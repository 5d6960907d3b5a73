//! Non-blocking socket calls that `std` does not provide.

use std::io;
use std::mem::{self, offset_of};
use std::net::{Ipv6Addr, Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use butter::Errno;
use libc::{c_int, sockaddr, sockaddr_in, sockaddr_in6, sockaddr_un, socklen_t};

use crate::address::Address;

/// The result of an attempt to connect.
pub(crate) enum Connect {
    Connected(OwnedFd),
    /// The socket becomes writable when the attempt has succeeded or failed.
    InProgress(OwnedFd),
    /// A resource of this process or of the target is exhausted. The caller can retry to connect
    /// later.
    Retry,
    Failed(io::Error),
}

/// Starts to connect to an address.
pub(crate) fn connect(address: &Address) -> Connect {
    let socket = match socket(address) {
        Ok(socket) => socket,
        Err(error) => return failed(error),
    };
    let result = match address {
        Address::Tcp(SocketAddr::V4(address)) => connect_to(&socket, &ipv4(address)),
        Address::Tcp(SocketAddr::V6(address)) => connect_to(&socket, &ipv6(address)),
        Address::Unix(path) => {
            let address = unix(0, path.as_os_str().as_bytes());
            connect_to(&socket, &address)
        }
        Address::Abstract(name) => {
            let address = unix(1, name);
            // The length determines the end of the name: a NUL byte would be a part of the name.
            let length = offset_of!(sockaddr_un, sun_path) + 1 + name.len();
            connect_to_prefix(&socket, &address, length)
        }
    };
    match result {
        Ok(()) => Connect::Connected(socket),
        Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => {
            Connect::InProgress(socket)
        }
        Err(error) => failed(error),
    }
}

fn failed(error: io::Error) -> Connect {
    // EAGAIN means that the backlog of a Unix socket is full.
    if error.kind() == io::ErrorKind::WouldBlock || is_exhaustion(&error) {
        Connect::Retry
    } else {
        Connect::Failed(error)
    }
}

/// Returns whether the error means that a resource is exhausted, which may become available again.
pub(crate) fn is_exhaustion(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    errno.is_some_and(|errno| {
        [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM].contains(&errno)
    })
}

fn socket(address: &Address) -> io::Result<OwnedFd> {
    let family = match address {
        Address::Tcp(SocketAddr::V4(_)) => libc::AF_INET,
        Address::Tcp(SocketAddr::V6(_)) => libc::AF_INET6,
        Address::Unix(_) | Address::Abstract(_) => libc::AF_UNIX,
    };
    let socket = new_socket(family, libc::SOCK_NONBLOCK)?;
    if family != libc::AF_UNIX {
        set_nodelay(&socket);
    }
    Ok(socket)
}

fn new_socket(family: c_int, flags: c_int) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | flags;
    // SAFETY: accesses no memory.
    owned(unsafe { libc::socket(family, kind, 0) })
}

/// Connects to an address: `A` is the `sockaddr` struct of an address family.
fn connect_to<A>(socket: &OwnedFd, address: &A) -> io::Result<()> {
    connect_to_prefix(socket, address, size_of::<A>())
}

/// Connects to an address that consists of the first `length` bytes of the struct.
fn connect_to_prefix<A>(socket: &OwnedFd, address: &A, length: usize) -> io::Result<()> {
    assert!(length <= size_of::<A>());
    let (fd, pointer) = (socket.as_raw_fd(), (&raw const *address).cast::<sockaddr>());
    // SAFETY: the kernel reads `length` bytes, which is at most the size of the address.
    check(unsafe { libc::connect(fd, pointer, length as socklen_t) })
}

/// Creates a socket that listens on a port of all IPv6 and IPv4 addresses. Fails with
/// `EAFNOSUPPORT` if the host has no IPv6.
pub(crate) fn listen_on_all_addresses(port: u16) -> io::Result<TcpListener> {
    let address = SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0);
    let socket = new_socket(libc::AF_INET6, 0)?;
    set_option(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    // The default is the value of net.ipv6.bindv6only.
    set_option(&socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 0)?;
    let (address, length) = (ipv6(&address), size_of::<sockaddr_in6>() as socklen_t);
    // SAFETY: the kernel reads `length` bytes, which is the size of the address.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) })?;
    // SAFETY: accesses no memory.
    check(unsafe { libc::listen(socket.as_raw_fd(), libc::SOMAXCONN) })?;
    Ok(socket.into())
}

fn ipv4(address: &SocketAddrV4) -> sockaddr_in {
    sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: address.port().to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes(address.ip().octets()) },
        sin_zero: [0; 8],
    }
}

fn ipv6(address: &SocketAddrV6) -> sockaddr_in6 {
    sockaddr_in6 {
        sin6_family: libc::AF_INET6 as libc::sa_family_t,
        sin6_port: address.port().to_be(),
        sin6_flowinfo: address.flowinfo(),
        sin6_addr: libc::in6_addr { s6_addr: address.ip().octets() },
        sin6_scope_id: address.scope_id(),
    }
}

/// Converts a path or a name to an address. `Address` has checked that the bytes fit into
/// `sun_path`, and that a NUL byte follows a path. `start` is the number of NUL bytes before the
/// bytes: one before the name of an abstract address.
fn unix(start: usize, bytes: &[u8]) -> sockaddr_un {
    // SAFETY: the struct consists of integers, for which all zeros is valid.
    let mut address: sockaddr_un = unsafe { mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (target, byte) in address.sun_path.iter_mut().skip(start).zip(bytes) {
        *target = *byte as libc::c_char;
    }
    address
}

/// Accepts a connection.
pub(crate) fn accept(listener: &OwnedFd) -> io::Result<OwnedFd> {
    let (no_address, no_length) = (std::ptr::null_mut(), std::ptr::null_mut());
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: the kernel writes no address, because both pointers are null.
    owned(unsafe { libc::accept4(listener.as_raw_fd(), no_address, no_length, flags) })
}

/// Disables Nagle's algorithm, so that data is relayed as soon as it arrives. A failure is ignored,
/// because it only delays data.
pub(crate) fn set_nodelay(socket: &OwnedFd) {
    let _ = set_option(socket, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1);
}

fn set_option(socket: &OwnedFd, level: c_int, option: c_int, value: c_int) -> io::Result<()> {
    let (fd, length) = (socket.as_raw_fd(), size_of::<c_int>() as socklen_t);
    // SAFETY: the kernel reads `length` bytes, which is the size of the value.
    check(unsafe { libc::setsockopt(fd, level, option, (&raw const value).cast(), length) })
}

/// Returns the pending error of a socket, such as the result of an attempt to connect.
pub(crate) fn take_error(socket: impl AsFd) -> io::Result<()> {
    let (mut error, mut length): (c_int, _) = (0, size_of::<c_int>() as socklen_t);
    let (fd, value) = (socket.as_fd().as_raw_fd(), (&raw mut error).cast());
    let (level, option) = (libc::SOL_SOCKET, libc::SO_ERROR);
    // SAFETY: the kernel writes at most `length` bytes, which is the size of the value.
    check(unsafe { libc::getsockopt(fd, level, option, value, &raw mut length) })?;
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

/// Shuts down one or both directions of a socket. An error is ignored, because it means that the
/// connection is already closed.
pub(crate) fn shutdown(socket: impl AsFd, how: Shutdown) {
    let how = match how {
        Shutdown::Read => libc::SHUT_RD,
        Shutdown::Write => libc::SHUT_WR,
        Shutdown::Both => libc::SHUT_RDWR,
    };
    // SAFETY: accesses no memory.
    let _ = unsafe { libc::shutdown(socket.as_fd().as_raw_fd(), how) };
}

fn owned(result: c_int) -> io::Result<OwnedFd> {
    check(result)?;
    // SAFETY: the call succeeded and returned a new descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(result) })
}

fn check(result: c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
