//! Errors of pipes.

use std::fs::File;
use std::os::unix::net::UnixStream;

use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::{AsFd, OwnedFd};
use butter::io::{self, IoSlice, IoSliceMut};
use butter::pipe::{self, CreateFlags, SpliceFlags};
use butter::{Errno, Result};

use super::io::socket_without_reader;
use super::{Row, Table, check, failed, name_of, null, regular_file, row, until_failed};
use common::child::as_nobody;
use common::files;
use common::inject::inject;
use common::test::in_row;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/pipe/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::PIPE2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(pipe::raw::pipe2(CreateFlags::from_bits_retain(1)))
    }),
    Row(Call::PIPE2, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_pipe2, Errno::NFILE, || failed(pipe::pipe()))
    }),
    Row(Call::PIPE2, Errno::NOPKG, ErrorKind::Unsupported, || {
        inject(libc::SYS_pipe2, Errno::NOPKG, || {
            failed(pipe::raw::pipe2(CreateFlags::NOTIFICATION))
        })
    }),
    Row(Call::SPLICE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(splice(&regular_file(), &regular_file()))
    }),
    Row(Call::SPLICE, Errno::SPIPE, ErrorKind::InvalidArgument, || {
        let (reader, _writer) = pipe_with_byte();
        failed(pipe::splice(&reader, Some(&mut 0), regular_file(), None, 1, NONE))
    }),
    Row(Call::SPLICE, Errno::BADF, ErrorKind::BadDescriptor, || {
        let (_reader, writer) = pipe_with_byte();
        failed(splice(&writer, &regular_file()))
    }),
    Row(Call::SPLICE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        failed(splice(&reader, &regular_file()))
    }),
    Row(Call::SPLICE, Errno::PIPE, ErrorKind::BrokenPipe, || {
        failed(splice(&pipe_with_byte().0, &writer_without_reader()))
    }),
    Row(Call::TEE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (reader, writer) = pipe_with_byte();
        failed(tee(&reader, &writer))
    }),
    Row(Call::TEE, Errno::BADF, ErrorKind::BadDescriptor, || {
        let (first, second) = (pipe_with_byte(), pipe::pipe().unwrap());
        failed(tee(&first.1, &second.1))
    }),
    Row(Call::TEE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (first, second) = (pipe::nonblocking().unwrap(), pipe::pipe().unwrap());
        failed(tee(&first.0, &second.1))
    }),
    Row(Call::TEE, Errno::PIPE, ErrorKind::BrokenPipe, || {
        failed(tee(&pipe_with_byte().0, &writer_without_reader()))
    }),
    Row(Call::VMSPLICE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        failed(vmsplice(&writer, &[IoSlice::new(b"!"); 1025], NONE))
    }),
    Row(Call::VMSPLICE, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(vmsplice(&null(), &[IoSlice::new(b"!")], NONE))
    }),
    Row(Call::VMSPLICE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        until_failed(|| vmsplice(&writer, &[IoSlice::new(b"!")], SpliceFlags::NONBLOCK))
    }),
    Row(Call::VMSPLICE, Errno::PIPE, ErrorKind::BrokenPipe, || {
        failed(vmsplice(&writer_without_reader(), &[IoSlice::new(b"!")], NONE))
    }),
    Row(Call::FCNTL_GETPIPE_SZ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(pipe::size(null()))
    }),
    Row(Call::FCNTL_SETPIPE_SZ, Errno::PERM, ErrorKind::PermissionDenied, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        as_nobody(|| failed(pipe::set_size(&writer, 1 << 30)))
    }),
    Row(Call::FCNTL_SETPIPE_SZ, Errno::BUSY, ErrorKind::Busy, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        while io::write(&writer, &[0; 4096]).is_ok() {}
        failed(pipe::set_size(&writer, 0))
    }),
    Row(Call::FCNTL_SETPIPE_SZ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(pipe::set_size(pipe::pipe().unwrap().0, usize::MAX))
    }),
    Row(Call::FCNTL_SETPIPE_SZ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(pipe::set_size(null(), 4096))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::PIPE2, Errno::MFILE, ErrorKind::LimitReached, || failed(pipe::pipe()))];

const NONE: SpliceFlags = SpliceFlags::empty();

fn splice(from: &OwnedFd, to: &OwnedFd) -> Result<usize> {
    pipe::splice(from, None, to, None, 1, NONE)
}

fn tee(from: &OwnedFd, to: &OwnedFd) -> Result<usize> {
    pipe::tee(from, to, 1, NONE)
}

/// Calls `vmsplice` with constant bytes and a descriptor that is not a read end.
fn vmsplice(fd: &OwnedFd, slices: &[IoSlice<'static>], flags: SpliceFlags) -> Result<usize> {
    // SAFETY: the bytes are constants, which neither change nor move.
    unsafe { pipe::raw::vmsplice(fd.as_fd(), slices, flags) }
}

/// Creates a pipe that contains one byte.
fn pipe_with_byte() -> (OwnedFd, OwnedFd) {
    let ends = pipe::pipe().unwrap();
    io::write(&ends.1, b"!").unwrap();
    ends
}

/// Returns the write end of a pipe whose read end is closed. A write fails with `EPIPE`, because
/// the runtime of `std` ignores `SIGPIPE`.
fn writer_without_reader() -> OwnedFd {
    let writer = pipe::pipe().unwrap().1;
    common::wait_until_reader_is_closed(&writer);
    writer
}

fn expects(call: Call, errno: Errno) -> impl Fn(Result<usize>) {
    move |result| {
        let row = row(call, errno).unwrap();
        in_row(name_of(row), || check(row, result.unwrap_err()));
    }
}

/// Tests further causes of the errnos in the table of pipe errors.
#[test]
fn splice_fails_with_documented_errno_if_argument_is_invalid() {
    let (reader, writer) = pipe_with_byte();
    let unknown = SpliceFlags::from_bits_retain(0x100);

    let invalid = expects(Call::SPLICE, Errno::INVAL);
    invalid(splice(&reader, &writer));
    invalid(pipe::splice(&reader, None, regular_file(), None, 1, unknown));
    invalid(pipe::splice(&reader, None, regular_file(), Some(&mut { u64::MAX }), 1, NONE));
    let directory = files::directory();
    let appended =
        File::options().append(true).create(true).open(directory.path().join("log")).unwrap();
    invalid(splice(&reader, &common::fd(appended)));
    let (_one, socket) = UnixStream::pair().unwrap();
    invalid(pipe::splice(&reader, None, common::fd(socket), Some(&mut 0), 1, NONE));
    invalid(splice(&EventFd::new(1).unwrap().into(), &writer));

    let bad_descriptor = expects(Call::SPLICE, Errno::BADF);
    bad_descriptor(splice(&reader, &reader));
    bad_descriptor(splice(&reader, &null()));
    let broken_pipe = expects(Call::SPLICE, Errno::PIPE);
    broken_pipe(splice(&reader, &socket_without_reader()));
    let (socket, peer) = UnixStream::pair().unwrap();
    drop(peer);
    broken_pipe(splice(&reader, &common::fd(socket)));
    let would_block = expects(Call::SPLICE, Errno::AGAIN);
    let (empty, _writer) = pipe::pipe().unwrap();
    would_block(pipe::splice(&empty, None, regular_file(), None, 1, SpliceFlags::NONBLOCK));
    expects(Call::SPLICE, Errno::SPIPE)(pipe::splice(
        regular_file(),
        None,
        &writer,
        Some(&mut 0),
        1,
        NONE,
    ));
    assert_eq!(io::bytes_available(&reader), Ok(1), "the failed calls should move no bytes");
}

#[test]
fn tee_fails_with_documented_errno_if_argument_is_invalid() {
    let (first, second) = (pipe_with_byte(), pipe::pipe().unwrap());
    let invalid = expects(Call::TEE, Errno::INVAL);
    invalid(tee(&regular_file(), &second.1));
    invalid(tee(&first.0, &regular_file()));
    invalid(pipe::tee(&first.0, &second.1, 1, SpliceFlags::from_bits_retain(0x100)));
    expects(Call::TEE, Errno::BADF)(tee(&first.0, &second.0));
    let would_block = expects(Call::TEE, Errno::AGAIN);
    would_block(pipe::tee(&second.0, &first.1, 1, SpliceFlags::NONBLOCK));
    let (_full_reader, full) = pipe::nonblocking().unwrap();
    while io::write(&full, &[0; 4096]).is_ok() {}
    would_block(tee(&first.0, &full));
}

#[test]
fn vmsplice_fails_with_documented_errno_if_argument_is_invalid() {
    let (reader, writer) = pipe::pipe().unwrap();
    expects(Call::VMSPLICE, Errno::INVAL)(vmsplice(
        &writer,
        &[IoSlice::new(b"!")],
        SpliceFlags::from_bits_retain(0x100),
    ));

    let mut buffer = [0; 4];
    let mut into = |fd: &OwnedFd, flags| {
        // SAFETY: none of the descriptors is a write end.
        unsafe { pipe::raw::vmsplice_read(fd.as_fd(), &mut [IoSliceMut::new(&mut buffer)], flags) }
    };
    expects(Call::VMSPLICE, Errno::AGAIN)(into(&reader, SpliceFlags::NONBLOCK));
    expects(Call::VMSPLICE, Errno::BADF)(into(&null(), NONE));
    expects(Call::VMSPLICE, Errno::INVAL)(into(&reader, SpliceFlags::from_bits_retain(0x100)));
    let mut slices: Vec<_> = (0..1025).map(|_| IoSliceMut::new(&mut [])).collect();
    // SAFETY: a read end.
    expects(Call::VMSPLICE, Errno::INVAL)(unsafe {
        pipe::raw::vmsplice_read(reader.as_fd(), &mut slices, NONE)
    });
}
