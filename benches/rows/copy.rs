//! Copying bytes between descriptors: from file to file, and from one socket to another.
//!
//! The files are in memory if `/dev/shm` exists, so that the measurement includes no disk access.
//! Each contender has its own pair of files or sockets.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use butter::copy::{Copier, Method};
use tempfile::TempDir;

use crate::row::{BUTTER, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, context, fail};

/// The size of a typical installed file, or of a chunk of a larger file.
const FILE: usize = 4 << 20;

/// The size of a relayed message, which fits into the socket buffers even if no process reads the
/// message.
const MESSAGE: usize = 64 * 1024;

/// The buffer size of the read/write loop. `cp` used this size for many years.
const BUFFER: usize = 64 * 1024;

struct Files {
    from: File,
    to: File,
    folder: TempDir,
}

impl Files {
    fn new() -> Result<Self, Failure> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = context("a temporary directory", folder)?;
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        context("a temporary file", fs::write(&source, vec![b'.'; FILE]))?;
        // Allocate the pages of both files before the first round.
        context("a temporary file", fs::write(&target, vec![0; FILE]))?;
        let from = context("a temporary file", File::open(source))?;
        let to = context("a temporary file", File::options().write(true).open(target))?;
        Ok(Self { from, to, folder })
    }

    fn rewind(&mut self) {
        for file in [&mut self.from, &mut self.to] {
            file.rewind().unwrap_or_else(|error| fail("lseek", error));
        }
    }
}

/// Creates a contender that copies the whole file in each round.
fn file_copier(
    name: &'static str,
    mut copy: impl FnMut(&mut Files) -> io::Result<u64> + 'static,
) -> Result<impl FnMut() + 'static, Failure> {
    let mut files = Files::new()?;
    Ok(move || {
        files.rewind();
        match copy(&mut files) {
            Ok(copied) if copied == FILE as u64 => {}
            Ok(copied) => fail(name, format!("{copied} bytes were copied")),
            Err(error) => fail(name, error),
        }
    })
}

/// Copies at most `limit` bytes by alternately reading and writing.
fn read_and_write(
    mut from: impl Read,
    mut to: impl Write,
    buffer: &mut [u8],
    limit: usize,
) -> io::Result<u64> {
    let mut copied = 0;
    while copied < limit {
        match from.read(buffer)? {
            0 => break,
            count => {
                to.write_all(&buffer[..count])?;
                copied += count;
            }
        }
    }
    Ok(copied as u64)
}

pub(crate) fn files() -> Result<Row, Failure> {
    let read_write = |name| {
        let mut buffer = vec![0; BUFFER];
        file_copier(name, move |files| read_and_write(&files.from, &files.to, &mut buffer, FILE))
    };
    let butter = |method| {
        file_copier(BUTTER, move |files| {
            Ok(Copier::new(&files.from, &files.to).method(method).run()?)
        })
    };
    let about = "copy 4 MiB between two files in memory\n  \
        (fs::copy also opens the source and creates the target)";
    Ok(Row::new(about, 1)
        .with("read, write", read_write("read, write")?)
        .with("read, write again", read_write("read, write again")?)
        .with(BUTTER, butter(Method::Auto)?)
        .with("butter, sendfile", butter(Method::Sendfile)?)
        .with("butter, splice", butter(Method::Splice)?)
        .with(
            "io::copy",
            file_copier("io::copy", |files| io::copy(&mut files.from, &mut files.to))?,
        )
        .with(
            "fs::copy",
            file_copier("fs::copy", |files| {
                let folder = files.folder.path();
                fs::copy(folder.join("source"), folder.join("target"))
            })?,
        )
        .target("io::copy", NOT_SLOWER_LIMIT))
}

/// Two socket pairs, between which a contender relays: it reads from `from` and writes to `to`.
struct Sockets {
    client: UnixStream,
    from: UnixStream,
    to: UnixStream,
    server: UnixStream,
}

impl Sockets {
    fn new() -> Result<Self, Failure> {
        let (client, from) = context("socketpair", UnixStream::pair())?;
        let (to, server) = context("socketpair", UnixStream::pair())?;
        Ok(Self { client, from, to, server })
    }
}

/// Creates a contender that sends, relays and receives a message in each round. Only the relaying
/// is measured.
fn socket_relay(
    name: &'static str,
    make: impl FnOnce(&'static Sockets) -> Box<dyn FnMut() -> io::Result<u64>>,
) -> Result<Run, Failure> {
    // A `Copier` borrows its descriptors, and a contender must be `'static`.
    let sockets: &'static Sockets = Box::leak(Box::new(Sockets::new()?));
    let (message, mut received, mut relay) = (vec![b'.'; MESSAGE], vec![0; MESSAGE], make(sockets));
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            (&sockets.client).write_all(&message).unwrap_or_else(|error| fail(name, error));
            meter.measure(|| match relay() {
                Ok(count) if count == MESSAGE as u64 => {}
                Ok(count) => fail(name, format!("{count} bytes were relayed")),
                Err(error) => fail(name, error),
            });
            (&sockets.server).read_exact(&mut received).unwrap_or_else(|error| fail(name, error));
        }
    }))
}

pub(crate) fn sockets() -> Result<Row, Failure> {
    let read_write = |name| {
        socket_relay(name, |sockets| {
            let mut buffer = vec![0; BUFFER];
            Box::new(move || read_and_write(&sockets.from, &sockets.to, &mut buffer, MESSAGE))
        })
    };
    let butter = socket_relay(BUTTER, |sockets| {
        let mut copier = Copier::new(&sockets.from, &sockets.to);
        Box::new(move || {
            let (start, end) = (copier.copied(), copier.copied() + MESSAGE as u64);
            while copier.copied() < end {
                copier.step()?;
            }
            Ok(copier.copied() - start)
        })
    });
    let std = socket_relay("io::copy", |sockets| {
        Box::new(|| io::copy(&mut (&sockets.from).take(MESSAGE as u64), &mut &sockets.to))
    });
    Ok(Row::new("relay 64 KiB from one Unix socket to another", 1)
        .with_run("read, write", read_write("read, write")?)
        .with_run("read, write again", read_write("read, write again")?)
        .with_run(BUTTER, butter?)
        .with_run("io::copy", std?)
        .target("io::copy", NOT_SLOWER_LIMIT))
}
