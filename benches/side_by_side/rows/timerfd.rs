//! A timer that never goes off while it is measured: set to every hour, and asked what it will do.
//!
//! Each contender is given the hour in its own type and unknown to the compiler, the stub and libc in the kernel's:
//! what the others make of it, and of what the kernel tells, is part of what is measured.

use std::hint::black_box;
use std::os::fd::OwnedFd;
use std::time::Duration;

use butter::time::Clock;
use butter::timerfd::{Timer, TimerFd};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd as nix_timerfd;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row};
use crate::{plain, stub};

const HOUR: Duration = Duration::from_secs(3600);
const SECONDS: i64 = HOUR.as_secs().cast_signed();

const KERNELS: libc::itimerspec = {
    let hour = libc::timespec { tv_sec: SECONDS, tv_nsec: 0 };
    libc::itimerspec { it_interval: hour, it_value: hour }
};
const RUSTIXES: Itimerspec = {
    let hour = Timespec { tv_sec: SECONDS, tv_nsec: 0 };
    Itimerspec { it_interval: hour, it_value: hour }
};
const NIXES: TimeSpec = TimeSpec::new(SECONDS, 0);

fn raw() -> Result<OwnedFd, Failure> {
    when(
        "timerfd_create",
        rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC),
    )
}

fn butter() -> Result<TimerFd, Failure> {
    when("timerfd_create", TimerFd::new(Clock::Monotonic))
}

fn nix() -> Result<nix_timerfd::TimerFd, Failure> {
    let (clock, flags) =
        (nix_timerfd::ClockId::CLOCK_MONOTONIC, nix_timerfd::TimerFlags::TFD_CLOEXEC);
    when("timerfd_create", nix_timerfd::TimerFd::new(clock, flags))
}

#[inline(always)]
fn set_stub(timer: &OwnedFd) {
    black_box(stub::set(timer, black_box(&KERNELS)));
}

#[inline(always)]
fn set_libc(timer: &OwnedFd) {
    plain::set(timer, black_box(&KERNELS));
}

#[inline(always)]
fn set_butter(timer: &TimerFd) {
    if let Err(error) = timer.set(Timer::every(*black_box(&HOUR))) {
        failed(BUTTER, error);
    }
}

#[inline(always)]
fn set_rustix(timer: &OwnedFd) {
    match rustix::time::timerfd_settime(timer, TimerfdTimerFlags::empty(), black_box(&RUSTIXES)) {
        Ok(old) => black_box(old),
        Err(error) => failed("rustix", error),
    };
}

#[inline(always)]
fn set_nix(timer: &nix_timerfd::TimerFd) {
    let every = nix_timerfd::Expiration::Interval(*black_box(&NIXES));
    if let Err(error) = timer.set(every, nix_timerfd::TimerSetTimeFlags::empty()) {
        failed("nix", error);
    }
}

pub(crate) fn set() -> Result<Row, Failure> {
    let (bare, again, plain) = (raw()?, raw()?, raw()?);
    let (butter, nix) = (butter()?, nix()?);
    let about = "one call that does not ask for the old setting\n  (not rustix: it always asks)";
    Ok(Row::new(about, 1)
        .with("stub", move || set_stub(&bare))
        .with("stub again", move || set_stub(&again))
        .with(BUTTER, move || set_butter(&butter))
        .with("libc", move || set_libc(&plain))
        .with("nix", move || set_nix(&nix))
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}

pub(crate) fn set_and_get() -> Result<Row, Failure> {
    let (bare, again, plain, rustix) = (raw()?, raw()?, raw()?, raw()?);
    let (butter, nix) = (butter()?, nix()?);
    let about = "one setting, and one question what the timer will do\n  \
        (rustix asks for the old setting, too: it always does)";
    Ok(Row::new(about, 1)
        .with("stub", move || {
            set_stub(&bare);
            black_box(stub::get(&bare));
        })
        .with("stub again", move || {
            set_stub(&again);
            black_box(stub::get(&again));
        })
        .with(BUTTER, move || {
            set_butter(&butter);
            match butter.get() {
                Ok(timer) => black_box(timer),
                Err(error) => failed(BUTTER, error),
            };
        })
        .with("libc", move || {
            set_libc(&plain);
            black_box(plain::get(&plain));
        })
        .with("rustix", move || {
            set_rustix(&rustix);
            match rustix::time::timerfd_gettime(&rustix) {
                Ok(timer) => black_box(timer),
                Err(error) => failed("rustix", error),
            };
        })
        .with("nix", move || {
            set_nix(&nix);
            match nix.get() {
                Ok(timer) => black_box(timer),
                Err(error) => failed("nix", error),
            };
        })
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}
