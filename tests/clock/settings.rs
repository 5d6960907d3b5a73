//! Tests of `clock_settime`, of the modes of `clock_adjtime`, and of sleeping until a time.

use std::time::{Duration, Instant};

use butter::Errno;
use butter::time::{
    AdjustModes, Clock, ClockState, ClockStatus, Timespec, Timex, TimexTime, clock_adjtime,
    clock_gettime, clock_settime, sleep_until,
};
use common::time_from_now;

use crate::{DAY, HOUR, MINUTE, during_clock_change, now, with_clock};

/// Asserts that the realtime clock shows a time that is at most a minute after `expected`.
fn assert_shows(expected: Duration) {
    let now = now();
    assert!(now >= expected && now < expected + MINUTE, "{now:?} {expected:?}");
}

#[test]
fn clock_settime_sets_the_realtime_clock() {
    with_clock(|| {
        for time in [now() + DAY, now() - HOUR] {
            clock_settime(Clock::Realtime, time.try_into().unwrap()).unwrap();
            assert_shows(time);
        }
        let before = now();
        // The system cannot have booted before 1970.
        let error = clock_settime(Clock::Realtime, Timespec::default()).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
        for clock in [Clock::Monotonic, Clock::Boottime, Clock::Tai, Clock::RealtimeAlarm] {
            let error = clock_settime(clock, before.try_into().unwrap()).unwrap_err();
            assert_eq!(error.errno(), Errno::INVAL, "{clock:?}");
        }
        assert_shows(before);
    });
}

#[test]
fn sleep_until_returns_if_the_clock_is_set_to_the_time() {
    with_clock(|| {
        let began = Instant::now();
        let half_an_hour = time_from_now(Clock::Realtime, HOUR / 2);
        // `during_clock_change` sets the clock forward by an hour.
        during_clock_change(|| sleep_until(Clock::Realtime, half_an_hour)).unwrap();
        assert!(clock_gettime(Clock::Realtime).unwrap() >= half_an_hour);
        assert!(began.elapsed() < MINUTE);
    });
}

/// Calls `clock_adjtime` with a mode, and with parameters that `set` stores. Returns the parameters
/// that the kernel returned.
fn adjust(modes: AdjustModes, set: impl FnOnce(&mut Timex)) -> Timex {
    let mut timex = Timex::default();
    timex.modes = modes;
    set(&mut timex);
    clock_adjtime(Clock::Realtime, &mut timex).unwrap();
    timex
}

fn parameters() -> Timex {
    adjust(AdjustModes::empty(), |_| {})
}

#[test]
fn clock_adjtime_sets_the_parameter_of_each_mode() {
    with_clock(|| {
        let initial = parameters();
        let frequency = 12 << 16;
        adjust(AdjustModes::FREQUENCY, |timex| timex.frequency = frequency);
        assert!((parameters().frequency - frequency).abs() <= 1, "{:?}", parameters());
        adjust(AdjustModes::FREQUENCY, |timex| timex.frequency = initial.frequency);

        adjust(AdjustModes::MAXERROR, |timex| timex.max_error = 123_456);
        // The kernel increases the maximum error each second.
        assert!((123_456..133_456).contains(&parameters().max_error), "{:?}", parameters());
        adjust(AdjustModes::ESTERROR, |timex| timex.estimated_error = 4321);
        assert_eq!(parameters().estimated_error, 4321);
        adjust(AdjustModes::TAI, |timex| timex.constant = 37);
        assert_eq!(parameters().tai, 37);
        adjust(AdjustModes::TAI, |timex| timex.constant = initial.tai.into());

        let tick = initial.tick + 7;
        adjust(AdjustModes::TICK, |timex| timex.tick = tick);
        assert_eq!(parameters().tick, tick);
        adjust(AdjustModes::TICK, |timex| timex.tick = initial.tick);

        for (mode, is_nano) in [(AdjustModes::NANO, true), (AdjustModes::MICRO, false)] {
            let timex = adjust(mode, |_| {});
            assert_eq!(timex.status.contains(ClockStatus::NANO), is_nano);
            let (time, now) = (timex.timespec().unwrap(), now());
            let difference = now.saturating_sub(time.try_into().unwrap());
            assert!(difference < MINUTE, "{mode}: {time:?} {now:?}");
        }

        // With the unit nanoseconds, the kernel stores the time constant unchanged.
        adjust(AdjustModes::NANO | AdjustModes::TIMECONST, |timex| timex.constant = 3);
        assert_eq!(parameters().constant, 3);
        adjust(AdjustModes::TIMECONST, |timex| timex.constant = initial.constant);

        // The offset has effect only if the PLL is enabled.
        adjust(AdjustModes::STATUS, |timex| timex.status = ClockStatus::PLL);
        assert!(parameters().status.contains(ClockStatus::PLL));
        adjust(AdjustModes::OFFSET, |timex| timex.offset = 50_000_000);
        let offset = parameters().offset;
        assert!((1..=50_000_000).contains(&offset), "{offset}");
        adjust(AdjustModes::OFFSET, |timex| timex.offset = 0);
        adjust(AdjustModes::STATUS | AdjustModes::MICRO, |timex| timex.status = initial.status);

        let singleshot = AdjustModes::OFFSET_SINGLESHOT;
        adjust(singleshot, |timex| timex.offset = 4000);
        let left = adjust(AdjustModes::OFFSET_SS_READ, |_| {}).offset;
        assert!((1..=4000).contains(&left), "{left}");
        let previous = adjust(singleshot, |timex| timex.offset = 0).offset;
        assert!((0..=left).contains(&previous), "{previous} {left}");
        assert_eq!(adjust(AdjustModes::OFFSET_SS_READ, |_| {}).offset, 0);
    });
}

#[test]
fn clock_adjtime_adds_an_offset_to_the_clock() {
    with_clock(|| {
        let before = now();
        adjust(AdjustModes::SETOFFSET | AdjustModes::NANO, |timex| {
            timex.time = TimexTime { seconds: 3600, fraction: 500_000_000 };
        });
        assert_shows(before + HOUR + Duration::from_millis(500));
        adjust(AdjustModes::SETOFFSET | AdjustModes::MICRO, |timex| {
            timex.time = TimexTime { seconds: -3601, fraction: 500_000 };
        });
        assert_shows(before);
        let mut timex = Timex::default();
        timex.modes = AdjustModes::SETOFFSET | AdjustModes::NANO;
        timex.time.fraction = 1_000_000_000;
        let error = clock_adjtime(Clock::Realtime, &mut timex).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
    });
}

#[test]
fn clock_adjtime_returns_the_state_of_the_clock() {
    with_clock(|| {
        let state = |status: ClockStatus| {
            let mut timex = Timex::default();
            timex.modes = AdjustModes::STATUS | AdjustModes::MAXERROR;
            timex.status = status;
            clock_adjtime(Clock::Realtime, &mut timex).unwrap()
        };
        let initial = parameters();
        assert_eq!(state(ClockStatus::UNSYNC), ClockState::Unsynchronized);
        assert_eq!(state(ClockStatus::empty()), ClockState::Synchronized);
        adjust(AdjustModes::STATUS | AdjustModes::MAXERROR, |timex| {
            (timex.status, timex.max_error) = (initial.status, initial.max_error);
        });
    });
}
