//! Tests of `io`: reading, writing, and the flags of descriptors.

use std::fs::File;
use std::mem::MaybeUninit;

use butter::fd::{AsRawFd, OwnedFd};
use butter::io::{
    self, AccessMode, CloseRangeFlags, DescriptorFlags, DupFlags, IoSlice, IoSliceMut, StatusFlags,
};
use butter::{Errno, pipe};
use common::child::in_child;
use common::require;
use common::signals::{PeriodicSignals, interrupted};
use common::{files, inject};

#[test]
fn write_and_read_transfer_bytes_through_a_pipe() {
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
    assert_eq!(io::read(&reader, &mut buffer), Ok(0), "a read at end of file should return 0");
}

/// Opens three descriptors with the numbers 700 to 702. The process must have only one thread that
/// opens descriptors.
fn numbered_descriptors() -> [OwnedFd; 3] {
    let (reader, _writer) = pipe::pipe().unwrap();
    [700, 701, 702].map(|number| {
        let copy = io::fcntl_dupfd_cloexec(&reader, number).unwrap();
        io::fcntl_setfd(&copy, DescriptorFlags::empty()).unwrap();
        assert_eq!(copy.as_raw_fd(), number);
        copy
    })
}

/// Returns the flags of a descriptor, or `None` if it is not open.
fn flags_of(number: i32) -> Option<i32> {
    // SAFETY: touches no memory.
    Some(unsafe { libc::fcntl(number, libc::F_GETFD) }).filter(|&flags| flags >= 0)
}

#[test]
fn close_range_closes_the_descriptors_from_first_to_last() {
    in_child(|| {
        std::mem::forget(numbered_descriptors());
        // SAFETY: the descriptors have no owner any more.
        unsafe { io::close_range(701, 702, CloseRangeFlags::empty()) }.unwrap();
        assert_eq!([700, 701, 702].map(flags_of), [Some(0), None, None]);
        // SAFETY: as above.
        unsafe { io::close_range(700, u32::MAX, CloseRangeFlags::empty()) }.unwrap();
        assert_eq!([700, 701, 702].map(flags_of), [None; 3]);
    });
}

#[test]
fn close_range_unshare_closes_descriptors_of_the_calling_thread_only() {
    in_child(|| {
        let _descriptors = numbered_descriptors();
        let flags = std::thread::spawn(|| {
            // SAFETY: this thread uses no descriptors afterwards.
            unsafe { io::close_range(700, 701, CloseRangeFlags::UNSHARE) }.unwrap();
            [700, 701, 702].map(flags_of)
        });
        assert_eq!(flags.join().unwrap(), [None, None, Some(0)]);
        assert_eq!([700, 701, 702].map(flags_of), [Some(0); 3]);
    });
}

#[test]
fn close_range_cloexec_sets_the_flag_and_closes_no_descriptor() {
    require!(kernel >= 5.11, "CLOSE_RANGE_CLOEXEC");
    in_child(|| {
        let _descriptors = numbered_descriptors();
        io::close_range_cloexec(700, 701).unwrap();
        assert_eq!([700, 701, 702].map(flags_of), [Some(1), Some(1), Some(0)]);
        io::close_range_cloexec(702, u32::MAX).unwrap();
        assert_eq!([700, 701, 702].map(flags_of), [Some(1); 3]);
    });
}

#[test]
fn read_uninit_returns_only_the_bytes_that_were_read() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::write(&writer, b"news").unwrap();
    let mut buffer = [MaybeUninit::uninit(); 64];
    let read = io::read_uninit(&reader, &mut buffer).unwrap();
    read[0] = b'N';
    assert_eq!(read, b"News");
    assert_eq!(io::read_uninit(&reader, &mut []).unwrap(), b"");
}

#[test]
fn io_slice_and_io_slice_mut_dereference_to_bytes() {
    let mut bytes = *b"bytes";
    assert_eq!(&*IoSlice::new(b"bytes"), b"bytes");
    let mut slice = IoSliceMut::new(&mut bytes);
    slice[0] = b'B';
    assert_eq!(&*slice, b"Bytes");
    assert_eq!(bytes, *b"Bytes");
}

#[test]
fn fcntl_getfl_and_setfl_return_and_set_status_flags() {
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
    // The values of `O_DIRECTORY`, `O_NOFOLLOW`, `O_LARGEFILE` and `O_DIRECT` differ between the
    // architectures.
    let directory = std::os::unix::fs::OpenOptionsExt::custom_flags(
        File::options().read(true),
        libc::O_DIRECTORY | libc::O_NOFOLLOW,
    )
    .open("/")
    .unwrap();
    let flags = io::fcntl_getfl(common::fd(directory)).unwrap();
    assert!(
        flags.contains(StatusFlags::DIRECTORY | StatusFlags::NOFOLLOW | StatusFlags::LARGEFILE),
        "{flags}"
    );
    assert!(!flags.contains(StatusFlags::DIRECT));
}

#[test]
fn fcntl_dupfd_cloexec_returns_a_descriptor_number_of_at_least_the_minimum() {
    use butter::fd::AsRawFd;
    let (reader, writer) = pipe::pipe().unwrap();
    let duplicate = io::fcntl_dupfd_cloexec(&reader, 100).unwrap();
    assert!(duplicate.as_raw_fd() >= 100);
    assert_eq!(io::fcntl_getfd(&duplicate), Ok(DescriptorFlags::CLOEXEC));
    io::write(&writer, b"!").unwrap();
    assert_eq!(io::read(&duplicate, &mut [0; 4]), Ok(1));
}

#[test]
fn dup3_replaces_the_open_file_description_of_the_other_descriptor() {
    use butter::fd::AsRawFd;
    let ((reader, writer), (other, mut new)) = (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let number = new.as_raw_fd();
    for (flags, expected) in [
        (DupFlags::empty(), DescriptorFlags::empty()),
        (DupFlags::CLOEXEC, DescriptorFlags::CLOEXEC),
    ] {
        io::dup3(&writer, &mut new, flags).unwrap();
        assert_eq!(new.as_raw_fd(), number);
        assert_eq!(io::fcntl_getfd(&new), Ok(expected));
        io::write(&new, b"!").unwrap();
        assert_eq!(io::read(&reader, &mut [0; 4]), Ok(1));
    }
    // The write end of the other pipe is closed.
    assert_eq!(io::read(&other, &mut [0; 4]), Ok(0));
}

#[test]
fn read_returns_one_packet_per_call_if_pipe_is_in_packet_mode() {
    let (reader, writer) =
        pipe::raw::pipe2(pipe::CreateFlags::CLOEXEC | pipe::CreateFlags::DIRECT).unwrap();
    io::write(&writer, b"one").unwrap();
    io::write(&writer, b"other").unwrap();
    let mut buffer = [0; 64];
    assert_eq!(io::read(&reader, &mut buffer), Ok(3));
    assert_eq!(io::read(&reader, &mut buffer), Ok(5));
}

#[test]
fn retry_repeats_a_read_that_is_interrupted() {
    let (reader, writer) = pipe::pipe().unwrap();
    assert_eq!(interrupted(|| io::read(&reader, &mut [0]).unwrap_err().errno()), Errno::INTR);

    let signals = PeriodicSignals::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while signals.count() < 20 {
                std::thread::yield_now();
            }
            io::write(&writer, b"!").unwrap();
        });
        assert_eq!(signals.run(|| io::retry(|| io::read(&reader, &mut [0]))), Ok(1));
    });
}

#[test]
fn write_all_writes_more_bytes_than_one_call_accepts() {
    let (reader, writer) = pipe::pipe().unwrap();
    let bytes = common::pattern::pattern_bytes(1 << 20);
    let signals = PeriodicSignals::new();
    let received = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut received = Vec::new();
            std::io::Read::read_to_end(&mut common::file(reader), &mut received).unwrap();
            received
        });
        // A write that is interrupted after some bytes returns their number.
        signals.run(|| io::write_all(&writer, &bytes)).unwrap();
        drop(writer);
        reader.join().unwrap()
    });
    assert_eq!(received, bytes);
}

#[test]
fn write_all_error_contains_the_number_of_written_bytes() {
    let (reader, writer) = pipe::pipe().unwrap();
    io::fcntl_setfl(&writer, StatusFlags::NONBLOCK).unwrap();
    let capacity = pipe::size(&writer).unwrap();
    let bytes = vec![b'x'; capacity + 1];
    let error = io::write_all(&writer, &bytes).unwrap_err();
    assert_eq!((error.error().errno(), error.written()), (Errno::AGAIN, capacity));
    assert_eq!(butter::Error::from(error), error.error());
    assert_eq!(error.to_string(), format!("{} (after {capacity} bytes)", error.error()));
    assert_eq!(format!("{error:?}"), error.to_string());
    drop(reader);

    assert_eq!(io::write_all(&writer, b""), Ok(()));
    let pretended = inject::pretend(libc::SYS_write, || io::write_all(&writer, b"x").unwrap_err());
    assert_eq!((pretended.error().errno(), pretended.written()), (Errno::IO, 0));
}

#[test]
fn write_all_at_writes_at_the_offset_and_keeps_the_file_offset() {
    let file = files::anonymous();
    let fd = common::fd(file.try_clone().unwrap());
    io::write_all_at(&fd, b"world", 7).unwrap();
    io::write_all_at(&fd, b"hello, ", 0).unwrap();
    let mut content = String::new();
    // The clone shares the file offset, which is still 0.
    std::io::Read::read_to_string(&mut &file, &mut content).unwrap();
    assert_eq!(content, "hello, world");
    assert_eq!(io::write_all_at(&fd, b"", u64::MAX), Ok(()));

    let error = io::write_all_at(&fd, b"!", u64::MAX).unwrap_err();
    assert_eq!((error.error().errno(), error.written()), (Errno::INVAL, 0));
    let (_reader, writer) = pipe::pipe().unwrap();
    assert_eq!(io::write_all_at(&writer, b"!", 0).unwrap_err().error().errno(), Errno::SPIPE);
    let pretended = inject::pretend(libc::SYS_pwrite64, || io::write_all_at(&fd, b"!", 0));
    assert_eq!(pretended.unwrap_err().error().errno(), Errno::IO);
}

#[test]
fn write_all_at_continues_after_a_short_write() {
    // The limit on file sizes truncates the first write.
    common::child::in_child(|| {
        let limit = libc::rlimit { rlim_cur: 10, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: the kernel reads the struct.
        unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) };
        butter::signal::ignore(butter::signal::Signal::XFSZ).unwrap();
        let fd = common::fd(files::anonymous());
        let error = io::write_all_at(&fd, b"0123456789", 4).unwrap_err();
        assert_eq!((error.error().errno(), error.written()), (Errno::FBIG, 6));
    });
}

#[test]
fn write_all_fails_with_eio_if_count_exceeds_the_buffer() {
    common::child::in_child(|| {
        let (_reader, writer) = pipe::pipe().unwrap();
        let forged =
            inject::forge(libc::SYS_write, |_| isize::MAX, || io::write_all(&writer, b"bytes"));
        let error = forged.unwrap_err();
        assert_eq!((error.error().errno(), error.written()), (Errno::IO, 0));
    });
}
