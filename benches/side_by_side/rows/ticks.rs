//! Timers that went off: each is asked how often.
//!
//! Only the reads are measured, not what makes the timers go off. Each contender has many of them, so that two looks at
//! the clock are nothing beside reading them all; nothing is read before all have gone off, so that no read waits.

use std::hint::black_box;
use std::os::fd::{AsFd, OwnedFd};

use butter::timerfd::TimerFd;
use nix::sys::timerfd as nix_timerfd;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec};

use crate::failure::{Failure, failed, when};
use crate::row::{BUTTER, CALL, NOT_SLOWER, Row, Run};
use crate::{plain, stub};

/// Six contenders have so many: a process often has no more than 1024 descriptors.
const TIMERS: u32 = 64;

/// Once, a nanosecond after the clock began: at once.
const PAST: Itimerspec = Itimerspec {
    it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
    it_value: Timespec { tv_sec: 0, tv_nsec: 1 },
};

/// Lets a timer go off, and waits until it has.
fn expire(timer: &impl AsFd) -> io::Result<()> {
    rustix::time::timerfd_settime(timer, TimerfdTimerFlags::ABSTIME, &PAST)?;
    poll(&mut [PollFd::new(timer, PollFlags::IN)], None)?;
    Ok(())
}

/// A contender: makes its timers, and reads each of them once a round.
fn reader<T: AsFd + 'static>(
    make: impl Fn(OwnedFd) -> T,
    read: impl Fn(&T) + 'static,
) -> Result<Run, Failure> {
    let raw = || rustix::time::timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC);
    let timers = (0..TIMERS).map(|_| Ok(make(raw()?))).collect::<io::Result<Vec<_>>>();
    let timers = when("timerfd_create", timers)?;
    Ok(Box::new(move |rounds, meter| {
        for _ in 0..rounds {
            for timer in &timers {
                if let Err(error) = expire(timer) {
                    failed("a timer that goes off", error);
                }
            }
            meter.measure(|| timers.iter().for_each(&read));
        }
    }))
}

fn stub() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            black_box(stub::take(timer));
        },
    )
}

fn butter() -> Result<Run, Failure> {
    reader(TimerFd::from, |timer| {
        match timer.read() {
            Ok(ticks) => black_box(ticks),
            Err(error) => failed(BUTTER, error),
        };
    })
}

fn libc() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            black_box(plain::take(timer));
        },
    )
}

fn rustix() -> Result<Run, Failure> {
    reader(
        |fd| fd,
        |timer| {
            let mut ticks = [0; 8];
            if let Err(error) = io::read(timer, &mut ticks) {
                failed("rustix", error);
            }
            black_box(u64::from_ne_bytes(ticks));
        },
    )
}

fn nix() -> Result<Run, Failure> {
    // SAFETY: the descriptor is a timer.
    let make = |fd| unsafe { nix_timerfd::TimerFd::from_owned_fd(fd) };
    reader(make, |timer| {
        if let Err(error) = timer.wait() {
            failed("nix", error);
        }
    })
}

pub(crate) fn read() -> Result<Row, Failure> {
    let about = "one read of a timer that went off\n  (nix does not tell how often)";
    Ok(Row::new(about, TIMERS)
        .with_run("stub", stub()?)
        .with_run("stub again", stub()?)
        .with_run(BUTTER, butter()?)
        .with_run("libc", libc()?)
        .with_run("rustix", rustix()?)
        .with_run("nix", nix()?)
        .aim("stub", CALL)
        .aim("libc", NOT_SLOWER))
}
