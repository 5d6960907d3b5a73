//! Long copies that signals interrupt.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use butter::copy::{Copier, Method};
use butter::error::ErrorKind;
use butter::fd::OwnedFd;
use butter::{io, pipe};

use crate::pipes::{CHUNK_SIZE, PERIOD, SIZE, pattern, receive, write_all};
use crate::{Row, VERY_MANY, join};
use common::files;
use common::signals::PeriodicSignals;
use common::test::Test;

pub(crate) const ROWS: &[Row] = &[
    ("splice from pipe to pipe", || {
        relay(Method::Splice, pipe::pipe().unwrap(), pipe::pipe().unwrap())
    }),
    ("splice from socket to socket", || relay(Method::Splice, sockets(), sockets())),
    ("read and write from socket to pipe", || {
        relay(Method::ReadWrite, sockets(), pipe::pipe().unwrap())
    }),
    ("automatic method from pipe to non-blocking socket", || {
        let (reader, writer) = UnixStream::pair().unwrap();
        writer.set_nonblocking(true).unwrap();
        relay(Method::Auto, pipe::pipe().unwrap(), (common::fd(reader), common::fd(writer)));
    }),
    ("sendfile to a socket", || copy_to_socket(Method::Sendfile, sockets())),
    ("splice from a file to a socket", || copy_to_socket(Method::Splice, sockets())),
    ("copy_file_range", || copy_to_file(Method::CopyFileRange)),
    ("sendfile from file to file", || copy_to_file(Method::Sendfile)),
    ("splice from file to file", || copy_to_file(Method::Splice)),
    ("read and write from file to file", || copy_to_file(Method::ReadWrite)),
];

fn sockets() -> (OwnedFd, OwnedFd) {
    let (reader, writer) = UnixStream::pair().unwrap();
    (common::fd(reader), common::fd(writer))
}

/// Copies from `from` to `to`, while one thread writes to `source` and another thread reads from
/// `sink`. Signals interrupt all three threads.
fn relay(method: Method, (from, source): (OwnedFd, OwnedFd), (sink, to): (OwnedFd, OwnedFd)) {
    let signals = [0; 3].map(|_| PeriodicSignals::new());
    let pattern = &pattern();
    let (sent, copied, received) = thread::scope(|scope| {
        // Each thread owns its descriptors, so that the other threads terminate if one thread
        // panics.
        let sender = scope.spawn(move || {
            signals[0].run(|| {
                let mut sent = 0;
                while sent < SIZE || signals.iter().any(|each| each.count() < VERY_MANY) {
                    sent +=
                        write_all(&source, &pattern[sent % PERIOD..][..CHUNK_SIZE], |fd, bytes| {
                            io::write(fd, bytes)
                        });
                }
                drop(source);
                sent
            })
        });
        let copier = scope.spawn(move || {
            signals[1].run(|| {
                let copied = Copier::new(&from, &to).method(method).run();
                drop((from, to));
                copied
            })
        });
        let receiver = scope.spawn(move || {
            signals[2].run(|| receive(&sink, pattern, |fd, buffer| io::read(fd, buffer), |_| {}))
        });
        (join(sender), join(copier), join(receiver))
    });
    assert_eq!((copied, received), (Ok(sent as u64), sent));
}

/// The length of the copied file. It is a multiple of the pattern's period, so that the pattern
/// continues when the file is copied again.
const LENGTH: usize = PERIOD * 8000;

fn file() -> File {
    let mut file = files::anonymous();
    let period = &pattern()[..PERIOD];
    file.write_all(&period.repeat(LENGTH / PERIOD)).unwrap();
    file
}

/// Copies a file to a socket repeatedly.
fn copy_to_socket(method: Method, (sink, to): (OwnedFd, OwnedFd)) {
    let signals = [0; 2].map(|_| PeriodicSignals::new());
    let (mut file, pattern) = (file(), &pattern());
    let from = common::fd(file.try_clone().unwrap());
    let (copied, received) = thread::scope(|scope| {
        let copier = scope.spawn(move || {
            signals[0].run(|| {
                let mut copied = 0;
                while copied < SIZE as u64 || signals.iter().any(|each| each.count() < VERY_MANY) {
                    file.rewind().unwrap();
                    copied += Copier::new(&from, &to).method(method).run().unwrap();
                    assert_eq!(copied % LENGTH as u64, 0);
                }
                drop(to);
                copied
            })
        });
        let receiver = scope.spawn(move || {
            signals[1].run(|| receive(&sink, pattern, |fd, buffer| io::read(fd, buffer), |_| {}))
        });
        (join(copier), join(receiver))
    });
    assert_eq!(copied, received as u64);
}

/// Copies a file to new files repeatedly.
fn copy_to_file(method: Method) {
    let (mut from, pattern) = (file(), pattern());
    let expected = pattern[..PERIOD].repeat(LENGTH / PERIOD);
    let signals = PeriodicSignals::new();
    signals.run(|| {
        while signals.count() < VERY_MANY {
            let mut to = files::anonymous();
            from.rewind().unwrap();
            let fds = (common::fd(from.try_clone().unwrap()), common::fd(to.try_clone().unwrap()));
            match Copier::new(&fds.0, &fds.1).method(method).run() {
                Err(error)
                    if method == Method::CopyFileRange
                        && error.error().kind() == ErrorKind::Unsupported =>
                {
                    Test::from_environment().skip("", format_args!("{error}"));
                    return;
                }
                copied => assert_eq!(copied, Ok(LENGTH as u64)),
            }
            let mut received = Vec::new();
            to.rewind().unwrap();
            to.read_to_end(&mut received).unwrap();
            assert!(received == expected, "{method:?}: the copy has wrong bytes");
        }
    });
}
