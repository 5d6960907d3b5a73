//! Arguments of calls that read, set and adjust clocks, and of calls that sleep.

use butter::Errno;
use butter::time::{
    AdjustModes, Clock, ClockState, ClockStatus, Timespec, Timex, TimexTime, clock_adjtime,
    clock_getres, clock_gettime, clock_nanosleep_absolute, clock_nanosleep_relative, clock_settime,
    nanosleep,
};

use super::recorder::*;
use super::{Row, each, words};

const CLOCKS: [(Clock, libc::clockid_t); 11] = [
    (Clock::Realtime, libc::CLOCK_REALTIME),
    (Clock::Monotonic, libc::CLOCK_MONOTONIC),
    (Clock::ProcessCpu, libc::CLOCK_PROCESS_CPUTIME_ID),
    (Clock::ThreadCpu, libc::CLOCK_THREAD_CPUTIME_ID),
    (Clock::MonotonicRaw, libc::CLOCK_MONOTONIC_RAW),
    (Clock::RealtimeCoarse, libc::CLOCK_REALTIME_COARSE),
    (Clock::MonotonicCoarse, libc::CLOCK_MONOTONIC_COARSE),
    (Clock::Boottime, libc::CLOCK_BOOTTIME),
    (Clock::RealtimeAlarm, libc::CLOCK_REALTIME_ALARM),
    (Clock::BoottimeAlarm, libc::CLOCK_BOOTTIME_ALARM),
    (Clock::Tai, libc::CLOCK_TAI),
];

const TIME: Timespec = Timespec { seconds: 0x12_3456_789A, nanoseconds: 987_654_321 };
const OTHER_TIME: Timespec = Timespec { seconds: 0x34_5678_9ABC, nanoseconds: 123_456_789 };

fn bytes(time: Timespec) -> Vec<u8> {
    words([time.seconds, time.nanoseconds].map(i64::cast_unsigned))
}

pub const ROWS: &[Row] = &[
    Row("time::clock_gettime", &[libc::SYS_clock_gettime], |it| {
        returns_time(it, libc::SYS_clock_gettime, clock_gettime);
    }),
    Row("time::clock_getres", &[libc::SYS_clock_getres], |it| {
        returns_time(it, libc::SYS_clock_getres, clock_getres);
    }),
    Row("time::clock_settime", &[libc::SYS_clock_settime], |it| {
        for (clock, number) in CLOCKS {
            let arguments = [("clockid", int(number)), ("tp", input(bytes(TIME)))];
            let result =
                it.call(libc::SYS_clock_settime, arguments, 0, || clock_settime(clock, TIME));
            it.output("success", result, Ok(()));
        }
    }),
    Row("time::clock_adjtime", &[libc::SYS_clock_adjtime], |it| {
        for (clock, number) in CLOCKS {
            adjusts(it, (clock, number), timex(AdjustModes::empty(), ClockStatus::empty(), 100), 0);
        }
        let realtime = CLOCKS[0];
        for modes in each::<AdjustModes>() {
            adjusts(it, realtime, timex(modes, ClockStatus::empty(), 100), 5);
        }
        for (status, state) in each::<ClockStatus>().zip((0..7).cycle()) {
            adjusts(it, realtime, timex(AdjustModes::STATUS, status, 100), state);
        }
    }),
    Row("time::nanosleep", &[libc::SYS_nanosleep], |it| {
        let expected = |remaining, returned| {
            let arguments = [("request", input(bytes(TIME))), ("remaining", remaining)];
            Expected::new(libc::SYS_nanosleep, arguments, returned)
        };
        sleeps(it, expected, nanosleep);
    }),
    Row("time::clock_nanosleep_relative", &[libc::SYS_clock_nanosleep], |it| {
        for (clock, number) in CLOCKS {
            let expected = |remaining, returned| {
                let arguments = [
                    ("clockid", int(number)),
                    ("flags", int(0)),
                    ("request", input(bytes(TIME))),
                    ("remaining", remaining),
                ];
                Expected::new(libc::SYS_clock_nanosleep, arguments, returned)
            };
            sleeps(it, expected, |duration, remaining| {
                clock_nanosleep_relative(clock, duration, remaining)
            });
        }
    }),
    Row("time::clock_nanosleep_absolute", &[libc::SYS_clock_nanosleep], |it| {
        for (clock, number) in CLOCKS {
            let arguments = [
                ("clockid", int(number)),
                ("flags", int(libc::TIMER_ABSTIME)),
                ("request", input(bytes(TIME))),
                ("remaining", NULL),
            ];
            let result = it.call(libc::SYS_clock_nanosleep, arguments, 0, || {
                clock_nanosleep_absolute(clock, TIME)
            });
            it.output("success", result, Ok(()));
        }
    }),
];

fn returns_time(
    it: &Recorder,
    number: libc::c_long,
    function: fn(Clock) -> butter::Result<Timespec>,
) {
    for (clock, clockid) in CLOCKS {
        let arguments = [("clockid", int(clockid)), ("tp", output(bytes(TIME)))];
        let result = it.call(number, arguments, 0, || function(clock));
        it.output("time", result, Ok(TIME));
    }
}

/// Checks a call that sleeps, with and without a buffer for the remaining time. `expected` returns
/// the expected system call, from its last argument and its return value.
fn sleeps(
    it: &Recorder,
    expected: impl Fn(Argument, i64) -> Expected,
    function: impl Fn(Timespec, Option<&mut Timespec>) -> butter::Result<()>,
) {
    let result = it.calls([expected(NULL, 0)], || function(TIME, None));
    it.output("success", result, Ok(()));
    let mut left = Timespec::default();
    let call = expected(output(bytes(OTHER_TIME)), -i64::from(Errno::INTR.as_raw()));
    let result = it.calls([call], || function(TIME, Some(&mut left)));
    it.output("error", result.map_err(|error| error.errno()), Err(Errno::INTR));
    it.output("remaining time", left, OTHER_TIME);
}

/// Returns a struct in which all fields differ. Each number is a multiple of `unit`.
fn timex(modes: AdjustModes, status: ClockStatus, unit: i64) -> Timex {
    let mut timex = Timex::default();
    timex.modes = modes;
    timex.status = status;
    timex.offset = unit;
    timex.frequency = 2 * unit;
    timex.max_error = 3 * unit;
    timex.estimated_error = 4 * unit;
    timex.constant = 5 * unit;
    timex.precision = 6 * unit;
    timex.tolerance = 7 * unit;
    timex.time = TimexTime { seconds: 8 * unit, fraction: 9 * unit };
    timex.tick = 10 * unit;
    timex.pps_frequency = 11 * unit;
    timex.jitter = 12 * unit;
    timex.shift = 13 * unit as i32;
    timex.stability = 14 * unit;
    timex.jitter_count = 15 * unit;
    timex.calibration_count = 16 * unit;
    timex.error_count = 17 * unit;
    timex.stability_count = 18 * unit;
    timex.tai = 19 * unit as i32;
    timex
}

/// Returns the bytes of the corresponding struct of the C library.
fn c_bytes(timex: &Timex) -> Vec<u8> {
    // SAFETY: all zeroes is a valid struct.
    let mut c: libc::timex = unsafe { std::mem::zeroed() };
    c.modes = timex.modes.bits();
    c.offset = timex.offset;
    c.freq = timex.frequency;
    c.maxerror = timex.max_error;
    c.esterror = timex.estimated_error;
    c.status = timex.status.bits().cast_signed();
    c.constant = timex.constant;
    c.precision = timex.precision;
    c.tolerance = timex.tolerance;
    c.time = libc::timeval { tv_sec: timex.time.seconds, tv_usec: timex.time.fraction };
    c.tick = timex.tick;
    c.ppsfreq = timex.pps_frequency;
    c.jitter = timex.jitter;
    c.shift = timex.shift;
    c.stabil = timex.stability;
    c.jitcnt = timex.jitter_count;
    c.calcnt = timex.calibration_count;
    c.errcnt = timex.error_count;
    c.stbcnt = timex.stability_count;
    c.tai = timex.tai;
    // SAFETY: the struct was created from zeroes, so that its padding is initialized.
    unsafe { std::slice::from_raw_parts((&raw const c).cast::<u8>(), size_of_val(&c)) }.to_vec()
}

/// Checks a call of `clock_adjtime` with a struct, which the recorder replaces.
fn adjusts(it: &Recorder, (clock, number): (Clock, libc::clockid_t), request: Timex, state: i32) {
    let reply = timex(!request.modes, !request.status, -1000);
    let buffer = update(c_bytes(&request), c_bytes(&reply));
    let arguments = [("clockid", int(number)), ("timex", buffer)];
    let mut timex = request;
    let result = it.call(libc::SYS_clock_adjtime, arguments, state.into(), || {
        clock_adjtime(clock, &mut timex)
    });
    it.output("state", result, Ok(ClockState::from_raw(state)));
    it.output("parameters", timex, reply);
}
