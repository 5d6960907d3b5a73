//! Copies that take long, and are interrupted all the while.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::net::UnixStream;
use std::thread;

use butter::copy::{Copier, Method};
use butter::error::ErrorKind;
use butter::fd::OwnedFd;
use butter::{io, pipe};

use crate::bytes::{PERIOD, PIECE, SIZE, pattern, receive, write_all};
use crate::{Row, VERY_MANY, join};
use common::files;
use common::signals::PeriodicSignals;
use common::test::Test;

pub(crate) const ROWS: &[Row] = &[
    ("splice from pipe to pipe", || {
        relayed(Method::Splice, pipe::pipe().unwrap(), pipe::pipe().unwrap())
    }),
    ("splice from socket to socket", || relayed(Method::Splice, sockets(), sockets())),
    ("read and write from socket to pipe", || {
        relayed(Method::ReadWrite, sockets(), pipe::pipe().unwrap())
    }),
    ("the best way from pipe to non-blocking socket", || {
        let (reader, writer) = UnixStream::pair().unwrap();
        writer.set_nonblocking(true).unwrap();
        relayed(Method::Auto, pipe::pipe().unwrap(), (common::fd(reader), common::fd(writer)));
    }),
    ("sendfile to a socket", || sent(Method::Sendfile, sockets())),
    ("splice from a file to a socket", || sent(Method::Splice, sockets())),
    ("copy_file_range", || from_file_to_file(Method::CopyFileRange)),
    ("sendfile from file to file", || from_file_to_file(Method::Sendfile)),
    ("splice from file to file", || from_file_to_file(Method::Splice)),
    ("read and write from file to file", || from_file_to_file(Method::ReadWrite)),
];

fn sockets() -> (OwnedFd, OwnedFd) {
    let (reader, writer) = UnixStream::pair().unwrap();
    (common::fd(reader), common::fd(writer))
}

/// Somebody writes to the first, and reads from the second; a copy is between them. Each of the three has its storm.
fn relayed(method: Method, (from, source): (OwnedFd, OwnedFd), (sink, to): (OwnedFd, OwnedFd)) {
    let storms = [0; 3].map(|_| PeriodicSignals::new());
    let pattern = &pattern();
    let (sent, copied, came) = thread::scope(|scope| {
        // Each end belongs to a thread, so that one that fails ends the others.
        let sender = scope.spawn(move || {
            storms[0].run(|| {
                let mut sent = 0;
                while sent < SIZE || storms.iter().any(|storm| storm.count() < VERY_MANY) {
                    sent += write_all(&source, &pattern[sent % PERIOD..][..PIECE], |fd, bytes| {
                        io::write(fd, bytes)
                    });
                }
                drop(source);
                sent
            })
        });
        let copier = scope.spawn(move || {
            storms[1].run(|| {
                let copied = Copier::new(&from, &to).method(method).run();
                drop((from, to));
                copied
            })
        });
        let receiver = scope.spawn(move || {
            storms[2].run(|| receive(&sink, pattern, |fd, room| io::read(fd, room), |_| {}))
        });
        (join(sender), join(copier), join(receiver))
    });
    assert_eq!((copied, came), (Ok(sent as u64), sent));
}

/// How many bytes the file has: the last is followed by the first.
const LENGTH: usize = PERIOD * 8000;

fn file() -> File {
    let mut file = files::anonymous();
    let period = &pattern()[..PERIOD];
    file.write_all(&period.repeat(LENGTH / PERIOD)).unwrap();
    file
}

/// A file is copied again and again.
fn sent(method: Method, (sink, to): (OwnedFd, OwnedFd)) {
    let storms = [0; 2].map(|_| PeriodicSignals::new());
    let (mut file, pattern) = (file(), &pattern());
    let from = common::fd(file.try_clone().unwrap());
    let (copied, came) = thread::scope(|scope| {
        let copier = scope.spawn(move || {
            storms[0].run(|| {
                let mut copied = 0;
                while copied < SIZE as u64 || storms.iter().any(|storm| storm.count() < VERY_MANY) {
                    file.rewind().unwrap();
                    copied += Copier::new(&from, &to).method(method).run().unwrap();
                    assert_eq!(copied % LENGTH as u64, 0);
                }
                drop(to);
                copied
            })
        });
        let receiver = scope.spawn(move || {
            storms[1].run(|| receive(&sink, pattern, |fd, room| io::read(fd, room), |_| {}))
        });
        (join(copier), join(receiver))
    });
    assert_eq!(copied, came as u64);
}

fn from_file_to_file(method: Method) {
    let (mut from, pattern) = (file(), pattern());
    let expected = pattern[..PERIOD].repeat(LENGTH / PERIOD);
    let storm = PeriodicSignals::new();
    storm.run(|| {
        while storm.count() < VERY_MANY {
            let mut to = files::anonymous();
            from.rewind().unwrap();
            let ends = (common::fd(from.try_clone().unwrap()), common::fd(to.try_clone().unwrap()));
            match Copier::new(&ends.0, &ends.1).method(method).run() {
                Err(error)
                    if method == Method::CopyFileRange
                        && error.error().kind() == ErrorKind::Unsupported =>
                {
                    Test::from_environment().skip("", format_args!("{error}"));
                    return;
                }
                copied => assert_eq!(copied, Ok(LENGTH as u64)),
            }
            let mut came = Vec::new();
            to.rewind().unwrap();
            to.read_to_end(&mut came).unwrap();
            assert!(came == expected, "{method:?}: other bytes");
        }
    });
}
