//! Pipes: bytes moved, duplicated and counted.

mod common;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::sync::atomic::Ordering;

use butter::fd::{AsFd, BorrowedFd, OwnedFd};
use butter::io::{self, IoSlice, IoSliceMut};
use butter::memory::raw::{mmap, munmap};
use butter::memory::{MapFlags, Pages, Protection, page_size};
use butter::pipe::{self, PagesError, PipeFlags, SpliceFlags, Spliced, raw, splice_pages};
use butter::signal::{self, Action, SigInfo, Signal};
use butter::{Errno, Result};
use common::child::in_child;
use common::is_mapped;
use common::signals::{SEEN, interrupted};

const NONE: SpliceFlags = SpliceFlags::empty();

/// Bytes of which no two pages are the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn file_of(bytes: &[u8]) -> File {
    let file = tempfile::tempfile().unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file
}

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
    let bytes = noise(300_001);
    let (source, target) = (file_of(&bytes), file_of(&[]));
    let (reader, writer) = pipe::pipe().unwrap();
    let (mut from, mut to) = (0, 0);
    loop {
        let moved = pipe::splice(lent(&source), Some(&mut from), &writer, None, 1 << 20, SpliceFlags::MORE).unwrap();
        if moved == 0 {
            break;
        }
        while io::bytes_available(&reader).unwrap() > 0 {
            pipe::splice(&reader, None, lent(&target), Some(&mut to), 1 << 20, SpliceFlags::MOVE).unwrap();
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
    let (mut source, mut target) = (file_of(b"0123456789"), file_of(b"----------"));
    source.seek(SeekFrom::Start(7)).unwrap();
    target.seek(SeekFrom::Start(8)).unwrap();
    let (reader, writer) = pipe::pipe().unwrap();

    let (mut from, mut to) = (2, 5);
    assert_eq!(pipe::splice(lent(&source), Some(&mut from), &writer, None, 4, NONE), Ok(4));
    assert_eq!(pipe::splice(&reader, None, lent(&target), Some(&mut to), 3, NONE), Ok(3));
    assert_eq!((from, to), (6, 8));
    assert_eq!((source.stream_position().unwrap(), target.stream_position().unwrap()), (7, 8));

    assert_eq!(pipe::splice(lent(&source), None, &writer, None, 2, NONE), Ok(2), "the position is used");
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
    let source = file_of(b"0123456789");
    let (_reader, writer) = pipe::nonblocking().unwrap();
    while io::write(&writer, &[0; 4096]).is_ok() {}
    let mut offset = 3;
    let full = pipe::splice(lent(&source), Some(&mut offset), &writer, None, 4, NONE);
    assert_eq!((full.unwrap_err().errno(), offset), (Errno::AGAIN, 3));
    let mut beyond = 10;
    let (_reader, writer) = pipe::pipe().unwrap();
    assert_eq!(pipe::splice(lent(&source), Some(&mut beyond), &writer, None, 4, NONE), Ok(0), "the end");
    assert_eq!(beyond, 10);
}

#[test]
fn a_move_is_as_long_as_what_is_there() {
    let (reader, writer) = pipe::pipe().unwrap();
    let target = file_of(&[]);
    io::write(&writer, b"short").unwrap();
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 0, NONE), Ok(0), "nothing was asked for");
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 1 << 20, NONE), Ok(5));
    drop(writer);
    assert_eq!(pipe::splice(&reader, None, lent(&target), None, 1 << 20, NONE), Ok(0), "the end");

    // No more goes than there is room for.
    let (source, bytes) = (file_of(&noise(100_000)), noise(100_000));
    let (reader, writer) = pipe::pipe().unwrap();
    let room = pipe::set_size(&writer, 4096).unwrap() as usize;
    assert_eq!(pipe::splice(lent(&source), None, &writer, None, 100_000, NONE), Ok(room));
    assert!(drain(&reader) == bytes[..room]);
}

#[test]
fn bytes_go_from_pipe_to_pipe_and_to_a_socket() {
    let ((first, into_first), (second, into_second)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
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
    let ((first, into_first), (second, into_second)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    io::write(&into_first, b"hello").unwrap();
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(5));
    assert_eq!((drain(&first), drain(&second)), (b"hello".to_vec(), b"hello".to_vec()));

    // It has no place of its own: it begins with the first byte each time.
    io::write(&into_first, b"again").unwrap();
    assert_eq!([pipe::tee(&first, &into_second, 2, NONE), pipe::tee(&first, &into_second, 1024, NONE)], [Ok(2), Ok(5)]);
    assert_eq!(drain(&second), b"agagain");
    assert_eq!(io::bytes_available(&first), Ok(5));

    assert_eq!(pipe::tee(&first, &into_second, 0, NONE), Ok(0));
    drain(&first);
    drop(into_first);
    assert_eq!(pipe::tee(&first, &into_second, 1024, NONE), Ok(0), "the end");
}

#[test]
fn packets_stay_packets() {
    let packets = || raw::pipe2(PipeFlags::CLOEXEC | PipeFlags::DIRECT).unwrap();
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
    assert_eq!(bytes as u32, 8 * page);
    assert_eq!(io::bytes_available(&reader), Ok(8 * page));
    assert_eq!(pipe::set_size(&writer, 4 * page).unwrap_err().errno(), Errno::BUSY);
    assert_eq!(pipe::size(&writer), Ok(8 * page), "what was refused changed nothing");
}

#[test]
fn few_bytes_can_fill_a_pipe() {
    let source = file_of(&noise(64));
    let (reader, writer) = pipe::nonblocking().unwrap();
    let slots = pipe::set_size(&writer, 16 * 4096).unwrap() / pipe::set_size(pipe::pipe().unwrap().0, 0).unwrap();
    for at in 0..slots {
        let mut offset = at.into();
        assert_eq!(pipe::splice(lent(&source), Some(&mut offset), &writer, None, 1, NONE), Ok(1));
    }
    let more = pipe::splice(lent(&source), None, &writer, None, 1, NONE);
    assert_eq!(more.unwrap_err().errno(), Errno::AGAIN);
    assert!(drain(&reader) == noise(64)[..slots as usize]);
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
    assert_eq!(unsafe { raw::vmsplice_read(reader.as_fd(), &mut [IoSliceMut::new(&mut one)], NONE) }, Ok(0));
}

/// A raw call that waits is ended by signals; one that is retried is not.
fn waits(
    ended: impl FnOnce() -> Result<usize> + Send,
    goes_on: impl FnOnce() -> Result<usize> + Send,
    end: impl Fn() + Sync,
) {
    assert_eq!(interrupted(ended).unwrap_err().errno(), Errno::INTR);
    let seen = SEEN.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while SEEN.load(Ordering::Relaxed) < seen + 20 {
                std::thread::yield_now();
            }
            end();
        });
        assert_eq!(interrupted(goes_on), Ok(1));
    });
}

#[test]
fn signals_end_only_raw_calls() {
    let ((first, into_first), (second, into_second)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let target = file_of(&[]);
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

/// Pages of noise.
fn pages(length: usize) -> Pages {
    let mut pages = Pages::new(length).unwrap();
    pages.copy_from_slice(&noise(length));
    pages
}

#[test]
fn pages_in_a_pipe_are_gone_here_and_nobody_changes_them() {
    in_child("pages_in_a_pipe_are_gone_here_and_nobody_changes_them", || {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        for length in [1, 100, page, page + 1, 5 * page, 8 * page - 1] {
            for flags in [NONE, SpliceFlags::GIFT] {
                let pages = pages(length);
                let places: Vec<_> =
                    (0..length.div_ceil(page)).map(|at| pages.as_ptr().wrapping_add(at * page)).collect();
                assert!(places.iter().all(|place| is_mapped(*place)));
                let Spliced { bytes, rest } = splice_pages(&writer, pages, flags).unwrap();
                assert_eq!((bytes, rest.is_none()), (length, true));
                assert!(!places.iter().any(|place| is_mapped(*place)), "the mapping is gone");

                // New memory, at the same addresses and with whatever was freed, is not what is in the pipe.
                let flags = MapFlags::PRIVATE | MapFlags::ANONYMOUS | MapFlags::FIXED_NOREPLACE;
                let start = places[0].cast_mut();
                // SAFETY: replaces nothing.
                let same = unsafe { mmap(start, length, Protection::READ | Protection::WRITE, flags, None, 0) };
                assert_eq!(same, Ok(start), "nothing is mapped there");
                // SAFETY: just mapped so long, and nobody else's.
                unsafe { start.write_bytes(0xFF, length) };
                Pages::new(64 * page).unwrap().fill(0xFF);
                // SAFETY: nobody uses it any more.
                unsafe { munmap(start, length) }.unwrap();
                assert!(drain(&reader) == noise(length));
            }
        }
    });
}

#[test]
fn what_does_not_fit_into_a_pipe_comes_back() {
    in_child("what_does_not_fit_into_a_pipe_comes_back", || {
        let (page, (reader, writer)) = (page_size(), pipe::pipe().unwrap());
        pipe::set_size(&writer, 4 * page as u32).unwrap();
        let length = 10 * page + 100;
        let all = pages(length);
        let start = all.as_ptr();
        let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
        let rest = rest.unwrap();
        assert_eq!((bytes, rest.len()), (4 * page, length - 4 * page));
        assert_eq!(rest.as_ptr(), start.wrapping_add(4 * page), "the rest stays where it is");
        assert!(*rest == noise(length)[4 * page..]);
        let mapped: Vec<_> = (0..11).map(|at| is_mapped(start.wrapping_add(at * page))).collect();
        assert_eq!(mapped, [[false; 4].as_slice(), &[true; 7]].concat());

        let mut read = drain(&reader);
        let mut rest = Some(rest);
        while let Some(pages) = rest {
            let spliced = splice_pages(&writer, pages, NONE).unwrap();
            read.extend(drain(&reader));
            rest = spliced.rest;
        }
        assert!(read == noise(length));
        assert!(!(0..11).any(|at| is_mapped(start.wrapping_add(at * page))));
    });
}

#[test]
fn no_room_is_an_answer_and_all_pages_come_back() {
    let page = page_size();
    let ((_one, blocking), (_other, nonblocking)) = (pipe::pipe().unwrap(), pipe::nonblocking().unwrap());
    for (writer, flags) in [(&blocking, SpliceFlags::NONBLOCK), (&nonblocking, NONE)] {
        let room = pipe::set_size(writer, page as u32).unwrap() as usize;
        assert_eq!(splice_pages(writer, pages(room), flags).unwrap().bytes, room);
        let Spliced { bytes, rest } = splice_pages(writer, pages(3 * page), flags).unwrap();
        assert_eq!(bytes, 0);
        assert!(*rest.unwrap() == noise(3 * page));
    }
    let mut none = pages(page);
    none.truncate(0);
    let Spliced { bytes, rest } = splice_pages(&blocking, none, SpliceFlags::NONBLOCK).unwrap();
    assert_eq!((bytes, rest.is_none()), (0, true), "nothing has room everywhere");
}

#[test]
fn a_forked_process_changes_its_own_copy() {
    in_child("a_forked_process_changes_its_own_copy", || {
        let ((reader, writer), (told, tell)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
        let (done, say) = pipe::pipe().unwrap();
        let length = 16 * page_size();
        pipe::set_size(&writer, length as u32).unwrap();
        // So long that the kernel may make huge pages of it.
        let mut all = Pages::new(8 << 20).unwrap();
        for piece in all.chunks_exact_mut(length) {
            piece.copy_from_slice(&noise(length));
        }
        // SAFETY: the child writes to its copy of the memory, makes system calls and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            io::read(&told, &mut [0]).unwrap();
            all.fill(0xFF);
            io::write(&say, b"!").unwrap();
            butter::process::exit_group(i32::from(all.iter().any(|byte| *byte != 0xFF)));
        }
        let Spliced { bytes, rest } = splice_pages(&writer, all, NONE).unwrap();
        io::write(&tell, b"!").unwrap();
        io::read(&done, &mut [0]).unwrap();
        assert_eq!((bytes, rest.unwrap().len()), (length, (8 << 20) - length));
        assert!(drain(&reader) == noise(length));
        let mut status = 0;
        // SAFETY: writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0, "the copy is the child's");
    });
}

/// Why the pages were not taken; they come back as they were.
fn refused(result: Result<Spliced, PagesError>) -> Errno {
    let error = result.unwrap_err();
    let told = error.error();
    assert_eq!(error.to_string(), told.to_string());
    assert_eq!(format!("{error:?}"), format!("PagesError {{ error: {told:?}, pages: Some(Pages {{ length: 100 }}) }}"));
    assert!(*error.into_pages().unwrap() == noise(100));
    told.errno()
}

#[test]
fn pages_go_to_a_writing_end_only() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, &[7; 200]).unwrap();
    assert_eq!(refused(splice_pages(&reader, pages(100), NONE)), Errno::BADF);
    assert_eq!(io::bytes_available(&reader), Ok(200), "nothing was read into them");
    assert_eq!(refused(splice_pages(lent(&file_of(&[])), pages(100), NONE)), Errno::BADF);
    assert_eq!(refused(splice_pages(&writer, pages(100), SpliceFlags::from_bits_retain(0x100))), Errno::INVAL);
    drop(reader);
    assert_eq!(refused(splice_pages(&writer, pages(100), NONE)), Errno::PIPE);
    let through: fn() -> Result<Spliced> = || Ok(splice_pages(pipe::pipe()?.0, pages(100), NONE)?);
    assert_eq!(through().unwrap_err().errno(), Errno::BADF);
}

#[test]
fn a_pipe_open_both_ways_takes_pages() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("fifo");
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    let both = common::fd(File::options().read(true).write(true).open(&path).unwrap());
    assert_eq!(splice_pages(&both, pages(5000), NONE).unwrap().bytes, 5000);
    assert!(drain(&both) == noise(5000));
}

#[test]
fn pages_wait_for_room_whatever_signals_come() {
    let (reader, writer) = pipe::pipe().unwrap();
    let room = pipe::set_size(&writer, 4096).unwrap() as usize;
    assert!(splice_pages(&writer, pages(room), NONE).unwrap().rest.is_none());
    let seen = SEEN.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while SEEN.load(Ordering::Relaxed) < seen + 20 {
                std::thread::yield_now();
            }
            drain(&reader);
        });
        assert_eq!(interrupted(|| splice_pages(&writer, pages(100), NONE).unwrap().bytes), 100);
    });
    assert!(drain(&reader) == noise(100));
}

/// Answers a call with what a kernel would that stops in the middle of the second page.
extern "C" fn one_page_and_a_hundred_bytes(_: Signal, _: &SigInfo, context: *mut std::ffi::c_void) {
    // SAFETY: the kernel gives a handler its context, which is this handler's own.
    let context = unsafe { &mut *context.cast::<libc::ucontext_t>() };
    let answer = page_size() + 100;
    #[cfg(target_arch = "x86_64")]
    {
        context.uc_mcontext.gregs[libc::REG_RAX as usize] = answer as i64;
    }
    #[cfg(target_arch = "aarch64")]
    {
        context.uc_mcontext.regs[0] = answer as u64;
    }
}

#[test]
fn no_page_is_shared_when_the_kernel_stops_within_one() {
    in_child("no_page_is_shared_when_the_kernel_stops_within_one", || {
        // SAFETY: the handler changes its context only.
        unsafe { signal::set_action(Signal::SYS, &Action::info_handler(one_page_and_a_hundred_bytes)) }.unwrap();
        let page = page_size();
        let (_reader, writer) = pipe::pipe().unwrap();
        let all = pages(5 * page + 7);
        let start = all.as_ptr();
        let answer = common::inject::trap(libc::SYS_vmsplice, 0, || splice_pages(&writer, all, NONE));
        let Spliced { bytes, rest } = answer.unwrap();
        assert_eq!(bytes, page + 100);
        let rest = rest.unwrap();
        assert!(*rest == noise(5 * page + 7)[page + 100..], "what did not go is not lost");
        assert!(!rest.as_ptr_range().contains(&start), "it stands elsewhere");
        assert!(!is_mapped(start) && !is_mapped(start.wrapping_add(page)), "where it was is unmapped");
    });
}
