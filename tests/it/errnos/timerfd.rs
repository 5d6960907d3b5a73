//! Errors of timerfd.

use std::time::Duration;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, BorrowedFd};
use butter::time::{self, Timespec};
use butter::timerfd::{self, Clock, Itimerspec, SetFlags, Timer, TimerFd};
use butter::{Errno, Result};

use super::{Outcome, Row, Table, failed, null, path_only_descriptor, unless_unsupported};
use common::{child::as_nobody, inject::inject, time_from_now};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/timerfd/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::TIMERFD_CREATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(timerfd::raw::timerfd_create(time::Clock::Tai, timerfd::CreateFlags::CLOEXEC))
    }),
    Row(Call::TIMERFD_CREATE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(TimerFd::new(Clock::BoottimeAlarm)))
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
        match TimerFd::new(Clock::BoottimeAlarm) {
            Ok(alarm) => as_nobody(|| failed(alarm.set(Timer::once(Duration::from_secs(1))))),
            Err(error) => Err(error.to_string()),
        }
    }),
    Row(Call::TIMERFD_SETTIME, Errno::CANCELED, ErrorKind::Other, || {
        after_clock_change(libc::SYS_timerfd_settime, |timer| {
            let (day, flags) = (
                time_from_now(time::Clock::Realtime, DAY),
                SetFlags::ABSTIME | SetFlags::CANCEL_ON_SET,
            );
            let day = Itimerspec { value: day, interval: Timespec::default() };
            timerfd::raw::timerfd_settime(timer, flags, &day, None)
        })
    }),
    Row(Call::TIMERFD_GETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(TimerFd::from(null()).get())
    }),
    Row(Call::TIMERFD_READ, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(timer().unwrap().read())
    }),
    Row(Call::TIMERFD_READ, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(TimerFd::from(null()).read())
    }),
    Row(Call::TIMERFD_READ, Errno::CANCELED, ErrorKind::Other, || {
        after_clock_change(libc::SYS_read, |timer| timerfd::raw::read(timer).map(drop))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let timer = timer().unwrap();
        unless_unsupported(timerfd::raw::ioctl_set_ticks(timer.as_fd(), 0))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::CANCELED, ErrorKind::Other, || {
        after_clock_change(libc::SYS_ioctl, |timer| timerfd::raw::ioctl_set_ticks(timer, 1))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(timerfd::raw::ioctl_set_ticks(null().as_fd(), 1))
    }),
    Row(Call::TIMERFD_SETTIME, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(TimerFd::from(path_only_descriptor()).set(Timer::Disarmed))
    }),
    Row(Call::TIMERFD_GETTIME, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(TimerFd::from(path_only_descriptor()).get())
    }),
    Row(Call::TIMERFD_READ, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(TimerFd::from(path_only_descriptor()).read())
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(timerfd::raw::ioctl_set_ticks(path_only_descriptor().as_fd(), 1))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::TIMERFD_CREATE, Errno::MFILE, ErrorKind::LimitReached, || failed(timer()))];

const DAY: Duration = Duration::from_secs(86_400);

/// Injects `ECANCELED`, which a call on a timer with `TFD_TIMER_CANCEL_ON_SET` returns after the
/// clock was set. Only the test program `clock` sets the clock, in a virtual machine.
fn after_clock_change(number: libc::c_long, call: fn(BorrowedFd<'_>) -> Result<()>) -> Outcome {
    let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
    timer.set_cancel_on_set(Timer::once_at(time_from_now(time::Clock::Realtime, DAY))).unwrap();
    inject(number, Errno::CANCELED, || failed(call(timer.as_fd())))
}

pub fn timer() -> butter::Result<TimerFd> {
    TimerFd::nonblocking(Clock::Monotonic)
}
