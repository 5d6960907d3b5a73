//! Errors of copies between descriptors.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::net::UnixDatagram;

use butter::copy::raw::{copy_file_range, sendfile};
use butter::copy::{Copier, copy};
use butter::epoll::Epoll;
use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, OwnedFd};
use butter::memfd::MemFd;
use butter::{Errno, Error, io, pipe};

use super::io::socket_without_reader;
use super::{Outcome, Row, Table, failed, null, regular_file};
use common::files;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/copy/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::COPY_FILE_RANGE, Errno::XDEV, ErrorKind::Unsupported, || {
        let (from, to) = (OwnedFd::from(MemFd::new("").unwrap()), regular_file());
        match copy_file_range(from.as_fd(), None, to.as_fd(), None, 1) {
            // Before Linux 5.19, `copy_file_range` copied between file systems of different types.
            Ok(0) if !common::kernel_is_at_least("5.19") => {
                inject(libc::SYS_copy_file_range, Errno::XDEV, || range(&from, &to))
            }
            result => failed(result),
        }
    }),
    Row(Call::COPY_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        range(&pipe::pipe().unwrap().0, &regular_file())
    }),
    Row(Call::COPY_FILE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let file = file_with_byte();
        failed(copy_file_range(file.as_fd(), Some(&mut 0), file.as_fd(), Some(&mut 0), 1))
    }),
    Row(Call::COPY_FILE_RANGE, Errno::BADF, ErrorKind::BadDescriptor, || {
        range(&regular_file(), &append_only_writer())
    }),
    Row(Call::COPY_FILE_RANGE, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        range(&common::fd(File::open("/").unwrap()), &regular_file())
    }),
    Row(Call::COPY_FILE_RANGE, Errno::PERM, ErrorKind::PermissionDenied, || {
        inject(libc::SYS_copy_file_range, Errno::PERM, || range(&regular_file(), &regular_file()))
    }),
    Row(Call::COPY_FILE_RANGE, Errno::TXTBSY, ErrorKind::Busy, || {
        inject(libc::SYS_copy_file_range, Errno::TXTBSY, || range(&regular_file(), &regular_file()))
    }),
    Row(Call::COPY_FILE_RANGE, Errno::OVERFLOW, ErrorKind::InvalidArgument, || {
        let (from, to) = (regular_file(), regular_file());
        failed(copy_file_range(from.as_fd(), Some(&mut 1), to.as_fd(), None, usize::MAX))
    }),
    Row(Call::COPY_FILE_RANGE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        inject(libc::SYS_copy_file_range, Errno::OPNOTSUPP, || {
            range(&regular_file(), &regular_file())
        })
    }),
    Row(Call::COPY_FILE_RANGE, Errno::FBIG, ErrorKind::LimitReached, || injected(Errno::FBIG)),
    Row(Call::COPY_FILE_RANGE, Errno::NOSPC, ErrorKind::LimitReached, || injected(Errno::NOSPC)),
    Row(Call::COPY_FILE_RANGE, Errno::DQUOT, ErrorKind::LimitReached, || injected(Errno::DQUOT)),
    Row(Call::SENDFILE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        while io::write(&writer, &[0; 4096]).is_ok() {}
        match send(&file_with_byte(), &writer) {
            Ok(error) if error.is(Errno::INVAL) => {
                Err("sendfile does not support a pipe as target before Linux 5.12".into())
            }
            error => error,
        }
    }),
    Row(Call::SENDFILE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        send(&pipe::pipe().unwrap().0, &regular_file())
    }),
    Row(Call::SENDFILE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        send(&file_with_byte(), &append_only_writer())
    }),
    Row(Call::SENDFILE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(sendfile(
            regular_file().as_fd(),
            file_with_byte().as_fd(),
            Some(&mut { 1 << 63 }),
            1,
        ))
    }),
    Row(Call::SENDFILE, Errno::BADF, ErrorKind::BadDescriptor, || send(&file_with_byte(), &null())),
    Row(Call::SENDFILE, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        let (reader, _writer) = pipe::pipe().unwrap();
        failed(sendfile(regular_file().as_fd(), reader.as_fd(), Some(&mut 1), 1))
    }),
    Row(Call::SENDFILE, Errno::OVERFLOW, ErrorKind::InvalidArgument, || {
        // The offset exceeds the largest file offset of procfs.
        let from = common::fd(File::open("/proc/version").unwrap());
        failed(sendfile(regular_file().as_fd(), from.as_fd(), Some(&mut { 1 << 62 }), 1))
    }),
    Row(Call::SENDFILE, Errno::PIPE, ErrorKind::BrokenPipe, || {
        send(&file_with_byte(), &socket_without_reader())
    }),
    Row(Call::RECVFROM_TRUNC, Errno::MSGSIZE, ErrorKind::Other, || {
        let (source, sender) = UnixDatagram::pair().unwrap();
        sender.send(b"message").unwrap();
        let source = common::fd(source);
        let target = common::fd(OpenOptions::new().write(true).open("/dev/null").unwrap());
        failed(Copier::new(&source, &target).limit(1).run().map_err(Error::from))
    }),
    Row(Call::COPY_FILE_RANGE_OVERLAP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let file = file_with_byte();
        copied(&file, &file)
    }),
    Row(Call::SPLICE_SAME_PIPE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (reader, writer) = pipe::pipe().unwrap();
        copied(&reader, &writer)
    }),
    Row(Call::WRITE_UNSUPPORTED, Errno::INVAL, ErrorKind::InvalidArgument, || {
        copied(&file_with_byte(), &Epoll::new().unwrap().into())
    }),
];

fn copied(from: &OwnedFd, to: &OwnedFd) -> Outcome {
    failed(copy(from, to).map_err(Error::from))
}

fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_copy_file_range, errno, || range(&regular_file(), &regular_file()))
}

fn range(from: &OwnedFd, to: &OwnedFd) -> Outcome {
    failed(copy_file_range(from.as_fd(), None, to.as_fd(), None, 1))
}

fn send(from: &OwnedFd, to: &OwnedFd) -> Outcome {
    failed(sendfile(to.as_fd(), from.as_fd(), None, 1))
}

/// Creates a file that contains one byte, with a file offset of 0.
fn file_with_byte() -> OwnedFd {
    let mut file = files::anonymous();
    file.write_all(b"!").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    common::fd(file)
}

fn append_only_writer() -> OwnedFd {
    let named = files::NamedFile::new();
    common::fd(OpenOptions::new().append(true).open(named.path()).unwrap())
}
