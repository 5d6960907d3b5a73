//! How a connection ends.

use std::io::{ErrorKind, Read, Write};

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, directory};
use super::run::{Relay, Totals, program};
use common::require;
use common::sockets;

const PLENTY: usize = 1 << 20;

#[test]
fn one_side_finishes_and_the_other_goes_on() {
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            for turned in [false, true] {
                let (client, served) = (relay.connect(), server.accept());
                let (first, second) = if turned { (&served, &client) } else { (&client, &served) };
                first.send(b"that is all");
                first.finish();
                // It is told to the other side although this one still listens.
                assert_eq!(second.receive_all(), b"that is all");
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        for byte in 0..16 {
                            second.send(&vec![byte; PLENTY / 16]);
                        }
                        second.finish();
                    });
                    assert_eq!(first.receive_all().len(), PLENTY);
                });
            }
            let totals = relay.end(Signal::TERM).totals();
            let bytes = PLENTY as u64 + 11;
            assert_eq!(
                totals,
                Totals { accepted: 2, broken: 0, unreached: 0, cut: 0, there: bytes, back: bytes }
            );
        }
    }
}

#[test]
fn who_sends_and_leaves_at_once_has_sent_all() {
    const CLIENTS: usize = 100;
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            let before = relay.held();
            for number in 0..CLIENTS {
                relay.connect().send(&[number as u8]);
            }
            let mut received: Vec<_> =
                (0..CLIENTS).map(|_| server.accept().receive_all()).collect();
            received.sort_unstable();
            assert_eq!(received, (0..CLIENTS).map(|number| [number as u8]).collect::<Vec<_>>());
            relay.settles_at(&before);
            let accepted = CLIENTS as u64;
            let totals =
                Totals { accepted, broken: 0, unreached: 0, cut: 0, there: accepted, back: 0 };
            assert_eq!(relay.end(Signal::TERM).totals(), totals);
        }
    }
}

#[test]
fn who_leaves_and_has_sent_nothing_needs_no_target() {
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    // As many as may wait to be accepted there, and one more.
    sockets::listen(&server, 0);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let before = relay.held();
    let waits = relay.connect();
    waits.send(b"first");
    relay.sleeps();
    drop(relay.connect());
    relay.sleeps();
    relay.comes_to("one client", || relay.held().sockets == before.sockets + 2);
    waits.finish();
    assert_eq!(server.accept().receive_all(), b"first");
    let totals = Totals { accepted: 2, broken: 1, unreached: 0, cut: 0, there: 5, back: 0 };
    assert_eq!(waits.count_all(), 0);
    assert_eq!(relay.end(Signal::TERM).totals(), totals);
}

#[test]
fn urgent_data_are_left_out_and_end_nothing() {
    let program = require!(program());
    for target in KINDS {
        let server = Server::new(target);
        let relay = Relay::start(&program, Kind::Tcp, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let hears = |sent: &[u8]| {
            let mut heard = vec![0; sent.len()];
            (&served).read_exact(&mut heard).unwrap();
            assert_eq!(heard, sent);
        };
        client.send(b"before");
        hears(b"before");
        // There is one at a time: the one before is ordinary when another comes.
        for behind in [&b"behind"[..], b"and more"] {
            client.send_urgent(b'!');
            client.send(behind);
            hears(behind);
        }
        client.send_urgent(b'!');
        client.send(b"the end");
        client.finish();
        hears(b"the end");
        assert_eq!(served.count_all(), 0);
        drop(served);
        assert_eq!(client.count_all(), 0);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            totals,
            Totals { accepted: 1, broken: 0, unreached: 0, cut: 0, there: 27, back: 0 }
        );
    }
}

#[test]
fn an_answer_arrives_though_nobody_wants_the_rest_of_the_question() {
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let (client, served) = (relay.connect(), server.accept());
    served.send(b"too long");
    drop(served);
    let failed = loop {
        if let Err(error) = (&client).write(&[0; 4096]) {
            break error;
        }
    };
    // It is told to who writes: the relay reads no more, or is through.
    assert!(
        matches!(failed.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset),
        "{failed}"
    );
    let mut answer = [0; 8];
    (&client).read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"too long");
}

#[test]
fn a_target_that_is_not_there_ends_that_connection_only() {
    let program = require!(program());
    let (_guard, path) = directory();
    let path = path.join("target");
    let address = format!("unix:{}", path.display());
    let mut relay = Relay::start(&program, Kind::Tcp, &address);
    for round in 1..=2 {
        for _ in 0..3 {
            assert_eq!(relay.connect().count_all(), 0);
        }
        // Once for all three, and again when it was there meanwhile.
        let why = relay.wait_for(&format!("relay: cannot connect to {address}: "));
        assert!(why.starts_with("No such file"), "{why}");
        let server = Server::at(&path);
        let (client, served) = (relay.connect(), server.accept());
        client.send(&[round]);
        client.finish();
        assert_eq!(served.receive_all(), [round]);
        drop((server, served));
        assert_eq!(client.count_all(), 0);
        std::fs::remove_file(&path).unwrap();
    }
    let ended = relay.end(Signal::TERM);
    assert_eq!(ended.said.matches("cannot connect to").count(), 2, "{}", ended.said);
    let totals = Totals { accepted: 8, broken: 0, unreached: 6, cut: 0, there: 2, back: 0 };
    assert_eq!(ended.totals(), totals);
}

#[test]
fn a_port_that_refuses_is_told() {
    let program = require!(program());
    // Bound, so that nobody else has it, and not listening.
    let (_socket, address) = sockets::bound();
    let mut relay = Relay::start(&program, Kind::Unix, &address.to_string());
    assert_eq!(relay.connect().count_all(), 0);
    let why = relay.wait_for(&format!("relay: cannot connect to {address}: "));
    assert!(why.starts_with("Connection refused"), "{why}");
    let totals = relay.end(Signal::INT).totals();
    assert_eq!(totals, Totals { accepted: 1, broken: 0, unreached: 1, cut: 0, there: 0, back: 0 });
}

#[test]
fn a_target_without_room_is_waited_for() {
    const CLIENTS: usize = 20;
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    // As many as may wait to be accepted there, and one more.
    sockets::listen(&server, 1);
    let relay = Relay::start(&program, Kind::Tcp, &server.address);
    let clients: Vec<_> = (0..CLIENTS).map(|_| relay.connect()).collect();
    for (number, client) in clients.iter().enumerate() {
        client.send(&[number as u8]);
        client.finish();
    }
    relay.sleeps();
    let mut received: Vec<_> = (0..CLIENTS).map(|_| server.accept().receive_all()).collect();
    received.sort_unstable();
    assert_eq!(received, (0..CLIENTS as u8).map(|number| [number]).collect::<Vec<_>>());
    for client in &clients {
        assert_eq!(client.count_all(), 0);
    }
    let totals = relay.end(Signal::TERM).totals();
    let accepted = CLIENTS as u64;
    assert_eq!(
        totals,
        Totals { accepted, broken: 0, unreached: 0, cut: 0, there: accepted, back: 0 }
    );
}
