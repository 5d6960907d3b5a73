//! Clients, servers and relays that terminate in the middle of a transfer.

use std::io::{Read, Write};

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, Stream, scaled};
use super::run::{Relay, program};
use common::require;

/// Calls `abort` repeatedly, alternately with `true` (close gracefully) and `false` (reset).
/// Returns the number of calls of `abort`.
fn repeat_aborts(mut abort: impl FnMut(bool)) -> u64 {
    let count = scaled(1000, 40);
    for number in 0..count {
        abort(number % 2 == 0);
    }
    count as u64
}

#[test]
fn relay_counts_every_delivered_byte_of_aborted_clients() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.descriptor_counts();
        let mut arrived = 0;
        let accepted = repeat_aborts(|gracefully| {
            let (client, served) = (relay.connect(), server.accept());
            let sent = std::thread::scope(|scope| {
                let sender = scope.spawn(|| {
                    let sent = send_until_error(&client, 300_000);
                    client.close(gracefully);
                    sent
                });
                arrived += served.count_all();
                sender.join().unwrap()
            });
            assert!(sent > 0);
        });
        relay.wait_until_closed(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!((totals.accepted, totals.unreachable, totals.aborted), (accepted, 0, 0));
        // The clients only sent data, and the server read all data that the relay delivered.
        assert_eq!((totals.to_target, totals.to_client), (arrived, 0));
    }
}

#[test]
fn relay_closes_descriptors_of_connection_if_server_aborts() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.descriptor_counts();
        let (mut arrived, mut sent) = (0, 0);
        let accepted = repeat_aborts(|gracefully| {
            let (client, served) = (relay.connect(), server.accept());
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut buffer = [0; 10_000];
                    (&served).read_exact(&mut buffer).unwrap();
                    arrived += 10_000;
                    // Closing a socket that has unread data resets the connection, even with a
                    // graceful close.
                    served.close(gracefully);
                });
                sent += send_until_error(&client, u64::MAX);
            });
        });
        relay.wait_until_closed(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            (totals.accepted, totals.unreachable, totals.aborted, totals.to_client),
            (accepted, 0, 0, 0)
        );
        assert!(
            (arrived..=sent).contains(&totals.to_target),
            "{arrived} <= {} <= {sent}",
            totals.to_target
        );
    }
}

#[test]
fn relay_ends_connections_if_other_relay_is_killed() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(Kind::Unix);
        let mut total = 0;
        for _ in 0..scaled(20, 3) {
            // The killed relay is the second of three relays, so that it is both a client and a
            // server.
            let last = Relay::start(&program, kind, &server.address);
            let victim = Relay::start(&program, kind, &last.address);
            let first = Relay::start(&program, kind, &victim.address);
            let before = [first.descriptor_counts(), last.descriptor_counts()];
            let (client, served) = (first.connect(), server.accept());
            let arrived = std::thread::scope(|scope| {
                scope.spawn(|| send_until_error(&client, u64::MAX));
                let mut buffer = [0; 200_000];
                (&served).read_exact(&mut buffer).unwrap();
                victim.signal(Signal::KILL);
                200_000 + served.count_all()
            });
            drop((client, served));
            first.wait_until_closed(&before[0]);
            last.wait_until_closed(&before[1]);
            let [first, last] = [first, last].map(|relay| relay.end(Signal::TERM).totals());
            assert_eq!((first.aborted, last.aborted, last.to_target), (0, 0, arrived));
            assert!(first.to_target >= arrived);
            total += arrived;
        }
        assert!(total > 0);
    }
}

/// Sends data until at least `limit` bytes are sent or a write fails. Returns the number of bytes
/// sent.
fn send_until_error(mut stream: &Stream, limit: u64) -> u64 {
    let (mut sent, chunk) = (0, [7; 50_000]);
    while sent < limit {
        match stream.write(&chunk) {
            Ok(count) => sent += count as u64,
            Err(_) => break,
        }
    }
    sent
}
