//! Errors that require an unreachable host, a file system or a limit. The rows run in new
//! namespaces, or in a separate process.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::mount::{self, MountFlags};
use butter::namespace::{Namespaces, unshare};
use butter::net::{self, RecvFlags, SocketType, bind, connect, set_loopback_up, sockopt};
use common::child::{as_nobody, in_child, in_namespaces};
use common::{require, routes};

use super::messages::{RECVFROM, RECVMSG, Receiver, SENDMSG, SENDTO, send, to};
use super::setup::bind_path;
use super::{inet, listener, pair, unix};
use crate::errnos::mount::fixtures::on_tmpfs;
use crate::errnos::{Outcome, Row, check_each, failed, set_descriptor_limit, until_failed};

const STREAM: SocketType = SocketType::STREAM;
const DGRAM: SocketType = SocketType::DGRAM;

/// The destination of an unreachable route. 192.0.2.0/24 is reserved for documentation.
const UNREACHABLE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);

pub const SOCKET_ROWS: &[Row] = &[
    Row(Call::ACCEPT4, Errno::MFILE, ErrorKind::LimitReached, || {
        let (listener, name) = listener(0);
        let client = unix(STREAM);
        connect(&client, &name).unwrap();
        set_descriptor_limit(0);
        failed(net::accept(&listener))
    }),
    Row(Call::BIND, Errno::ROFS, ErrorKind::PermissionDenied, || {
        on_tmpfs(|path| {
            mount::remount(path, MountFlags::RDONLY, "").unwrap();
            failed(bind_path(format!("{path}/socket").as_bytes()))
        })
    }),
    Row(Call::BIND, Errno::NOSPC, ErrorKind::LimitReached, || {
        on_tmpfs(|path| {
            mount::remount(path, MountFlags::empty(), "nr_inodes=8").unwrap();
            let mut number = 0;
            until_failed(|| {
                number += 1;
                bind_path(format!("{path}/{number}").as_bytes())
            })
        })
    }),
];

pub const CONNECTION_ROWS: &[Row] =
    &[Row(Call::CONNECT, Errno::HOSTUNREACH, ErrorKind::Unreachable, || {
        failed(connect(inet(STREAM)?, &UNREACHABLE))
    })];

pub const SEND_ROWS: &[Row] = &[
    Row(Call::SENDTO, Errno::HOSTUNREACH, ErrorKind::Unreachable, || {
        to(SENDTO, inet(DGRAM)?, UNREACHABLE)
    }),
    Row(Call::SENDMSG, Errno::HOSTUNREACH, ErrorKind::Unreachable, || {
        to(SENDMSG, inet(DGRAM)?, UNREACHABLE)
    }),
    Row(Call::SENDMSG, Errno::TOOMANYREFS, ErrorKind::Other, || {
        let (socket, _peer) = pair(STREAM);
        as_nobody(|| {
            set_descriptor_limit(16);
            until_failed(|| net::send_fds(&socket, b"!", [socket.as_fd()]))
        })
    }),
];

pub const RECEIVE_ROWS: &[Row] = &[
    Row(Call::RECVFROM, Errno::HOSTUNREACH, ErrorKind::Unreachable, || {
        fails_if_peer_becomes_unreachable(RECVFROM, 1)
    }),
    Row(Call::RECVMSG, Errno::HOSTUNREACH, ErrorKind::Unreachable, || {
        fails_if_peer_becomes_unreachable(RECVMSG, 2)
    }),
];

/// Receives over a TCP connection whose peer becomes unreachable before it acknowledges the bytes
/// that were sent. `number` is different for each call.
fn fails_if_peer_becomes_unreachable(receiver: Receiver, number: u8) -> Outcome {
    // 198.51.100.0/24 is reserved for documentation, too.
    let peer = Ipv4Addr::new(198, 51, 100, number);
    routes::add_address(peer).unwrap();
    let (listener, client) = (inet(STREAM)?, inet(STREAM)?);
    bind(&listener, &SocketAddrV4::new(peer, 0)).unwrap();
    net::listen(&listener, 0).unwrap();
    bind(&client, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    connect(&client, &net::getsockname(&listener).unwrap()).unwrap();
    sockopt::set_tcp_user_timeout(&client, Duration::from_millis(1)).unwrap();
    // The packet returns through the loopback interface, and the kernel discards it.
    routes::remove_address(peer).unwrap();
    routes::add_route(peer, None).unwrap();
    send(SENDTO, &client).unwrap();
    routes::add_unreachable_route(peer).unwrap();
    failed(receiver(&client, RecvFlags::empty()))
}

/// Returns the rows of an errno.
fn with_errno(errno: Errno) -> impl Iterator<Item = &'static Row> {
    let rows = [SOCKET_ROWS, CONNECTION_ROWS, SEND_ROWS, RECEIVE_ROWS].into_iter().flatten();
    rows.filter(move |row| row.1 == errno)
}

#[test]
fn accept_fails_with_emfile_at_the_descriptor_limit() {
    in_child(|| check_each(with_errno(Errno::MFILE)));
}

/// The number of descriptors in messages that were not received yet is limited per user.
#[test]
fn sendmsg_fails_with_etoomanyrefs_if_too_many_descriptors_are_in_flight() {
    in_child(|| check_each(with_errno(Errno::TOOMANYREFS)));
}

#[test]
fn bind_fails_with_erofs_on_a_read_only_file_system_and_enospc_without_free_inodes() {
    let ran = in_namespaces(|| {
        check_each(with_errno(Errno::ROFS).chain(with_errno(Errno::NOSPC)));
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}

#[test]
fn connect_send_and_recv_fail_with_ehostunreach_if_host_is_unreachable() {
    let ran = in_namespaces(|| {
        require!(unshare(Namespaces::NET), "a new network namespace is not permitted");
        set_loopback_up().unwrap();
        require!(inet(DGRAM));
        require!(routes::add_unreachable_route(*UNREACHABLE.ip()), "a route cannot be added");
        check_each(with_errno(Errno::HOSTUNREACH));
    });
    require!(ran, "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces");
}
