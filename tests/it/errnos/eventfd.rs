//! Errors of eventfd.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::eventfd::{self, CreateFlags, EventFd};

use super::{Row, Table, failed, null, path_only_descriptor};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/eventfd/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::EVENTFD2, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(eventfd::raw::eventfd2(0, CreateFlags::from_bits_retain(0x10)))
    }),
    Row(Call::EVENTFD2, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_eventfd2, Errno::NFILE, || failed(EventFd::new(0)))
    }),
    Row(Call::EVENTFD2, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_eventfd2, Errno::NODEV, || failed(EventFd::new(0)))
    }),
    Row(Call::EVENTFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(EventFd::nonblocking(0).unwrap().read())
    }),
    Row(Call::EVENTFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(EventFd::from(null()).read())
    }),
    Row(Call::EVENTFD_WRITE, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(EventFd::nonblocking(1).unwrap().write(eventfd::VALUE_MAX))
    }),
    Row(Call::EVENTFD_WRITE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(EventFd::nonblocking(1).unwrap().write(u64::MAX))
    }),
    Row(Call::EVENTFD_READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(EventFd::from(path_only_descriptor()).read())
    }),
    Row(Call::EVENTFD_WRITE, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(EventFd::from(path_only_descriptor()).write(1))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::EVENTFD2, Errno::MFILE, ErrorKind::LimitReached, || failed(EventFd::new(0)))];
