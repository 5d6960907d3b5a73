//! Bytes through pipes.

use std::thread;

use butter::fd::OwnedFd;
use butter::io::{self, IoSlice, IoSliceMut, StatusFlags};
use butter::{Result, pipe};

use crate::{Row, VERY_MANY, join};
use common::signals::PeriodicSignals;

/// How many bytes go through the pipes at least. The static builds run in an emulated machine.
pub(crate) const SIZE: usize = if cfg!(target_env = "musl") { 1 << 20 } else { 8 << 20 };

/// How many are written at once: more than a pipe takes, so that signals come in the middle of a write.
pub(crate) const PIECE: usize = 300_000;

/// After how many bytes they begin anew; no multiple of it is a page or a pipe.
pub(crate) const PERIOD: usize = 251;

/// A pipe that has no room, and how many bytes are in it.
pub(crate) fn full_pipe() -> (OwnedFd, OwnedFd, usize) {
    let (reader, writer) = pipe::pipe().unwrap();
    let flags = io::fcntl_getfl(&writer).unwrap();
    io::fcntl_setfl(&writer, flags | StatusFlags::NONBLOCK).unwrap();
    let mut held = 0;
    while let Ok(count) = io::write(&writer, &[b'.'; 4096]) {
        held += count;
    }
    io::fcntl_setfl(&writer, flags).unwrap();
    (reader, writer, held)
}

/// As many bytes, however many reads they take.
pub(crate) fn read_all(reader: &OwnedFd, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut start = 0;
    while start < size {
        let count = io::retry(|| io::read(reader, &mut bytes[start..])).unwrap();
        assert_ne!(count, 0, "the end came early");
        start += count;
    }
    bytes
}

type Write = fn(&OwnedFd, &[u8]) -> Result<usize>;
type Read = fn(&OwnedFd, &mut [u8]) -> Result<usize>;

pub(crate) const CALLS: &[Row] = &[
    ("read and write", || {
        there_and_back(|fd, bytes| io::write(fd, bytes), |fd, room| io::read(fd, room));
    }),
    ("readv and writev", || {
        let write: Write = |fd, bytes| {
            let (one, other) = bytes.split_at(bytes.len() / 3);
            io::writev(fd, &[IoSlice::new(one), IoSlice::new(other)])
        };
        let read: Read = |fd, room| {
            let (one, other) = room.split_at_mut(room.len() / 3);
            io::readv(fd, &mut [IoSliceMut::new(one), IoSliceMut::new(other)])
        };
        there_and_back(write, read);
    }),
];

/// Sends bytes to a thread that sends them back, through a pipe each way and in a storm over each thread; all have to
/// come, in order, and no others.
fn there_and_back(write: Write, read: Read) {
    let (there, back) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let storms = [0; 3].map(|_| PeriodicSignals::new());
    let pattern = &pattern();
    let (sent, returned, came) = thread::scope(|scope| {
        // Each end belongs to a thread, so that one that fails ends the others.
        let sender = scope.spawn(move || {
            storms[0].run(|| {
                let mut sent = 0;
                while sent < SIZE || storms.iter().any(|storm| storm.count() < VERY_MANY) {
                    sent += write_all(&there.1, &pattern[sent % PERIOD..][..PIECE], write);
                }
                drop(there.1);
                sent
            })
        });
        let returner = scope.spawn(move || {
            storms[1].run(|| {
                receive(&there.0, pattern, read, |bytes| {
                    assert_eq!(write_all(&back.1, bytes, write), bytes.len())
                })
            })
        });
        let receiver =
            scope.spawn(move || storms[2].run(|| receive(&back.0, pattern, read, |_| {})));
        (join(sender), join(returner), join(receiver))
    });
    assert_eq!((returned, came), (sent, sent));
}

/// The bytes from any place on, as many as a piece has.
pub(crate) fn pattern() -> Vec<u8> {
    (0..PIECE + PERIOD).map(|at| (at % PERIOD) as u8).collect()
}

/// Writes all bytes, and returns how many there are.
pub(crate) fn write_all(writer: &OwnedFd, bytes: &[u8], write: Write) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        written += io::retry(|| write(writer, &bytes[written..])).unwrap();
    }
    written
}

/// Reads to the end, passes on what comes if it is what was sent, and returns how much it was.
pub(crate) fn receive(
    reader: &OwnedFd,
    pattern: &[u8],
    read: Read,
    mut pass_on: impl FnMut(&[u8]),
) -> usize {
    let mut room = vec![0; PIECE];
    let mut came = 0;
    loop {
        let count = io::retry(|| read(reader, &mut room)).unwrap();
        if count == 0 {
            return came;
        }
        assert!(
            room[..count] == pattern[came % PERIOD..][..count],
            "after {came} bytes come wrong ones"
        );
        pass_on(&room[..count]);
        came += count;
    }
}
