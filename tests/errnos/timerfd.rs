//! Timers.

use std::time::Duration;

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::time::Clock;
use butter::timerfd::{self, Timer, TimerFd};

use crate::common::{self, child::as_nobody, inject::inject};
use crate::{Row, Table, failed, null, unless_missing};

pub const TABLE: Table = Table {
    source: include_str!("../../src/timerfd/raw.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::TIMERFD_CREATE, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::create(Clock::Tai))),
    Row(Call::TIMERFD_CREATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(TimerFd::create(Clock::BoottimeAlarm)))
    }),
    Row(Call::TIMERFD_CREATE, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_timerfd_create, Errno::NFILE, || failed(timer()))
    }),
    Row(Call::TIMERFD_CREATE, Errno::NODEV, ErrorKind::Other, || {
        inject(libc::SYS_timerfd_create, Errno::NODEV, || failed(timer()))
    }),
    Row(Call::TIMERFD_SETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(timer().unwrap().set(Timer::every(Duration::ZERO)))
    }),
    Row(Call::TIMERFD_SETTIME, Errno::PERM, ErrorKind::PermissionDenied, || {
        match TimerFd::create(Clock::BoottimeAlarm) {
            Ok(alarm) => as_nobody(|| failed(alarm.set(Timer::once(Duration::from_secs(1))))),
            Err(error) => {
                common::skip("errnos: timerfd_settime EPERM", &error.to_string());
                None
            }
        }
    }),
    Row(Call::TIMERFD_SETTIME, Errno::CANCELED, ErrorKind::Other, || {
        let timer = timer().unwrap();
        inject(libc::SYS_timerfd_settime, Errno::CANCELED, || failed(timer.set(Timer::Disarmed)))
    }),
    Row(Call::TIMERFD_GETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::from(null()).get())),
    Row(Call::TIMERFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || failed(timer().unwrap().read())),
    Row(Call::TIMERFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || failed(TimerFd::from(null()).read())),
    Row(Call::TIMERFD_READ, Errno::CANCELED, ErrorKind::Other, || {
        let timer = timer().unwrap();
        inject(libc::SYS_read, Errno::CANCELED, || failed(timerfd::raw::read(timer.as_fd())))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let timer = timer().unwrap();
        unless_missing("EINVAL", timerfd::raw::ioctl_set_ticks(timer.as_fd(), 0))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(timerfd::raw::ioctl_set_ticks(null().as_fd(), 1))
    }),
];

const WITHOUT_DESCRIPTORS: &[Row] =
    &[Row(Call::TIMERFD_CREATE, Errno::MFILE, ErrorKind::LimitReached, || failed(timer()))];

pub fn timer() -> butter::Result<TimerFd> {
    TimerFd::nonblocking(Clock::Monotonic)
}
