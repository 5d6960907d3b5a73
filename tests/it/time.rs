//! Tests of `time`: the resolution and the parameters of clocks, and sleeping. Tests that set the
//! clock are in `tests/clock`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::time::{
    AdjustModes, Clock, ClockState, ClockStatus, Timespec, Timex, clock_adjtime, clock_getres,
    clock_gettime, clock_nanosleep_absolute, clock_nanosleep_relative, nanosleep, sleep,
    sleep_until,
};
use common::forked::in_forked_child;
use common::require;
use common::signals::{PeriodicSignals, install_handler};
use common::test::in_row;
use common::time_from_now;

const SHORT: Duration = Duration::from_millis(20);
const HOUR: Duration = Duration::from_secs(3600);

/// The clocks on which every thread can sleep without privileges.
const SLEEP_CLOCKS: [Clock; 4] = [Clock::Realtime, Clock::Monotonic, Clock::Boottime, Clock::Tai];

#[test]
fn clock_getres_returns_the_resolution_that_libc_returns() {
    for (clock, number) in [
        (Clock::Realtime, libc::CLOCK_REALTIME),
        (Clock::Monotonic, libc::CLOCK_MONOTONIC),
        (Clock::ProcessCpu, libc::CLOCK_PROCESS_CPUTIME_ID),
        (Clock::ThreadCpu, libc::CLOCK_THREAD_CPUTIME_ID),
        (Clock::MonotonicRaw, libc::CLOCK_MONOTONIC_RAW),
        (Clock::RealtimeCoarse, libc::CLOCK_REALTIME_COARSE),
        (Clock::MonotonicCoarse, libc::CLOCK_MONOTONIC_COARSE),
        (Clock::Boottime, libc::CLOCK_BOOTTIME),
        (Clock::Tai, libc::CLOCK_TAI),
    ] {
        let mut expected = libc::timespec { tv_sec: 7, tv_nsec: 7 };
        // SAFETY: writes one struct.
        assert_eq!(unsafe { libc::clock_getres(number, &raw mut expected) }, 0);
        let resolution = clock_getres(clock).unwrap();
        assert_eq!(
            (resolution.seconds, resolution.nanoseconds),
            (expected.tv_sec, expected.tv_nsec),
            "{clock:?}"
        );
    }
    let coarse = clock_getres(Clock::MonotonicCoarse).unwrap();
    assert!(coarse > clock_getres(Clock::MonotonicRaw).unwrap(), "{coarse:?}");
}

/// Asserts that a closure returns after `SHORT`, according to `clock`, and within a minute.
fn assert_sleeps(clock: Clock, sleep: impl FnOnce() -> butter::Result<()> + Send + 'static) {
    let time = clock_gettime(clock).unwrap();
    assert_returns(sleep);
    let slept = clock_gettime(clock).unwrap();
    assert!(slept >= time.checked_add(SHORT).unwrap(), "{clock:?}: {time:?} {slept:?}");
}

/// Asserts that a closure returns within a minute. Otherwise, its thread continues to sleep.
fn assert_returns(sleep: impl FnOnce() -> butter::Result<()> + Send + 'static) {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(sleep()));
    let result = receiver.recv_timeout(Duration::from_secs(60));
    result.expect("the function should return").unwrap();
}

#[test]
fn sleep_functions_return_when_the_time_is_reached() {
    let short = Timespec::try_from(SHORT).unwrap();
    assert_sleeps(Clock::Monotonic, || sleep(SHORT));
    // Only an interrupted sleep stores the remaining time.
    let untouched = Timespec { seconds: 7, nanoseconds: 7 };
    assert_sleeps(Clock::Monotonic, move || nanosleep(short, None));
    assert_sleeps(Clock::Monotonic, move || {
        let mut remaining = untouched;
        nanosleep(short, Some(&mut remaining))?;
        assert_eq!(remaining, untouched);
        Ok(())
    });
    for clock in SLEEP_CLOCKS {
        in_row(format!("{clock:?}"), || {
            assert_sleeps(clock, move || clock_nanosleep_relative(clock, short, None));
            assert_sleeps(clock, move || {
                let mut remaining = untouched;
                clock_nanosleep_relative(clock, short, Some(&mut remaining))?;
                assert_eq!(remaining, untouched);
                Ok(())
            });
            assert_sleeps(clock, move || {
                clock_nanosleep_absolute(clock, time_from_now(clock, SHORT))
            });
            assert_sleeps(clock, move || sleep_until(clock, time_from_now(clock, SHORT)));
        });
    }
}

#[test]
fn sleep_until_returns_immediately_if_the_time_has_passed() {
    for clock in SLEEP_CLOCKS {
        assert_returns(move || {
            sleep_until(clock, Timespec::default())?;
            sleep_until(clock, clock_gettime(clock)?)?;
            clock_nanosleep_absolute(clock, Timespec { seconds: 1, nanoseconds: 0 })?;
            clock_nanosleep_relative(clock, Timespec::default(), None)
        });
    }
    assert_returns(|| sleep(Duration::ZERO));
}

#[test]
fn sleep_until_measures_the_cpu_time_of_the_process() {
    let (done, began) = (AtomicBool::new(false), Instant::now());
    std::thread::scope(|scope| {
        // Another thread of the process uses CPU time while this thread sleeps. If an assertion
        // fails, `done` is not set.
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(60) {
                std::hint::spin_loop();
            }
        });
        assert_sleeps(Clock::ProcessCpu, || {
            sleep_until(Clock::ProcessCpu, time_from_now(Clock::ProcessCpu, SHORT))
        });
        let short = Timespec::try_from(SHORT).unwrap();
        assert_sleeps(Clock::ProcessCpu, move || {
            clock_nanosleep_relative(Clock::ProcessCpu, short, None)
        });
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn sleep_until_supports_the_alarm_clocks() {
    for (clock, other) in
        [(Clock::RealtimeAlarm, Clock::Realtime), (Clock::BoottimeAlarm, Clock::Boottime)]
    {
        let result = sleep_until(clock, time_from_now(other, SHORT));
        if let Err(error) = result {
            assert!([Errno::PERM, Errno::OPNOTSUPP].contains(&error.errno()), "{error}");
        }
        require!(result, "the alarm clocks require an RTC and CAP_WAKE_ALARM");
        assert_sleeps(other, move || sleep_until(clock, time_from_now(other, SHORT)));
        let short = Timespec::try_from(SHORT).unwrap();
        assert_sleeps(other, move || clock_nanosleep_relative(clock, short, None));
    }
}

#[test]
fn nanosleep_stores_the_remaining_time_if_a_signal_interrupts_it() {
    let (hour, pause) = (Timespec::try_from(HOUR).unwrap(), 4_000_000);
    // The remaining time can exceed the duration by the timer slack (50 microseconds by default).
    let most = hour.checked_add(Duration::from_millis(1)).unwrap();
    let check = |error: butter::Error, left: Timespec| {
        assert_eq!(error.errno(), Errno::INTR);
        assert!(left <= most && left.seconds >= 3000, "{left:?}");
    };
    PeriodicSignals::new().run(|| {
        for _ in 0..20 {
            let mut left = Timespec::default();
            check(nanosleep(hour, Some(&mut left)).unwrap_err(), left);
            for clock in SLEEP_CLOCKS {
                let mut left = Timespec::default();
                let error = clock_nanosleep_relative(clock, hour, Some(&mut left)).unwrap_err();
                check(error, left);
            }
        }
    });
    // One signal interrupts the sleep after a pause.
    let interrupted = in_forked_child(|| {
        install_handler(libc::SIGALRM, ignore);
        let time = |usec: i64| libc::timeval { tv_sec: 0, tv_usec: usec };
        let timer = libc::itimerval { it_interval: time(0), it_value: time(5000) };
        // SAFETY: reads one struct.
        let set =
            unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
        let mut left = Timespec::default();
        (set, nanosleep(hour, Some(&mut left)), left)
    });
    let (set, result, left) = interrupted;
    assert_eq!(set, 0);
    check(result.unwrap_err(), left);
    let slept = hour.checked_sub(left.try_into().unwrap()).unwrap();
    assert!(slept.seconds > 0 || slept.nanoseconds > pause, "{slept:?}");
}

extern "C" fn ignore(_: libc::c_int) {}

#[test]
fn sleep_with_the_longest_duration_does_not_return() {
    let sleeping = std::thread::spawn(|| sleep(Duration::MAX));
    std::thread::sleep(SHORT);
    assert!(!sleeping.is_finished(), "the duration should not overflow");
}

#[test]
fn clock_adjtime_without_modes_returns_the_parameters_that_libc_returns() {
    let mut timex = Timex::default();
    let before = clock_gettime(Clock::Realtime).unwrap();
    let state = clock_adjtime(Clock::Realtime, &mut timex).unwrap();
    let after = clock_gettime(Clock::Realtime).unwrap();
    // SAFETY: all zeroes is a valid request, without modes.
    let mut expected: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: reads and writes one struct.
    let returned = unsafe { libc::clock_adjtime(libc::CLOCK_REALTIME, &raw mut expected) };
    assert_eq!(state, ClockState::from_raw(returned));
    // The kernel increases the maximum error and decreases the offset each second.
    assert!((timex.max_error..=timex.max_error + 10_000).contains(&expected.maxerror));
    assert_eq!(
        (timex.frequency, timex.estimated_error, timex.status.bits()),
        (expected.freq, expected.esterror, expected.status.cast_unsigned())
    );
    assert_eq!(
        (timex.constant, timex.precision, timex.tolerance, timex.tick, timex.tai),
        (expected.constant, expected.precision, expected.tolerance, expected.tick, expected.tai)
    );
    assert_eq!(
        (timex.pps_frequency, timex.jitter, timex.shift, timex.stability),
        (expected.ppsfreq, expected.jitter, expected.shift, expected.stabil)
    );
    assert_eq!(
        [timex.jitter_count, timex.calibration_count, timex.error_count, timex.stability_count],
        [expected.jitcnt, expected.calcnt, expected.errcnt, expected.stbcnt]
    );
    assert!(timex.tick >= 9_000 && timex.tick <= 11_000 && timex.tolerance > 0, "{timex:?}");
    // The unit of the time is a microsecond unless the status contains `NANO`.
    let start = if timex.status.contains(ClockStatus::NANO) {
        before
    } else {
        Timespec { nanoseconds: before.nanoseconds / 1000 * 1000, ..before }
    };
    let time = timex.timespec().unwrap();
    assert!(start <= time && time <= after, "{before:?} {time:?} {after:?}");
}

#[test]
fn clock_adjtime_returns_the_remaining_offset_without_privileges() {
    common::child::as_nobody(|| {
        let mut timex = Timex::default();
        timex.modes = AdjustModes::OFFSET_SS_READ;
        timex.offset = 1234;
        clock_adjtime(Clock::Realtime, &mut timex).unwrap();
        assert_ne!(timex.offset, 1234, "the kernel should store the remaining offset");
        assert_eq!(timex.modes, AdjustModes::OFFSET_SS_READ);
    });
}
