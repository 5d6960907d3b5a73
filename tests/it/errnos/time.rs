//! Errors of clocks and of sleeping.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::time::{
    AdjustModes, Clock, Timespec, Timex, clock_adjtime, clock_getres, clock_gettime,
    clock_nanosleep_absolute, clock_nanosleep_relative, clock_settime, nanosleep, sleep_until,
};

use super::{Outcome, Row, Table, failed};
use common::child::as_nobody;
use common::inject::inject;
use common::signals::interrupted;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/time/clock.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const SLEEP_TABLE: Table = Table {
    source: include_str!("../../../src/time/sleep.rs"),
    rows: SLEEP_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const HOUR: Timespec = Timespec { seconds: 3600, nanoseconds: 0 };

/// Times and durations that the kernel rejects.
const INVALID: [Timespec; 3] = [
    Timespec { seconds: -1, nanoseconds: 0 },
    Timespec { seconds: 1, nanoseconds: -1 },
    Timespec { seconds: 1, nanoseconds: 1_000_000_000 },
];

const ROWS: &[Row] = &[
    Row(Call::CLOCK_GETTIME, Errno::INVAL, ErrorKind::Unsupported, || {
        without_rtc(libc::SYS_clock_gettime, clock_gettime)
    }),
    Row(Call::CLOCK_GETRES, Errno::INVAL, ErrorKind::Unsupported, || {
        without_rtc(libc::SYS_clock_getres, clock_getres)
    }),
    // The calls that set or adjust a clock have no privileges, so that they change no clock even if
    // they do not fail.
    Row(Call::CLOCK_SETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        as_nobody(|| failed(clock_settime(Clock::Monotonic, HOUR)))
    }),
    Row(Call::CLOCK_SETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        as_nobody(|| each_invalid(|time| clock_settime(Clock::Realtime, time)))
    }),
    Row(Call::CLOCK_SETTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let too_late = Timespec { seconds: i64::MAX, nanoseconds: 0 };
        as_nobody(|| failed(clock_settime(Clock::Realtime, too_late)))
    }),
    Row(Call::CLOCK_SETTIME, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            failed(clock_settime(Clock::Realtime, clock_gettime(Clock::Realtime).unwrap()))
        })
    }),
    Row(Call::CLOCK_ADJTIME, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // `ADJ_ADJTIME`, a part of `OFFSET_SINGLESHOT`, requires `OFFSET`.
        as_nobody(|| adjust(Clock::Realtime, AdjustModes::from_bits_retain(0x8000)))
    }),
    Row(Call::CLOCK_ADJTIME, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        as_nobody(|| adjust(Clock::Monotonic, AdjustModes::empty()))
    }),
    Row(Call::CLOCK_ADJTIME, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            for modes in [AdjustModes::STATUS, AdjustModes::OFFSET_SINGLESHOT] {
                assert_eq!(adjust(Clock::Realtime, modes)?.errno(), Errno::PERM);
            }
            adjust(Clock::Realtime, AdjustModes::TICK)
        })
    }),
];

const SLEEP_ROWS: &[Row] = &[
    Row(Call::NANOSLEEP, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(nanosleep(HOUR, None)))
    }),
    Row(Call::NANOSLEEP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        each_invalid(|duration| nanosleep(duration, None))
    }),
    Row(Call::CLOCK_NANOSLEEP, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(clock_nanosleep_relative(Clock::Boottime, HOUR, None)))
    }),
    Row(Call::CLOCK_NANOSLEEP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        each_invalid(|duration| clock_nanosleep_relative(Clock::Tai, duration, None))
    }),
    Row(Call::CLOCK_NANOSLEEP, Errno::INVAL, ErrorKind::InvalidArgument, || {
        each_invalid(|time| clock_nanosleep_absolute(Clock::Monotonic, time))
    }),
    Row(Call::CLOCK_NANOSLEEP, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        let clocks =
            [Clock::ThreadCpu, Clock::MonotonicRaw, Clock::RealtimeCoarse, Clock::MonotonicCoarse];
        for clock in clocks {
            let error = failed(clock_nanosleep_relative(clock, HOUR, None))?;
            assert_eq!(error.errno(), Errno::OPNOTSUPP, "{clock:?}");
        }
        failed(sleep_until(Clock::MonotonicRaw, HOUR))
    }),
    Row(Call::CLOCK_NANOSLEEP, Errno::PERM, ErrorKind::PermissionDenied, || {
        let sleep = || as_nobody(|| failed(sleep_until(Clock::BoottimeAlarm, HOUR)));
        // A host without a real-time clock (RTC) does not support sleeping on the alarm clocks.
        match sleep()? {
            error if error.is(Errno::OPNOTSUPP) => {
                inject(libc::SYS_clock_nanosleep, Errno::PERM, sleep)
            }
            error => Ok(error),
        }
    }),
];

/// Returns the error of a call for a clock that hosts without a real-time clock (RTC) do not
/// support.
fn without_rtc(number: libc::c_long, call: fn(Clock) -> butter::Result<Timespec>) -> Outcome {
    match call(Clock::BoottimeAlarm) {
        Ok(_) => inject(number, Errno::INVAL, || failed(call(Clock::BoottimeAlarm))),
        refused => failed(refused),
    }
}

/// Asserts that a call rejects each invalid time with the same errno, and returns the last error.
fn each_invalid(call: impl Fn(Timespec) -> butter::Result<()>) -> Outcome {
    let [first, second, third] = INVALID.map(|time| failed(call(time)));
    let (first, second, third) = (first?, second?, third?);
    assert_eq!([first.errno(), second.errno()], [third.errno(); 2]);
    Ok(third)
}

fn adjust(clock: Clock, modes: AdjustModes) -> Outcome {
    let mut timex = Timex::default();
    timex.modes = modes;
    failed(clock_adjtime(clock, &mut timex))
}
