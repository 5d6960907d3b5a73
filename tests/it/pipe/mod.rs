//! Tests of `pipe`: moving and duplicating bytes, and the capacity of a pipe.

mod nonblocking;
mod splice_pages;
mod stress;

use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;

use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::io::{self, IoSlice, IoSliceMut};
use butter::pipe::{self, CreateFlags, SpliceFlags, raw};
use butter::{Errno, Result};
use common::pattern::{file_containing, pattern_bytes, pattern_file};
use common::signals::{PeriodicSignals, interrupted};

const NONE: SpliceFlags = SpliceFlags::empty();

/// Borrows the descriptor of an object of `std`, even if the feature `std` is disabled.
fn borrowed(object: &impl std::os::fd::AsRawFd) -> BorrowedFd<'_> {
    // SAFETY: the descriptor is open for as long as the object is borrowed.
    unsafe { BorrowedFd::borrow_raw(object.as_raw_fd()) }
}

/// Reads all bytes that a pipe contains.
fn drain(reader: &OwnedFd) -> Vec<u8> {
    let mut bytes = vec![0; io::bytes_available(reader).unwrap() as usize];
    let mut read = 0;
    while read < bytes.len() {
        read += io::read(reader, &mut bytes[read..]).unwrap();
    }
    bytes
}

#[test]
fn splice_copies_file_through_pipe_unchanged() {
    let bytes = pattern_bytes(300_001);
    let (source, target) = (file_containing(&bytes), file_containing(&[]));
    let (reader, writer) = pipe::pipe().unwrap();
    let (mut from, mut to) = (0, 0);
    loop {
        let moved = pipe::splice(
            borrowed(&source),
            Some(&mut from),
            &writer,
            None,
            1 << 20,
            SpliceFlags::MORE,
        )
        .unwrap();
        if moved == 0 {
            break;
        }
        while io::bytes_available(&reader).unwrap() > 0 {
            pipe::splice(
                &reader,
                None,
                borrowed(&target),
                Some(&mut to),
                1 << 20,
                SpliceFlags::MOVE,
            )
            .unwrap();
        }
        assert_eq!(
            from, to,
            "all bytes that were moved into the pipe should be moved out of the pipe"
        );
    }
    assert_eq!((from, to), (300_001, 300_001));
    let mut copy = vec![0; bytes.len()];
    target.read_exact_at(&mut copy, 0).unwrap();
    assert!(copy == bytes);
    assert_eq!(target.metadata().unwrap().len(), 300_001);
}

#[test]
fn splice_advances_the_offset_if_passed_and_otherwise_the_file_offset() {
    let (mut source, mut target) = (file_containing(b"0123456789"), file_containing(b"----------"));
    source.seek(SeekFrom::Start(7)).unwrap();
    target.seek(SeekFrom::Start(8)).unwrap();
    let (reader, writer) = pipe::pipe().unwrap();

    let (mut from, mut to) = (2, 5);
    assert_eq!(pipe::splice(borrowed(&source), Some(&mut from), &writer, None, 4, NONE), Ok(4));
    assert_eq!(pipe::splice(&reader, None, borrowed(&target), Some(&mut to), 3, NONE), Ok(3));
    assert_eq!((from, to), (6, 8));
    assert_eq!((source.stream_position().unwrap(), target.stream_position().unwrap()), (7, 8));

    assert_eq!(
        pipe::splice(borrowed(&source), None, &writer, None, 2, NONE),
        Ok(2),
        "splice should use the file offset if no offset is passed"
    );
    assert_eq!(pipe::splice(&reader, None, borrowed(&target), None, 2, NONE), Ok(2));
    assert_eq!((source.stream_position().unwrap(), target.stream_position().unwrap()), (9, 10));
    assert_eq!(drain(&reader), b"8");

    let mut text = String::new();
    target.seek(SeekFrom::Start(0)).unwrap();
    target.read_to_string(&mut text).unwrap();
    assert_eq!(text, "-----23457");

    // `Some(0)` is an explicit offset, so `splice` does not use the file offset.
    let mut start = 0;
    assert_eq!(pipe::splice(borrowed(&source), Some(&mut start), &writer, None, 1, NONE), Ok(1));
    assert_eq!((start, drain(&reader)), (1, b"0".to_vec()));
}

#[test]
fn splice_leaves_offset_unchanged_if_nothing_is_moved() {
    let source = file_containing(b"0123456789");
    let (_reader, writer) = pipe::nonblocking().unwrap();
    while io::write(&writer, &[0; 4096]).is_ok() {}
    let mut offset = 3;
    let full = pipe::splice(borrowed(&source), Some(&mut offset), &writer, None, 4, NONE);
    assert_eq!((full.unwrap_err().errno(), offset), (Errno::AGAIN, 3));
    let mut beyond = 10;
    let (_reader, writer) = pipe::pipe().unwrap();
    assert_eq!(
        pipe::splice(borrowed(&source), Some(&mut beyond), &writer, None, 4, NONE),
        Ok(0),
        "splice should move 0 bytes if the offset is at the end of the file"
    );
    assert_eq!(beyond, 10);
}

#[test]
fn splice_moves_at_most_the_available_bytes_and_the_capacity() {
    let (reader, writer) = pipe::pipe().unwrap();
    let target = file_containing(&[]);
    io::write(&writer, b"short").unwrap();
    assert_eq!(
        pipe::splice(&reader, None, borrowed(&target), None, 0, NONE),
        Ok(0),
        "splice should move 0 bytes if 0 bytes are requested"
    );
    assert_eq!(pipe::splice(&reader, None, borrowed(&target), None, 1 << 20, NONE), Ok(5));
    drop(writer);
    assert_eq!(
        pipe::splice(&reader, None, borrowed(&target), None, 1 << 20, NONE),
        Ok(0),
        "the end"
    );

    // A pipe accepts at most as many bytes as its capacity.
    let (source, bytes) = (pattern_file(100_000), pattern_bytes(100_000));
    let (reader, writer) = pipe::pipe().unwrap();
    let capacity = pipe::set_size(&writer, 4096).unwrap();
    assert_eq!(pipe::splice(borrowed(&source), None, &writer, None, 100_000, NONE), Ok(capacity));
    assert!(drain(&reader) == bytes[..capacity]);
}

#[test]
fn splice_moves_bytes_between_pipes_and_sockets() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let (near, mut far) = UnixStream::pair().unwrap();
    io::write(&into_first, b"from pipe to pipe to socket").unwrap();
    assert_eq!(pipe::splice(&first, None, &into_second, None, 18, SpliceFlags::MOVE), Ok(18));
    assert_eq!(io::bytes_available(&first), Ok(9), "the remaining bytes should stay in the pipe");
    assert_eq!(pipe::splice(&second, None, borrowed(&near), None, 18, SpliceFlags::MORE), Ok(18));
    assert_eq!(pipe::splice(&first, None, borrowed(&near), None, 9, NONE), Ok(9));
    let mut bytes = [0; 27];
    far.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"from pipe to pipe to socket");

    far.write_all(b"and back").unwrap();
    assert_eq!(pipe::splice(borrowed(&near), None, &into_first, None, 1024, NONE), Ok(8));
    assert_eq!(drain(&first), b"and back");
    near.shutdown(std::net::Shutdown::Read).unwrap();
    assert_eq!(pipe::splice(borrowed(&near), None, &into_first, None, 1024, NONE), Ok(0));
}

#[test]
fn tee_duplicates_bytes_without_consuming_them() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    io::write(&into_first, b"hello").unwrap();
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(5));
    assert_eq!((drain(&first), drain(&second)), (b"hello".to_vec(), b"hello".to_vec()));

    // `tee` consumes no bytes, so each call starts with the first unread byte.
    io::write(&into_first, b"again").unwrap();
    assert_eq!(
        [pipe::tee(&first, &into_second, 2, NONE), pipe::tee(&first, &into_second, 1024, NONE)],
        [Ok(2), Ok(5)]
    );
    assert_eq!(drain(&second), b"agagain");
    assert_eq!(io::bytes_available(&first), Ok(5));

    assert_eq!(pipe::tee(&first, &into_second, 0, NONE), Ok(0));
    drain(&first);
    drop(into_first);
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(0), "the end");
}

#[test]
fn splice_and_tee_preserve_packet_boundaries() {
    let packets = || raw::pipe2(CreateFlags::CLOEXEC | CreateFlags::DIRECT).unwrap();
    let ((first, into_first), (second, into_second)) = (packets(), packets());
    io::write(&into_first, b"one").unwrap();
    io::write(&into_first, b"other").unwrap();
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(8));
    assert_eq!(pipe::splice(&first, None, &into_second, None, 1024, NONE), Ok(8));
    let mut buffer = [0; 64];
    let read = [(); 4].map(|()| io::read(&second, &mut buffer));
    assert_eq!(read, [Ok(3), Ok(5), Ok(3), Ok(5)]);
}

#[test]
fn set_size_rounds_up_and_size_returns_the_capacity() {
    let (reader, writer) = pipe::nonblocking().unwrap();
    let page = pipe::set_size(&writer, 0).unwrap();
    assert!(page >= 4096, "the minimum capacity of a pipe should be at least 4096 bytes");
    assert_eq!(pipe::set_size(&writer, 1), Ok(page));
    assert_eq!(pipe::set_size(&writer, page), Ok(page));
    assert_eq!(pipe::set_size(&writer, page + 1), Ok(2 * page));
    assert_eq!(
        pipe::set_size(&reader, 5 * page),
        Ok(8 * page),
        "set_size should accept the read end of a pipe"
    );
    assert_eq!((pipe::size(&reader), pipe::size(&writer)), (Ok(8 * page), Ok(8 * page)));

    let mut bytes = 0;
    while let Ok(written) = io::write(&writer, &[0; 4096]) {
        bytes += written;
    }
    assert_eq!(bytes, 8 * page);
    assert_eq!(io::bytes_available(&reader).map(|bytes| bytes as usize), Ok(8 * page));
    assert_eq!(pipe::set_size(&writer, 4 * page).unwrap_err().errno(), Errno::BUSY);
    assert_eq!(
        pipe::size(&writer),
        Ok(8 * page),
        "the failed set_size should not change the capacity"
    );
}

#[test]
fn splice_of_one_byte_fills_one_slot_of_the_pipe() {
    let source = pattern_file(64);
    let (reader, writer) = pipe::nonblocking().unwrap();
    let slots = pipe::set_size(&writer, 16 * 4096).unwrap()
        / pipe::set_size(pipe::pipe().unwrap().0, 0).unwrap();
    for at in 0..slots {
        let mut offset = at as u64;
        assert_eq!(
            pipe::splice(borrowed(&source), Some(&mut offset), &writer, None, 1, NONE),
            Ok(1)
        );
    }
    let more = pipe::splice(borrowed(&source), None, &writer, None, 1, NONE);
    assert_eq!(more.unwrap_err().errno(), Errno::AGAIN);
    assert!(drain(&reader) == pattern_bytes(64)[..slots]);
}

#[test]
fn vmsplice_moves_memory_into_pipe_up_to_its_capacity() {
    static BYTES: [u8; 20_000] = [7; 20_000];
    let (reader, writer) = pipe::pipe().unwrap();
    let slices = [IoSlice::new(&BYTES[..3]), IoSlice::new(&[]), IoSlice::new(&BYTES[100..])];
    // SAFETY: the descriptor is a write end; the bytes are constants.
    assert_eq!(unsafe { raw::vmsplice(writer.as_fd(), &slices, NONE) }, Ok(19_903));
    assert_eq!(drain(&reader), &BYTES[..19_903]);

    // A pipe accepts at most as many bytes as its capacity.
    pipe::set_size(&writer, 4096).unwrap();
    // SAFETY: the descriptor is a write end; the bytes are constants.
    let moved = unsafe { raw::vmsplice(writer.as_fd(), &[IoSlice::new(&BYTES)], NONE) }.unwrap();
    assert!((1..20_000).contains(&moved), "{moved}");
    assert_eq!(drain(&reader), &BYTES[..moved]);
}

#[test]
fn vmsplice_read_fills_buffers_from_pipe() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"hello, world").unwrap();
    let (mut one, mut two) = ([0; 5], [0; 20]);
    let mut buffers = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    // SAFETY: the descriptor is a read end.
    assert_eq!(unsafe { raw::vmsplice_read(reader.as_fd(), &mut buffers, NONE) }, Ok(12));
    assert_eq!((&one, &two[..8]), (b"hello", &b", world\0"[..]));
    drop(writer);
    // SAFETY: the descriptor is a read end.
    let end = unsafe { raw::vmsplice_read(reader.as_fd(), &mut [IoSliceMut::new(&mut one)], NONE) };
    assert_eq!(end, Ok(0));
}

/// Checks that a blocking raw call fails with `EINTR`, and that the safe function repeats the call
/// until `wake` makes the call succeed.
fn check_interruption(
    raw: impl FnOnce() -> Result<usize> + Send,
    retried: impl FnOnce() -> Result<usize> + Send,
    wake: impl Fn() + Sync,
) {
    assert_eq!(interrupted(raw).unwrap_err().errno(), Errno::INTR);
    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            wake();
        });
        assert_eq!(signals.run(retried), Ok(1));
    });
}

#[test]
fn splice_and_tee_retry_on_eintr_and_raw_calls_do_not() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let target = file_containing(&[]);
    let (from, to) = (first.as_fd(), into_second.as_fd());
    let fill = || assert_eq!(io::write(&into_first, b"!"), Ok(1));
    check_interruption(
        || raw::splice(from, None, borrowed(&target), None, 1, NONE),
        || pipe::splice(from, None, borrowed(&target), None, 1, NONE),
        fill,
    );
    check_interruption(|| raw::tee(from, to, 1, NONE), || pipe::tee(from, to, 1, NONE), fill);
    assert_eq!((drain(&first), drain(&second)), (b"!".to_vec(), b"!".to_vec()));
    let result = interrupted(|| {
        // SAFETY: the descriptor is a read end.
        unsafe { raw::vmsplice_read(from, &mut [IoSliceMut::new(&mut [0])], NONE) }
    });
    assert_eq!(result.unwrap_err().errno(), Errno::INTR);
}
