//! Tests of the descriptors and flags with which `splice`, `tee` and `vmsplice` do not block, and
//! of the results from which a caller detects the end of a socket's data.

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;

use butter::fd::{AsFd, OwnedFd};
use butter::io::{self, IoSlice, StatusFlags};
use butter::pipe::{self, SpliceFlags, raw};
use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;
use butter::{Errno, Error, Result};
use common::signals::interrupted;
use common::sockets::send_urgent;
use common::test::in_row;

use super::{NONE, borrowed};

type Pair = (OwnedFd, OwnedFd);

type Create = fn() -> Pair;

fn tcp() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (one, listener.accept().unwrap().0)
}

fn tcp_pair() -> Pair {
    let (one, other) = tcp();
    (common::fd(one), common::fd(other))
}

fn unix_pair() -> Pair {
    let (one, other) = UnixStream::pair().unwrap();
    (common::fd(one), common::fd(other))
}

fn set_nonblocking(fd: &OwnedFd, nonblocking: bool) {
    let flags = io::fcntl_getfl(fd).unwrap().difference(StatusFlags::NONBLOCK);
    let added = if nonblocking { StatusFlags::NONBLOCK } else { StatusFlags::empty() };
    io::fcntl_setfl(fd, flags | added).unwrap();
}

/// Writes to a descriptor until it accepts no more bytes.
fn fill(fd: &OwnedFd) {
    set_nonblocking(fd, true);
    while io::write(fd, &[0; 4096]).is_ok() {}
}

/// Returns whether a call that cannot proceed blocks until a signal interrupts it. A call that does
/// not block also fails with `EINTR` if a signal is already pending, so the call is repeated.
fn blocks(call: impl Fn() -> Result<usize>) -> bool {
    (0..20).all(|_| has_blocked(interrupted(&call).unwrap_err()))
}

fn has_blocked(error: Error) -> bool {
    match error.errno() {
        Errno::INTR => true,
        Errno::AGAIN => false,
        errno => panic!("{errno}"),
    }
}

/// Calls a function with each combination of a non-blocking descriptor, a non-blocking pipe and the
/// flag `NONBLOCK`.
fn for_each_combination(name: &str, check: impl Fn(bool, bool, SpliceFlags)) {
    for fd in [false, true] {
        for pipe in [false, true] {
            for flags in [NONE, SpliceFlags::NONBLOCK] {
                in_row(format_args!("{name} {fd}, pipe {pipe}, {flags}"), || {
                    check(fd, pipe, flags)
                });
            }
        }
    }
}

#[test]
fn splice_blocks_on_empty_source_unless_source_is_nonblocking_or_pipe_suffices() {
    // The last field is whether a non-blocking pipe or the flag `NONBLOCK` suffices.
    let sources: [(&str, Create, bool); 3] = [
        ("pipe", || pipe::pipe().unwrap(), true),
        ("Unix socket", unix_pair, true),
        ("TCP socket", tcp_pair, false),
    ];
    for (name, create, pipe_suffices) in sources {
        for_each_combination(name, |nonblocking, nonblocking_pipe, flags| {
            let ((source, _peer), (_reader, writer)) = (create(), pipe::pipe().unwrap());
            set_nonblocking(&source, nonblocking);
            set_nonblocking(&writer, nonblocking_pipe);
            let by_pipe = nonblocking_pipe || !flags.is_empty();
            assert_eq!(
                blocks(|| raw::splice(source.as_fd(), None, writer.as_fd(), None, 1, flags)),
                !(nonblocking || pipe_suffices && by_pipe)
            );
            if name == "pipe" {
                assert_eq!(
                    blocks(|| raw::tee(source.as_fd(), writer.as_fd(), 1, flags)),
                    !(nonblocking || by_pipe)
                );
            }
        });
    }
}

#[test]
fn splice_blocks_on_full_target_unless_target_is_nonblocking_or_a_pipe() {
    // The last field is whether a non-blocking pipe or the flag `NONBLOCK` suffices.
    let targets: [(&str, Create, bool); 3] = [
        ("pipe", || pipe::pipe().unwrap(), true),
        ("Unix socket", unix_pair, false),
        ("TCP socket", tcp_pair, false),
    ];
    for (name, create, pipe_suffices) in targets {
        for_each_combination(name, |nonblocking, nonblocking_pipe, flags| {
            let ((_peer, target), (reader, writer)) = (create(), pipe::pipe().unwrap());
            fill(&target);
            set_nonblocking(&target, nonblocking);
            set_nonblocking(&reader, nonblocking_pipe);
            let expected =
                !(nonblocking || pipe_suffices && (nonblocking_pipe || !flags.is_empty()));
            // A call that does not block also fails with `EINTR` if a signal is already pending.
            let mut attempts = 0;
            // A socket to which no bytes can be written may still accept bytes from `splice`.
            let blocks = loop {
                fill(&writer);
                let call = || raw::splice(reader.as_fd(), None, target.as_fd(), None, 4096, flags);
                match interrupted(call) {
                    Ok(moved) => assert_ne!(moved, 0),
                    Err(error) => match has_blocked(error) {
                        true if !expected && attempts < 20 => attempts += 1,
                        blocked => break blocked,
                    },
                }
            };
            assert_eq!(blocks, expected);
        });
    }
}

#[test]
fn splice_to_socket_does_not_wait_for_empty_pipe_that_is_nonblocking() {
    for_each_combination("Unix socket", |nonblocking, nonblocking_pipe, flags| {
        let ((target, _peer), (reader, _writer)) = (unix_pair(), pipe::pipe().unwrap());
        set_nonblocking(&target, nonblocking);
        set_nonblocking(&reader, nonblocking_pipe);
        assert_eq!(
            blocks(|| raw::splice(reader.as_fd(), None, target.as_fd(), None, 1, flags)),
            !nonblocking_pipe && flags.is_empty()
        );
    });
}

#[test]
fn vmsplice_blocks_on_full_nonblocking_pipe_without_flag_nonblock() {
    let (_reader, writer) = pipe::pipe().unwrap();
    fill(&writer);
    for (flags, expected) in [(NONE, true), (SpliceFlags::NONBLOCK, false)] {
        // SAFETY: the descriptor is a write end; the bytes are constants.
        let call = || unsafe { raw::vmsplice(writer.as_fd(), &[IoSlice::new(b"!")], flags) };
        assert_eq!(blocks(call), expected);
    }
}

#[test]
fn splice_before_urgent_data_returns_0_or_eagain_and_read_returns_following_data() {
    for nonblocking in [false, true] {
        let ((mut sender, receiver), (_reader, writer)) = (tcp(), pipe::nonblocking().unwrap());
        send_urgent(&sender, b'!');
        sender.write_all(b"rest").unwrap();
        // Waits until the data after the urgent data has arrived.
        receiver.peek(&mut [0]).unwrap();
        receiver.set_nonblocking(nonblocking).unwrap();
        let splice = || pipe::splice(borrowed(&receiver), None, &writer, None, 1024, NONE);
        let mut buffer = [0; 9];
        match splice() {
            Ok(0) => {}
            Err(error) if nonblocking && error.is(Errno::AGAIN) => {}
            result => panic!("{result:?}"),
        }
        assert_eq!(io::read(borrowed(&receiver), &mut buffer), Ok(4));
        assert_eq!(&buffer[..4], b"rest");

        sender.shutdown(Shutdown::Write).unwrap();
        let mut entries = [PollFd::from_borrowed_fd(borrowed(&receiver), PollFlags::IN)];
        poll::wait(&mut entries, Timeout::Infinite).unwrap();
        assert_eq!((splice(), io::read(borrowed(&receiver), &mut buffer)), (Ok(0), Ok(0)));
    }
}
