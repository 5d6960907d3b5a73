//! Several targets of the example `relay`: failover and round robin.

use butter::Errno;
use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::{describe, require, sockets};

/// Connects through the relay, and asserts that the server accepts the connection.
fn assert_connects(relay: &Relay, server: &Server) {
    let (client, served) = (relay.connect(), server.accept());
    client.send(b"to this server");
    client.finish();
    assert_eq!(served.receive_all(), b"to this server");
    served.finish();
    assert_eq!(client.receive_all(), b"");
}

#[test]
fn relay_prefers_first_target_by_default() {
    let program = require!(program());
    for kind in KINDS {
        let servers = [Server::new(kind), Server::new(Kind::Tcp)];
        let targets = [servers[0].address.as_str(), &servers[1].address];
        for options in [&[] as &[&str], &["--balance", "failover"]] {
            let relay = Relay::start_with_options(&program, kind, &targets, options);
            for _ in 0..3 {
                assert_connects(&relay, &servers[0]);
            }
        }
    }
}

#[test]
fn relay_uses_next_target_if_target_is_refused_and_returns_to_recovered_target() {
    let program = require!(program());
    let (_guard, path) = super::peers::directory();
    let first = format!("unix:{}", path.join("first").display());
    let (_socket, refused) = sockets::bound();
    let second = refused.to_string();
    for last in KINDS.map(Server::new) {
        let targets = [first.as_str(), &second, &last.address];
        let mut relay = Relay::start_with_options(&program, Kind::Tcp, &targets, &[]);
        for _ in 0..3 {
            assert_connects(&relay, &last);
        }
        // Each reason is printed once.
        for (target, errno) in [(&first, Errno::NOENT), (&second, Errno::CONNREFUSED)] {
            let reason = relay.wait_for(&format!("relay: cannot connect to {target}: "));
            let call = format!("{}: connect: ", describe(errno));
            assert!(reason.starts_with(&call), "{reason}");
        }
        let recovered = Server::at(&path.join("first"));
        assert_connects(&relay, &recovered);
        std::fs::remove_file(path.join("first")).unwrap();
        assert_connects(&relay, &last);
        let completed = relay.end(Signal::TERM);
        let totals = Totals {
            accepted: 5,
            failed: 0,
            unreachable: 0,
            aborted: 0,
            to_target: 70,
            to_client: 0,
        };
        assert_eq!(completed.totals(), totals);
        let messages = &completed.messages;
        assert_eq!(messages.matches(&second).count(), 2, "{messages}");
        assert_eq!(messages.matches("cannot connect to unix:").count(), 2, "{messages}");
    }
}

#[test]
fn relay_closes_connection_if_all_targets_are_refused() {
    let program = require!(program());
    let (_socket, refused) = sockets::bound();
    let targets = [refused.to_string(), "unix:/nowhere/to/go".to_owned()];
    let targets = [targets[0].as_str(), &targets[1]];
    for options in [&[] as &[&str], &["--balance=round-robin"]] {
        let relay = Relay::start_with_options(&program, Kind::Unix, &targets, options);
        for _ in 0..2 {
            assert_eq!(relay.connect().count_all(), 0);
        }
        let completed = relay.end(Signal::TERM);
        assert_eq!((completed.totals().accepted, completed.totals().unreachable), (2, 2));
        let messages = &completed.messages;
        assert_eq!(messages.matches("cannot connect to").count(), 2, "{messages}");
    }
}

#[test]
fn relay_alternates_between_targets_with_round_robin() {
    let program = require!(program());
    let servers = [Server::new(Kind::Tcp), Server::new(Kind::Unix), Server::new(Kind::Tcp)];
    let targets = servers.each_ref().map(|server| server.address.as_str());
    let options = ["--balance=round-robin"];
    let relay = Relay::start_with_options(&program, Kind::Tcp, &targets, &options);
    for server in servers.iter().cycle().take(7) {
        assert_connects(&relay, server);
    }
}

#[test]
fn relay_skips_refused_target_with_round_robin() {
    let program = require!(program());
    let (_socket, refused) = sockets::bound();
    let refused = refused.to_string();
    let servers = [Server::new(Kind::Unix), Server::new(Kind::Tcp)];
    let targets = [servers[0].address.as_str(), &refused, &servers[1].address];
    let options = ["--balance", "round-robin"];
    let relay = Relay::start_with_options(&program, Kind::Unix, &targets, &options);
    for number in [0, 1, 1, 0, 1, 1] {
        assert_connects(&relay, &servers[number]);
    }
    assert_eq!(relay.end(Signal::TERM).totals().unreachable, 0);
}
