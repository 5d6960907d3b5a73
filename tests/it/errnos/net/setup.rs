//! Errors of calls that create, bind and connect sockets.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::net::{
    self, AddressFamily, Protocol, Shutdown, SocketAddrNetlink, SocketFlags, SocketType, bind,
    connect, listen, raw, sockopt,
};

use super::super::process::{in_unsearchable_directory, with_link_loop};
use super::super::{Outcome, Row, Table, failed, null, path_only_descriptor};
use super::environments;
use super::{
    bound, inet, listener, netlink, of_other_family, path, rows, unix, unused_name,
    with_listener_at_path, without_route,
};
use common::child::as_nobody;
use common::files;
use common::inject::inject;

pub const SOCKET_TABLE: Table = Table {
    source: include_str!("../../../../src/net/socket/raw.rs"),
    rows: SOCKET_ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: environments::SOCKET_ROWS,
};

pub const CONNECTION_TABLE: Table = Table {
    source: include_str!("../../../../src/net/connection/raw.rs"),
    rows: CONNECTION_ROWS,
    at_descriptor_limit: &[],
    others: environments::CONNECTION_ROWS,
};

const STREAM: SocketType = SocketType::STREAM;
const DGRAM: SocketType = SocketType::DGRAM;
const LOOPBACK: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
const UNKNOWN_FAMILY: AddressFamily = AddressFamily::from_raw(0xFFFF);
const UNKNOWN_PROTOCOL: Option<Protocol> = Some(Protocol::from_raw(99));
const UNKNOWN_FLAG: SocketFlags = SocketFlags::from_bits_retain(0x100);

const SOCKET_ROWS: &[Row] = rows! {
    rows [
        SOCKET AFNOSUPPORT Unsupported || failed(net::socket(UNKNOWN_FAMILY, STREAM, None));
        SOCKET PROTONOSUPPORT Unsupported || {
            failed(net::socket(AddressFamily::UNIX, STREAM, UNKNOWN_PROTOCOL))
        };
        SOCKET SOCKTNOSUPPORT Unsupported || {
            failed(net::socket(AddressFamily::UNIX, SocketType::RDM, None))
        };
        SOCKET INVAL InvalidArgument || {
            failed(net::socket_with(AddressFamily::UNIX, STREAM, UNKNOWN_FLAG, None))
        };
        SOCKET PERM PermissionDenied || as_nobody(|| {
            let raw = net::socket(AddressFamily::INET, SocketType::RAW, Some(Protocol::ICMP));
            let error = failed(raw)?;
            if error.is(Errno::AFNOSUPPORT) { Err(error.to_string()) } else { Ok(error) }
        });
        SOCKETPAIR AFNOSUPPORT Unsupported || {
            failed(net::socketpair(UNKNOWN_FAMILY, STREAM, None))
        };
        SOCKETPAIR PROTONOSUPPORT Unsupported || {
            failed(net::socketpair(AddressFamily::UNIX, STREAM, UNKNOWN_PROTOCOL))
        };
        SOCKETPAIR SOCKTNOSUPPORT Unsupported || {
            failed(net::socketpair(AddressFamily::UNIX, SocketType::RDM, None))
        };
        SOCKETPAIR INVAL InvalidArgument || {
            failed(net::socketpair_with(AddressFamily::UNIX, STREAM, UNKNOWN_FLAG, None))
        };
        SOCKETPAIR OPNOTSUPP Unsupported || {
            failed(net::socketpair(AddressFamily::NETLINK, SocketType::RAW, None))
        };
        BIND ADDRINUSE AddressInUse || {
            let (_listener, name) = listener(0);
            failed(bind(unix(STREAM), &name))
        };
        BIND ADDRNOTAVAIL Other || {
            // 192.0.2.0/24 is reserved for documentation.
            let address = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 0);
            let socket = inet(DGRAM)?;
            let error = bind(&socket, &address).err();
            error.ok_or_else(|| "net.ipv4.ip_nonlocal_bind is set".to_owned())
        };
        BIND ACCES PermissionDenied || in_unsearchable_directory(|directory| {
            failed(bind_path(&[directory, b"/x"].concat()))
        });
        BIND AFNOSUPPORT InvalidArgument || failed(bind(inet(DGRAM)?, &of_other_family()));
        BIND INVAL InvalidArgument || {
            let socket = unix(DGRAM);
            bind(&socket, &unused_name()).unwrap();
            failed(bind(&socket, &unused_name()))
        };
        BIND LOOP InvalidArgument || with_link_loop(|link| {
            failed(bind_path(&[link, b"/x"].concat()))
        });
        BIND NOENT NotFound || failed(bind_path(b"/nowhere/at/all"));
        BIND NOTDIR InvalidArgument || failed(bind_path(b"/dev/null/x"));
        BIND NAMETOOLONG InvalidArgument || with_long_target(|link| failed(bind_path(link)));
        BIND PERM PermissionDenied || as_nobody(|| {
            failed(bind(netlink(Some(Protocol::NETFILTER))?, &SocketAddrNetlink::new(0, 1)))
        });
        BIND NODEV NotFound || {
            let socket = net::socket(AddressFamily::INET6, DGRAM, None);
            let address = SocketAddrV6::new(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1), 0, 0, 1 << 30);
            failed(bind(socket.map_err(|error| error.to_string())?, &address))
        };
        LISTEN ADDRINUSE AddressInUse || {
            let sockets = [inet(STREAM)?, inet(STREAM)?];
            bind(&sockets[0], &LOOPBACK).map_err(|error| error.to_string())?;
            let address = net::getsockname(&sockets[0]).unwrap();
            for socket in &sockets {
                sockopt::set_socket_reuseaddr(socket, true).unwrap();
            }
            bind(&sockets[1], &address).unwrap();
            listen(&sockets[0], 0).unwrap();
            failed(listen(&sockets[1], 0))
        };
        LISTEN INVAL InvalidArgument || failed(listen(unix(STREAM), 0));
        LISTEN OPNOTSUPP Unsupported || failed(listen(unix(DGRAM), 0));
        ACCEPT4 AGAIN WouldBlock || {
            let (listener, _) = listener(0);
            butter::io::fcntl_setfl(&listener, butter::io::StatusFlags::NONBLOCK).unwrap();
            failed(net::accept(&listener))
        };
        ACCEPT4 INVAL InvalidArgument || failed(net::accept(unix(STREAM)));
        ACCEPT4 OPNOTSUPP Unsupported || failed(net::accept(unix(DGRAM)));
        SOCKADDR_UN INVAL InvalidArgument || failed(path(b""));
        SOCKADDR_UN NAMETOOLONG InvalidArgument || failed(path(&[b'x'; 109]));
    ]
    descriptors [
        BIND |fd: &OwnedFd| bind(fd, &unused_name());
        LISTEN |fd: &OwnedFd| listen(fd, 0);
        ACCEPT4 |fd: &OwnedFd| net::accept(fd);
    ]
    injected [
        SOCKET SYS_socket |_: &OwnedFd| net::socket(AddressFamily::UNIX, STREAM, None) =>
            ACCES PermissionDenied, NFILE LimitReached, NOBUFS OutOfMemory;
        SOCKETPAIR SYS_socketpair |_: &OwnedFd| net::socketpair(AddressFamily::UNIX, STREAM, None) =>
            PERM PermissionDenied, ACCES PermissionDenied, NFILE LimitReached, NOBUFS OutOfMemory;
        BIND SYS_bind |fd: &OwnedFd| bind(fd, &unused_name()) =>
            OPNOTSUPP Unsupported;
        LISTEN SYS_listen |fd: &OwnedFd| listen(fd, 0) => ACCES PermissionDenied;
        ACCEPT4 SYS_accept4 |fd: &OwnedFd| net::acceptfrom(fd) =>
            CONNABORTED Other, PERM PermissionDenied, NFILE LimitReached, NOBUFS OutOfMemory;
    ]
};

const AT_DESCRIPTOR_LIMIT: &[Row] = &[
    Row(Call::SOCKET, Errno::MFILE, ErrorKind::LimitReached, || {
        failed(net::socket(AddressFamily::UNIX, STREAM, None))
    }),
    Row(Call::SOCKETPAIR, Errno::MFILE, ErrorKind::LimitReached, || {
        failed(net::socketpair(AddressFamily::UNIX, STREAM, None))
    }),
];

const CONNECTION_ROWS: &[Row] = rows! {
    rows [
        CONNECT AGAIN WouldBlock || {
            let (_listener, name) = listener(0);
            connect(unix_nonblocking(), &name).unwrap();
            let clients = [unix_nonblocking(), unix_nonblocking()];
            Ok(clients.iter().find_map(|client| connect(client, &name).err()).unwrap())
        };
        CONNECT INPROGRESS InProgress || {
            let (listener, address) = bound(STREAM)?;
            listen(&listener, 0).unwrap();
            failed(connect(inet_nonblocking(), &address))
        };
        CONNECT ALREADY InProgress || {
            let (listener, address) = bound(STREAM)?;
            listen(&listener, 0).unwrap();
            // The queue contains one connection, so that the next one is not established.
            let sockets = [inet_nonblocking(), inet_nonblocking()];
            for socket in &sockets {
                connect(socket, &address).unwrap_err();
            }
            failed(connect(&sockets[1], &address))
        };
        CONNECT TIMEDOUT TimedOut || {
            let (listener, address) = bound(STREAM)?;
            listen(&listener, 0).unwrap();
            let (first, second) = (inet(STREAM)?, inet(STREAM)?);
            connect(&first, &address).unwrap();
            // The queue is full, so that the kernel discards the requests of the second socket.
            sockopt::set_tcp_user_timeout(&second, Duration::from_millis(1)).unwrap();
            failed(connect(&second, &address))
        };
        CONNECT ADDRNOTAVAIL Other || {
            let (listener, address) = bound(STREAM)?;
            listen(&listener, 0).unwrap();
            let (sockets, mut local) = ([inet(STREAM)?, inet(STREAM)?], LOOPBACK.into());
            for socket in &sockets {
                sockopt::set_socket_reuseaddr(socket, true).unwrap();
                bind(socket, &local).unwrap();
                local = net::getsockname(socket).unwrap();
            }
            connect(&sockets[0], &address).unwrap();
            failed(connect(&sockets[1], &address))
        };
        CONNECT NETUNREACH Unreachable || {
            let (socket, address) = without_route()?;
            failed(connect(&socket, &address))
        };
        CONNECT OPNOTSUPP Unsupported || {
            let socket = net::socket(AddressFamily::ALG, SocketType::SEQPACKET, None);
            failed(connect(socket.map_err(|error| error.to_string())?, &of_other_family()))
        };
        CONNECT ISCONN Other || {
            let (_listener, name) = listener(1);
            let client = unix(STREAM);
            connect(&client, &name).unwrap();
            failed(connect(&client, &name))
        };
        CONNECT CONNREFUSED ConnectionRefused || failed(connect(unix(STREAM), &unused_name()));
        CONNECT AFNOSUPPORT InvalidArgument || failed(connect(inet(STREAM)?, &of_other_family()));
        CONNECT PROTOTYPE InvalidArgument || with_listener_at_path(|name| {
            failed(connect(unix(DGRAM), &name))
        });
        CONNECT INVAL InvalidArgument || failed(connect(unix(STREAM), &of_other_family()));
        CONNECT LOOP InvalidArgument || with_link_loop(|link| failed(connect_path(link)));
        CONNECT NOENT NotFound || failed(connect_path(b"/nowhere/at/all"));
        CONNECT NOTDIR InvalidArgument || failed(connect_path(b"/dev/null/x"));
        CONNECT NAMETOOLONG InvalidArgument || with_long_target(|link| failed(connect_path(link)));
        CONNECT ACCES PermissionDenied || in_unsearchable_directory(|directory| {
            failed(connect_path(&[directory, b"/x"].concat()))
        });
        GETPEERNAME NOTCONN NotConnected || failed(net::getpeername(unix(STREAM)));
        SHUTDOWN NOTCONN NotConnected || failed(net::shutdown(inet(STREAM)?, Shutdown::Both));
        SHUTDOWN OPNOTSUPP Unsupported || {
            failed(net::shutdown(netlink(None)?, Shutdown::Read))
        };
    ]
    descriptors [
        CONNECT |fd: &OwnedFd| connect(fd, &unused_name());
        GETSOCKNAME |fd: &OwnedFd| net::getsockname(fd);
        GETPEERNAME |fd: &OwnedFd| net::getpeername(fd);
        SHUTDOWN |fd: &OwnedFd| net::shutdown(fd, Shutdown::Write);
    ]
    injected [
        CONNECT SYS_connect |fd: &OwnedFd| raw::connect(fd.as_fd(), &unused_name()) =>
            CONNRESET ConnectionReset, ADDRINUSE AddressInUse, PERM PermissionDenied, NODEV NotFound;
        GETSOCKNAME SYS_getsockname |fd: &OwnedFd| net::getsockname(fd) => NOBUFS OutOfMemory;
        GETPEERNAME SYS_getpeername |fd: &OwnedFd| net::getpeername(fd) =>
            OPNOTSUPP Unsupported, NOBUFS OutOfMemory;
    ]
};

fn unix_nonblocking() -> OwnedFd {
    net::socket_with(AddressFamily::UNIX, STREAM, SocketFlags::NONBLOCK, None).unwrap()
}

fn inet_nonblocking() -> OwnedFd {
    net::socket_with(AddressFamily::INET, STREAM, SocketFlags::NONBLOCK, None).unwrap()
}

pub fn bind_path(name: &[u8]) -> butter::Result<()> {
    bind(unix(DGRAM), &path(name)?)
}

fn connect_path(name: &[u8]) -> butter::Result<()> {
    connect(unix(DGRAM), &path(name)?)
}

/// Executes a call with the path of a symbolic link whose target has a component of 256 bytes.
pub fn with_long_target(call: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    let directory = files::directory();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(format!("{}/x", "x".repeat(256)), &link).unwrap();
    call(common::bytes(&link.join("y")))
}
