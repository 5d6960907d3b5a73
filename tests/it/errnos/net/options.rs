//! Errors of calls on options of sockets and on network interfaces, and of the functions for
//! service managers.

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::net::sockopt::{IPPROTO_TCP, SO_COOKIE, SO_RCVTIMEO_OLD, SO_REUSEADDR, SOL_SOCKET};
use butter::net::{InterfaceFlags, SocketType, raw, service, sockopt};
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

/// An option that does not exist.
const UNKNOWN: u32 = 0xFFFF;

fn get(socket: &OwnedFd, level: u32, name: u32) -> Result<usize> {
    // SAFETY: the value contains no addresses.
    unsafe { raw::getsockopt(socket.as_fd(), level, name, &mut [0; 4]) }
}

fn set(socket: &OwnedFd, level: u32, name: u32, value: &[u8]) -> Result<()> {
    // SAFETY: the value contains no addresses.
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
            RANGE InvalidArgument, NODATA Other, SRCH NotFound, NOTCONN NotConnected,
            MFILE LimitReached, NFILE LimitReached, PERM PermissionDenied;
        SETSOCKOPT SYS_setsockopt set_broadcast =>
            ADDRINUSE AddressInUse, ISCONN Other, NOTCONN NotConnected, NOENT NotFound,
            NOBUFS OutOfMemory, FAULT InvalidArgument;
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
