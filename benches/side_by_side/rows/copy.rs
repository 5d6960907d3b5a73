//! Bytes from one descriptor to another: a file to a file, and one socket to another through a program in between.
//!
//! The files stand in memory, where the machine has a file system for that, and each contender has its own two: what is
//! measured is the moving, and no disk.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use butter::copy::{Copier, Method};
use tempfile::TempDir;

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, NOT_SLOWER, Row, Run};

/// As large as a file that a program installs, or a chunk of a larger one.
const FILE: usize = 4 << 20;

/// What the sockets between take without a reader.
const MESSAGE: usize = 64 * 1024;

/// What a loop of reads and writes has room for, as `cp` had for many years.
const ROOM: usize = 64 * 1024;

struct Files {
    from: File,
    to: File,
    folder: TempDir,
}

impl Files {
    fn new() -> Result<Self, Failure> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = when("a temporary directory", folder)?;
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        when("a temporary file", fs::write(&source, vec![b'.'; FILE]))?;
        // Both have their pages from the first round on.
        when("a temporary file", fs::write(&target, vec![0; FILE]))?;
        let from = when("a temporary file", File::open(source))?;
        let to = when("a temporary file", File::options().write(true).open(target))?;
        Ok(Self { from, to, folder })
    }

    fn rewind(&mut self) {
        for file in [&mut self.from, &mut self.to] {
            file.rewind().unwrap_or_else(|error| failed("lseek", error));
        }
    }
}

/// One round: from the start of one file to the start of the other.
fn copier(
    name: &'static str,
    mut copy: impl FnMut(&mut Files) -> io::Result<u64> + 'static,
) -> Result<impl FnMut() + 'static, Failure> {
    let mut files = Files::new()?;
    Ok(move || {
        files.rewind();
        match copy(&mut files) {
            Ok(copied) if copied == FILE as u64 => {}
            Ok(copied) => failed(name, format!("{copied} bytes were copied")),
            Err(error) => failed(name, error),
        }
    })
}

/// Reads and writes in turn, up to so many bytes.
fn read_and_write(
    mut from: impl Read,
    mut to: impl Write,
    room: &mut [u8],
    most: usize,
) -> io::Result<u64> {
    let mut copied = 0;
    while copied < most {
        match from.read(room)? {
            0 => break,
            count => {
                to.write_all(&room[..count])?;
                copied += count;
            }
        }
    }
    Ok(copied as u64)
}

pub(crate) fn files() -> Result<Row, Failure> {
    let by_hand = |name| {
        let mut room = vec![0; ROOM];
        copier(name, move |files| read_and_write(&files.from, &files.to, &mut room, FILE))
    };
    let butter = |method| {
        copier(BUTTER, move |files| Ok(Copier::new(&files.from, &files.to).method(method).run()?))
    };
    let about = "4 MiB from file to file, both in memory; fs::copy opens them, too, and makes the second anew";
    Ok(Row::new(about, 1)
        .with("read, write", by_hand("read, write")?)
        .with("read, write again", by_hand("read, write again")?)
        .with(BUTTER, butter(Method::Auto)?)
        .with("butter, sendfile", butter(Method::Sendfile)?)
        .with("butter, splice", butter(Method::Splice)?)
        .with("io::copy", copier("io::copy", |files| io::copy(&mut files.from, &mut files.to))?)
        .with(
            "fs::copy",
            copier("fs::copy", |files| {
                let folder = files.folder.path();
                fs::copy(folder.join("source"), folder.join("target"))
            })?,
        )
        .aim("io::copy", NOT_SLOWER))
}

/// Two pairs of sockets; what is between them takes from the first and gives to the second.
struct Sockets {
    client: UnixStream,
    from: UnixStream,
    to: UnixStream,
    server: UnixStream,
}

impl Sockets {
    fn new() -> Result<Self, Failure> {
        let (client, from) = when("socketpair", UnixStream::pair())?;
        let (to, server) = when("socketpair", UnixStream::pair())?;
        Ok(Self { client, from, to, server })
    }
}

/// One round: a message goes in, is passed on, which alone is measured, and comes out.
fn relay(
    name: &'static str,
    make: impl FnOnce(&'static Sockets) -> Box<dyn FnMut() -> io::Result<u64>>,
) -> Result<Run, Failure> {
    // A copy borrows its ends, and lasts as long as the program.
    let sockets: &'static Sockets = Box::leak(Box::new(Sockets::new()?));
    let (message, mut received, mut pass_on) =
        (vec![b'.'; MESSAGE], vec![0; MESSAGE], make(sockets));
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            (&sockets.client).write_all(&message).unwrap_or_else(|error| failed(name, error));
            meter.measure(|| match pass_on() {
                Ok(count) if count == MESSAGE as u64 => {}
                Ok(count) => failed(name, format!("{count} bytes were passed on")),
                Err(error) => failed(name, error),
            });
            (&sockets.server).read_exact(&mut received).unwrap_or_else(|error| failed(name, error));
        }
    }))
}

pub(crate) fn sockets() -> Result<Row, Failure> {
    let by_hand = |name| {
        relay(name, |sockets| {
            let mut room = vec![0; ROOM];
            Box::new(move || read_and_write(&sockets.from, &sockets.to, &mut room, MESSAGE))
        })
    };
    let butter = relay(BUTTER, |sockets| {
        let mut copier = Copier::new(&sockets.from, &sockets.to);
        Box::new(move || {
            let (start, end) = (copier.copied(), copier.copied() + MESSAGE as u64);
            while copier.copied() < end {
                copier.step()?;
            }
            Ok(copier.copied() - start)
        })
    });
    let std = relay("io::copy", |sockets| {
        Box::new(|| io::copy(&mut (&sockets.from).take(MESSAGE as u64), &mut &sockets.to))
    });
    Ok(Row::new("64 KiB passed on from one unix socket to another", 1)
        .with_run("read, write", by_hand("read, write")?)
        .with_run("read, write again", by_hand("read, write again")?)
        .with_run(BUTTER, butter?)
        .with_run("io::copy", std?)
        .aim("io::copy", NOT_SLOWER))
}
