//! The limit of the example `relay` on the memory of the kernel.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use butter::net::{SocketAddrAny, getsockname, raw, sockopt};
use butter::pipe;
use butter::signal::Signal;

use super::peers::{Blocks, KINDS, Kind, Server, Stream};
use super::run::{Relay, program};
use common::require;

/// Sends data until the receiver accepts no more data. Returns the number of bytes.
fn send_until_blocked(stream: &Stream) -> u64 {
    stream.set_timeouts(Some(Duration::from_millis(300)));
    let mut sent = 0;
    loop {
        match (&mut &*stream).write(&[7; 64 * 1024]) {
            Ok(count) => sent += count as u64,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                stream.set_timeouts(Some(Duration::from_secs(120)));
                return sent;
            }
        }
    }
}

/// The memory that the kernel uses for a socket, and the limit on this memory.
fn memory(socket: &OwnedFd) -> (u64, u64) {
    const SO_MEMINFO: u32 = 55;
    let mut values = [0; 9 * 4];
    // SAFETY: the kernel writes numbers to these bytes.
    unsafe { raw::getsockopt(socket.as_fd(), sockopt::SOL_SOCKET, SO_MEMINFO, &mut values) }
        .unwrap();
    let value =
        |index: usize| u64::from(u32::from_ne_bytes(values[index * 4..][..4].try_into().unwrap()));
    // The numbers are: receive memory and its limit, packets that are being sent, the limit of the
    // send memory, reserved memory, and send memory.
    let tcp = getsockname(socket).is_ok_and(|address: SocketAddrAny| address.to_ip().is_some());
    let limit = if tcp { value(1) } else { 0 } + value(3);
    (value(0) + value(2).max(value(5)), limit)
}

/// Returns the memory that the kernel uses for the sockets and pipes of the connections of a relay,
/// the limit on this memory, and the number of sockets. A pipe counts as full.
fn use_of_memory(relay: &Relay, before: &[u64]) -> butter::Result<(u64, u64, u64)> {
    let sockets = relay.duplicates("socket", before)?;
    let (mut used, mut limits) = (0, 0);
    for socket in &sockets {
        let (now, limit) = memory(socket);
        (used, limits) = (used + now, limits + limit);
    }
    // The list contains both ends of each pipe.
    let ends = relay.duplicates("pipe", before)?;
    let sizes: usize = ends.iter().map(|pipe| pipe::size(pipe).unwrap()).sum();
    let pipes = sizes as u64 / 2;
    Ok((used + pipes, limits + pipes, sockets.len() as u64))
}

const MIB: u64 = 1 << 20;

#[test]
fn relay_memory_for_clients_that_do_not_read_does_not_exceed_limit() {
    const CLIENTS: usize = 12;
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let options = ["--memory=20M"];
        let relay = Relay::start_with_options(&program, kind, &[&server.address], &options);
        let (before, counts) = (relay.descriptor_numbers(), relay.descriptor_counts());
        let connections: Vec<_> =
            (0..CLIENTS).map(|_| (relay.connect(), server.accept())).collect();
        let sent: Vec<_> = std::thread::scope(|scope| {
            let senders: Vec<_> = connections
                .iter()
                .map(|(_, served)| scope.spawn(move || send_until_blocked(served)))
                .collect();
            senders.into_iter().map(|sender| sender.join().unwrap()).collect()
        });
        relay.wait_until_asleep();
        let (used, limits, packets) = require!(use_of_memory(&relay, &before));
        assert!(limits <= 20 * MIB, "limits {limits}");
        // A buffer can exceed its limit by one packet.
        assert!(used <= 20 * MIB + packets * 64 * 1024, "used {used}");
        assert!(used > 2 * MIB, "the buffers should contain data: {used}");

        // Another connection is accepted, and transfers data.
        let (client, served) = (relay.connect(), server.accept());
        std::thread::scope(|scope| {
            scope.spawn(|| Blocks::new(1).send(8 << 20, &served));
            Blocks::new(1).receive(8 << 20, &client);
        });
        drop((client, served));
        // All data is delivered when the clients read.
        let mut total = 8 * MIB;
        for ((client, served), sent) in connections.iter().zip(sent) {
            served.finish();
            client.finish();
            assert_eq!(client.count_all(), sent);
            total += sent;
        }
        relay.wait_until_closed(&counts);
        let totals = relay.end(Signal::TERM).totals();
        assert_eq!((totals.to_client, totals.failed, totals.aborted), (total, 0, 0));
    }
}

#[test]
fn relay_delays_connections_if_memory_limit_is_reached() {
    let program = require!(program());
    // The error message contains the minimum, which permits one connection.
    let (_, _, stderr) =
        super::run::run(&program, &["--memory=1", "@x", "/nowhere"].map(std::ffi::OsStr::new));
    let minimum = stderr.split("at least ").nth(1).unwrap().split(' ').next().unwrap();
    for kind in KINDS {
        let server = Server::new(kind);
        let options = [&format!("--memory={minimum}") as &str];
        let relay = Relay::start_with_options(&program, kind, &[&server.address], &options);
        let before = relay.descriptor_counts();
        let clients: Vec<_> = (0..4).map(|_| relay.connect()).collect();
        for (number, client) in clients.iter().enumerate() {
            client.send(&[number as u8]);
        }
        for _ in &clients {
            let served = server.accept();
            relay.wait_until_asleep();
            assert_eq!(relay.descriptor_counts().sockets, before.sockets + 2);
            // The order in which connections are accepted is unspecified.
            let mut number = [0];
            (&served).read_exact(&mut number).unwrap();
            clients[usize::from(number[0])].finish();
            assert_eq!(served.receive_all(), b"");
        }
        relay.wait_until_closed(&before);
        assert_eq!(relay.end(Signal::TERM).totals().accepted, 4);
    }
}

/// Returns whether the sizes of the send buffer (1) and the receive buffer (2) of a socket are
/// fixed, or `None` before Linux 5.14.
fn fixed_buffers(socket: &OwnedFd) -> Option<u8> {
    const SO_BUF_LOCK: u32 = 72;
    let mut locks = [0; 4];
    // SAFETY: the kernel writes a number to these bytes.
    unsafe { raw::getsockopt(socket.as_fd(), sockopt::SOL_SOCKET, SO_BUF_LOCK, &mut locks) }
        .ok()
        .map(|_| locks[0])
}

#[test]
fn relay_enlarges_buffers_of_direction_that_transfers_data() {
    let program = require!(program());
    for kind in KINDS {
        let server = Server::new(kind);
        let relay = Relay::start(&program, kind, &server.address);
        let before = relay.descriptor_numbers();
        let (client, served) = (relay.connect(), server.accept());
        client.send(b"x");
        served.expect(b"x");
        let sockets = relay.duplicates("socket", &before);
        let sockets = require!(sockets, "the process cannot be accessed");
        let sizes =
            || sockets.iter().map(|fd| sockopt::socket_sndbuf(fd).unwrap()).collect::<Vec<_>>();
        // Unix sockets have no receive buffers.
        let fixed = || sockets.iter().map(fixed_buffers).collect::<Option<Vec<_>>>();
        let [both, after] = if kind == Kind::Tcp { [[3, 3], [1, 2]] } else { [[1, 1]; 2] };
        assert_eq!(sizes(), [128 * 1024; 2]);
        assert!(fixed().is_none_or(|fixed| fixed == both), "{:?}", fixed());
        std::thread::scope(|scope| {
            scope.spawn(|| Blocks::new(1).send(1 << 20, &client));
            Blocks::new(1).receive(1 << 20, &served);
        });
        relay.wait_until_asleep();
        // The socket of the client, then the socket of the target.
        let [to_client, to_target] = sizes()[..] else { panic!("{:?}", sizes()) };
        assert_eq!(to_client, 128 * 1024);
        // The limit is net.core.wmem_max, if it is lower.
        assert!(to_target > 128 * 1024, "{to_target}");
        assert!(fixed().is_none_or(|fixed| fixed == after), "{:?}", fixed());
    }
}
