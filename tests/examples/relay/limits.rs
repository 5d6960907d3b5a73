//! The limit on open file descriptors of the example `relay`.

use std::io;
use std::os::unix::process::CommandExt;

use butter::signal::Signal;

use super::peers::{KINDS, Kind, Server};
use super::run::{Relay, Totals, program};
use common::require;

/// Returns the limit on open file descriptors of a process, or of the calling process if `process`
/// is 0. Replaces the limit by `new`, unless `new` is `None`.
fn limit(process: i32, new: Option<libc::rlimit>) -> io::Result<libc::rlimit> {
    let new = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: reads at most one struct, and writes one.
    match unsafe { libc::prlimit(process, libc::RLIMIT_NOFILE, new, &raw mut old) } {
        0 => Ok(old),
        _ => Err(io::Error::last_os_error()),
    }
}

#[test]
fn relay_delays_connections_beyond_descriptor_limit() {
    const CLIENTS: usize = 10;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start_with(&program, kind, &server.address, |command| {
            let lower = || limit(0, Some(libc::rlimit { rlim_cur: 32, rlim_max: 32 })).map(drop);
            // SAFETY: between fork and exec, the closure only makes one system call.
            unsafe { command.pre_exec(lower) };
        });
        let mut clients: Vec<_> = (0..CLIENTS).map(|_| relay.connect()).collect();
        for (number, client) in clients.iter().enumerate() {
            client.send(&[number as u8]);
        }
        for _ in 0..CLIENTS {
            let served = server.accept();
            relay.wait_until_asleep();
            assert!(relay.descriptor_numbers().len() <= 32);
            served.finish();
            // The order in which connections are accepted is unspecified, so the test identifies
            // the client by the received byte. The end of this client's connection releases
            // descriptors for another connection.
            let mut number = [0];
            std::io::Read::read_exact(&mut &served, &mut number).unwrap();
            clients[usize::from(number[0])].finish();
            assert_eq!(served.receive_all(), b"");
        }
        for client in clients.drain(..) {
            assert_eq!(client.receive_all(), b"");
        }
        let completed = relay.end(Signal::TERM);
        let accepted = CLIENTS as u64;
        let totals = Totals {
            accepted,
            failed: 0,
            unreachable: 0,
            aborted: 0,
            to_target: accepted,
            to_client: 0,
        };
        assert_eq!(completed.totals(), totals, "{}", completed.messages);
    }
}

#[test]
fn relay_resumes_when_lowered_descriptor_limit_is_raised() {
    let program = require!(program());
    for kind in KINDS {
        // With 0 available descriptors, the relay cannot open a socket; with 1, only the accepted
        // socket; with 2, both sockets; with 3, both sockets, but only one end of a pipe.
        for available in 0..=3 {
            let server = Server::new(kind);
            let relay = Relay::start(&program, kind, &server.address);
            let pid = relay.pid().as_raw();
            // The relay has raised its soft limit to the hard limit `rlim_max`.
            let rlim_max = limit(0, None).unwrap().rlim_max;
            // The relay may have inherited descriptors with higher numbers.
            let before = relay.descriptor_numbers();
            let next = (0..).find(|number| !before.contains(number)).unwrap();
            let set = |rlim_cur| limit(pid, Some(libc::rlimit { rlim_cur, rlim_max })).unwrap();
            assert_eq!(set(next + available).rlim_cur, rlim_max);
            let client = relay.connect();
            client.send(b"patience");
            client.finish();
            let sockets = available.min(2) as usize;
            relay.wait_until("use of the available descriptors", || {
                relay.descriptor_numbers().len() == before.len() + sockets
            });
            relay.wait_until_asleep();
            set(rlim_max);
            let served = server.accept();
            assert_eq!(served.receive_all(), b"patience");
            served.finish();
            assert_eq!(client.receive_all(), b"");
            let totals = relay.end(Signal::TERM).totals();
            assert_eq!(
                totals,
                Totals {
                    accepted: 1,
                    failed: 0,
                    unreachable: 0,
                    aborted: 0,
                    to_target: 8,
                    to_client: 0
                }
            );
        }
    }
}

#[test]
fn relay_exits_on_signal_while_connections_wait_for_descriptors() {
    let program = require!(program());
    let server = Server::new(Kind::Tcp);
    let relay = Relay::start(&program, Kind::Unix, &server.address);
    let rlim_max = limit(0, None).unwrap().rlim_max;
    limit(relay.pid().as_raw(), Some(libc::rlimit { rlim_cur: 3, rlim_max })).unwrap();
    let client = relay.connect();
    relay.wait_until_asleep();
    let totals = relay.end(Signal::INT).totals();
    assert_eq!(
        totals,
        Totals { accepted: 0, failed: 0, unreachable: 0, aborted: 0, to_target: 0, to_client: 0 }
    );
    assert_eq!(client.count_all(), 0);
}
