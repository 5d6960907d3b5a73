//! The limit on descriptors.

use std::os::unix::process::CommandExt;

use butter::signal::Signal;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::require;

#[test]
fn those_for_whom_there_is_no_room_wait_until_another_ends() {
    const CLIENTS: usize = 10;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::prepared(&program, kind, &server.address, |command| {
            let limit = Some(32);
            let lower =
                move || Ok(setrlimit(Resource::Nofile, Rlimit { current: limit, maximum: limit })?);
            // SAFETY: between fork and exec it makes one system call and does nothing else.
            unsafe { command.pre_exec(lower) };
        });
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| relay.connect()).collect();
        for (number, client) in clients.iter().enumerate() {
            client.send(&[number as u8]);
        }
        for _ in 0..CLIENTS {
            let served = server.accept();
            relay.sleeps();
            assert!(relay.descriptors().len() <= 32);
            served.finish();
            // In whatever order they are accepted, the connection ends, and makes room.
            let mut number = [0];
            std::io::Read::read_exact(&mut &served, &mut number).unwrap();
            clients[usize::from(number[0])].finish();
            assert_eq!(served.receive_all(), b"");
        }
        for client in clients.drain(..) {
            assert_eq!(client.receive_all(), b"");
        }
        let ended = relay.end(Signal::TERM);
        let accepted = CLIENTS as u64;
        let totals = Totals { accepted, broken: 0, unreached: 0, cut: 0, there: accepted, back: 0 };
        assert_eq!(ended.totals(), totals, "{}", ended.said);
    }
}

#[test]
fn a_limit_that_is_lowered_meanwhile_holds_up_until_it_is_raised() {
    let program = require!(program());
    for kind in KINDS {
        // Room for nothing, for the accepted socket, for both, and for these and half a pipe.
        for room in 0..=3 {
            let server = Server::new(kind);
            let relay = Relay::start(&program, kind, &server.address);
            let pid = Pid::from_raw(relay.pid().get()).unwrap();
            // What it raised the limit to.
            let maximum = getrlimit(Resource::Nofile).maximum;
            // It may have been started with some that have higher numbers.
            let before = relay.descriptors();
            let next = (0..).find(|number| !before.contains(number)).unwrap();
            let set = |current| {
                prlimit(Some(pid), Resource::Nofile, Rlimit { current, maximum }).unwrap()
            };
            assert_eq!(set(Some(next + room)).current, maximum);
            let client = relay.connect();
            client.send(b"patience");
            client.finish();
            let sockets = room.min(2) as usize;
            relay.comes_to("the limit", || relay.descriptors().len() == before.len() + sockets);
            relay.sleeps();
            set(maximum);
            let served = server.accept();
            assert_eq!(served.receive_all(), b"patience");
            served.finish();
            assert_eq!(client.receive_all(), b"");
            let totals = relay.end(Signal::TERM).totals();
            assert_eq!(
                totals,
                Totals { accepted: 1, broken: 0, unreached: 0, cut: 0, there: 8, back: 0 }
            );
        }
    }
}

#[test]
fn connections_that_wait_for_room_do_not_keep_a_signal_waiting() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let pid = Pid::from_raw(relay.pid().get()).unwrap();
    let maximum = getrlimit(Resource::Nofile).maximum;
    prlimit(Some(pid), Resource::Nofile, Rlimit { current: Some(3), maximum }).unwrap();
    let client = relay.connect();
    relay.sleeps();
    let totals = relay.end(Signal::INT).totals();
    assert_eq!(totals, Totals { accepted: 0, broken: 0, unreached: 0, cut: 0, there: 0, back: 0 });
    assert_eq!(client.count_all(), 0);
}
