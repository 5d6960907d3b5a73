//! Reading, writing and `fcntl`.

use std::fs::File;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::OwnedFd;
use butter::io::{self, StatusFlags};
use butter::{Errno, pipe};

use super::epoll::epoll;
use super::{Row, Table, a_place, failed, null, until_failed};
use common::child::as_nobody;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/io/call.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::read(EventFd::new(1).unwrap(), &mut [0; 4]))
    }),
    Row(Call::READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::read(pipe::pipe().unwrap().1, &mut [0; 4]))
    }),
    Row(Call::READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        failed(io::read(&reader, &mut [0; 4]))
    }),
    Row(Call::READV, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut slices: Vec<_> = (0..1025).map(|_| io::IoSliceMut::new(&mut [])).collect();
        failed(io::readv(pipe::pipe().unwrap().0, &mut slices))
    }),
    Row(Call::READV, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::readv(pipe::pipe().unwrap().1, &mut [io::IoSliceMut::new(&mut [0; 4])]))
    }),
    Row(Call::READV, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (reader, _writer) = pipe::nonblocking().unwrap();
        failed(io::readv(&reader, &mut [io::IoSliceMut::new(&mut [0; 4])]))
    }),
    Row(Call::WRITE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::write(EventFd::new(1).unwrap(), &[0; 4]))
    }),
    Row(Call::WRITE, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::write(pipe::pipe().unwrap().0, b"!"))
    }),
    Row(Call::WRITE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        until_failed(|| io::write(&writer, &[0; 4096]))
    }),
    Row(Call::WRITEV, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let (_reader, writer) = pipe::pipe().unwrap();
        failed(io::writev(&writer, &[io::IoSlice::new(b""); 1025]))
    }),
    Row(Call::WRITEV, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::writev(pipe::pipe().unwrap().0, &[io::IoSlice::new(b"!")]))
    }),
    Row(Call::WRITEV, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let (_reader, writer) = pipe::nonblocking().unwrap();
        until_failed(|| io::writev(&writer, &[io::IoSlice::new(&[0; 4096])]))
    }),
    Row(Call::FCNTL_DUPFD_CLOEXEC, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::fcntl_dupfd_cloexec(null(), -1))
    }),
    Row(Call::FCNTL_SETFL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let of_root = open("/proc/version");
            failed(io::fcntl_setfl(&of_root, StatusFlags::NOATIME))
        })
    }),
    Row(Call::FCNTL_SETFL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::fcntl_setfl(open("/proc/version"), StatusFlags::DIRECT))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(io::bytes_available(EventFd::new(1).unwrap()))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        if !common::kernel_is_at_least("6.9") {
            return Err("an epoll says ENOTTY before Linux 6.9".into());
        }
        failed(io::bytes_available(epoll()))
    }),
    Row(Call::FCNTL_SETFL, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::fcntl_setfl(a_place(), StatusFlags::NONBLOCK))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::bytes_available(a_place()))
    }),
    Row(Call::READ, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        failed(io::read(open("/"), &mut [0]))
    }),
    Row(Call::READV, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        failed(io::readv(open("/"), &mut [io::IoSliceMut::new(&mut [0])]))
    }),
    // The first page of a program is never there.
    Row(Call::READ, Errno::IO, ErrorKind::Other, || {
        failed(io::read(open("/proc/self/mem"), &mut [0]))
    }),
    Row(Call::READV, Errno::IO, ErrorKind::Other, || {
        failed(io::readv(open("/proc/self/mem"), &mut [io::IoSliceMut::new(&mut [0])]))
    }),
    Row(Call::WRITE, Errno::PIPE, ErrorKind::Other, || failed(io::write(a_closed_socket(), b"!"))),
    Row(Call::WRITEV, Errno::PIPE, ErrorKind::Other, || {
        failed(io::writev(a_closed_socket(), &[io::IoSlice::new(b"!")]))
    }),
    Row(Call::WRITE, Errno::NOSPC, ErrorKind::LimitReached, || failed(io::write(full(), b"!"))),
    Row(Call::WRITEV, Errno::NOSPC, ErrorKind::LimitReached, || {
        failed(io::writev(full(), &[io::IoSlice::new(b"!")]))
    }),
];

fn open(path: &str) -> OwnedFd {
    common::fd(File::open(path).unwrap())
}

fn full() -> OwnedFd {
    common::fd(File::options().write(true).open("/dev/full").unwrap())
}

/// A socket that is written to no more; `std` has the process ignore `SIGPIPE`.
pub fn a_closed_socket() -> OwnedFd {
    let (socket, _other) = UnixStream::pair().unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    common::fd(socket)
}

const WITHOUT_DESCRIPTORS: &[Row] =
    &[Row(Call::FCNTL_DUPFD_CLOEXEC, Errno::MFILE, ErrorKind::LimitReached, || {
        // SAFETY: descriptor 0 stays open for the life of the process.
        let stdin = unsafe { butter::fd::BorrowedFd::borrow_raw(0) };
        failed(io::fcntl_dupfd_cloexec(stdin, 0))
    })];
