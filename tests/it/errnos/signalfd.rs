//! Errors of signalfd.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::signal::SigSet;
use butter::signalfd::{self, CreateFlags, SignalFd};

use super::{Row, Table, failed, null, path_only_descriptor};
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/signalfd/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::SIGNALFD4, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(signalfd::raw::signalfd4(SigSet::empty(), CreateFlags::from_bits_retain(1)))
    }),
    Row(Call::SIGNALFD4, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_signalfd4, Errno::NFILE, || failed(SignalFd::new(SigSet::empty())))
    }),
    Row(Call::SIGNALFD4, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_signalfd4, Errno::NODEV, || failed(SignalFd::new(SigSet::empty())))
    }),
    Row(Call::SIGNALFD4_SET_MASK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(SignalFd::from(null()).set_mask(SigSet::empty()))
    }),
    Row(Call::SIGNALFD4_SET_MASK, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(SignalFd::from(path_only_descriptor()).set_mask(SigSet::empty()))
    }),
    Row(Call::SIGNALFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(SignalFd::nonblocking(SigSet::empty()).unwrap().read())
    }),
    Row(Call::SIGNALFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(SignalFd::nonblocking(SigSet::empty()).unwrap().read_events(&mut [0; 127]))
    }),
    Row(Call::SIGNALFD_READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(SignalFd::from(path_only_descriptor()).read())
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::SIGNALFD4, Errno::MFILE, ErrorKind::LimitReached, || {
        failed(SignalFd::new(SigSet::empty()))
    })];
