//! What is relayed arrives.

use butter::signal::Signal;

use super::peers::{Blocks, KINDS, Kind, Server, Stream, much};
use super::run::{Relay, Totals, program};
use common::require;

/// What one sends the other sends back.
fn echo(relay: &Relay, server: &Server) -> (Stream, Stream) {
    let (client, served) = (relay.connect(), server.accept());
    client.send(b"from the client");
    client.finish();
    let question = served.receive_all();
    assert_eq!(question, b"from the client");
    served.send(&question);
    served.finish();
    assert_eq!(client.receive_all(), question);
    (client, served)
}

#[test]
fn bytes_go_to_and_fro_between_sockets_of_all_kinds() {
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            for _ in 0..3 {
                echo(&relay, &server);
            }
            let totals = relay.end(Signal::TERM).totals();
            let expected =
                Totals { accepted: 3, broken: 0, unreached: 0, cut: 0, there: 45, back: 45 };
            assert_eq!(totals, expected, "{listen:?} to {target:?}");
        }
    }
}

#[test]
fn much_goes_both_ways_at_once_and_every_byte_is_the_same() {
    let program = require!(program());
    for (listen, target) in
        [(Kind::Tcp, Kind::Tcp), (Kind::Unix, Kind::Unix), (Kind::Tcp, Kind::Unix)]
    {
        let server = Server::new(target);
        let relay = Relay::start(&program, listen, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let (there, back) = (much(256 << 20, 2 << 20), much(192 << 20, 1 << 20));
        std::thread::scope(|scope| {
            scope.spawn(|| Blocks::new(1).send(there, &client));
            scope.spawn(|| Blocks::new(2).send(back, &served));
            scope.spawn(|| Blocks::new(1).receive(there, &served));
            Blocks::new(2).receive(back, &client);
        });
        let (there, back) = (there as u64, back as u64);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(totals, Totals { accepted: 1, broken: 0, unreached: 0, cut: 0, there, back });
    }
}

#[test]
fn many_connections_are_open_at_once() {
    const MANY: usize = 256;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let (clients, served): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
            let accepting = scope.spawn(|| (0..MANY).map(|_| server.accept()).collect());
            ((0..MANY).map(|_| relay.connect()).collect(), accepting.join().unwrap())
        });
        assert!(relay.descriptors().len() >= 2 * MANY);
        for (number, client) in clients.iter().enumerate() {
            client.send(&vec![number as u8; 1000 + number]);
            client.finish();
        }
        // They need not have been accepted in the order in which they connected.
        let mut lengths: Vec<_> = Vec::new();
        for served in &served {
            let received = served.receive_all();
            assert!(received.iter().all(|byte| usize::from(*byte) == received.len() - 1000));
            lengths.push(received.len());
            served.send(&received);
            served.finish();
        }
        lengths.sort_unstable();
        assert_eq!(lengths, (1000..1000 + MANY).collect::<Vec<_>>());
        for (number, client) in clients.iter().enumerate() {
            assert_eq!(client.receive_all(), vec![number as u8; 1000 + number]);
        }
        let bytes = (0..MANY as u64).map(|number| 1000 + number).sum();
        let totals = relay.end(Signal::TERM).totals();
        let accepted = MANY as u64;
        assert_eq!(
            totals,
            Totals { accepted, broken: 0, unreached: 0, cut: 0, there: bytes, back: bytes }
        );
    }
}

#[test]
fn many_small_writes_fill_no_pipe_for_ever() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let writes = much(20_000, 2_000);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..writes {
                    client.send(&[number as u8]);
                }
                client.finish();
            });
            // Each takes a place in the pipe and the queues, which are full of few bytes until they are read.
            relay.sleeps();
            let received = served.receive_all();
            assert!(received.iter().enumerate().all(|(number, byte)| *byte == number as u8));
            assert_eq!(received.len(), writes);
        });
    }
}
