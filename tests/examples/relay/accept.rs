//! Errors of the call with which the example `relay` accepts connections.

use std::io::Read;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use butter::Errno;
use butter::signal::Signal;
use common::inject::{inject, supervise};
use common::{describe, require};

use super::peers::{KINDS, Kind, Server, Stream};
use super::run::{Relay, program};

/// The errno with which each call of `accept4` in a relay fails, and the number of failed calls.
#[derive(Clone, Default)]
struct Accept {
    errno: Arc<AtomicI32>,
    failures: Arc<AtomicU64>,
}

impl Accept {
    /// Starts a relay whose calls of `accept4` succeed until [`fail_with`](Self::fail_with).
    fn start(&self, start: impl FnOnce() -> Relay + Send) -> std::io::Result<Relay> {
        let Self { errno, failures } = self.clone();
        let decide = move |_| {
            let errno = Errno::from_raw(errno.load(Ordering::Relaxed))?;
            failures.fetch_add(1, Ordering::Relaxed);
            Some(errno)
        };
        supervise(libc::SYS_accept4, decide, start)
    }

    fn fail_with(&self, errno: Errno) {
        self.errno.store(errno.as_raw(), Ordering::Relaxed);
    }

    fn succeed(&self) {
        self.errno.store(0, Ordering::Relaxed);
    }

    fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Waits for `count` failures. Returns the number of failures, and the time since `start`.
    fn wait_for(&self, count: u64, relay: &Relay, start: Instant) -> (u64, Duration) {
        relay.wait_until("failures of accept4", || self.failures() >= count);
        (self.failures(), start.elapsed())
    }
}

/// Sends one byte to the peer of a stream.
fn assert_connected(from: &Stream, mut to: &Stream) {
    from.send(b"!");
    let mut byte = [0];
    to.read_exact(&mut byte).unwrap();
    assert_eq!(&byte, b"!");
}

/// The time after which the relay retries.
const PAUSE: Duration = Duration::from_millis(20);

#[test]
fn relay_retries_accept_after_pause_if_call_is_denied() {
    let program = require!(program());
    for kind in KINDS {
        let (server, accept) = (Server::new(kind), Accept::default());
        let start = || Relay::start(&program, kind, &server.address);
        let mut relay = require!(accept.start(start));
        let (open, served) = (relay.connect(), server.accept());

        accept.fail_with(Errno::PERM);
        let start = Instant::now();
        let waiting = relay.connect();
        let reason = relay.wait_for("relay: cannot accept a connection: ");
        assert!(reason.starts_with(&describe(Errno::PERM)), "{reason}");
        // Data of the open connection is relayed while the other connection is waiting.
        for count in 1..=5 {
            accept.wait_for(2 * count, &relay, start);
            assert_connected(&open, &served);
            assert_connected(&served, &open);
        }
        let (failures, time) = accept.wait_for(10, &relay, start);
        let most = time.as_millis() / PAUSE.as_millis() + 2;
        assert!(u128::from(failures) <= most, "{failures} calls of accept4 in {time:?}");

        accept.fail_with(Errno::ACCES);
        let reason = relay.wait_for("relay: cannot accept a connection: ");
        assert!(reason.starts_with(&describe(Errno::ACCES)), "{reason}");
        accept.wait_for(accept.failures() + 2, &relay, start);

        accept.succeed();
        let accepted = server.accept();
        assert_connected(&waiting, &accepted);
        let completed = relay.end(Signal::TERM);
        assert_eq!(completed.totals().accepted, 2);
        // Each error is printed once.
        let messages = completed.messages.matches("cannot accept").count();
        assert_eq!(messages, 2, "{}", completed.messages);
    }
}

#[test]
fn relay_continues_after_errors_of_connections_that_are_no_longer_waiting() {
    let program = require!(program());
    let (server, accept) = (Server::new(Kind::Tcp), Accept::default());
    let start = || Relay::start(&program, Kind::Unix, &server.address);
    let relay = require!(accept.start(start));
    for errno in [
        Errno::CONNABORTED,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::INTR,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::NONET,
        Errno::NOPROTOOPT,
        Errno::OPNOTSUPP,
        Errno::PROTO,
    ] {
        let before = accept.failures();
        accept.fail_with(errno);
        let start = Instant::now();
        let client = relay.connect();
        // The relay does not pause before the next connection, unless the error persists: it pauses
        // after 64 failures.
        let (failures, time) = accept.wait_for(before + 200, &relay, start);
        let most = (time.as_millis() / PAUSE.as_millis() + 2) * 64;
        assert!(u128::from(failures - before) <= most, "{failures} calls of accept4 in {time:?}");
        accept.succeed();
        assert_connected(&client, &server.accept());
    }
    let completed = relay.end(Signal::TERM);
    assert_eq!(completed.totals().accepted, 10);
    assert!(!completed.messages.contains("cannot accept"), "{}", completed.messages);
}

#[test]
fn relay_exits_with_1_if_listening_socket_is_invalid() {
    let program = require!(program());
    for errno in [Errno::BADF, Errno::INVAL, Errno::NOTSOCK] {
        let start = || Relay::start(&program, Kind::Tcp, "unix:/nowhere/to/go");
        let mut relay = inject(libc::SYS_accept4, errno, start);
        // The relay can exit, and thereby reset the connection, before the function returns.
        let _client = TcpStream::connect(&relay.address);
        let reason = relay.wait_for("relay: cannot accept connections: ");
        let call = format!("{}: accept4: ", describe(errno));
        assert!(reason.starts_with(&call), "{reason}");
        assert_eq!(relay.end(Signal::TERM).status, Some(1));
    }
}
