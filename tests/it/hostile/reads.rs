//! Tests of reads with byte counts that a read of an event descriptor never returns, and of inotify
//! events with long names.

use std::fs::File;
use std::mem::MaybeUninit;
use std::time::Duration;

use butter::eventfd::EventFd;
use butter::fd::{AsFd, AsRawFd, OwnedFd};
use butter::inotify::{self, EVENT_SIZE_MAX, Inotify, Reader, WatchFlags};
use butter::io::{self, IoSliceMut};
use butter::signalfd::SignalFd;
use butter::timerfd::TimerFd;
use butter::{Errno, Result, eventfd, signalfd, timerfd};
use common::child::in_child;
use common::fuse::Reads;
use common::inject::forge;
use common::test::in_row;

use super::with_fuse;

const SIZE: usize = 256;

/// Reads into a buffer of the caller, and returns the number of bytes that were read.
type ReadInto = fn(&OwnedFd, &mut [u8; SIZE]) -> Result<usize>;

const READS_INTO: &[(&str, ReadInto)] = &[
    ("io::read", |fd, buffer| io::read(fd, buffer)),
    ("io::read_uninit", |fd, buffer| {
        let mut unwritten = [MaybeUninit::uninit(); SIZE];
        let bytes = io::read_uninit(fd, &mut unwritten)?;
        buffer[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }),
    ("io::readv", |fd, buffer| {
        let (first, rest) = buffer.split_at_mut(1);
        let (second, third) = rest.split_at_mut(100);
        io::readv(fd, &mut [first, second, third].map(IoSliceMut::new))
    }),
    ("inotify::raw::read", |fd, buffer| inotify::raw::read(fd.as_fd(), buffer).map(<[u8]>::len)),
    ("signalfd::raw::read", |fd, buffer| signalfd::raw::read(fd.as_fd(), buffer).map(<[u8]>::len)),
    ("Inotify::read_events", |fd, buffer| {
        let events = inotify(fd).read_events(buffer)?;
        Ok(events.rest().len())
    }),
    ("SignalFd::read_events", |fd, buffer| {
        // The bytes that the server returns are not a `struct signalfd_siginfo`.
        signalfd(fd).read_events(buffer).map(|events| SIZE + events.count())
    }),
];

/// Reads one value of a fixed size.
type ReadValue = fn(&OwnedFd) -> Result<()>;

const READS_OF_VALUES: &[(&str, ReadValue)] = &[
    ("eventfd::raw::read", |fd| eventfd::raw::read(fd.as_fd()).map(drop)),
    ("timerfd::raw::read", |fd| timerfd::raw::read(fd.as_fd()).map(drop)),
    ("EventFd::read", |fd| EventFd::from(duplicate(fd)).read().map(drop)),
    ("TimerFd::read", |fd| TimerFd::from(duplicate(fd)).read().map(drop)),
    ("SignalFd::read", |fd| signalfd(fd).read().map(drop)),
];

fn inotify(fd: &OwnedFd) -> Inotify {
    duplicate(fd).into()
}

fn signalfd(fd: &OwnedFd) -> SignalFd {
    duplicate(fd).into()
}

fn duplicate(fd: &OwnedFd) -> OwnedFd {
    io::fcntl_dupfd_cloexec(fd, 0).unwrap()
}

#[test]
fn read_of_fuse_file_returns_at_most_the_requested_bytes() {
    with_fuse(|fuse| {
        let file = fuse.file();
        for &(name, read) in READS_INTO {
            in_row(name, || {
                fuse.server.set_reads(Reads::Endless);
                let mut buffer = [0; SIZE];
                assert_eq!(read(&file, &mut buffer), Ok(SIZE));

                // The kernel itself rejects a reply of the FUSE server that is longer than
                // requested.
                fuse.server.set_reads(Reads::Excess);
                let rejected = fuse.server.rejected();
                assert_eq!(read(&file, &mut buffer).unwrap_err().errno(), Errno::IO);
                assert_eq!(fuse.server.rejected(), rejected + 1);

                if name.starts_with("io::") {
                    fuse.server.set_reads(Reads::Single);
                    assert_eq!(read(&file, &mut buffer), Ok(1));
                }
            });
        }
    });
}

#[test]
fn read_of_value_fails_if_fuse_server_returns_too_few_or_too_many_bytes() {
    with_fuse(|fuse| {
        let file = fuse.file();
        for &(name, read) in READS_OF_VALUES {
            in_row(name, || {
                fuse.server.set_reads(Reads::Endless);
                // The bytes that the server returns are not a `struct signalfd_siginfo`.
                let error = read(&file).err().map(|error| error.errno());
                assert_eq!(error, (name == "SignalFd::read").then_some(Errno::INVAL));
                fuse.server.set_reads(Reads::Excess);
                assert_eq!(read(&file).unwrap_err().errno(), Errno::IO);
                fuse.server.set_reads(Reads::Single);
                assert_eq!(read(&file).unwrap_err().errno(), Errno::INVAL);
            });
        }
    });
}

/// A read of the FUSE file returns no complete event. The iterator of `read_events` ends, and each
/// call of `Reader::next` fails.
#[test]
fn inotify_reader_fails_with_einval_if_event_is_truncated() {
    with_fuse(|fuse| {
        let inotify = inotify(&fuse.file());
        for reads in [Reads::Endless, Reads::Single] {
            fuse.server.set_reads(reads);
            let mut buffer = [0; SIZE];
            assert_eq!(inotify.read_events(&mut buffer).unwrap().next(), None);
            let mut reader = Reader::new(&inotify, &mut buffer);
            for _ in 0..3 {
                assert_eq!(reader.next().unwrap_err().errno(), Errno::INVAL);
            }
        }
    });
}

/// The kernel never returns a count that exceeds the buffer, but a tracer or a seccomp filter can.
#[test]
fn read_fails_with_eio_if_returned_count_exceeds_the_buffer() {
    in_child(|| {
        let null = common::fd(File::open("/dev/null").unwrap());
        for (call, excess) in [
            (libc::SYS_read, (|[_, _, size, ..]| size as isize + 1) as fn([usize; 6]) -> isize),
            (libc::SYS_read, |_| isize::MAX),
            (libc::SYS_read, |_| isize::MIN),
            (libc::SYS_readv, |_| SIZE as isize + 1),
            (libc::SYS_readv, |_| isize::MAX),
        ] {
            for &(name, read) in READS_INTO {
                if (call == libc::SYS_readv) == (name == "io::readv") {
                    in_row(name, || {
                        let result = forge(call, excess, || read(&null, &mut [0; SIZE]));
                        assert_eq!(result.unwrap_err().errno(), Errno::IO);
                    });
                }
            }
            for &(name, read) in READS_OF_VALUES {
                if call == libc::SYS_read {
                    in_row(name, || assert!(forge(call, excess, || read(&null)).is_err()));
                }
            }
        }
        let inotify = inotify(&null);
        forge(
            libc::SYS_read,
            |[_, _, size, ..]| size as isize + 1,
            || {
                let mut buffer = [0; SIZE];
                let error = Reader::new(&inotify, &mut buffer).next().unwrap_err();
                assert_eq!(error.errno(), Errno::IO);
            },
        );
    });
}

#[test]
fn inotify_read_events_returns_names_longer_than_255_bytes() {
    with_fuse(|fuse| {
        let inotify = Inotify::nonblocking().unwrap();
        inotify.add_watch(common::bytes(&fuse.directory), WatchFlags::CREATE).unwrap();
        let root = fuse.root();
        let names: Vec<_> = [255, 256, 700, 1000, 1024, 2000, 4095]
            .into_iter()
            .map(|length| format!("new{}", "n".repeat(length - 3)))
            // Older kernels limit names in a FUSE file system to 1,024 bytes.
            .filter(|name| create_directory(&root, name, name.len() <= 1024))
            .collect();
        assert!(names.len() >= 5, "{}", names.len());

        let mut small = [0; 16 + 256];
        let mut buffer = [0; EVENT_SIZE_MAX];
        for (rest, name) in names.iter().enumerate() {
            // An event that does not fit into the buffer stays in the queue.
            let size = 16 + (name.len() + 1).next_multiple_of(16);
            if size > small.len() {
                assert_eq!(inotify.read_events(&mut small).unwrap_err().errno(), Errno::INVAL);
                assert_eq!(inotify.wait(Duration::ZERO), Ok(true));
            }
            let event = inotify.read_events(&mut buffer[..size]).unwrap().next().unwrap();
            assert_eq!(event.name().as_bytes(), name.as_bytes(), "{rest}");
        }

        // Every event fits into a buffer of `EVENT_SIZE_MAX` bytes, so each read removes at least
        // one event.
        for name in &names {
            assert!(create_directory(&root, name, true));
        }
        let mut seen = Vec::new();
        while inotify.wait(Duration::ZERO).unwrap() {
            let events = inotify.read_events(&mut buffer).unwrap();
            let before = seen.len();
            seen.extend(events.map(|event| event.name().as_bytes().to_vec()));
            assert!(seen.len() > before);
        }
        assert!(seen.iter().eq(names.iter().map(String::as_bytes)));
    });
}

/// Creates a directory in the root directory of the FUSE server. The name can be as long as the
/// longest path. Returns `false` if the kernel rejects the name as too long.
fn create_directory(root: &OwnedFd, name: &str, must_succeed: bool) -> bool {
    let name = std::ffi::CString::new(name).unwrap();
    // SAFETY: the kernel reads the name.
    let created = unsafe { libc::mkdirat(root.as_raw_fd(), name.as_ptr(), 0o700) } == 0;
    let error = std::io::Error::last_os_error();
    let is_too_long = error.raw_os_error() == Some(libc::ENAMETOOLONG);
    assert!(created || (is_too_long && !must_succeed), "{}: {error}", name.count_bytes());
    created
}
