//! Shutdown and closing of connections by the example `relay`.

use std::io::{ErrorKind, Read, Write};

use butter::Errno;
use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server, directory};
use super::run::{Relay, Totals, program};
use common::{describe, require, sockets};

const LARGE: usize = 1 << 20;

#[test]
fn relay_forwards_shutdown_of_one_direction() {
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            for reversed in [false, true] {
                let (client, served) = (relay.connect(), server.accept());
                let (first, second) =
                    if reversed { (&served, &client) } else { (&client, &served) };
                first.send(b"that is all");
                first.finish();
                // `first` has only shut down writing. The relay forwards the shutdown, so `second`
                // reads end of file.
                assert_eq!(second.receive_all(), b"that is all");
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        for byte in 0..16 {
                            second.send(&vec![byte; LARGE / 16]);
                        }
                        second.finish();
                    });
                    assert_eq!(first.receive_all().len(), LARGE);
                });
            }
            let totals = relay.end(Signal::TERM).totals();
            let bytes = LARGE as u64 + 11;
            assert_eq!(
                totals,
                Totals {
                    accepted: 2,
                    failed: 0,
                    unreachable: 0,
                    aborted: 0,
                    to_target: bytes,
                    to_client: bytes
                }
            );
        }
    }
}

#[test]
fn relay_delivers_all_data_of_clients_that_close_immediately() {
    const CLIENTS: usize = 100;
    let program = require!(program());
    for listen in KINDS {
        for target in KINDS {
            let server = Server::new(target);
            let relay = Relay::start(&program, listen, &server.address);
            let before = relay.descriptor_counts();
            for number in 0..CLIENTS {
                relay.connect().send(&[number as u8]);
            }
            let mut received: Vec<_> =
                (0..CLIENTS).map(|_| server.accept().receive_all()).collect();
            received.sort_unstable();
            assert_eq!(received, (0..CLIENTS).map(|number| [number as u8]).collect::<Vec<_>>());
            relay.wait_until_closed(&before);
            let accepted = CLIENTS as u64;
            let totals = Totals {
                accepted,
                failed: 0,
                unreachable: 0,
                aborted: 0,
                to_target: accepted,
                to_client: 0,
            };
            assert_eq!(relay.end(Signal::TERM).totals(), totals);
        }
    }
}

#[test]
fn relay_drops_clients_that_close_before_target_is_connected() {
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    // The listen queue of the server has a capacity of one connection.
    sockets::listen(&server, 0);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let before = relay.descriptor_counts();
    let waiting = relay.connect();
    waiting.send(b"first");
    relay.wait_until_asleep();
    drop(relay.connect());
    relay.wait_until_asleep();
    relay.wait_until("one connected client", || {
        relay.descriptor_counts().sockets == before.sockets + 2
    });
    waiting.finish();
    assert_eq!(server.accept().receive_all(), b"first");
    let totals =
        Totals { accepted: 2, failed: 1, unreachable: 0, aborted: 0, to_target: 5, to_client: 0 };
    assert_eq!(waiting.count_all(), 0);
    assert_eq!(relay.end(Signal::TERM).totals(), totals);
}

#[test]
fn relay_skips_urgent_data_and_forwards_following_data() {
    let program = require!(program());
    for target in KINDS {
        let server = Server::new(target);
        let relay = Relay::start(&program, Kind::Tcp, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let expect_received = |sent: &[u8]| {
            let mut received = vec![0; sent.len()];
            (&served).read_exact(&mut received).unwrap();
            assert_eq!(received, sent);
        };
        client.send(b"before");
        expect_received(b"before");
        // A socket has at most one urgent byte: when another urgent byte arrives, the previous
        // urgent byte becomes ordinary data.
        for following in [&b"after!"[..], b"and more"] {
            client.send_urgent(b'!');
            client.send(following);
            expect_received(following);
        }
        client.send_urgent(b'!');
        client.send(b"the end");
        client.finish();
        expect_received(b"the end");
        assert_eq!(served.count_all(), 0);
        drop(served);
        assert_eq!(client.count_all(), 0);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            totals,
            Totals {
                accepted: 1,
                failed: 0,
                unreachable: 0,
                aborted: 0,
                to_target: 27,
                to_client: 0
            }
        );
    }
}

#[test]
fn relay_delivers_response_if_server_closes_before_reading_request() {
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
    // The relay has either stopped reading or closed the connection.
    assert!(
        matches!(failed.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset),
        "{failed}"
    );
    let mut response = [0; 8];
    (&client).read_exact(&mut response).unwrap();
    assert_eq!(&response, b"too long");
}

#[test]
fn relay_closes_only_the_connection_if_target_does_not_exist() {
    let program = require!(program());
    let (_guard, path) = directory();
    let path = path.join("target");
    let address = format!("unix:{}", path.display());
    let mut relay = Relay::start(&program, Kind::Tcp, &address);
    for round in 1..=2 {
        for _ in 0..3 {
            assert_eq!(relay.connect().count_all(), 0);
        }
        // The relay prints the error once for all three connections, and again only after a
        // connection to the target has succeeded.
        let reason = relay.wait_for(&format!("relay: cannot connect to {address}: "));
        let call = format!("{}: connect: ", describe(Errno::NOENT));
        assert!(reason.starts_with(&call), "{reason}");
        let server = Server::at(&path);
        let (client, served) = (relay.connect(), server.accept());
        client.send(&[round]);
        client.finish();
        assert_eq!(served.receive_all(), [round]);
        drop((server, served));
        assert_eq!(client.count_all(), 0);
        std::fs::remove_file(&path).unwrap();
    }
    let completed = relay.end(Signal::TERM);
    assert_eq!(
        completed.messages.matches("cannot connect to").count(),
        2,
        "{}",
        completed.messages
    );
    let totals =
        Totals { accepted: 8, failed: 0, unreachable: 6, aborted: 0, to_target: 2, to_client: 0 };
    assert_eq!(completed.totals(), totals);
}

#[test]
fn relay_reports_refused_connection_to_target() {
    let program = require!(program());
    // The port is bound, so that no other process can use it, but the socket does not listen.
    let (_socket, address) = sockets::bound();
    let mut relay = Relay::start(&program, Kind::Unix, &address.to_string());
    assert_eq!(relay.connect().count_all(), 0);
    let reason = relay.wait_for(&format!("relay: cannot connect to {address}: "));
    let call = format!("{}: connect: ", describe(Errno::CONNREFUSED));
    assert!(reason.starts_with(&call), "{reason}");
    let totals = relay.end(Signal::INT).totals();
    assert_eq!(
        totals,
        Totals { accepted: 1, failed: 0, unreachable: 1, aborted: 0, to_target: 0, to_client: 0 }
    );
}

#[test]
fn relay_retries_if_queue_of_target_is_full() {
    const CLIENTS: usize = 20;
    let program = require!(program());
    let server = Server::new(Kind::Unix);
    // The listen queue of the server has a capacity of two connections.
    sockets::listen(&server, 1);
    let relay = Relay::start(&program, Kind::Tcp, &server.address);
    let clients: Vec<_> = (0..CLIENTS).map(|_| relay.connect()).collect();
    for (number, client) in clients.iter().enumerate() {
        client.send(&[number as u8]);
        client.finish();
    }
    relay.wait_until_asleep();
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
        Totals {
            accepted,
            failed: 0,
            unreachable: 0,
            aborted: 0,
            to_target: accepted,
            to_client: 0
        }
    );
}
