//! The ends of a copy, with somebody behind them who writes or reads.

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

/// What it is, for the expectations of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Appending,
    Pipe,
    Socket,
    Terminal,
}

/// A source of so many bytes, and who writes to it.
pub struct Source {
    pub name: &'static str,
    pub kind: Kind,
    pub open: fn(u64) -> (OwnedFd, JoinHandle<()>),
}

/// Says how many bytes came to a target that is closed.
pub type Came = Box<dyn FnOnce() -> u64>;

/// A target, and who reads from it.
pub struct Target {
    pub name: &'static str,
    pub kind: Kind,
    pub open: fn() -> (OwnedFd, Came),
}

pub const SOURCES: &[Source] = &[
    Source {
        name: "file",
        kind: Kind::File,
        open: |count| (fd(&pattern_file(count)), thread::spawn(|| {})),
    },
    Source { name: "pipe", kind: Kind::Pipe, open: |count| written(pipe::pipe().unwrap(), count) },
    Source {
        name: "non-blocking pipe",
        kind: Kind::Pipe,
        open: |count| {
            let (reader, writer) = pipe::pipe().unwrap();
            written((nonblocking(reader), writer), count)
        },
    },
    Source { name: "unix socket", kind: Kind::Socket, open: |count| written(unix(), count) },
    Source {
        name: "non-blocking unix socket",
        kind: Kind::Socket,
        open: |count| {
            let (one, other) = unix();
            written((nonblocking(one), other), count)
        },
    },
    Source { name: "TCP socket", kind: Kind::Socket, open: |count| written(tcp(), count) },
    Source {
        name: "non-blocking TCP socket",
        kind: Kind::Socket,
        open: |count| {
            let (one, other) = tcp();
            written((nonblocking(one), other), count)
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
        name: "file for appending",
        kind: Kind::Appending,
        open: || {
            let named = files::NamedFile::new();
            let file = OpenOptions::new().append(true).open(named.path()).unwrap();
            (common::fd(file), Box::new(move || check_file(&named, 0)))
        },
    },
    Target { name: "pipe", kind: Kind::Pipe, open: || read(pipe::pipe().unwrap(), Pace::Fast) },
    Target {
        name: "non-blocking pipe",
        kind: Kind::Pipe,
        open: || {
            let (reader, writer) = pipe::pipe().unwrap();
            read((reader, nonblocking(writer)), Pace::Fast)
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
    Target { name: "unix socket", kind: Kind::Socket, open: || read(unix(), Pace::Fast) },
    Target {
        name: "non-blocking unix socket",
        kind: Kind::Socket,
        open: || {
            let (one, other) = unix();
            read((one, nonblocking(other)), Pace::Fast)
        },
    },
    Target { name: "TCP socket", kind: Kind::Socket, open: || read(tcp(), Pace::Fast) },
    Target {
        name: "non-blocking TCP socket, read slowly",
        kind: Kind::Socket,
        open: || {
            let (one, other) = tcp();
            read((one, nonblocking(other)), Pace::Slow)
        },
    },
    Target {
        name: "terminal",
        kind: Kind::Terminal,
        open: || match terminal::raw() {
            Some((ours, theirs)) => read((common::fd(ours), common::fd(theirs)), Pace::Fast),
            None => read(pipe::pipe().unwrap(), Pace::Fast),
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

/// A pair of which somebody writes to the second.
pub fn written((ours, theirs): (OwnedFd, OwnedFd), count: u64) -> (OwnedFd, JoinHandle<()>) {
    // Where nobody reads any more, the copy has failed, and the test says so.
    (ours, thread::spawn(move || drop(write_pattern(common::file(theirs), 0, count))))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Fast,
    Slow,
}

/// A pair of which somebody reads from the first.
pub fn read((theirs, ours): (OwnedFd, OwnedFd), pace: Pace) -> (OwnedFd, Came) {
    let reader = common::file(theirs);
    let reading = move || match pace {
        Pace::Fast => check(reader, 0, usize::MAX),
        Pace::Slow => check(Slowly(reader), 0, 5000),
    };
    let reading = thread::spawn(reading);
    (ours, Box::new(|| reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))))
}

struct Slowly(File);

impl Read for Slowly {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        thread::sleep(Duration::from_micros(50));
        self.0.read(room)
    }
}

fn small_pipe(make: fn(OwnedFd) -> OwnedFd) -> (OwnedFd, Came) {
    let (reader, writer) = pipe::pipe().unwrap();
    pipe::set_size(&writer, 1).unwrap();
    read((reader, make(writer)), Pace::Slow)
}
