//! Reading, writing and the flags of a descriptor.

use std::fs::File;
use std::mem::MaybeUninit;

use butter::io::{self, AccessMode, DescriptorFlags, IoSlice, IoSliceMut, StatusFlags};
use butter::{Errno, pipe};
use common::files;
use common::signals::{PeriodicSignals, interrupted};

#[test]
fn what_is_written_is_read() {
    let (reader, writer) = pipe::pipe().unwrap();
    assert_eq!(io::write(&writer, b"hello, "), Ok(7));
    assert_eq!(
        io::writev(&writer, &[IoSlice::new(b"wor"), IoSlice::new(b""), IoSlice::new(b"ld")]),
        Ok(5)
    );
    assert_eq!(io::bytes_available(&reader), Ok(12));

    let mut buffer = [0; 5];
    assert_eq!(io::read(&reader, &mut buffer), Ok(5));
    assert_eq!(&buffer, b"hello");
    let (mut one, mut two) = ([0; 2], [0; 9]);
    assert_eq!(
        io::readv(&reader, &mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)]),
        Ok(7)
    );
    assert_eq!((&one, &two[..5]), (b", ", &b"world"[..]));

    drop(writer);
    assert_eq!(io::read(&reader, &mut buffer), Ok(0), "the end");
}

#[test]
fn a_buffer_need_not_be_written_to_before() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"news").unwrap();
    let mut buffer = [MaybeUninit::uninit(); 64];
    let read = io::read_uninit(&reader, &mut buffer).unwrap();
    read[0] = b'N';
    assert_eq!(read, b"News");
    assert_eq!(io::read_uninit(&reader, &mut []).unwrap(), b"");
}

#[test]
fn slices_are_slices() {
    let mut bytes = *b"bytes";
    assert_eq!(&*IoSlice::new(b"bytes"), b"bytes");
    let mut room = IoSliceMut::new(&mut bytes);
    room[0] = b'B';
    assert_eq!(&*room, b"Bytes");
    assert_eq!(bytes, *b"Bytes");
}

#[test]
fn flags_are_told_and_set() {
    let (reader, writer) = pipe::pipe().unwrap();
    assert_eq!(io::fcntl_getfl(&reader).unwrap().access(), AccessMode::ReadOnly);
    assert_eq!(io::fcntl_getfl(&writer).unwrap().access(), AccessMode::WriteOnly);
    let flags = io::fcntl_getfl(&reader).unwrap();
    assert!(!flags.contains(StatusFlags::NONBLOCK));
    io::fcntl_setfl(&reader, flags | StatusFlags::NONBLOCK).unwrap();
    assert!(io::fcntl_getfl(&reader).unwrap().contains(StatusFlags::NONBLOCK));
    assert_eq!(io::read(&reader, &mut [0]).unwrap_err().errno(), Errno::AGAIN);

    let file = common::fd(files::anonymous());
    assert_eq!(io::fcntl_getfl(&file).unwrap().access(), AccessMode::ReadWrite);
    // The processors disagree on these bits: each is asked of the kernel, and comes back as what it is.
    let directory = std::os::unix::fs::OpenOptionsExt::custom_flags(
        File::options().read(true),
        libc::O_DIRECTORY | libc::O_NOFOLLOW,
    )
    .open("/")
    .unwrap();
    let told = io::fcntl_getfl(common::fd(directory)).unwrap();
    assert!(
        told.contains(StatusFlags::DIRECTORY | StatusFlags::NOFOLLOW | StatusFlags::LARGEFILE),
        "{told}"
    );
    assert!(!told.contains(StatusFlags::DIRECT));
}

#[test]
fn a_duplicate_is_another_descriptor_of_the_same_file() {
    use butter::fd::AsRawFd;
    let (reader, writer) = pipe::pipe().unwrap();
    let duplicate = io::fcntl_dupfd_cloexec(&reader, 100).unwrap();
    assert!(duplicate.as_raw_fd() >= 100);
    assert_eq!(io::fcntl_getfd(&duplicate), Ok(DescriptorFlags::CLOEXEC));
    io::write(&writer, b"!").unwrap();
    assert_eq!(io::read(&duplicate, &mut [0; 4]), Ok(1));
}

#[test]
fn packets_are_read_one_by_one() {
    let (reader, writer) =
        pipe::raw::pipe2(pipe::CreateFlags::CLOEXEC | pipe::CreateFlags::DIRECT).unwrap();
    io::write(&writer, b"one").unwrap();
    io::write(&writer, b"other").unwrap();
    let mut buffer = [0; 64];
    assert_eq!(io::read(&reader, &mut buffer), Ok(3));
    assert_eq!(io::read(&reader, &mut buffer), Ok(5));
}

#[test]
fn an_interruption_is_told_unless_the_call_is_retried() {
    let (reader, writer) = pipe::pipe().unwrap();
    assert_eq!(interrupted(|| io::read(&reader, &mut [0]).unwrap_err().errno()), Errno::INTR);

    let storm = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while storm.count() < 20 {
                std::thread::yield_now();
            }
            io::write(&writer, b"!").unwrap();
        });
        assert_eq!(storm.run(|| io::retry(|| io::read(&reader, &mut [0]))), Ok(1));
    });
}
