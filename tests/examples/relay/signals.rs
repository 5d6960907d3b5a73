//! The signals that end it.

use std::os::unix::process::CommandExt;

use butter::signal::{self, Signal};

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::require;

#[test]
fn a_signal_ends_it_with_totals_and_without_a_trace() {
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
            let ended = relay.end(signal);
            assert!(!path.exists());
            let told = format!(
                "relay: terminated by SIG{signal}: 1 connection (0 failed, 0 with unreachable target, 1 aborted)"
            );
            assert!(
                ended.said.ends_with(&format!("{told}; 5 bytes to target, 0 bytes to client\n")),
                "{}",
                ended.said
            );
            assert_eq!(ended.status, Some(0));
            assert_eq!((client.count_all(), served.count_all()), (0, 0));
        }
    }
}

#[test]
fn a_signal_ends_it_while_bytes_pour() {
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
        // The server sent nothing, so that nothing of what was counted is lost on the way to it.
        assert_eq!(
            totals,
            Totals { accepted: 1, broken: 0, unreached: 0, cut: 1, there: arrived, back: 0 }
        );
    }
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::prepared(&program, Kind::Tcp, &server.address, |command| {
        // SAFETY: between fork and exec it makes one system call and does nothing else.
        unsafe { command.pre_exec(|| Ok(signal::ignore(Signal::HUP).map(drop)?)) };
    });
    relay.signal(Signal::HUP);
    let (client, served) = (relay.connect(), server.accept());
    client.finish();
    assert_eq!(served.receive_all(), b"");
    let ended = relay.end(Signal::TERM);
    assert!(ended.said.contains("relay: terminated by SIGTERM"), "{}", ended.said);
    assert_eq!(ended.status, Some(0));
}

#[test]
fn a_path_that_is_another_file_by_then_is_left() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let path = relay.path().to_owned();
    // The other is there before the one is gone, so that it is no file with the same number.
    let other = path.with_extension("other");
    std::fs::write(&other, "somebody's").unwrap();
    std::fs::rename(&other, &path).unwrap();
    let ended = relay.end(Signal::TERM);
    assert_eq!(ended.status, Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "somebody's");
}
