//! Tests of calls that create, bind and connect sockets.

use std::net::{Ipv6Addr, SocketAddrV6};

use butter::Errno;
use butter::fd::{AsFd, OwnedFd};
use butter::io::{DescriptorFlags, StatusFlags, fcntl_getfd, fcntl_getfl};
use butter::net::{
    self, Address, AddressFamily, Protocol, SocketAddrAny, SocketAddrNetlink, SocketAddrUnix,
    SocketAddrVsock, SocketFlags, SocketType, UnixName, accept, acceptfrom, bind, connect,
    getpeername, getsockname, listen, raw, socket, socket_with, socketpair_with, sockopt,
};
use common::{files, require};

use super::{DGRAM, LOOPBACK, SEQPACKET, STREAM, bound, pair, unix, unix_listener, unused_name};

/// Returns whether a socket is close-on-exec, and whether it is non-blocking.
fn flags_of(socket: &OwnedFd) -> (bool, bool) {
    let cloexec = fcntl_getfd(socket).unwrap().contains(DescriptorFlags::CLOEXEC);
    (cloexec, fcntl_getfl(socket).unwrap().contains(StatusFlags::NONBLOCK))
}

const FLAGS: [(SocketFlags, (bool, bool)); 4] = [
    (SocketFlags::empty(), (false, false)),
    (SocketFlags::CLOEXEC, (true, false)),
    (SocketFlags::NONBLOCK, (false, true)),
    (SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK), (true, true)),
];

#[test]
fn socket_has_the_requested_family_type_and_protocol() {
    for socket_type in [STREAM, DGRAM, SEQPACKET] {
        let socket = unix(socket_type);
        assert_eq!(sockopt::socket_domain(&socket), Ok(AddressFamily::UNIX));
        assert_eq!(sockopt::socket_type(&socket), Ok(socket_type));
        assert_eq!(sockopt::socket_protocol(&socket), Ok(None));
        let (one, other) = pair(socket_type);
        assert_eq!([one, other].map(|end| sockopt::socket_type(end).unwrap()), [socket_type; 2]);
    }
    for (socket_type, protocol) in [(STREAM, Protocol::TCP), (DGRAM, Protocol::UDP)] {
        for requested in [None, Some(protocol)] {
            let socket = require!(socket(AddressFamily::INET, socket_type, requested));
            assert_eq!(sockopt::socket_domain(&socket), Ok(AddressFamily::INET));
            assert_eq!(sockopt::socket_protocol(&socket), Ok(Some(protocol)));
        }
    }
}

#[test]
fn socket_functions_set_cloexec_and_raw_calls_pass_the_flags() {
    let (listener, name) = unix_listener();
    let client = || {
        let client = unix(STREAM);
        connect(&client, &name).unwrap();
        client
    };
    for (flags, expected) in FLAGS {
        let raw = raw::socket(AddressFamily::UNIX, STREAM, flags, None).unwrap();
        assert_eq!(flags_of(&raw), expected);
        let (one, other) = raw::socketpair(AddressFamily::UNIX, STREAM, flags, None).unwrap();
        assert_eq!([flags_of(&one), flags_of(&other)], [expected; 2]);
        let _client = client();
        assert_eq!(flags_of(&raw::accept4(listener.as_fd(), flags).unwrap()), expected);
        let _client = client();
        let (accepted, _) = raw::accept4_with_addr(listener.as_fd(), flags).unwrap();
        assert_eq!(flags_of(&accepted), expected);

        let expected = (true, expected.1);
        let with_flags = socket_with(AddressFamily::UNIX, STREAM, flags, None).unwrap();
        assert_eq!(flags_of(&with_flags), expected);
        let (one, other) = socketpair_with(AddressFamily::UNIX, STREAM, flags, None).unwrap();
        assert_eq!([flags_of(&one), flags_of(&other)], [expected; 2]);
        let _client = client();
        assert_eq!(flags_of(&net::accept_with(&listener, flags).unwrap()), expected);
        let _client = client();
        let (accepted, _) = net::acceptfrom_with(&listener, flags).unwrap();
        assert_eq!(flags_of(&accepted), expected);
    }
    let _client = client();
    let accepted = accept(&listener).unwrap();
    let (one, other) = pair(STREAM);
    for socket in [unix(STREAM), one, other, accepted] {
        assert_eq!(flags_of(&socket), (true, false));
    }
}

/// Listens on an address, connects from another address, and compares all addresses.
fn assert_addresses(
    family: AddressFamily,
    server: impl Into<SocketAddrAny>,
    client: impl Into<SocketAddrAny>,
) {
    let listener = socket(family, STREAM, None).unwrap();
    bind(&listener, &server.into()).unwrap();
    listen(&listener, 1).unwrap();
    let server = getsockname(&listener).unwrap();

    let connecting = socket(family, STREAM, None).unwrap();
    bind(&connecting, &client.into()).unwrap();
    connect(&connecting, &server).unwrap();
    let client = getsockname(&connecting).unwrap();
    let (accepted, peer) = acceptfrom(&listener).unwrap();
    assert_eq!(peer, client);
    assert_eq!(getpeername(&accepted), Ok(client));
    assert_eq!(getsockname(&accepted), Ok(server));
    assert_eq!(getpeername(&connecting), Ok(server));
}

#[test]
fn acceptfrom_returns_the_address_of_each_family() {
    let directory = files::directory();
    let path = |name| SocketAddrUnix::new(common::bytes(&directory.path().join(name))).unwrap();
    assert_addresses(AddressFamily::UNIX, path("server"), path("client"));
    assert_addresses(AddressFamily::UNIX, unused_name(), unused_name());
    assert_addresses(AddressFamily::UNIX, unused_name(), path("third"));
    require!(bound(STREAM), "IPv4 is not available");
    assert_addresses(AddressFamily::INET, LOOPBACK, LOOPBACK);
    let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 0, 0, 0);
    let probe = require!(socket(AddressFamily::INET6, STREAM, None), "IPv6 is not available");
    require!(bind(&probe, &v6), "IPv6 is not available");
    assert_addresses(AddressFamily::INET6, v6, v6);
}

#[test]
fn getsockname_returns_the_names_of_unix_sockets() {
    let directory = files::directory();
    let name = common::bytes(&directory.path().join("socket")).to_vec();
    let (unbound, named, autobound) = (unix(DGRAM), unix(DGRAM), unix(DGRAM));
    bind(&named, &SocketAddrUnix::new(&name[..]).unwrap()).unwrap();
    bind(&autobound, &SocketAddrUnix::new_unnamed()).unwrap();
    assert_eq!(getsockname(&unbound).unwrap().decode(), Address::Unix(UnixName::Unnamed));
    let address = getsockname(&named).unwrap();
    let Address::Unix(UnixName::Path(path)) = address.decode() else { panic!("{address}") };
    assert_eq!(path.as_bytes(), name);
    let address = getsockname(&autobound).unwrap();
    let Address::Unix(UnixName::Abstract(name)) = address.decode() else { panic!("{address}") };
    assert_eq!(name.len(), 5);
    assert!(name.iter().all(u8::is_ascii_hexdigit));
}

#[test]
fn bind_accepts_a_path_of_108_bytes_which_getsockname_returns() {
    let directory = files::directory();
    let mut name = common::bytes(directory.path()).to_vec();
    require!(name.len() < 108, "the path of temporary files is too long");
    while name.len() < 108 {
        name.push(if name.len() == common::bytes(directory.path()).len() { b'/' } else { b'x' });
    }
    for length in [107, 108] {
        let socket = unix(STREAM);
        bind(&socket, &SocketAddrUnix::new(&name[..length]).unwrap()).unwrap();
        listen(&socket, 0).unwrap();
        let address = getsockname(&socket).unwrap();
        let Address::Unix(UnixName::Path(path)) = address.decode() else { panic!("{address}") };
        assert_eq!(path.as_bytes(), &name[..length]);
        connect(unix(STREAM), &SocketAddrUnix::new(&name[..length]).unwrap()).unwrap();
    }
}

#[test]
fn getsockname_returns_the_port_of_a_netlink_socket() {
    let socket = require!(socket(AddressFamily::NETLINK, SocketType::RAW, None));
    bind(&socket, &SocketAddrNetlink::new(0, 0)).unwrap();
    let address = getsockname(&socket).unwrap();
    let Address::Netlink(address) = address.decode() else { panic!("{address}") };
    assert_ne!(address.port(), 0);
    assert_eq!(address.groups(), 0);
    assert_eq!(getpeername(&socket).unwrap(), SocketAddrNetlink::new(0, 0).into());
}

#[test]
fn vsock_sockets_connect_to_the_port_that_getsockname_returns() {
    let listener = require!(socket(AddressFamily::VSOCK, STREAM, None));
    bind(&listener, &SocketAddrVsock::new(SocketAddrVsock::CID_ANY, SocketAddrVsock::PORT_ANY))
        .unwrap();
    let address = getsockname(&listener).unwrap();
    let Address::Vsock(address) = address.decode() else { panic!("{address}") };
    assert_eq!(address.cid(), SocketAddrVsock::CID_ANY);
    assert_ne!(address.port(), SocketAddrVsock::PORT_ANY);
    listen(&listener, 1).unwrap();
    let client = socket(AddressFamily::VSOCK, STREAM, None).unwrap();
    let target = SocketAddrVsock::new(SocketAddrVsock::CID_LOCAL, address.port());
    require!(connect(&client, &target), "the loopback transport of vsock is not available");
    let (accepted, peer) = acceptfrom(&listener).unwrap();
    // The address of the client contains no context ID, but its peer receives the one of the host.
    let Address::Vsock(own) = getsockname(&client).unwrap().decode() else { panic!() };
    assert_eq!(own.cid(), SocketAddrVsock::CID_ANY);
    assert_eq!(peer, SocketAddrVsock::new(SocketAddrVsock::CID_LOCAL, own.port()).into());
    assert_eq!(getpeername(&accepted), Ok(peer));
    assert_eq!(getsockname(&accepted), Ok(target.into()));
    assert_eq!(getpeername(&client), Ok(target.into()));
    for (from, to) in [(&client, &accepted), (&accepted, &client)] {
        let mut buffer = [0; 4];
        assert_eq!(net::send(from, b"abc", net::SendFlags::NOSIGNAL), Ok(3));
        assert_eq!(net::recv(to, &mut buffer, net::RecvFlags::empty()), Ok(3));
        assert_eq!(&buffer[..3], b"abc");
    }
}

#[test]
fn listen_limits_the_number_of_pending_connections() {
    let (listener, name) = (unix(STREAM), unused_name());
    bind(&listener, &name).unwrap();
    let client = || socket_with(AddressFamily::UNIX, STREAM, SocketFlags::NONBLOCK, None).unwrap();
    let mut clients = Vec::new();
    for backlog in [0, 2] {
        listen(&listener, backlog).unwrap();
        let error = loop {
            let client = client();
            match connect(&client, &name) {
                Ok(()) => clients.push(client),
                Err(error) => break error,
            }
        };
        assert_eq!((error.errno(), clients.len()), (Errno::AGAIN, backlog as usize + 1));
    }
}

#[test]
fn connect_to_unspec_removes_the_peer_of_a_datagram_socket() {
    let (socket, address) = require!(bound(DGRAM), "IPv4 is not available");
    connect(&socket, &address).unwrap();
    assert_eq!(getpeername(&socket), Ok(address));
    connect(&socket, &SocketAddrAny::UNSPEC).unwrap();
    assert_eq!(getpeername(&socket).unwrap_err().errno(), Errno::NOTCONN);
}

#[test]
fn connect_returns_einprogress_or_success_if_socket_is_nonblocking() {
    let (listener, address) = require!(bound(STREAM), "IPv4 is not available");
    listen(&listener, 1).unwrap();
    let flags = SocketFlags::NONBLOCK;
    let client = socket_with(AddressFamily::INET, STREAM, flags, None).unwrap();
    if let Err(error) = connect(&client, &address) {
        assert_eq!(error.errno(), Errno::INPROGRESS);
    }
    let _accepted = accept(&listener).unwrap();
    let mut fds = [butter::poll::PollFd::new(&client, butter::poll::PollFlags::OUT)];
    butter::poll::wait_interruptible(&mut fds, butter::time::Timeout::Infinite, None).unwrap();
    assert_eq!(sockopt::socket_error(&client), Ok(None));
    assert_eq!(getpeername(&client), Ok(address));
}
