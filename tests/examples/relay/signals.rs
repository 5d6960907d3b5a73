//! Termination of the example `relay` by signals.

use std::os::unix::process::CommandExt;

use butter::signal::{self, Signal};

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::require;

#[test]
fn relay_prints_totals_and_removes_socket_if_terminated_by_signal() {
    let program = require!(program());
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        for kind in KINDS {
            let server = Server::new(kind);
            let relay = Relay::start(&program, Kind::Unix, &server.address);
            let path = relay.path().to_owned();
            let (client, served) = (relay.connect(), server.accept());
            client.send(b"there");
            let mut bytes = [0; 5];
            std::io::Read::read_exact(&mut &served, &mut bytes).unwrap();
            assert!(path.exists());
            let completed = relay.end(signal);
            assert!(!path.exists());
            let message = format!(
                "relay: terminated by SIG{signal}: 1 connection \
                (0 failed, 0 with unreachable target, 1 aborted)"
            );
            assert!(
                completed
                    .messages
                    .ends_with(&format!("{message}; 5 bytes to target, 0 bytes to client\n")),
                "{}",
                completed.messages
            );
            assert_eq!(completed.status, Some(0));
            assert_eq!((client.count_all(), served.count_all()), (0, 0));
        }
    }
}

#[test]
fn relay_totals_equal_received_bytes_if_terminated_by_signal_during_transfer() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let (client, served) = (relay.connect(), server.accept());
        let (totals, arrived) = std::thread::scope(|scope| {
            scope.spawn(|| while std::io::Write::write(&mut &client, &[7; 50_000]).is_ok() {});
            let mut buffer = [0; 1_000_000];
            std::io::Read::read_exact(&mut &served, &mut buffer).unwrap();
            let reading = scope.spawn(|| 1_000_000 + served.count_all());
            (relay.end(Signal::TERM).totals(), reading.join().unwrap())
        });
        // The server sends no data, so the relay closes the server's connection without a reset. A
        // reset would discard counted bytes.
        assert_eq!(
            totals,
            Totals {
                accepted: 1,
                failed: 0,
                unreachable: 0,
                aborted: 1,
                to_target: arrived,
                to_client: 0
            }
        );
    }
}

#[test]
fn relay_ignores_signals_that_were_ignored_at_start() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::start_with(&program, Kind::Tcp, &server.address, |command| {
        // SAFETY: between fork and exec, the closure makes one system call and does nothing else.
        unsafe { command.pre_exec(|| Ok(signal::ignore(Signal::HUP).map(drop)?)) };
    });
    relay.signal(Signal::HUP);
    let (client, served) = (relay.connect(), server.accept());
    client.finish();
    assert_eq!(served.receive_all(), b"");
    let completed = relay.end(Signal::TERM);
    assert!(completed.messages.contains("relay: terminated by SIGTERM"), "{}", completed.messages);
    assert_eq!(completed.status, Some(0));
}

#[test]
fn relay_does_not_remove_file_that_has_replaced_its_socket() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let path = relay.path().to_owned();
    // The other file is created before the socket is removed, so that the inode numbers of the
    // files differ.
    let other = path.with_extension("other");
    std::fs::write(&other, "other content").unwrap();
    std::fs::rename(&other, &path).unwrap();
    let completed = relay.end(Signal::TERM);
    assert_eq!(completed.status, Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "other content");
}
