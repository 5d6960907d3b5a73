//! Bytes that are sent through one pipe and back through another pipe, while signals interrupt the
//! reads and writes.

use std::thread;

use butter::fd::OwnedFd;
use butter::io::{self, IoSlice, IoSliceMut, StatusFlags};
use butter::{Result, pipe};

use crate::{Row, VERY_MANY, join};
use common::signals::PeriodicSignals;

/// The minimum number of bytes that are transferred. Static builds are tested in an emulator, which
/// is slow.
pub(crate) const SIZE: usize = if cfg!(target_env = "musl") { 1 << 20 } else { 8 << 20 };

/// The number of bytes passed to each write. It exceeds the capacity of a pipe, so that signals
/// interrupt writes after some of the bytes were written.
pub(crate) const CHUNK_SIZE: usize = 300_000;

/// The period of the pattern of bytes. It is a prime, so that a shift by pages or by the capacity
/// of a pipe is detected.
pub(crate) const PERIOD: usize = 251;

/// Creates a pipe and fills the pipe with bytes. Returns both ends of the pipe and the number of
/// bytes.
pub(crate) fn full_pipe() -> (OwnedFd, OwnedFd, usize) {
    let (reader, writer) = pipe::pipe().unwrap();
    let flags = io::fcntl_getfl(&writer).unwrap();
    io::fcntl_setfl(&writer, flags | StatusFlags::NONBLOCK).unwrap();
    let mut filled = 0;
    while let Ok(count) = io::write(&writer, &[b'.'; 4096]) {
        filled += count;
    }
    io::fcntl_setfl(&writer, flags).unwrap();
    (reader, writer, filled)
}

/// Reads exactly `size` bytes.
pub(crate) fn read_all(reader: &OwnedFd, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut start = 0;
    while start < size {
        let count = io::retry(|| io::read(reader, &mut bytes[start..])).unwrap();
        assert_ne!(count, 0, "unexpected end of file");
        start += count;
    }
    bytes
}

type Write = fn(&OwnedFd, &[u8]) -> Result<usize>;
type Read = fn(&OwnedFd, &mut [u8]) -> Result<usize>;

pub(crate) const CALLS: &[Row] = &[
    ("read and write", || {
        send_there_and_back(|fd, bytes| io::write(fd, bytes), |fd, buffer| io::read(fd, buffer));
    }),
    ("readv and writev", || {
        let write: Write = |fd, bytes| {
            let (one, other) = bytes.split_at(bytes.len() / 3);
            io::writev(fd, &[IoSlice::new(one), IoSlice::new(other)])
        };
        let read: Read = |fd, buffer| {
            let (one, other) = buffer.split_at_mut(buffer.len() / 3);
            io::readv(fd, &mut [IoSliceMut::new(one), IoSliceMut::new(other)])
        };
        send_there_and_back(write, read);
    }),
];

/// Sends bytes through one pipe to a thread that sends the bytes back through another pipe, while
/// signals interrupt all threads. Asserts that each byte returns once, in order.
fn send_there_and_back(write: Write, read: Read) {
    let (there, back) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let signals = [0; 3].map(|_| PeriodicSignals::new());
    let pattern = &pattern();
    let (sent, returned, received) = thread::scope(|scope| {
        // Each thread owns its descriptors, so that the other threads terminate if one thread
        // panics.
        let sender = scope.spawn(move || {
            signals[0].run(|| {
                let mut sent = 0;
                while sent < SIZE || signals.iter().any(|each| each.count() < VERY_MANY) {
                    sent += write_all(&there.1, &pattern[sent % PERIOD..][..CHUNK_SIZE], write);
                }
                drop(there.1);
                sent
            })
        });
        let returner = scope.spawn(move || {
            signals[1].run(|| {
                receive(&there.0, pattern, read, |bytes| {
                    assert_eq!(write_all(&back.1, bytes, write), bytes.len())
                })
            })
        });
        let receiver =
            scope.spawn(move || signals[2].run(|| receive(&back.0, pattern, read, |_| {})));
        (join(sender), join(returner), join(receiver))
    });
    assert_eq!((returned, received), (sent, sent));
}

/// Returns the pattern, which is long enough for a chunk from any offset in the period.
pub(crate) fn pattern() -> Vec<u8> {
    (0..CHUNK_SIZE + PERIOD).map(|offset| (offset % PERIOD) as u8).collect()
}

/// Writes all bytes, and returns the number of bytes.
pub(crate) fn write_all(writer: &OwnedFd, bytes: &[u8], write: Write) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        written += io::retry(|| write(writer, &bytes[written..])).unwrap();
    }
    written
}

/// Reads to the end of the file, compares each chunk with the pattern, and passes the chunk to
/// `pass_on`. Returns the number of bytes that were read.
pub(crate) fn receive(
    reader: &OwnedFd,
    pattern: &[u8],
    read: Read,
    mut pass_on: impl FnMut(&[u8]),
) -> usize {
    let mut buffer = vec![0; CHUNK_SIZE];
    let mut received = 0;
    loop {
        let count = io::retry(|| read(reader, &mut buffer)).unwrap();
        if count == 0 {
            return received;
        }
        assert!(
            buffer[..count] == pattern[received % PERIOD..][..count],
            "the bytes at offset {received} are wrong"
        );
        pass_on(&buffer[..count]);
        received += count;
    }
}
