//! Non-blocking socket calls that `std` does not provide.

use std::io;
use std::mem;
use std::net::{Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

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
        Address::Unix(path) => connect_to(&socket, &unix(path)),
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
        Address::Unix(_) => libc::AF_UNIX,
    };
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: accesses no memory.
    let socket = owned(unsafe { libc::socket(family, kind, 0) })?;
    if family != libc::AF_UNIX {
        set_nodelay(&socket);
    }
    Ok(socket)
}

/// Connects to an address: `A` is the `sockaddr` struct of an address family.
fn connect_to<A>(socket: &OwnedFd, address: &A) -> io::Result<()> {
    let (pointer, length) = ((&raw const *address).cast::<sockaddr>(), size_of::<A>() as socklen_t);
    // SAFETY: the kernel reads `length` bytes, which is the size of the address.
    check(unsafe { libc::connect(socket.as_raw_fd(), pointer, length) })
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

/// Converts a path to an address. `Address` has checked that the path is shorter than `sun_path`,
/// so a NUL byte follows the path.
fn unix(path: &Path) -> sockaddr_un {
    // SAFETY: the struct consists of integers, for which all zeros is valid.
    let mut address: sockaddr_un = unsafe { mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (target, byte) in address.sun_path.iter_mut().zip(path.as_os_str().as_bytes()) {
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
    let (enable, length): (c_int, _) = (1, size_of::<c_int>() as socklen_t);
    let value = (&raw const enable).cast();
    let (fd, level, option) = (socket.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_NODELAY);
    // SAFETY: the kernel reads `length` bytes, which is the size of the value.
    let _ = unsafe { libc::setsockopt(fd, level, option, value, length) };
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
