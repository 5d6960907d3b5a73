//! Event counters.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::eventfd::{self, CreateFlags, EventFd};

use super::{Row, Table, failed, null};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/eventfd/raw.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
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
];

const WITHOUT_DESCRIPTORS: &[Row] =
    &[Row(Call::EVENTFD2, Errno::MFILE, ErrorKind::LimitReached, || failed(EventFd::new(0)))];
