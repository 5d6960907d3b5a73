//! Arming a periodic timer that does not expire during the measurement, and reading its setting.
//!
//! Each contender receives the period of one hour in its own type, as a value unknown to the
//! compiler; libc and the bare system call receive a `struct itimerspec`. The conversions that the
//! other contenders make to this struct are part of the measurement.

use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::time::Duration;

use butter::timerfd::{Clock, Timer, TimerFd};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd as nix_timerfd;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row};
use crate::{Failure, bare, context, fail, libc_calls};

const HOUR: Duration = Duration::from_secs(3600);
const SECONDS: i64 = HOUR.as_secs().cast_signed();

const KERNEL_SETTING: libc::itimerspec = {
    let hour = libc::timespec { tv_sec: SECONDS, tv_nsec: 0 };
    libc::itimerspec { it_interval: hour, it_value: hour }
};
const RUSTIX_SETTING: Itimerspec = {
    let hour = Timespec { tv_sec: SECONDS, tv_nsec: 0 };
    Itimerspec { it_interval: hour, it_value: hour }
};
const NIX_PERIOD: TimeSpec = TimeSpec::new(SECONDS, 0);

fn raw() -> Result<OwnedFd, Failure> {
    context(
        "timerfd_create",
        rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC),
    )
}

fn butter() -> Result<TimerFd, Failure> {
    context("timerfd_create", TimerFd::new(Clock::Monotonic))
}

fn nix() -> Result<nix_timerfd::TimerFd, Failure> {
    let (clock, flags) =
        (nix_timerfd::ClockId::CLOCK_MONOTONIC, nix_timerfd::TimerFlags::TFD_CLOEXEC);
    context("timerfd_create", nix_timerfd::TimerFd::new(clock, flags))
}

#[inline(always)]
fn set_bare(timer: &OwnedFd) {
    black_box(bare::timerfd_settime(timer, black_box(&KERNEL_SETTING)));
}

#[inline(always)]
fn set_libc(timer: &OwnedFd) {
    libc_calls::timerfd_settime(timer, black_box(&KERNEL_SETTING));
}

#[inline(always)]
fn set_butter(timer: &TimerFd) {
    if let Err(error) = timer.set(Timer::every(*black_box(&HOUR))) {
        fail(BUTTER, error);
    }
}

#[inline(always)]
fn set_rustix(timer: &OwnedFd) {
    match rustix::time::timerfd_settime(
        timer,
        TimerfdTimerFlags::empty(),
        black_box(&RUSTIX_SETTING),
    ) {
        Ok(old) => black_box(old),
        Err(error) => fail("rustix", error),
    };
}

#[inline(always)]
fn set_nix(timer: &nix_timerfd::TimerFd) {
    let every = nix_timerfd::Expiration::Interval(*black_box(&NIX_PERIOD));
    if let Err(error) = timer.set(every, nix_timerfd::TimerSetTimeFlags::empty()) {
        fail("nix", error);
    }
}

pub(crate) fn set() -> Result<Row, Failure> {
    let (first, again, libc) = (raw()?, raw()?, raw()?);
    let (butter, nix) = (butter()?, nix()?);
    let about = "arm the timer without requesting the old setting\n  (rustix always requests it)";
    Ok(Row::new(about, 1)
        .with("bare syscall", move || set_bare(&first))
        .with("bare syscall again", move || set_bare(&again))
        .with(BUTTER, move || set_butter(&butter))
        .with("libc", move || set_libc(&libc))
        .with("nix", move || set_nix(&nix))
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}

pub(crate) fn set_and_get() -> Result<Row, Failure> {
    let (first, again, libc, rustix) = (raw()?, raw()?, raw()?, raw()?);
    let (butter, nix) = (butter()?, nix()?);
    let about = "arm the timer and read its setting\n  \
        (rustix also requests the old setting when it arms the timer)";
    Ok(Row::new(about, 1)
        .with("bare syscall", move || {
            set_bare(&first);
            black_box(bare::timerfd_gettime(&first));
        })
        .with("bare syscall again", move || {
            set_bare(&again);
            black_box(bare::timerfd_gettime(&again));
        })
        .with(BUTTER, move || {
            set_butter(&butter);
            match butter.get() {
                Ok(timer) => black_box(timer),
                Err(error) => fail(BUTTER, error),
            };
        })
        .with("libc", move || {
            set_libc(&libc);
            black_box(libc_calls::timerfd_gettime(&libc));
        })
        .with("rustix", move || {
            set_rustix(&rustix);
            match rustix::time::timerfd_gettime(&rustix) {
                Ok(timer) => black_box(timer),
                Err(error) => fail("rustix", error),
            };
        })
        .with("nix", move || {
            set_nix(&nix);
            match nix.get() {
                Ok(timer) => black_box(timer),
                Err(error) => fail("nix", error),
            };
        })
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
