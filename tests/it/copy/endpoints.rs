//! Sources and targets of a copy, each with a thread that writes to the source or reads from the
//! target.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use butter::fd::OwnedFd;
use butter::pipe;

use super::{fd, terminal};
use common::files;
use common::pattern::{check, check_file, pattern_file, write_pattern};

/// The kind of an endpoint, which determines the expected results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    AppendOnly,
    Pipe,
    Socket,
    Terminal,
}

/// A source. The argument of `open` is the number of bytes that a thread writes to the source.
pub struct Source {
    pub name: &'static str,
    pub kind: Kind,
    pub open: fn(u64) -> (OwnedFd, JoinHandle<()>),
}

/// A function that checks the data that the target received, and returns the number of received
/// bytes. The caller must close the target before it calls the function.
pub type Received = Box<dyn FnOnce() -> u64>;

/// A target. A thread reads and checks the data that is written to the target.
pub struct Target {
    pub name: &'static str,
    pub kind: Kind,
    pub open: fn() -> (OwnedFd, Received),
}

pub const SOURCES: &[Source] = &[
    Source {
        name: "file",
        kind: Kind::File,
        open: |count| (fd(&pattern_file(count)), thread::spawn(|| {})),
    },
    Source {
        name: "pipe",
        kind: Kind::Pipe,
        open: |count| with_writer(pipe::pipe().unwrap(), count),
    },
    Source {
        name: "non-blocking pipe",
        kind: Kind::Pipe,
        open: |count| {
            let (reader, writer) = pipe::pipe().unwrap();
            with_writer((nonblocking(reader), writer), count)
        },
    },
    Source { name: "unix socket", kind: Kind::Socket, open: |count| with_writer(unix(), count) },
    Source {
        name: "non-blocking unix socket",
        kind: Kind::Socket,
        open: |count| {
            let (one, other) = unix();
            with_writer((nonblocking(one), other), count)
        },
    },
    Source { name: "TCP socket", kind: Kind::Socket, open: |count| with_writer(tcp(), count) },
    Source {
        name: "non-blocking TCP socket",
        kind: Kind::Socket,
        open: |count| {
            let (one, other) = tcp();
            with_writer((nonblocking(one), other), count)
        },
    },
];

pub const TARGETS: &[Target] = &[
    Target {
        name: "file",
        kind: Kind::File,
        open: || {
            let file = files::anonymous();
            (fd(&file), Box::new(move || check_file(&file, 0)))
        },
    },
    Target {
        name: "append-only file",
        kind: Kind::AppendOnly,
        open: || {
            let named = files::NamedFile::new();
            let file = OpenOptions::new().append(true).open(named.path()).unwrap();
            (common::fd(file), Box::new(move || check_file(&named, 0)))
        },
    },
    Target {
        name: "pipe",
        kind: Kind::Pipe,
        open: || with_reader(pipe::pipe().unwrap(), Pace::Fast),
    },
    Target {
        name: "non-blocking pipe",
        kind: Kind::Pipe,
        open: || {
            let (reader, writer) = pipe::pipe().unwrap();
            with_reader((reader, nonblocking(writer)), Pace::Fast)
        },
    },
    Target {
        name: "pipe of one page, read slowly",
        kind: Kind::Pipe,
        open: || small_pipe(|writer| writer),
    },
    Target {
        name: "non-blocking pipe of one page, read slowly",
        kind: Kind::Pipe,
        open: || small_pipe(nonblocking),
    },
    Target { name: "unix socket", kind: Kind::Socket, open: || with_reader(unix(), Pace::Fast) },
    Target {
        name: "non-blocking unix socket",
        kind: Kind::Socket,
        open: || {
            let (one, other) = unix();
            with_reader((one, nonblocking(other)), Pace::Fast)
        },
    },
    Target { name: "TCP socket", kind: Kind::Socket, open: || with_reader(tcp(), Pace::Fast) },
    Target {
        name: "non-blocking TCP socket, read slowly",
        kind: Kind::Socket,
        open: || {
            let (one, other) = tcp();
            with_reader((one, nonblocking(other)), Pace::Slow)
        },
    },
    Target {
        name: "terminal",
        kind: Kind::Terminal,
        open: || match terminal::raw() {
            Some((ours, theirs)) => with_reader((common::fd(ours), common::fd(theirs)), Pace::Fast),
            None => with_reader(pipe::pipe().unwrap(), Pace::Fast),
        },
    },
];

pub fn unix() -> (OwnedFd, OwnedFd) {
    let (one, other) = UnixStream::pair().unwrap();
    (common::fd(one), common::fd(other))
}

pub fn tcp() -> (OwnedFd, OwnedFd) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let one = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (other, _) = listener.accept().unwrap();
    (common::fd(one), common::fd(other))
}

pub fn nonblocking(end: OwnedFd) -> OwnedFd {
    use butter::io::{StatusFlags, fcntl_getfl, fcntl_setfl};
    fcntl_setfl(&end, fcntl_getfl(&end).unwrap() | StatusFlags::NONBLOCK).unwrap();
    end
}

/// Starts a thread that writes the test pattern to the second descriptor. Returns the first
/// descriptor.
pub fn with_writer((ours, theirs): (OwnedFd, OwnedFd), count: u64) -> (OwnedFd, JoinHandle<()>) {
    // The thread ignores a write error, because the error means that the copy failed, which the
    // test reports.
    (ours, thread::spawn(move || drop(write_pattern(common::file(theirs), 0, count))))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Fast,
    Slow,
}

/// Starts a thread that reads and checks the test pattern from the first descriptor. Returns the
/// second descriptor.
pub fn with_reader((theirs, ours): (OwnedFd, OwnedFd), pace: Pace) -> (OwnedFd, Received) {
    let reader = common::file(theirs);
    let reading = move || match pace {
        Pace::Fast => check(reader, 0, usize::MAX),
        Pace::Slow => check(SlowReader(reader), 0, 5000),
    };
    let reading = thread::spawn(reading);
    (ours, Box::new(|| reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))))
}

struct SlowReader(File);

impl Read for SlowReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        thread::sleep(Duration::from_micros(50));
        self.0.read(buffer)
    }
}

fn small_pipe(configure: fn(OwnedFd) -> OwnedFd) -> (OwnedFd, Received) {
    let (reader, writer) = pipe::pipe().unwrap();
    pipe::set_size(&writer, 1).unwrap();
    with_reader((reader, configure(writer)), Pace::Slow)
}
