//! Peers that die in the middle of a transfer.

use std::io::{Read, Write};

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, Stream, much};
use super::run::{Relay, program};
use common::require;

/// Has a peer die so many times, in two ways by turns.
fn die(mut die: impl FnMut(bool)) -> u64 {
    let times = much(1000, 40);
    for time in 0..times {
        die(time % 2 == 0);
    }
    times as u64
}

#[test]
fn what_arrived_from_clients_that_died_is_counted_to_the_byte() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.held();
        let mut arrived = 0;
        let accepted = die(|gently| {
            let (client, served) = (relay.connect(), server.accept());
            let sent = std::thread::scope(|scope| {
                let sender = scope.spawn(|| {
                    let sent = send_for_a_while(&client, 300_000);
                    client.end(gently);
                    sent
                });
                arrived += served.count_all();
                sender.join().unwrap()
            });
            assert!(sent > 0);
        });
        relay.settles_at(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!((totals.accepted, totals.unreached, totals.cut), (accepted, 0, 0));
        // Whoever died had sent only: all that was taken for the server was read there.
        assert_eq!((totals.there, totals.back), (arrived, 0));
    }
}

#[test]
fn servers_that_die_leave_nothing_behind() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.held();
        let (mut arrived, mut given) = (0, 0);
        let accepted = die(|gently| {
            let (client, served) = (relay.connect(), server.accept());
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut buffer = [0; 10_000];
                    (&served).read_exact(&mut buffer).unwrap();
                    arrived += 10_000;
                    // What came and was not read makes it a reset in both cases.
                    served.end(gently);
                });
                given += send_for_a_while(&client, u64::MAX);
            });
        });
        relay.settles_at(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            (totals.accepted, totals.unreached, totals.cut, totals.back),
            (accepted, 0, 0, 0)
        );
        assert!(
            (arrived..=given).contains(&totals.there),
            "{arrived} <= {} <= {given}",
            totals.there
        );
    }
}

#[test]
fn a_process_that_is_killed_ends_its_connections() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(Kind::Unix);
        let mut counted = 0;
        for _ in 0..much(20, 3) {
            // The one in the middle is the victim: it has both a client's part and a server's.
            let last = Relay::start(&program, kind, &server.address);
            let victim = Relay::start(&program, kind, &last.address);
            let first = Relay::start(&program, kind, &victim.address);
            let before = [first.held(), last.held()];
            let (client, served) = (first.connect(), server.accept());
            let arrived = std::thread::scope(|scope| {
                scope.spawn(|| send_for_a_while(&client, u64::MAX));
                let mut buffer = [0; 200_000];
                (&served).read_exact(&mut buffer).unwrap();
                victim.signal(Signal::KILL);
                200_000 + served.count_all()
            });
            drop((client, served));
            first.settles_at(&before[0]);
            last.settles_at(&before[1]);
            let [first, last] = [first, last].map(|relay| relay.end(Signal::TERM).totals());
            assert_eq!((first.cut, last.cut, last.there), (0, 0, arrived));
            assert!(first.there >= arrived);
            counted += arrived;
        }
        assert!(counted > 0);
    }
}

/// Sends until so many bytes are taken, or nobody takes them; returns how many were.
fn send_for_a_while(mut stream: &Stream, most: u64) -> u64 {
    let (mut sent, piece) = (0, [7; 50_000]);
    while sent < most {
        match stream.write(&piece) {
            Ok(count) => sent += count as u64,
            Err(_) => break,
        }
    }
    sent
}
