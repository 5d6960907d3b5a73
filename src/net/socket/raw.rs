//! Raw system calls that create and bind sockets, and accept connections.

use core::ffi::c_int;
use core::mem::MaybeUninit;

use crate::error::{Call, ErrnoReason, Result, errno_reasons};
use crate::fd::{BorrowedFd, OwnedFd, owned};
use crate::net::addr::{SocketAddrAny, SocketAddrArg};
use crate::net::numbers::STORAGE_SIZE;
use crate::net::types::{AddressFamily, Protocol, SocketFlags, SocketType};
use crate::syscall::syscall;

/// `socket(domain, type | flags, protocol)` - creates a socket.
///
/// `None` as the protocol is the default protocol of the family and the type (0).
///
/// # Errors
///
/// - `EAFNOSUPPORT`: the kernel does not support the address family.
/// - `EPROTONOSUPPORT`: the family or the type does not support the protocol.
/// - `ESOCKTNOSUPPORT`: the family does not support the type.
/// - `EINVAL`: the type or a flag is unknown to the kernel; or the protocol is out of range.
/// - `EPERM`: the socket requires the capability `CAP_NET_RAW` in the user namespace of the network
///   namespace.
/// - `EACCES`: a security module or a policy of the address family denies the creation of the
///   socket.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOBUFS`: the kernel is out of memory.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [socket(2)].
///
/// [socket(2)]: https://man7.org/linux/man-pages/man2/socket.2.html
#[inline]
pub fn socket(
    family: AddressFamily,
    socket_type: SocketType,
    flags: SocketFlags,
    protocol: Option<Protocol>,
) -> Result<OwnedFd> {
    let (family, protocol) = (u32::from(family.as_raw()), protocol.map_or(0, Protocol::as_raw));
    let socket_type = socket_type.as_raw() | flags.bits();
    // SAFETY: touches no memory.
    let returned = unsafe { syscall!(Call::SOCKET, socket(family, socket_type, protocol)) };
    // SAFETY: on success, the result is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `socketpair(domain, type | flags, protocol, sv)` - creates a pair of connected sockets.
///
/// `None` as the protocol is the default protocol of the family and the type (0).
///
/// # Errors
///
/// - `EAFNOSUPPORT`: the kernel does not support the address family.
/// - `EPROTONOSUPPORT`: the family or the type does not support the protocol.
/// - `ESOCKTNOSUPPORT`: the family does not support the type.
/// - `EINVAL`: the type or a flag is unknown to the kernel; or the protocol is out of range.
/// - `EOPNOTSUPP`: the family does not support pairs of sockets.
/// - `EPERM`: the socket requires the capability `CAP_NET_RAW` in the user namespace of the network
///   namespace.
/// - `EACCES`: a security module or a policy of the address family denies the creation of the
///   socket.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOBUFS`: the kernel is out of memory.
/// - `ENOMEM`: the kernel is out of memory.
///
/// Since Linux 2.6.27; [socketpair(2)].
///
/// [socketpair(2)]: https://man7.org/linux/man-pages/man2/socketpair.2.html
#[inline]
pub fn socketpair(
    family: AddressFamily,
    socket_type: SocketType,
    flags: SocketFlags,
    protocol: Option<Protocol>,
) -> Result<(OwnedFd, OwnedFd)> {
    let (family, protocol) = (u32::from(family.as_raw()), protocol.map_or(0, Protocol::as_raw));
    let socket_type = socket_type.as_raw() | flags.bits();
    let mut pair = MaybeUninit::<[c_int; 2]>::uninit();
    let start = pair.as_mut_ptr();
    // SAFETY: the kernel writes two numbers on success, and keeps nothing.
    unsafe { syscall!(Call::SOCKETPAIR, socketpair(family, socket_type, protocol, start)) }
        .unit()?;
    // SAFETY: `socketpair` has succeeded, and has written the numbers.
    let [first, second] = unsafe { pair.assume_init() };
    // SAFETY: `first` is a new descriptor without another owner.
    let first = unsafe { owned(first) };
    // SAFETY: `second` is a new descriptor without another owner.
    let second = unsafe { owned(second) };
    Ok((first, second))
}

/// `bind(sockfd, addr, addrlen)` - assigns an address to a socket. A Unix socket with a path is
/// created as a file, which remains when the socket is closed.
///
/// # Errors
///
/// - `EADDRINUSE`: the address is in use; or the port is 0, and no port of the range
///   `net.ipv4.ip_local_port_range` is free; or the path exists.
/// - `EADDRNOTAVAIL`: the address does not belong to an interface of this host, or to a context ID
///   of this virtual machine.
/// - `EACCES`: the port is below `net.ipv4.ip_unprivileged_port_start` and the caller lacks
///   `CAP_NET_BIND_SERVICE`; or the directory of the path is not writable, or a directory in the
///   path cannot be searched; or a security module denies the call.
/// - `EPERM`: the address contains netlink groups, and the caller lacks `CAP_NET_ADMIN` for the
///   protocol; or the file system of the path does not support sockets.
/// - `EAFNOSUPPORT`: the family of the address differs from the family of the socket.
/// - `EINVAL`: the socket already has an address; or the address has a wrong length, or a wrong
///   family.
/// - `ENODEV`: the interface in the scope ID of an IPv6 address does not exist.
/// - `ELOOP`: the address is a path, and more than 40 symbolic links were followed in it.
/// - `ENOENT`: the address is a path, and a component of it does not exist or is a dangling
///   symbolic link.
/// - `ENOTDIR`: the address is a path, and a component of it that is used as a directory is not a
///   directory.
/// - `ENAMETOOLONG`: the address is a path, and a component of it is too long for its file system.
/// - `EROFS`: the address is a path on a read-only file system.
/// - `ENOSPC`: the file system of the path has no free space or no free inode.
/// - `EOPNOTSUPP`: the family of the socket has no addresses.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [bind(2)].
///
/// [bind(2)]: https://man7.org/linux/man-pages/man2/bind.2.html
#[inline]
pub fn bind(socket: BorrowedFd<'_>, address: &impl SocketAddrArg) -> Result<()> {
    address.with_bytes(|address| {
        let (start, length) = (address.as_ptr(), address.len());
        // SAFETY: the kernel reads the bytes of the address, and keeps nothing.
        unsafe { syscall!(Call::BIND, bind(socket, start, length)) }.unit()
    })
}

/// `listen(sockfd, backlog)` - marks a socket as listening: it accepts connections.
///
/// The kernel queues up to `backlog + 1` connections, but at most `net.core.somaxconn` plus 1. It
/// interprets a negative number as this maximum. A call for a listening socket changes its backlog.
///
/// # Errors
///
/// - `EADDRINUSE`: another socket listens on the address; or the socket has no address, and no port
///   is free.
/// - `EINVAL`: the socket is connected; or the Unix socket has no address.
/// - `EOPNOTSUPP`: the type of the socket does not support connections.
/// - `EACCES`: a security module denies the call.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// Since Linux 1.0; [listen(2)].
///
/// [listen(2)]: https://man7.org/linux/man-pages/man2/listen.2.html
#[inline]
pub fn listen(socket: BorrowedFd<'_>, backlog: i32) -> Result<()> {
    // SAFETY: touches no memory.
    unsafe { syscall!(Call::LISTEN, listen(socket, backlog)) }.unit()
}

/// `accept4(sockfd, NULL, NULL, flags)` - accepts a connection. Returns the connected socket.
///
/// # Errors
///
/// - `EAGAIN`: no connection is pending, and the socket is non-blocking or its timeout
///   (`SO_RCVTIMEO`) has expired.
/// - `EINTR`: interrupted by a signal.
/// - `ECONNABORTED`: the peer has closed the connection before its address could be returned.
/// - `EINVAL`: the socket is not listening, or was shut down; or a flag is unknown to the kernel.
/// - `EOPNOTSUPP`: the type of the socket does not support connections.
/// - `EPERM`: a firewall rule or a security module denies the connection.
/// - `EMFILE`: the per-process limit on open file descriptors (`RLIMIT_NOFILE`) has been reached.
/// - `ENFILE`: the system-wide limit on open files (`fs.file-max`) has been reached.
/// - `ENOBUFS`: the kernel is out of memory.
/// - `ENOMEM`: the kernel is out of memory.
/// - `ENOTSOCK`: the descriptor is not a socket.
/// - `EBADF`: the descriptor is path-only (`O_PATH`).
///
/// The call also returns network errors of the new connection, after which it can be repeated.
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[inline]
pub fn accept4(socket: BorrowedFd<'_>, flags: SocketFlags) -> Result<OwnedFd> {
    let null = core::ptr::null_mut::<u8>();
    // SAFETY: touches no memory, because both pointers are null.
    let returned = unsafe { syscall!(Call::ACCEPT4, accept4(socket, null, null, flags.bits())) };
    // SAFETY: on success, the result is a new descriptor.
    unsafe { returned.descriptor() }
}

/// `accept4(sockfd, &addr, &addrlen, flags)` - accepts a connection. Returns the connected socket
/// and the address of the peer.
///
/// # Errors
///
/// The errors of [`accept4`].
///
/// Since Linux 2.6.28; [accept4(2)].
///
/// [accept4(2)]: https://man7.org/linux/man-pages/man2/accept4.2.html
#[inline]
pub fn accept4_with_addr(
    socket: BorrowedFd<'_>,
    flags: SocketFlags,
) -> Result<(OwnedFd, SocketAddrAny)> {
    let (mut address, mut length) = (SocketAddrAny::EMPTY, STORAGE_SIZE as u32);
    let (start, length_pointer) = (address.as_mut_ptr(), &raw mut length);
    // SAFETY: the kernel reads the length, writes at most as many bytes of the address, writes the
    // length of the address, and keeps nothing.
    let returned =
        unsafe { syscall!(Call::ACCEPT4, accept4(socket, start, length_pointer, flags.bits())) };
    // SAFETY: on success, the result is a new descriptor.
    let accepted = unsafe { returned.descriptor() }?;
    address.set_length(length);
    Ok((accepted, address))
}

pub(crate) const REASONS: &[ErrnoReason] = errno_reasons! {
    SOCKET:
        AFNOSUPPORT => "the kernel does not support the address family",
        PROTONOSUPPORT => "the family or the type does not support the protocol",
        SOCKTNOSUPPORT => "the family does not support the type",
        INVAL => "the type or a flag is unknown to the kernel; or the protocol is out of range",
        PERM => "the socket requires the capability CAP_NET_RAW in the user namespace of the \
            network namespace",
        ACCES => "a security module or a policy of the address family denies the creation of the \
            socket",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOBUFS => "the kernel is out of memory";
    SOCKETPAIR:
        AFNOSUPPORT => "the kernel does not support the address family",
        PROTONOSUPPORT => "the family or the type does not support the protocol",
        SOCKTNOSUPPORT => "the family does not support the type",
        INVAL => "the type or a flag is unknown to the kernel; or the protocol is out of range",
        OPNOTSUPP => "the family does not support pairs of sockets",
        PERM => "the socket requires the capability CAP_NET_RAW in the user namespace of the \
            network namespace",
        ACCES => "a security module or a policy of the address family denies the creation of the \
            socket",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOBUFS => "the kernel is out of memory";
    BIND:
        ADDRINUSE => "the address is in use; or the port is 0, and no port of the range \
            net.ipv4.ip_local_port_range is free; or the path exists",
        ADDRNOTAVAIL => "the address does not belong to an interface of this host, or to a context \
            ID of this virtual machine",
        ACCES => "the port is below net.ipv4.ip_unprivileged_port_start and the caller lacks \
            CAP_NET_BIND_SERVICE; or the directory of the path is not writable, or a directory in \
            the path cannot be searched; or a security module denies the call",
        PERM => "the address contains netlink groups, and the caller lacks CAP_NET_ADMIN for the \
            protocol; or the file system of the path does not support sockets",
        AFNOSUPPORT => InvalidArgument "the family of the address differs from the family of the \
            socket",
        INVAL => "the socket already has an address; or the address has a wrong length, or a wrong \
            family",
        NODEV => "the interface in the scope ID of an IPv6 address does not exist",
        LOOP => "the address is a path, and more than 40 symbolic links were followed in it",
        NOENT => "the address is a path, and a component of it does not exist or is a dangling \
            symbolic link",
        NOTDIR => "the address is a path, and a component of it that is used as a directory is not \
            a directory",
        NAMETOOLONG => "the address is a path, and a component of it is too long for its file \
            system",
        ROFS => "the address is a path on a read-only file system",
        NOSPC => "the file system of the path has no free space or no free inode",
        OPNOTSUPP => "the family of the socket has no addresses",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    LISTEN:
        ADDRINUSE => "another socket listens on the address; or the socket has no address, and no \
            port is free",
        INVAL => "the socket is connected; or the Unix socket has no address",
        OPNOTSUPP => "the type of the socket does not support connections",
        ACCES => "a security module denies the call",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    ACCEPT4:
        AGAIN => "no connection is pending, and the socket is non-blocking or its timeout \
            (SO_RCVTIMEO) has expired",
        CONNABORTED => "the peer has closed the connection before its address could be returned",
        INVAL => "the socket is not listening, or was shut down; or a flag is unknown to the \
            kernel",
        OPNOTSUPP => "the type of the socket does not support connections",
        PERM => "a firewall rule or a security module denies the connection",
        MFILE => "the per-process limit on open file descriptors (RLIMIT_NOFILE) has been reached",
        NFILE => "the system-wide limit on open files (fs.file-max) has been reached",
        NOBUFS => "the kernel is out of memory",
        NOTSOCK => "the descriptor is not a socket",
        BADF => "the descriptor is path-only (O_PATH)";
    SOCKADDR_UN:
        INVAL => "the path is empty or contains a NUL byte",
        NAMETOOLONG => "the path has more than 108 bytes, or the abstract name more than 107";
};
