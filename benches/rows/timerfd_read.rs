//! Reading the number of expirations of expired timers.
//!
//! Only the reads are measured, not the expirations. Each contender has many timers, so that the
//! cost of reading the clock twice is negligible. All timers have expired before the first read, so
//! that no read blocks.

use std::hint::black_box;
use std::os::fd::{AsFd, OwnedFd};

use butter::timerfd::TimerFd;
use nix::sys::timerfd as nix_timerfd;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use crate::row::{BUTTER, CALL_LIMIT, NOT_SLOWER_LIMIT, Row, Run};
use crate::{Failure, bare, context, fail, libc_calls};

/// The number of timers of each of the six contenders. The usual limit on open descriptors is 1024.
const TIMERS: u32 = 64;

/// An absolute time in the past, one nanosecond after the start of the clock, so that the timer
/// expires immediately.
const PAST: Itimerspec = Itimerspec {
    it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
    it_value: Timespec { tv_sec: 0, tv_nsec: 1 },
};

/// Arms a timer and waits until it has expired.
fn expire(timer: &impl AsFd) -> io::Result<()> {
    rustix::time::timerfd_settime(timer, TimerfdTimerFlags::ABSTIME, &PAST)?;
    poll(&mut [PollFd::new(timer, PollFlags::IN)], None)?;
    Ok(())
}

/// Creates a contender, which reads each of its timers once per round.
fn reader<T: AsFd + 'static>(
    create: impl Fn(OwnedFd) -> T,
    read: impl Fn(&T) + 'static,
) -> Result<Run, Failure> {
    let raw = || rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC);
    let timers = (0..TIMERS).map(|_| Ok(create(raw()?))).collect::<io::Result<Vec<_>>>();
    let timers = context("timerfd_create", timers)?;
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            for timer in &timers {
                if let Err(error) = expire(timer) {
                    fail("expiring a timer", error);
                }
            }
            meter.measure(|| timers.iter().for_each(&read));
        }
    }))
}

fn bare() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            black_box(bare::read_u64(timer));
        },
    )
}

fn butter() -> Result<Run, Failure> {
    reader(TimerFd::from, |timer| {
        match timer.read() {
            Ok(count) => black_box(count),
            Err(error) => fail(BUTTER, error),
        };
    })
}

fn libc() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            black_box(libc_calls::read_u64(timer));
        },
    )
}

fn rustix() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            let mut count = [0; 8];
            if let Err(error) = io::read(timer, &mut count) {
                fail("rustix", error);
            }
            black_box(u64::from_ne_bytes(count));
        },
    )
}

fn nix() -> Result<Run, Failure> {
    // SAFETY: the descriptor is a timerfd.
    let create = |fd| unsafe { nix_timerfd::TimerFd::from_owned_fd(fd) };
    reader(create, |timer| {
        if let Err(error) = timer.wait() {
            fail("nix", error);
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    let about = "one read of an expired timer\n  (nix does not return the number of expirations)";
    Ok(Row::new(about, TIMERS)
        .with_run("bare syscall", bare()?)
        .with_run("bare syscall again", bare()?)
        .with_run(BUTTER, butter()?)
        .with_run("libc", libc()?)
        .with_run("rustix", rustix()?)
        .with_run("nix", nix()?)
        .target("bare syscall", CALL_LIMIT)
        .target("libc", NOT_SLOWER_LIMIT))
}
