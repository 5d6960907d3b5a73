//! Idle connections of the example `relay`.

use std::io::{ErrorKind, Write};
use std::time::{Duration, Instant};

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, scaled};
use super::run::{Relay, program};
use common::require;

const TIMEOUT: Duration = Duration::from_millis(400);
const OPTIONS: [&str; 1] = ["--idle-timeout=0.4"];

#[test]
fn relay_closes_idle_connections_after_timeout() {
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start_with_options(&program, listen, &[&server.address], &OPTIONS);
            let before = relay.descriptor_counts();
            let start = Instant::now();
            let connections: Vec<_> = (0..3).map(|_| (relay.connect(), server.accept())).collect();
            for (client, served) in &connections {
                assert_eq!((client.count_all(), served.count_all()), (0, 0));
            }
            assert!(start.elapsed() >= TIMEOUT, "{:?}", start.elapsed());
            relay.wait_until_closed(&before);
            let totals = relay.end(Signal::TERM).totals();
            assert_eq!((totals.accepted, totals.failed, totals.aborted), (3, 0, 0));
        }
    }
}

#[test]
fn relay_restarts_idle_timeout_when_data_is_moved_in_either_direction() {
    let program = require!(program());
    for to_target in [true, false] {
        let server = Server::new(Kind::Tcp);
        let relay = Relay::start_with_options(
            &program,
            Kind::Unix,
            &[&server.address],
            &["--idle-timeout", "1.5"],
        );
        let (client, served) = (relay.connect(), server.accept());
        let (from, to) = if to_target { (&client, &served) } else { (&served, &client) };
        let start = Instant::now();
        let mut last = start;
        while start.elapsed() < Duration::from_secs(4) {
            last = Instant::now();
            from.send(b"x");
            to.expect(b"x");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!((client.count_all(), served.count_all()), (0, 0));
        assert!(last.elapsed() >= Duration::from_millis(1400), "{:?}", last.elapsed());
    }
}

#[test]
fn relay_closes_connection_of_client_that_does_not_read_after_idle_timeout() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start_with_options(&program, kind, &[&server.address], &OPTIONS);
        let before = relay.descriptor_counts();
        let (client, served) = (relay.connect(), server.accept());
        // The write blocks until the relay closes the connection.
        let error = loop {
            if let Err(error) = (&served).write(&[7; 32 * 1024]) {
                break error.kind();
            }
        };
        assert!(matches!(error, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
        assert!(client.count_all() > 0);
        relay.wait_until_closed(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!((totals.failed, totals.aborted), (1, 0));
    }
}

/// Raises the limit on open descriptors of this process. Returns `false` if it is less than
/// `count`.
fn raise_descriptor_limit(count: u64) -> bool {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes one struct.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: reads one struct.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    limit.rlim_cur >= count
}

#[test]
fn relay_uses_no_cpu_time_for_idle_clients() {
    let program = require!(program());
    let clients = scaled(2500, 100);
    // The relay requires six descriptors for each connection.
    require!(
        raise_descriptor_limit(6 * clients as u64 + 200),
        "the limit on open descriptors is too low"
    );
    let timeouts = ["--idle-timeout=1000", "--connect-timeout=1", "--keepalive=1000"];
    for (kind, options) in [
        (Kind::Tcp, &[] as &[&str]),
        (Kind::Tcp, &["--connect-timeout=1"]),
        (Kind::Tcp, &timeouts),
        (Kind::Unix, &timeouts),
    ] {
        let server = Server::new(kind);
        let relay = Relay::start_with_options(&program, kind, &[&server.address], options);
        let connections: Vec<_> = (0..clients)
            .map(|_| {
                let (client, served) = (relay.connect(), server.accept());
                client.send(b"x");
                served.expect(b"x");
                (client, served)
            })
            .collect();
        relay.wait_until_asleep();
        // The last events of the connections may arrive late.
        std::thread::sleep(Duration::from_millis(200));
        let before = relay.activity();
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(relay.activity(), before, "CPU time and number of waits");
        // All connections are still open.
        for (client, served) in &connections {
            served.send(b"y");
            client.expect(b"y");
        }
        drop(connections);
        assert_eq!(relay.end(Signal::TERM).totals().accepted, clients as u64);
    }
}
