//! A reader that does not read stops the writer, and costs one pipe.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use butter::signal::Signal;

use super::peers::{KINDS, Server};
use super::run::{Relay, program};
use common::require;

/// More than the sockets on the way and the pipe hold together.
const TOO_MUCH: u64 = 256 << 20;

#[test]
fn a_slow_reader_stops_the_writer() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.held();
        let (client, served) = (relay.connect(), server.accept());
        client.set_timeouts(Some(Duration::from_millis(500)));
        let (mut sent, piece) = (0_u64, [7; 32 * 1024]);
        let stopped = loop {
            match (&client).write(&piece) {
                Ok(count) => sent += count as u64,
                Err(error) => break error.kind(),
            }
            assert!(sent < TOO_MUCH, "nobody reads, and {sent} bytes were taken");
        };
        assert_eq!(stopped, ErrorKind::WouldBlock);
        relay.sleeps();
        assert_eq!(
            relay.held().all,
            before.all + 4,
            "two sockets, and one pipe for this direction"
        );

        // Others are not held up by it.
        let (other, others) = (relay.connect(), server.accept());
        other.send(b"fast");
        other.finish();
        assert_eq!(others.receive_all(), b"fast");
        others.finish();
        assert_eq!(other.receive_all(), b"");

        client.finish();
        assert_eq!(served.count_all(), sent);
        served.finish();
        assert_eq!(client.count_all(), 0);
        relay.settles_at(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!((totals.there, totals.back, totals.broken, totals.cut), (sent + 4, 0, 0, 0));
    }
}
