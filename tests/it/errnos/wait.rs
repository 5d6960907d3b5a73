//! Errors of `waitid`.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::process::raw::waitid;
use butter::process::{OpenFlags, PidFd, WaitFlags, WaitId, getpid};

use super::{Row, Table, failed, null};
use common::forked::ForkedChild;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/wait/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::WAITID, Errno::CHILD, ErrorKind::NotFound, || {
        failed(waitid(WaitId::Pid(getpid()), WaitFlags::EXITED, None))
    }),
    Row(Call::WAITID, Errno::INTR, ErrorKind::Interrupted, || {
        inject(libc::SYS_waitid, Errno::INTR, || {
            failed(waitid(WaitId::Any, WaitFlags::EXITED, None))
        })
    }),
    Row(Call::WAITID, Errno::AGAIN, ErrorKind::WouldBlock, || {
        let child = ForkedChild::start(|| ());
        let pidfd = PidFd::with_flags(child.pid(), OpenFlags::NONBLOCK).unwrap();
        failed(waitid(pidfd.as_wait_id(), WaitFlags::EXITED, None))
    }),
    Row(Call::WAITID, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(waitid(WaitId::Any, WaitFlags::NOHANG, None))
    }),
    Row(Call::WAITID, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let flags = WaitFlags::EXITED | WaitFlags::NOHANG | WaitFlags::from_bits_retain(0x10);
        failed(waitid(WaitId::Any, flags, None))
    }),
    Row(Call::WAITID, Errno::BADF, ErrorKind::BadDescriptor, || {
        let null = null();
        failed(waitid(WaitId::PidFd(null.as_fd()), WaitFlags::EXITED, None))
    }),
    Row(Call::WAITID, Errno::BADF, ErrorKind::BadDescriptor, || failed(PidFd::try_from(null()))),
];
