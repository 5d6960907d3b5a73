//! The addresses of the example `relay`: all addresses of the host, and abstract Unix sockets.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::time::SystemTime;

use butter::Errno;
use butter::signal::Signal;
use common::inject::supervise;
use common::require;

use super::peers::{Kind, Server, Stream};
use super::run::{Relay, program};

/// Asserts that the relay relays data of a client that connects to `address`.
fn assert_relays(address: &str, server: &Server) {
    let client = Stream::connect(address);
    let served = server.accept();
    client.send(b"request");
    client.finish();
    assert_eq!(served.receive_all(), b"request");
    served.send(b"response");
    served.finish();
    assert_eq!(client.receive_all(), b"response");
}

/// Returns the port of a relay that listens on all addresses.
fn port(relay: &Relay) -> &str {
    relay.address.strip_prefix("*:").unwrap_or_else(|| panic!("{}", relay.address))
}

#[test]
fn relay_relays_between_ipv6_sockets() {
    let program = require!(program());
    let server = require!(Server::at_address("[::1]:0"), "this host has no IPv6");
    let relay = Relay::listen_on(&program, "[::1]:0", &server.address);
    assert!(relay.address.starts_with("[::1]:"), "{}", relay.address);
    assert_relays(&relay.address, &server);
    let options = ["--connect-timeout=60", "--idle-timeout=60", "--keepalive=60", "--memory=64M"];
    let relay =
        Relay::start_with_options(&program, Kind::Unix, &["[::1]:9", &server.address], &options);
    assert_relays(&relay.address, &server);
    let completed = relay.end(Signal::TERM);
    let message = "relay: cannot connect to [::1]:9: ";
    assert_eq!(completed.messages.matches(message).count(), 1, "{}", completed.messages);
}

#[test]
fn relay_listens_on_all_ipv6_and_ipv4_addresses() {
    let program = require!(program());
    require!(TcpListener::bind("[::1]:0"), "this host has no IPv6");
    let server = Server::new(Kind::Tcp);
    let relay = Relay::listen_on(&program, "*:0", &server.address);
    for host in ["127.0.0.1", "127.1.2.3", "[::1]"] {
        assert_relays(&format!("{host}:{}", port(&relay)), &server);
    }
    let completed = relay.end(Signal::TERM);
    assert_eq!((completed.totals().accepted, completed.totals().to_target), (3, 21));
}

#[test]
fn relay_listens_on_all_addresses_regardless_of_bindv6only() {
    let program = require!(program());
    require!(
        common::child::in_user_namespace(|| {
            // SAFETY: moves this thread into a new network namespace; touches no memory.
            let done = unsafe { libc::unshare(libc::CLONE_NEWNET) };
            require!(
                done == 0,
                "a network namespace cannot be created: {}",
                std::io::Error::last_os_error()
            );
            let changed = std::fs::write("/proc/sys/net/ipv6/bindv6only", "1");
            require!(changed, "net.ipv6.bindv6only cannot be changed");
            let relay = Relay::listen_on(&program, "*:0", "unix:/nowhere/to/go");
            // The loopback interface of the namespace is down, so connections are not possible.
            let error = TcpListener::bind(format!("0.0.0.0:{}", port(&relay))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AddrInUse);
            let ipv6 = Relay::listen_on(&program, "[::]:0", "unix:/nowhere/to/go");
            let port = ipv6.address.strip_prefix("[::]:").unwrap();
            TcpListener::bind(format!("0.0.0.0:{port}")).unwrap();
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

#[test]
fn relay_listens_on_all_ipv4_addresses_if_host_has_no_ipv6() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let decide =
        |arguments: [u64; 6]| (arguments[0] == libc::AF_INET6 as u64).then_some(Errno::AFNOSUPPORT);
    let start = || Relay::listen_on(&program, "*:0", &server.address);
    let relay = require!(supervise(libc::SYS_socket, decide, start));
    let port =
        relay.address.strip_prefix("0.0.0.0:").unwrap_or_else(|| panic!("{}", relay.address));
    assert_relays(&format!("127.0.0.1:{port}"), &server);
}

#[test]
fn relay_relays_between_abstract_sockets() {
    let program = require!(program());
    // A child of another test can keep a closed socket open until it executes a program, and IDs of
    // processes are unique only in a PID namespace, so each name is used once.
    let used = std::cell::Cell::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let unique = |text: &str| {
        used.set(used.get() + 1);
        format!("butter-{time}-{}-{text}", used.get())
    };
    // A long name has the maximum length of 107 bytes, two of which are one character.
    for is_long in [false, true] {
        for prefix in ["@", "unix:@"] {
            let name = unique("relay /\u{e4}");
            let name = if is_long { format!("{name:x<106}") } else { name };
            let server = unique("server");
            let target = format!("{prefix}{server}");
            let server = Server::at_abstract_name(&server);
            let relay = Relay::listen_on(&program, &format!("{prefix}{name}"), &target);
            assert_eq!(relay.address, format!("unix:@{name}"));
            assert_relays(&relay.address, &server);
            // The printed address is a valid operand.
            let second = Relay::listen_on(&program, "127.0.0.1:0", &relay.address);
            assert_relays(&second.address, &server);
            second.end(Signal::TERM);
            assert_eq!(relay.end(Signal::TERM).totals().accepted, 2);
        }
    }
}

#[test]
fn relay_listens_on_file_whose_name_begins_with_at_sign() {
    let program = require!(program());
    let (_guard, path) = super::peers::directory();
    let server = Server::new(Kind::Tcp);
    let address = format!("unix:{}/@file", path.display());
    let relay = Relay::listen_on(&program, &address, &server.address);
    assert_eq!(relay.address, address);
    assert!(path.join("@file").exists());
    assert_relays(&address, &server);
    relay.end(Signal::TERM);
    assert!(!path.join("@file").exists());
}
