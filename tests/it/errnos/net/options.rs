//! Errors of calls on options of sockets and on network interfaces, and of the functions for
//! service managers.

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::net::sockopt::{
    IPPROTO_IPV6, IPPROTO_TCP, SO_ATTACH_FILTER, SO_COOKIE, SO_DETACH_FILTER, SO_RCVTIMEO_OLD,
    SO_REUSEADDR, SOL_SOCKET,
};
use butter::net::{self, AddressFamily, InterfaceFlags, SocketType, raw, service, sockopt};
use butter::{Errno, Result};

use super::super::{Row, Table, failed, null, path_only_descriptor};
use super::{rows, unix};
use common::child::as_nobody;
use common::inject::inject;

pub const OPTIONS_TABLE: Table = Table {
    source: include_str!("../../../../src/net/sockopt/raw.rs"),
    rows: OPTIONS_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const INTERFACE_TABLE: Table = Table {
    source: include_str!("../../../../src/net/interface/raw.rs"),
    rows: INTERFACE_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const SERVICE_TABLE: Table = Table {
    source: include_str!("../../../../src/net/service/notify.rs"),
    rows: SERVICE_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const DGRAM: SocketType = SocketType::DGRAM;

/// The address of the peer.
const SO_PEERNAME: u32 = 28;

/// The conversion of an IPv6 socket to an IPv4 socket.
const IPV6_ADDRFORM: u32 = 1;

/// An option that does not exist.
const UNKNOWN: u32 = 0xFFFF;

fn get(socket: &OwnedFd, level: u32, name: u32) -> Result<usize> {
    // SAFETY: the value contains no addresses.
    unsafe { raw::getsockopt(socket.as_fd(), level, name, &mut [0; 4]) }
}

fn set(socket: &OwnedFd, level: u32, name: u32, value: &[u8]) -> Result<()> {
    // SAFETY: the value contains no address of mapped memory.
    unsafe { raw::setsockopt(socket.as_fd(), level, name, value) }
}

fn get_type(socket: &OwnedFd) -> Result<SocketType> {
    sockopt::socket_type(socket)
}

fn set_broadcast(socket: &OwnedFd) -> Result<()> {
    sockopt::set_socket_broadcast(socket, true)
}

const OPTIONS_ROWS: &[Row] = rows! {
    rows [
        GETSOCKOPT NOPROTOOPT Unsupported || failed(get(&unix(DGRAM), SOL_SOCKET, UNKNOWN));
        GETSOCKOPT OPNOTSUPP Unsupported || failed(sockopt::tcp_nodelay(unix(DGRAM)));
        GETSOCKOPT INVAL InvalidArgument || failed(get(&unix(DGRAM), SOL_SOCKET, SO_COOKIE));
        GETSOCKOPT NODATA Other || {
            let error = failed(sockopt::socket_peerpidfd(unix(DGRAM)))?;
            if error.is(Errno::NOPROTOOPT) { Err(error.to_string()) } else { Ok(error) }
        };
        GETSOCKOPT NOTCONN NotConnected || failed(get(&unix(DGRAM), SOL_SOCKET, SO_PEERNAME));
        SETSOCKOPT NOTCONN NotConnected || {
            let socket = net::socket(AddressFamily::INET6, DGRAM, None);
            let socket = socket.map_err(|error| error.to_string())?;
            let value = u32::from(AddressFamily::INET.as_raw()).to_ne_bytes();
            failed(set(&socket, IPPROTO_IPV6, IPV6_ADDRFORM, &value))
        };
        SETSOCKOPT NOENT NotFound || failed(set(&unix(DGRAM), SOL_SOCKET, SO_DETACH_FILTER, &[0; 4]));
        SETSOCKOPT FAULT InvalidArgument || {
            // A program of one instruction at an address where no memory is mapped.
            let program = [1_u64, 8].map(u64::to_ne_bytes).concat();
            failed(set(&unix(DGRAM), SOL_SOCKET, SO_ATTACH_FILTER, &program))
        };
        SETSOCKOPT NOPROTOOPT Unsupported || failed(set(&unix(DGRAM), SOL_SOCKET, UNKNOWN, &[0; 4]));
        SETSOCKOPT OPNOTSUPP Unsupported || failed(set(&unix(DGRAM), IPPROTO_TCP, 1, &[0; 4]));
        SETSOCKOPT INVAL InvalidArgument || failed(set(&unix(DGRAM), SOL_SOCKET, SO_REUSEADDR, &[1]));
        SETSOCKOPT DOM InvalidArgument || {
            let timeout = [0_i64, 1_000_000].map(i64::to_ne_bytes).concat();
            failed(set(&unix(DGRAM), SOL_SOCKET, SO_RCVTIMEO_OLD, &timeout))
        };
        SETSOCKOPT PERM PermissionDenied || {
            as_nobody(|| failed(sockopt::set_socket_rcvbufforce(unix(DGRAM), 4096)))
        };
        SETSOCKOPT NODEV NotFound || {
            failed(sockopt::set_socket_bindtodevice(unix(DGRAM), b"nonexistent0"))
        };
    ]
    descriptors [
        GETSOCKOPT get_type;
        SETSOCKOPT set_broadcast;
    ]
    injected [
        GETSOCKOPT SYS_getsockopt get_type =>
            RANGE InvalidArgument, SRCH NotFound, MFILE LimitReached, NFILE LimitReached,
            PERM PermissionDenied;
        SETSOCKOPT SYS_setsockopt set_broadcast =>
            ADDRINUSE AddressInUse, ISCONN Other, NOBUFS OutOfMemory;
    ]
};

const INTERFACE_ROWS: &[Row] = &[
    Row(Call::IOCTL_SIOCGIFFLAGS, Errno::NODEV, ErrorKind::NotFound, || {
        failed(butter::net::interface_flags(b"nonexistent0"))
    }),
    Row(Call::IOCTL_SIOCGIFFLAGS, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(raw::ioctl_siocgifflags(null().as_fd(), b"lo"))
    }),
    Row(Call::IOCTL_SIOCGIFFLAGS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(raw::ioctl_siocgifflags(path_only_descriptor().as_fd(), b"lo"))
    }),
    Row(Call::IOCTL_SIOCSIFFLAGS, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(butter::net::set_interface_flags(b"nonexistent0", FLAGS)))
    }),
    Row(Call::IOCTL_SIOCSIFFLAGS, Errno::NODEV, ErrorKind::NotFound, || {
        failed(butter::net::set_interface_flags(b"sixteen-bytes-16", FLAGS))
    }),
    Row(Call::IOCTL_SIOCSIFFLAGS, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(raw::ioctl_siocsifflags(null().as_fd(), b"nonexistent0", FLAGS))
    }),
    Row(Call::IOCTL_SIOCSIFFLAGS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(raw::ioctl_siocsifflags(path_only_descriptor().as_fd(), b"nonexistent0", FLAGS))
    }),
];

const FLAGS: InterfaceFlags = InterfaceFlags::UP;

const SERVICE_ROWS: &[Row] = &[
    Row(Call::SD_NOTIFY, Errno::AFNOSUPPORT, ErrorKind::InvalidArgument, || {
        failed(service::notify("relative", b"READY=1"))
    }),
    Row(Call::SD_LISTEN_FDS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: the process ID is invalid, so that the function uses no descriptors.
        failed(unsafe { service::ListenFds::new(b"0", b"1", None) }.map(drop))
    }),
];
