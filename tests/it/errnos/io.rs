//! Errors of `read`, `write` and `fcntl`.

use std::fs::File;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use butter::error::{Call, ErrorKind};
use butter::eventfd::EventFd;
use butter::fd::{AsRawFd, FromRawFd, OwnedFd};
use butter::io::{self, CloseRangeFlags, DupFlags, StatusFlags};
use butter::memfd::Seals;
use butter::{Errno, Error, pipe};

use super::epoll::epoll;
use super::memfd::sealed;
use super::{
    Row, Table, failed, null, path_only_descriptor, set_descriptor_limit, until_failed,
    with_file_of_root,
};
use common::forked::in_forked_child;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/io/call.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::CLOSE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::close_range_cloexec(1, 0))
    }),
    Row(Call::CLOSE_RANGE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // SAFETY: the flag is not valid, so the call fails.
        failed(unsafe { io::close_range(0, 1, CloseRangeFlags::from_bits_retain(1)) })
    }),
    Row(Call::CLOSE_RANGE, Errno::MFILE, ErrorKind::LimitReached, || {
        // The kernel returns this errno only if the limit of the system was lowered.
        inject(libc::SYS_close_range, Errno::MFILE, || {
            // SAFETY: the filter fails the call.
            failed(unsafe { io::close_range(0, 1, CloseRangeFlags::UNSHARE) })
        })
    }),
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
    Row(Call::DUP3, Errno::BADF, ErrorKind::BadDescriptor, || {
        let (old, mut new) = (null(), null());
        let error = in_forked_child(|| {
            set_descriptor_limit(0);
            io::dup3(&old, &mut new, DupFlags::CLOEXEC).err()
        });
        Ok(error.expect("the call should have failed"))
    }),
    Row(Call::DUP3, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::dup3(null(), &mut null(), DupFlags::from_bits_retain(1)))
    }),
    Row(Call::FCNTL_SETFL, Errno::PERM, ErrorKind::PermissionDenied, || {
        with_file_of_root(|path| failed(io::fcntl_setfl(open(path), StatusFlags::NOATIME)))
    }),
    Row(Call::FCNTL_SETFL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(io::fcntl_setfl(open("/proc/version"), StatusFlags::DIRECT))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::NOTTY, ErrorKind::InvalidArgument, || {
        failed(io::bytes_available(EventFd::new(1).unwrap()))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::INVAL, ErrorKind::InvalidArgument, || {
        if !common::kernel_is_at_least("6.9") {
            return Err("before Linux 6.9, epoll returns ENOTTY".into());
        }
        failed(io::bytes_available(epoll()))
    }),
    Row(Call::FCNTL_SETFL, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::fcntl_setfl(path_only_descriptor(), StatusFlags::NONBLOCK))
    }),
    Row(Call::IOCTL_FIONREAD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(io::bytes_available(path_only_descriptor()))
    }),
    Row(Call::READ, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        failed(io::read(open("/"), &mut [0]))
    }),
    Row(Call::READV, Errno::ISDIR, ErrorKind::InvalidArgument, || {
        failed(io::readv(open("/"), &mut [io::IoSliceMut::new(&mut [0])]))
    }),
    // The first page of the address space is not mapped, so reading `/proc/self/mem` at offset 0
    // fails.
    Row(Call::READ, Errno::IO, ErrorKind::Other, || {
        failed(io::read(open("/proc/self/mem"), &mut [0]))
    }),
    Row(Call::READV, Errno::IO, ErrorKind::Other, || {
        failed(io::readv(open("/proc/self/mem"), &mut [io::IoSliceMut::new(&mut [0])]))
    }),
    Row(Call::WRITE, Errno::PIPE, ErrorKind::BrokenPipe, || {
        failed(io::write(socket_without_reader(), b"!"))
    }),
    Row(Call::WRITEV, Errno::PIPE, ErrorKind::BrokenPipe, || {
        failed(io::writev(socket_without_reader(), &[io::IoSlice::new(b"!")]))
    }),
    Row(Call::WRITE, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(io::write(sealed(Seals::WRITE), b"!"))
    }),
    Row(Call::WRITEV, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(io::writev(sealed(Seals::WRITE), &[io::IoSlice::new(b"!")]))
    }),
    Row(Call::WRITE, Errno::DQUOT, ErrorKind::LimitReached, || {
        inject(libc::SYS_write, Errno::DQUOT, || failed(io::write(null(), b"!")))
    }),
    Row(Call::WRITEV, Errno::DQUOT, ErrorKind::LimitReached, || {
        inject(libc::SYS_writev, Errno::DQUOT, || {
            failed(io::writev(null(), &[io::IoSlice::new(b"!")]))
        })
    }),
    Row(Call::WRITE, Errno::FBIG, ErrorKind::LimitReached, || {
        inject(libc::SYS_write, Errno::FBIG, || failed(io::write(null(), b"!")))
    }),
    Row(Call::WRITEV, Errno::FBIG, ErrorKind::LimitReached, || {
        inject(libc::SYS_writev, Errno::FBIG, || {
            failed(io::writev(null(), &[io::IoSlice::new(b"!")]))
        })
    }),
    Row(Call::CLOSE, Errno::NOSPC, ErrorKind::LimitReached, || close(Errno::NOSPC)),
    Row(Call::CLOSE, Errno::DQUOT, ErrorKind::LimitReached, || close(Errno::DQUOT)),
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

/// Injects an errno into `close`. The descriptor remains open until the function closes it
/// afterwards.
fn close(errno: Errno) -> Result<Error, String> {
    let fd = null();
    let number = fd.as_raw_fd();
    let error = inject(libc::SYS_close, errno, move || failed(io::close(fd)));
    // SAFETY: the filter has prevented the close, and the descriptor has no owner.
    drop(unsafe { OwnedFd::from_raw_fd(number) });
    error
}

/// Returns a socket that is shut down for writing. A write to the socket fails with `EPIPE`,
/// because the runtime of `std` ignores `SIGPIPE`.
pub fn socket_without_reader() -> OwnedFd {
    let (socket, _other) = UnixStream::pair().unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    common::fd(socket)
}

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::FCNTL_DUPFD_CLOEXEC, Errno::MFILE, ErrorKind::LimitReached, || {
        // SAFETY: descriptor 0 stays open for the life of the process.
        let stdin = unsafe { butter::fd::BorrowedFd::borrow_raw(0) };
        failed(io::fcntl_dupfd_cloexec(stdin, 0))
    })];
