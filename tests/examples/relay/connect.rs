//! Targets of the example `relay` that do not respond to an attempt to connect, and the options of
//! the sockets.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use butter::net::sockopt;
use butter::signal::Signal;
use butter::{Errno, Result};

use super::peers::{KINDS, Kind, Server, Stream};
use super::run::{Relay, program};
use common::{describe, require, sockets};

/// A server whose queue of connections is full, so that it does not respond to further attempts.
struct Unresponsive {
    server: Server,
    _queued: Vec<Stream>,
}

impl Unresponsive {
    fn new(kind: Kind) -> Self {
        let server = Server::new(kind);
        sockets::listen(&server, 0);
        let mut queued = vec![Stream::connect(&server.address)];
        if kind == Kind::Tcp {
            // The kernel queues one connection more than the backlog. An attempt to connect that
            // does not succeed fills the queue of incomplete connections on old kernels only.
            let address = server.address.parse().unwrap();
            if let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                queued.push(Stream::Tcp(stream));
            }
        }
        Self { server, _queued: queued }
    }
}

#[test]
fn relay_uses_next_target_if_target_does_not_respond() {
    let program = require!(program());
    for kind in KINDS {
        let (first, second) = (Unresponsive::new(kind), Server::new(kind));
        let targets = [first.server.address.as_str(), &second.address];
        let options = ["--connect-timeout=0.2"];
        let mut relay = Relay::start_with_options(&program, Kind::Tcp, &targets, &options);
        let start = Instant::now();
        let clients: Vec<_> = (0..3).map(|_| relay.connect()).collect();
        for client in &clients {
            client.send(b"data");
        }
        for _ in &clients {
            second.accept().expect(b"data");
        }
        assert!(start.elapsed() >= Duration::from_millis(200));
        let reason = relay.wait_for(&format!("relay: cannot connect to {}: ", targets[0]));
        let call = format!("{}: connect: ", describe(Errno::TIMEDOUT));
        assert!(reason.starts_with(&call), "{reason}");
        assert_eq!(relay.end(Signal::TERM).totals().unreachable, 0);
    }
}

#[test]
fn relay_closes_connection_if_only_target_does_not_respond() {
    let program = require!(program());
    for kind in KINDS {
        let target = Unresponsive::new(kind);
        let targets = [target.server.address.as_str()];
        let options = ["--connect-timeout", "0.2"];
        let relay = Relay::start_with_options(&program, Kind::Unix, &targets, &options);
        let before = relay.descriptor_counts();
        let clients: Vec<_> = (0..3).map(|_| relay.connect()).collect();
        for client in clients {
            assert_eq!(client.count_all(), 0);
        }
        relay.wait_until_closed(&before);
        assert_eq!(relay.end(Signal::TERM).totals().unreachable, 3);
    }
}

/// Returns whether keepalive probes are enabled on a socket, the seconds before the first probe and
/// between probes, and the number of probes.
fn keepalive(socket: &OwnedFd) -> Result<(bool, u64, u64, u32)> {
    Ok((
        sockopt::socket_keepalive(socket)?,
        sockopt::tcp_keepidle(socket)?.as_secs(),
        sockopt::tcp_keepintvl(socket)?.as_secs(),
        sockopt::tcp_keepcnt(socket)?,
    ))
}

#[test]
fn relay_sets_keepalive_and_nodelay_on_both_sockets() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    for (options, expected) in [
        (&[] as &[&str], None),
        (&["--keepalive=100"], Some((true, 100, 25, 4))),
        (&["--keepalive=1"], Some((true, 1, 1, 4))),
        (&["--keepalive=32767"], Some((true, 32_767, 8192, 4))),
    ] {
        let relay = Relay::start_with_options(&program, Kind::Tcp, &[&server.address], options);
        let before = relay.descriptor_numbers();
        let (client, served) = (relay.connect(), server.accept());
        client.send(b"x");
        served.expect(b"x");
        let sockets = relay.duplicates("socket", &before);
        let sockets = require!(sockets, "the process cannot be accessed");
        assert_eq!(sockets.len(), 2);
        for socket in &sockets {
            assert_eq!(sockopt::tcp_nodelay(socket), Ok(true));
            let actual = keepalive(socket).unwrap();
            match expected {
                Some(expected) => assert_eq!(actual, expected),
                None => assert!(!actual.0),
            }
        }
    }
}

#[test]
fn relay_detects_lost_target_with_keepalive() {
    let program = require!(program());
    let lost = common::child::in_user_namespace(|| {
        // SAFETY: moves this thread into a new network namespace; touches no memory.
        let done = unsafe { libc::unshare(libc::CLONE_NEWNET) };
        require!(done == 0, "a network namespace cannot be created");
        butter::net::set_loopback_up().unwrap();
        let server = Server::new(Kind::Tcp);
        let options = ["--keepalive=1"];
        let relay = Relay::start_with_options(&program, Kind::Unix, &[&server.address], &options);
        let (client, served) = (relay.connect(), server.accept());
        client.send(b"x");
        served.expect(b"x");
        // Without the interface, the probes are lost, and no reset arrives.
        let up = butter::net::InterfaceFlags::UP;
        let flags = butter::net::interface_flags(b"lo").unwrap();
        butter::net::set_interface_flags(b"lo", flags & !up).unwrap();
        let start = Instant::now();
        assert_eq!(client.count_all(), 0);
        let seconds = start.elapsed().as_secs();
        assert!((1..60).contains(&seconds), "the connection was closed after {seconds} s");
        assert_eq!(relay.end(Signal::TERM).totals().failed, 1);
    });
    require!(lost, "the host does not permit user namespaces");
}
