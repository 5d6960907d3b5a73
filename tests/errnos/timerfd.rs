//! Timers.

use std::time::Duration;

use butter::error::{Call, ErrorKind};
use butter::fd::{AsFd, BorrowedFd};
use butter::time::{Clock, Timespec, clock_gettime};
use butter::timerfd::{self, Itimerspec, SetFlags, Timer, TimerFd};
use butter::{Errno, Error, Result};

use crate::common::{self, child::as_nobody, inject::inject, moment};
use crate::{Row, Table, failed, null, unless_missing};

pub const TABLE: Table = Table {
    source: include_str!("../../src/timerfd/raw.rs"),
    rows: ROWS,
    without_descriptors: WITHOUT_DESCRIPTORS,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::TIMERFD_CREATE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(TimerFd::new(Clock::Tai))
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
            Err(error) => {
                common::skip("errnos: timerfd_settime EPERM", &error.to_string());
                None
            }
        }
    }),
    Row(Call::TIMERFD_SETTIME, Errno::CANCELED, ErrorKind::Other, || {
        after_a_jump(libc::SYS_timerfd_settime, |timer| {
            let (day, flags) =
                (moment(Clock::Realtime, DAY), SetFlags::ABSTIME | SetFlags::CANCEL_ON_SET);
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
        after_a_jump(libc::SYS_read, |timer| timerfd::raw::read(timer).map(drop))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let timer = timer().unwrap();
        unless_missing("EINVAL", timerfd::raw::ioctl_set_ticks(timer.as_fd(), 0))
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::CANCELED, ErrorKind::Other, || {
        match after_a_jump(libc::SYS_ioctl, |timer| timerfd::raw::ioctl_set_ticks(timer, 1)) {
            Some(error) if error.is(Errno::NOTTY) => {
                common::skip("errnos: ioctl(TFD_IOC_SET_TICKS) ECANCELED", &error.to_string());
                None
            }
            error => error,
        }
    }),
    Row(Call::IOCTL_TIMERFD_SET_TICKS, Errno::NOTTY, ErrorKind::Unsupported, || {
        failed(timerfd::raw::ioctl_set_ticks(null().as_fd(), 1))
    }),
];

const WITHOUT_DESCRIPTORS: &[Row] =
    &[Row(Call::TIMERFD_CREATE, Errno::MFILE, ErrorKind::LimitReached, || failed(timer()))];

const DAY: Duration = Duration::from_secs(86_400);

/// What a timer says that asks to be told of a jump of the clock, after one. Where it cannot jump, a filter says it.
fn after_a_jump(number: libc::c_long, call: fn(BorrowedFd<'_>) -> Result<()>) -> Option<Error> {
    let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
    timer.set_cancel_on_set(Timer::once_at(moment(Clock::Realtime, DAY))).unwrap();
    if common::machine_is_the_tests_own() && jump() {
        failed(call(timer.as_fd()))
    } else {
        inject(number, Errno::CANCELED, || failed(call(timer.as_fd())))
    }
}

/// Sets the clock to what it says, which is a jump, too; `false` for a user who may not.
fn jump() -> bool {
    let now = clock_gettime(Clock::Realtime).unwrap();
    let now = libc::timespec { tv_sec: now.seconds, tv_nsec: now.nanoseconds };
    // SAFETY: reads one struct.
    unsafe { libc::clock_settime(libc::CLOCK_REALTIME, &raw const now) == 0 }
}

pub fn timer() -> butter::Result<TimerFd> {
    TimerFd::nonblocking(Clock::Monotonic)
}
