//! The limit on descriptors.

use std::io;
use std::os::unix::process::CommandExt;

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::require;

/// Sets the limit on descriptors of a process, 0 for this one; returns the limit until then.
fn limit(process: i32, new: Option<libc::rlimit>) -> io::Result<libc::rlimit> {
    let new = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads one struct, or none, and writes one.
    match unsafe { libc::prlimit(process, libc::RLIMIT_NOFILE, new, &raw mut old) } {
        0 => Ok(old),
        _ => Err(io::Error::last_os_error()),
    }
}

#[test]
fn those_for_whom_there_is_no_room_wait_until_another_ends() {
    const CLIENTS: usize = 10;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::prepared(&program, kind, &server.address, |command| {
            let lower = || limit(0, Some(libc::rlimit { rlim_cur: 32, rlim_max: 32 })).map(drop);
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
            let pid = relay.pid().as_raw();
            // What it raised the limit to.
            let rlim_max = limit(0, None).unwrap().rlim_max;
            // It may have been started with some that have higher numbers.
            let before = relay.descriptors();
            let next = (0..).find(|number| !before.contains(number)).unwrap();
            let set = |rlim_cur| limit(pid, Some(libc::rlimit { rlim_cur, rlim_max })).unwrap();
            assert_eq!(set(next + room).rlim_cur, rlim_max);
            let client = relay.connect();
            client.send(b"patience");
            client.finish();
            let sockets = room.min(2) as usize;
            relay.comes_to("the limit", || relay.descriptors().len() == before.len() + sockets);
            relay.sleeps();
            set(rlim_max);
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
    let rlim_max = limit(0, None).unwrap().rlim_max;
    limit(relay.pid().as_raw(), Some(libc::rlimit { rlim_cur: 3, rlim_max })).unwrap();
    let client = relay.connect();
    relay.sleeps();
    let totals = relay.end(Signal::INT).totals();
    assert_eq!(totals, Totals { accepted: 0, broken: 0, unreached: 0, cut: 0, there: 0, back: 0 });
    assert_eq!(client.count_all(), 0);
}
