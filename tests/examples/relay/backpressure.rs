//! Relaying to a receiver that does not read: the relay blocks the sender, the connection uses one
//! pipe, and other connections continue.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use butter::signal::Signal;

use super::peers::{KINDS, Server};
use super::run::{Relay, program};
use common::require;

/// A number of bytes that exceeds the total capacity of a connection's sockets and pipe.
const LIMIT: u64 = 256 << 20;

#[test]
fn relay_blocks_sender_if_receiver_does_not_read() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.descriptor_counts();
        let (client, served) = (relay.connect(), server.accept());
        client.set_timeouts(Some(Duration::from_millis(500)));
        let (mut sent, chunk) = (0_u64, [7; 32 * 1024]);
        let error = loop {
            match (&client).write(&chunk) {
                Ok(count) => sent += count as u64,
                Err(error) => break error.kind(),
            }
            assert!(sent < LIMIT, "{sent} bytes were accepted although the receiver does not read");
        };
        assert_eq!(error, ErrorKind::WouldBlock);
        relay.wait_until_asleep();
        assert_eq!(
            relay.descriptor_counts().all,
            before.all + 4,
            "the relay should open two sockets, and one pipe for the blocked direction"
        );

        // The blocked connection should not block other connections.
        let (client2, served2) = (relay.connect(), server.accept());
        client2.send(b"fast");
        client2.finish();
        assert_eq!(served2.receive_all(), b"fast");
        served2.finish();
        assert_eq!(client2.receive_all(), b"");

        client.finish();
        assert_eq!(served.count_all(), sent);
        served.finish();
        assert_eq!(client.count_all(), 0);
        relay.wait_until_closed(&before);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!(
            (totals.to_target, totals.to_client, totals.failed, totals.aborted),
            (sent + 4, 0, 0, 0)
        );
    }
}
