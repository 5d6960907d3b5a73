//! The transfer of data by the example `relay`.

use butter::signal::Signal;

use super::peers::{Blocks, KINDS, Kind, Server, Stream, scaled};
use super::run::{Relay, Totals, program};
use common::require;

/// Sends a request to the server, which sends the request back as the response.
fn echo(relay: &Relay, server: &Server) -> (Stream, Stream) {
    let (client, served) = (relay.connect(), server.accept());
    client.send(b"from the client");
    client.finish();
    let request = served.receive_all();
    assert_eq!(request, b"from the client");
    served.send(&request);
    served.finish();
    assert_eq!(client.receive_all(), request);
    (client, served)
}

#[test]
fn relay_transfers_data_between_tcp_and_unix_sockets() {
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            for _ in 0..3 {
                echo(&relay, &server);
            }
            let totals = relay.end(Signal::TERM).totals();
            let expected = Totals {
                accepted: 3,
                failed: 0,
                unreachable: 0,
                aborted: 0,
                to_target: 45,
                to_client: 45,
            };
            assert_eq!(totals, expected, "{listen:?} to {target:?}");
        }
    }
}

#[test]
fn relay_transfers_large_data_unchanged_in_both_directions() {
    let program = require!(program());
    for (listen, target) in
        [(Kind::Tcp, Kind::Tcp), (Kind::Unix, Kind::Unix), (Kind::Tcp, Kind::Unix)]
    {
        let server = Server::new(target);
        let relay = Relay::start(&program, listen, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let (to_target, to_client) = (scaled(256 << 20, 2 << 20), scaled(192 << 20, 1 << 20));
        std::thread::scope(|scope| {
            scope.spawn(|| Blocks::new(1).send(to_target, &client));
            scope.spawn(|| Blocks::new(2).send(to_client, &served));
            scope.spawn(|| Blocks::new(1).receive(to_target, &served));
            Blocks::new(2).receive(to_client, &client);
        });
        let (to_target, to_client) = (to_target as u64, to_client as u64);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            totals,
            Totals { accepted: 1, failed: 0, unreachable: 0, aborted: 0, to_target, to_client }
        );
    }
}

#[test]
fn relay_transfers_data_over_256_open_connections() {
    const COUNT: usize = 256;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let (clients, served): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
            let accepting = scope.spawn(|| (0..COUNT).map(|_| server.accept()).collect());
            ((0..COUNT).map(|_| relay.connect()).collect(), accepting.join().unwrap())
        });
        assert!(relay.descriptor_numbers().len() >= 2 * COUNT);
        for (number, client) in clients.iter().enumerate() {
            client.send(&vec![number as u8; 1000 + number]);
            client.finish();
        }
        // The server may accept the connections in an order that differs from the order of the
        // clients.
        let mut lengths: Vec<_> = Vec::new();
        for served in &served {
            let received = served.receive_all();
            assert!(received.iter().all(|byte| usize::from(*byte) == received.len() - 1000));
            lengths.push(received.len());
            served.send(&received);
            served.finish();
        }
        lengths.sort_unstable();
        assert_eq!(lengths, (1000..1000 + COUNT).collect::<Vec<_>>());
        for (number, client) in clients.iter().enumerate() {
            assert_eq!(client.receive_all(), vec![number as u8; 1000 + number]);
        }
        let bytes = (0..COUNT as u64).map(|number| 1000 + number).sum();
        let totals = relay.end(Signal::TERM).totals();
        let accepted = COUNT as u64;
        assert_eq!(
            totals,
            Totals {
                accepted,
                failed: 0,
                unreachable: 0,
                aborted: 0,
                to_target: bytes,
                to_client: bytes
            }
        );
    }
}

#[test]
fn relay_transfers_many_small_writes() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let writes = scaled(20_000, 2_000);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..writes {
                    client.send(&[number as u8]);
                }
                client.finish();
            });
            // Each write occupies a slot of the pipe and of the socket queues, so the pipe and the
            // queues are full after few bytes.
            relay.wait_until_asleep();
            let received = served.receive_all();
            assert!(received.iter().enumerate().all(|(number, byte)| *byte == number as u8));
            assert_eq!(received.len(), writes);
        });
    }
}
