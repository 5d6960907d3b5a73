//! Pipes: bytes moved, duplicated and counted.

mod flow;
mod pages;

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

/// The descriptor of an object of `std`, in every build.
fn lent(object: &impl std::os::fd::AsRawFd) -> BorrowedFd<'_> {
    // SAFETY: open for as long as the object is borrowed.
    unsafe { BorrowedFd::borrow_raw(object.as_raw_fd()) }
}

/// What a pipe holds, taken out.
fn drain(reader: &OwnedFd) -> Vec<u8> {
    let mut bytes = vec![0; io::bytes_available(reader).unwrap() as usize];
    let mut read = 0;
    while read < bytes.len() {
        read += io::read(reader, &mut bytes[read..]).unwrap();
    }
    bytes
}

#[test]
fn a_file_goes_through_a_pipe_unchanged() {
    let bytes = pattern_bytes(300_001);
    let (source, target) = (file_containing(&bytes), file_containing(&[]));
    let (reader, writer) = pipe::pipe().unwrap();
    let (mut from, mut to) = (0, 0);
    loop {
        let moved =
            pipe::splice(lent(&source), Some(&mut from), &writer, None, 1 << 20, SpliceFlags::MORE)
                .unwrap();
        if moved == 0 {
            break;
        }
        while io::bytes_available(&reader).unwrap() > 0 {
            pipe::splice(&reader, None, lent(&target), Some(&mut to), 1 << 20, SpliceFlags::MOVE)
                .unwrap();
        }
        assert_eq!(from, to, "all that went in came out");
    }
    assert_eq!((from, to), (300_001, 300_001));
    let mut copy = vec![0; bytes.len()];
    target.read_exact_at(&mut copy, 0).unwrap();
    assert!(copy == bytes);
    assert_eq!(target.metadata().unwrap().len(), 300_001);
}

#[test]
fn an_offset_is_moved_on_and_the_position_stays() {
    let (mut source, mut target) = (file_containing(b"0123456789"), file_containing(b"----------"));
    source.seek(SeekFrom::Start(7)).unwrap();
    target.seek(SeekFrom::Start(8)).unwrap();
    let (reader, writer) = pipe::pipe().unwrap();

    let (mut from, mut to) = (2, 5);
    assert_eq!(pipe::splice(lent(&source), Some(&mut from), &writer, None, 4, NONE), Ok(4));
    assert_eq!(pipe::splice(&reader, None, lent(&target), Some(&mut to), 3, NONE), Ok(3));
    assert_eq!((from, to), (6, 8));
    assert_eq!((source.stream_position().unwrap(), target.stream_position().unwrap()), (7, 8));

    assert_eq!(
        pipe::splice(lent(&source), None, &writer, None, 2, NONE),
        Ok(2),
        "the position is used"
    );
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 2, NONE), Ok(2));
    assert_eq!((source.stream_position().unwrap(), target.stream_position().unwrap()), (9, 10));
    assert_eq!(drain(&reader), b"8");

    let mut text = String::new();
    target.seek(SeekFrom::Start(0)).unwrap();
    target.read_to_string(&mut text).unwrap();
    assert_eq!(text, "-----23457");

    // An offset of 0 is one, unlike none.
    let mut start = 0;
    assert_eq!(pipe::splice(lent(&source), Some(&mut start), &writer, None, 1, NONE), Ok(1));
    assert_eq!((start, drain(&reader)), (1, b"0".to_vec()));
}

#[test]
fn a_failed_move_leaves_the_offset_alone() {
    let source = file_containing(b"0123456789");
    let (_reader, writer) = pipe::nonblocking().unwrap();
    while io::write(&writer, &[0; 4096]).is_ok() {}
    let mut offset = 3;
    let full = pipe::splice(lent(&source), Some(&mut offset), &writer, None, 4, NONE);
    assert_eq!((full.unwrap_err().errno(), offset), (Errno::AGAIN, 3));
    let mut beyond = 10;
    let (_reader, writer) = pipe::pipe().unwrap();
    assert_eq!(
        pipe::splice(lent(&source), Some(&mut beyond), &writer, None, 4, NONE),
        Ok(0),
        "the end"
    );
    assert_eq!(beyond, 10);
}

#[test]
fn a_move_is_as_long_as_what_is_there() {
    let (reader, writer) = pipe::pipe().unwrap();
    let target = file_containing(&[]);
    io::write(&writer, b"short").unwrap();
    assert_eq!(
        pipe::splice(&reader, None, lent(&target), None, 0, NONE),
        Ok(0),
        "nothing was asked for"
    );
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 1 << 20, NONE), Ok(5));
    drop(writer);
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 1 << 20, NONE), Ok(0), "the end");

    // No more goes than there is room for.
    let (source, bytes) = (pattern_file(100_000), pattern_bytes(100_000));
    let (reader, writer) = pipe::pipe().unwrap();
    let room = pipe::set_size(&writer, 4096).unwrap();
    assert_eq!(pipe::splice(lent(&source), None, &writer, None, 100_000, NONE), Ok(room));
    assert!(drain(&reader) == bytes[..room]);
}

#[test]
fn bytes_go_from_pipe_to_pipe_and_to_a_socket() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let (near, mut far) = UnixStream::pair().unwrap();
    io::write(&into_first, b"from pipe to pipe to socket").unwrap();
    assert_eq!(pipe::splice(&first, None, &into_second, None, 18, SpliceFlags::MOVE), Ok(18));
    assert_eq!(io::bytes_available(&first), Ok(9), "the rest stays");
    assert_eq!(pipe::splice(&second, None, lent(&near), None, 18, SpliceFlags::MORE), Ok(18));
    assert_eq!(pipe::splice(&first, None, lent(&near), None, 9, NONE), Ok(9));
    let mut bytes = [0; 27];
    far.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"from pipe to pipe to socket");

    far.write_all(b"and back").unwrap();
    assert_eq!(pipe::splice(lent(&near), None, &into_first, None, 1024, NONE), Ok(8));
    assert_eq!(drain(&first), b"and back");
    near.shutdown(std::net::Shutdown::Read).unwrap();
    assert_eq!(pipe::splice(lent(&near), None, &into_first, None, 1024, NONE), Ok(0));
}

#[test]
fn a_duplicate_leaves_the_bytes_where_they_are() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    io::write(&into_first, b"hello").unwrap();
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(5));
    assert_eq!((drain(&first), drain(&second)), (b"hello".to_vec(), b"hello".to_vec()));

    // It has no place of its own: it begins with the first byte each time.
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
fn packets_stay_packets() {
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
fn a_pipe_is_as_large_as_the_kernel_makes_it() {
    let (reader, writer) = pipe::nonblocking().unwrap();
    let page = pipe::set_size(&writer, 0).unwrap();
    assert!(page >= 4096, "at least a page");
    assert_eq!(pipe::set_size(&writer, 1), Ok(page));
    assert_eq!(pipe::set_size(&writer, page), Ok(page));
    assert_eq!(pipe::set_size(&writer, page + 1), Ok(2 * page));
    assert_eq!(pipe::set_size(&reader, 5 * page), Ok(8 * page), "either end will do");
    assert_eq!((pipe::size(&reader), pipe::size(&writer)), (Ok(8 * page), Ok(8 * page)));

    let mut bytes = 0;
    while let Ok(written) = io::write(&writer, &[0; 4096]) {
        bytes += written;
    }
    assert_eq!(bytes, 8 * page);
    assert_eq!(io::bytes_available(&reader).map(|bytes| bytes as usize), Ok(8 * page));
    assert_eq!(pipe::set_size(&writer, 4 * page).unwrap_err().errno(), Errno::BUSY);
    assert_eq!(pipe::size(&writer), Ok(8 * page), "what was refused changed nothing");
}

#[test]
fn few_bytes_can_fill_a_pipe() {
    let source = pattern_file(64);
    let (reader, writer) = pipe::nonblocking().unwrap();
    let slots = pipe::set_size(&writer, 16 * 4096).unwrap()
        / pipe::set_size(pipe::pipe().unwrap().0, 0).unwrap();
    for at in 0..slots {
        let mut offset = at as u64;
        assert_eq!(pipe::splice(lent(&source), Some(&mut offset), &writer, None, 1, NONE), Ok(1));
    }
    let more = pipe::splice(lent(&source), None, &writer, None, 1, NONE);
    assert_eq!(more.unwrap_err().errno(), Errno::AGAIN);
    assert!(drain(&reader) == pattern_bytes(64)[..slots]);
}

#[test]
fn memory_goes_into_a_pipe_without_a_copy() {
    static BYTES: [u8; 20_000] = [7; 20_000];
    let (reader, writer) = pipe::pipe().unwrap();
    let pieces = [IoSlice::new(&BYTES[..3]), IoSlice::new(&[]), IoSlice::new(&BYTES[100..])];
    // SAFETY: a writing end; the bytes are constants.
    assert_eq!(unsafe { raw::vmsplice(writer.as_fd(), &pieces, NONE) }, Ok(19_903));
    assert_eq!(drain(&reader), &BYTES[..19_903]);

    // No more goes than there is room for.
    pipe::set_size(&writer, 4096).unwrap();
    // SAFETY: as above.
    let went = unsafe { raw::vmsplice(writer.as_fd(), &[IoSlice::new(&BYTES)], NONE) }.unwrap();
    assert!((1..20_000).contains(&went), "{went}");
    assert_eq!(drain(&reader), &BYTES[..went]);
}

#[test]
fn bytes_come_out_of_a_pipe_into_memory() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"hello, world").unwrap();
    let (mut one, mut two) = ([0; 5], [0; 20]);
    let mut buffers = [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)];
    // SAFETY: a reading end.
    assert_eq!(unsafe { raw::vmsplice_read(reader.as_fd(), &mut buffers, NONE) }, Ok(12));
    assert_eq!((&one, &two[..8]), (b"hello", &b", world\0"[..]));
    drop(writer);
    // SAFETY: as above.
    let end = unsafe { raw::vmsplice_read(reader.as_fd(), &mut [IoSliceMut::new(&mut one)], NONE) };
    assert_eq!(end, Ok(0));
}

/// A raw call that waits is ended by signals; one that is retried is not.
fn waits(
    ended: impl FnOnce() -> Result<usize> + Send,
    goes_on: impl FnOnce() -> Result<usize> + Send,
    end: impl Fn() + Sync,
) {
    assert_eq!(interrupted(ended).unwrap_err().errno(), Errno::INTR);
    let storm = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while storm.count() < 20 {
                std::thread::yield_now();
            }
            end();
        });
        assert_eq!(storm.run(goes_on), Ok(1));
    });
}

#[test]
fn signals_end_only_raw_calls() {
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let target = file_containing(&[]);
    let (from, to) = (first.as_fd(), into_second.as_fd());
    let fill = || assert_eq!(io::write(&into_first, b"!"), Ok(1));
    waits(
        || raw::splice(from, None, lent(&target), None, 1, NONE),
        || pipe::splice(from, None, lent(&target), None, 1, NONE),
        fill,
    );
    waits(|| raw::tee(from, to, 1, NONE), || pipe::tee(from, to, 1, NONE), fill);
    assert_eq!((drain(&first), drain(&second)), (b"!".to_vec(), b"!".to_vec()));
    let ended = interrupted(|| {
        // SAFETY: a reading end.
        unsafe { raw::vmsplice_read(from, &mut [IoSliceMut::new(&mut [0])], NONE) }
    });
    assert_eq!(ended.unwrap_err().errno(), Errno::INTR);
}
