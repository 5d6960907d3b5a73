//! Tests of reading and writing at an offset, and of reading to the end of a file.

use std::fs::File;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use butter::fd::{AsFd, OwnedFd};
use butter::fs::{self, ReadWriteFlags, SeekFrom, raw};
use butter::io::{self, IoSlice, IoSliceMut};
use butter::memfd::MemFd;
use butter::signal::{self, Signal};
use butter::time::Timeout;
use butter::{Errno, pipe};
use common::child::in_child;
use common::inject::{forge, supervise};
use common::pattern::{file_containing, pattern_bytes};
use common::test::supported;
use common::{files, require};

const NONE: ReadWriteFlags = ReadWriteFlags::empty();

/// Creates a file with these bytes. The file offset is 0.
fn containing(bytes: &[u8]) -> OwnedFd {
    common::fd(file_containing(bytes))
}

/// Creates a file that is open for reading and for appending.
fn appending(bytes: &[u8]) -> OwnedFd {
    let mut file = files::NamedFile::new();
    std::io::Write::write_all(&mut *file, bytes).unwrap();
    common::fd(File::options().read(true).append(true).open(file.path()).unwrap())
}

/// Returns the contents of a file, and does not change the file offset.
fn contents(fd: &OwnedFd) -> Vec<u8> {
    let mut buffer = [0; 64];
    let count = fs::pread(fd, &mut buffer, 0).unwrap();
    buffer[..count].to_vec()
}

fn write(fd: impl AsFd, bytes: &[u8], offset: Option<u64>, flags: ReadWriteFlags) -> usize {
    try_write(fd, bytes, offset, flags).unwrap()
}

fn try_write(
    fd: impl AsFd,
    bytes: &[u8],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> butter::Result<usize> {
    fs::pwritev2(fd, &[IoSlice::new(bytes)], offset, flags)
}

fn try_read(
    fd: impl AsFd,
    buffer: &mut [u8],
    offset: Option<u64>,
    flags: ReadWriteFlags,
) -> butter::Result<usize> {
    fs::preadv2(fd, &mut [IoSliceMut::new(buffer)], offset, flags)
}

#[test]
fn pread_and_pwrite_use_the_offset_and_keep_the_file_offset() {
    let (file, mut buffer) = (containing(b"0123456789"), [0; 4]);
    fs::seek(&file, SeekFrom::Start(5)).unwrap();
    assert_eq!(fs::pread(&file, &mut buffer, 3), Ok(4));
    assert_eq!(&buffer, b"3456");
    assert_eq!(fs::pread(&file, &mut buffer, 8), Ok(2));
    assert_eq!(fs::pread(&file, &mut buffer, 10), Ok(0));
    assert_eq!(fs::pwrite(&file, b"abc", 2), Ok(3));
    assert_eq!(fs::pwrite(&file, b"end", 12), Ok(3));
    assert_eq!(contents(&file), b"01abc56789\0\0end");
    assert_eq!(fs::tell(&file), Ok(5));

    let mut buffer = [MaybeUninit::uninit(); 8];
    assert_eq!(fs::pread_uninit(&file, &mut buffer, 12).unwrap(), b"end");
    assert_eq!(raw::pread64_uninit(file.as_fd(), &mut buffer, 1).unwrap(), b"1abc5678");
}

#[test]
fn pwrite_appends_if_file_is_open_with_o_append() {
    let file = appending(b"before");
    assert_eq!(fs::pwrite(&file, b"!", 0), Ok(1));
    assert_eq!(write(&file, b"?", Some(1), NONE), 1);
    assert_eq!(contents(&file), b"before!?");
}

#[test]
fn preadv2_reads_at_the_offset_or_at_the_file_offset() {
    let (file, mut first, mut second) = (containing(b"0123456789"), [0; 2], [0; 3]);
    let mut read = |offset| {
        let mut buffers = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        assert_eq!(fs::preadv2(&file, &mut buffers, offset, NONE), Ok(5));
        (first, second)
    };
    assert_eq!(read(Some(4)), (*b"45", *b"678"));
    assert_eq!(fs::tell(&file), Ok(0));
    assert_eq!(read(None), (*b"01", *b"234"));
    assert_eq!(fs::tell(&file), Ok(5));
    assert_eq!(read(None), (*b"56", *b"789"));
    assert_eq!(try_read(&file, &mut first, None, NONE), Ok(0));
}

#[test]
fn pwritev2_writes_at_the_offset_or_at_the_file_offset() {
    let file = containing(b"0123456789");
    let buffers = [IoSlice::new(b"a"), IoSlice::new(b""), IoSlice::new(b"bc")];
    assert_eq!(fs::pwritev2(&file, &buffers, Some(6), NONE), Ok(3));
    assert_eq!(fs::tell(&file), Ok(0));
    assert_eq!(fs::pwritev2(&file, &buffers, None, NONE), Ok(3));
    assert_eq!(fs::tell(&file), Ok(3));
    assert_eq!(contents(&file), b"abc345abc9");
}

#[test]
fn pwritev2_append_writes_to_the_end_of_the_file() {
    let file = containing(b"0123");
    assert_eq!(write(&file, b"a", Some(1), ReadWriteFlags::APPEND), 1);
    assert_eq!(fs::tell(&file), Ok(0));
    assert_eq!(write(&file, b"b", None, ReadWriteFlags::APPEND), 1);
    assert_eq!(fs::tell(&file), Ok(6));
    assert_eq!(contents(&file), b"0123ab");
}

#[test]
fn pwritev2_noappend_uses_the_offset_despite_o_append() {
    let file = appending(b"0123");
    let written = try_write(&file, b"ab", Some(1), ReadWriteFlags::NOAPPEND);
    assert_eq!(require!(supported(written)), 2);
    assert_eq!(contents(&file), b"0ab3");
}

#[test]
fn preadv2_nowait_fails_with_eagain_only_if_the_pipe_is_empty() {
    let (reader, writer) = pipe::pipe().unwrap();
    let read = || try_read(&reader, &mut [0; 4], None, ReadWriteFlags::NOWAIT);
    let result = std::thread::scope(|scope| {
        let reading = scope.spawn(read);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !reading.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        if !reading.is_finished() {
            write(&writer, b"late", None, NONE);
        }
        reading.join().unwrap()
    });
    match result {
        Err(error) if error.is(Errno::AGAIN) => {}
        // Pipes support the flag since Linux 6.4.
        result => return require!(supported(result).map(|count| panic!("{count} bytes"))),
    }
    assert_eq!(write(&writer, b"news", None, ReadWriteFlags::NOWAIT), 4);
    assert_eq!(read(), Ok(4));
}

#[test]
fn pwritev2_dsync_and_sync_and_preadv2_hipri_transfer_the_bytes() {
    let (file, mut buffer) = (containing(b"0123"), [0; 4]);
    assert_eq!(write(&file, b"ab", Some(0), ReadWriteFlags::DSYNC), 2);
    assert_eq!(write(&file, b"c", Some(2), ReadWriteFlags::SYNC), 1);
    assert_eq!(try_read(&file, &mut buffer, Some(0), ReadWriteFlags::HIPRI), Ok(4));
    assert_eq!(&buffer, b"abc3");
}

#[test]
fn pwritev2_atomic_is_not_supported_without_direct_io() {
    let file = containing(b"0123");
    let error = try_write(&file, b"abcd", Some(0), ReadWriteFlags::ATOMIC).unwrap_err();
    assert_eq!(error.errno(), Errno::OPNOTSUPP);
    assert_eq!(contents(&file), b"0123");
}

#[test]
fn pwritev2_dontcache_transfers_the_bytes() {
    let (file, mut buffer) = (containing(b"0123"), [0; 4]);
    let written = try_write(&file, b"ab", Some(0), ReadWriteFlags::DONTCACHE);
    assert_eq!(require!(supported(written)), 2);
    assert_eq!(try_read(&file, &mut buffer, Some(0), ReadWriteFlags::DONTCACHE), Ok(4));
    assert_eq!(&buffer, b"ab23");
}

#[test]
fn pwritev2_nosignal_sends_no_sigpipe() {
    let (pipe_reader, pipe_writer) = pipe::pipe().unwrap();
    let (socket, peer) = std::os::unix::net::UnixStream::pair().unwrap();
    drop((pipe_reader, peer));
    common::wait_until_reader_is_closed(&pipe_writer);
    // A signal that is blocked becomes pending, even if it is ignored.
    let _blocked = signal::block(Signal::PIPE).unwrap();
    let is_pending = |fd: &OwnedFd, flags| {
        let result = try_write(fd, b"!", None, flags);
        if result.is_err_and(|error| error.is(Errno::OPNOTSUPP)) {
            return None;
        }
        assert_eq!(result.map_err(|error| error.errno()), Err(Errno::PIPE));
        Some(signal::wait(Signal::PIPE, Timeout::Zero).unwrap().is_some())
    };
    for fd in [pipe_writer, common::fd(socket)] {
        assert_eq!(is_pending(&fd, NONE), Some(true));
        let pending = is_pending(&fd, ReadWriteFlags::NOSIGNAL);
        assert!(!require!(pending, "RWF_NOSIGNAL requires Linux 6.18"));
    }
}

#[test]
fn read_to_end_returns_the_bytes_after_the_file_offset() {
    let file = containing(b"0123456789");
    fs::seek(&file, SeekFrom::Start(4)).unwrap();
    assert_eq!(fs::read_to_end(&file, &mut [0; 100]).unwrap(), b"456789");
    assert_eq!(fs::read_to_end(&file, &mut [0; 100]).unwrap(), b"");
    // The buffer has the size of the file.
    fs::seek(&file, SeekFrom::Start(0)).unwrap();
    assert_eq!(fs::read_to_end(&file, &mut [MaybeUninit::uninit(); 10]).unwrap(), b"0123456789");
    assert_eq!(fs::read_to_end(&file, &mut [0; 0]).unwrap(), b"");
}

#[test]
fn read_to_end_fails_with_erange_if_the_buffer_is_too_small() {
    let (file, mut buffer) = (containing(b"0123456789"), [0; 9]);
    let error = fs::read_to_end(&file, &mut buffer).unwrap_err();
    assert_eq!(error.errno(), Errno::RANGE);
    assert_eq!((&buffer, fs::tell(&file)), (b"012345678", Ok(10)));
    fs::seek(&file, SeekFrom::Start(0)).unwrap();
    assert_eq!(fs::read_to_end(&file, &mut [0; 0]).unwrap_err().errno(), Errno::RANGE);
}

#[test]
fn read_to_end_joins_short_reads_of_a_pipe() {
    let (reader, writer) = pipe::pipe().unwrap();
    let written = pattern_bytes(200_000);
    let mut buffer = vec![0; 200_000];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let writer = writer;
            for part in written.chunks(777) {
                io::write_all(&writer, part).unwrap();
            }
        });
        assert!(fs::read_to_end(&reader, &mut buffer[..]).unwrap() == written);
    });
}

#[test]
fn read_to_end_reads_files_whose_reported_size_is_0() {
    let file = common::fd(File::open("/proc/self/status").unwrap());
    assert_eq!(fs::fstat(&file).unwrap().size(), 0);
    let mut buffer = [0; 1 << 16];
    let status = fs::read_to_end(&file, &mut buffer).unwrap();
    assert!(status.starts_with(b"Name:") && status.ends_with(b"\n"));
}

#[cfg(feature = "alloc")]
#[test]
fn read_to_vec_returns_the_bytes_after_the_file_offset() {
    let bytes = pattern_bytes(3_000_000);
    let file = containing(&bytes);
    fs::seek(&file, SeekFrom::Start(1)).unwrap();
    assert!(fs::read_to_vec(&file).unwrap() == bytes[1..]);
    assert_eq!(fs::read_to_vec(&file).unwrap(), b"");
    let status = fs::read_to_vec(common::fd(File::open("/proc/self/status").unwrap())).unwrap();
    assert!(status.starts_with(b"Name:") && status.ends_with(b"\n"));
    let error = fs::read_to_vec(pipe::pipe().unwrap().1).unwrap_err();
    assert_eq!(error.errno(), Errno::BADF);
}

#[cfg(feature = "alloc")]
#[test]
fn read_to_vec_doubles_the_size_of_each_read() {
    let file = containing(&pattern_bytes(1 << 22));
    let (sender, reads) = std::sync::mpsc::channel();
    let record = move |[_, _, size, ..]: [u64; 6]| {
        // The receiver exists until the end of the test.
        let _ = sender.send(size);
        None
    };
    let read = supervise(libc::SYS_read, record, || fs::read_to_vec(&file).unwrap().len());
    assert_eq!(require!(read, "seccomp user notifications are unavailable"), 1 << 22);
    let sizes: Vec<_> = reads.try_iter().collect();
    assert!(sizes.len() < 16, "{sizes:?}");
}

#[test]
fn pread_and_pwrite_and_read_to_end_are_repeated_if_interrupted_by_a_signal() {
    let memfd = MemFd::new("test").unwrap();
    fs::write_all_at(&memfd, b"bytes", 0).unwrap();
    /// The number of a system call, functions that repeat it, and a raw function.
    type Calls<'a> = (libc::c_long, &'a (dyn Fn() + Sync), &'a (dyn Fn() -> Option<Errno> + Sync));
    let calls: [Calls<'_>; 5] = [
        (
            libc::SYS_pread64,
            &|| {
                assert_eq!(fs::pread(&memfd, &mut [0; 5], 0), Ok(5));
                let mut buffer = [MaybeUninit::uninit(); 8];
                assert_eq!(fs::pread_uninit(&memfd, &mut buffer, 0).unwrap(), b"bytes");
            },
            &|| errno(raw::pread64(memfd.as_fd(), &mut [0; 5], 0)),
        ),
        (libc::SYS_pwrite64, &|| assert_eq!(fs::pwrite(&memfd, b"bytes", 0), Ok(5)), &|| {
            errno(raw::pwrite64(memfd.as_fd(), b"bytes", 0))
        }),
        (
            libc::SYS_preadv2,
            &|| assert_eq!(try_read(&memfd, &mut [0; 5], Some(0), NONE), Ok(5)),
            &|| {
                let mut buffer = [0];
                let buffers = &mut [IoSliceMut::new(&mut buffer)];
                errno(raw::preadv2(memfd.as_fd(), buffers, Some(0), NONE))
            },
        ),
        (libc::SYS_pwritev2, &|| assert_eq!(write(&memfd, b"bytes", Some(0), NONE), 5), &|| {
            errno(raw::pwritev2(memfd.as_fd(), &[IoSlice::new(b"b")], Some(0), NONE))
        }),
        (
            libc::SYS_read,
            &|| {
                fs::seek(&memfd, SeekFrom::Start(0)).unwrap();
                assert_eq!(fs::read_to_end(&memfd, &mut [0; 5]).unwrap(), b"bytes");
                #[cfg(feature = "alloc")]
                {
                    fs::seek(&memfd, SeekFrom::Start(1)).unwrap();
                    assert_eq!(fs::read_to_vec(&memfd).unwrap(), b"ytes");
                }
            },
            &|| errno(fs::read(&memfd, &mut [0; 5])),
        ),
    ];
    for (number, repeated, interrupted) in calls {
        let mut count = 0;
        let interrupt_thrice = move |_| {
            count += 1;
            (count % 4 != 0).then_some(Errno::INTR)
        };
        let supervised = supervise(number, interrupt_thrice, || {
            repeated();
            interrupted()
        });
        let errno = require!(supervised, "seccomp user notifications are unavailable");
        assert_eq!(errno, Some(Errno::INTR));
    }
}

/// The kernel never returns such a count, but a tracer or a seccomp filter can.
#[test]
fn pread_and_pwrite_and_read_to_end_fail_with_eio_if_the_returned_count_is_too_large() {
    in_child(|| {
        let file = containing(b"0123");
        let (mut small, mut uninit) = ([0; 4], [MaybeUninit::uninit(); 4]);
        forge(
            libc::SYS_pread64,
            |[_, _, size, ..]| size as isize + 1,
            || {
                assert_eq!(errno(fs::pread(&file, &mut small, 0)), Some(Errno::IO));
                assert_eq!(errno(fs::pread_uninit(&file, &mut uninit, 0)), Some(Errno::IO));
            },
        );
        forge(
            libc::SYS_pwrite64,
            |[_, _, size, ..]| size as isize + 1,
            || {
                assert_eq!(errno(fs::pwrite(&file, b"0123", 0)), Some(Errno::IO));
            },
        );
        forge(
            libc::SYS_preadv2,
            |_| 5,
            || {
                assert_eq!(errno(try_read(&file, &mut small, None, NONE)), Some(Errno::IO));
            },
        );
        forge(
            libc::SYS_read,
            |_| isize::MAX,
            || {
                assert_eq!(errno(fs::read_to_end(&file, &mut uninit)), Some(Errno::IO));
                #[cfg(feature = "alloc")]
                assert_eq!(errno(fs::read_to_vec(&file)), Some(Errno::IO));
            },
        );
    });
}

fn errno<T>(result: butter::Result<T>) -> Option<Errno> {
    result.err().map(|error| error.errno())
}

#[cfg(feature = "std")]
#[test]
fn openat_returns_a_descriptor_that_std_converts_to_a_file_and_back() {
    use butter::fs::{CWD, Mode, OFlags};
    use std::io::Read;
    let fd: OwnedFd = fs::openat(CWD, "/proc/self/comm", OFlags::RDONLY, Mode::empty()).unwrap();
    let (mut file, mut text) = (File::from(fd), String::new());
    file.read_to_string(&mut text).unwrap();
    let fd = OwnedFd::from(file);
    fs::seek(&fd, SeekFrom::Start(0)).unwrap();
    assert_eq!(fs::read_to_vec(&fd).unwrap(), text.as_bytes());
}

#[cfg(feature = "alloc")]
#[test]
fn read_to_vec_fails_with_enomem_if_the_allocation_fails() {
    use butter::error::Call;
    use butter::process::{Resource, getrlimit, setrlimit};
    in_child(|| {
        let zeros = common::fd(File::open("/dev/zero").unwrap());
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
        let size = pages * butter::mm::page_size() as u64;
        let mut limit = getrlimit(Resource::As).unwrap();
        limit.current = Some(size + (64 << 20));
        setrlimit(Resource::As, limit).unwrap();
        let error = fs::read_to_vec(&zeros).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::READ_TO_END, Errno::NOMEM));
    });
}
