//! Tests of `timerfd`: arming, reading and replacing timers. The tests that set the clock are in
//! `tests/clock`.

use std::time::{Duration, Instant};

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::time::{self, Timeout, Timespec, clock_gettime};
use butter::timerfd::{
    Clock, CreateFlags, Event as TimerEvent, Itimerspec, SetFlags, Start, Timer, TimerFd, raw,
};
use butter::{Errno, io};
use common::child::as_nobody;
use common::inject::{inject, pretend};
use common::require;
use common::signals::{PeriodicSignals, interrupted};
use common::test::supported;
use common::this_test;
use common::time_from_now;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn timer() -> TimerFd {
    TimerFd::nonblocking(Clock::Monotonic).unwrap()
}

fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

#[test]
fn timer_once_expires_once() {
    let timer = timer();
    timer.set(Timer::once(HOUR)).unwrap();
    assert_eq!(timer.try_read(), Ok(None));
    let began = Instant::now();
    timer.set(Timer::once(milliseconds(30))).unwrap();
    assert_eq!(timer.wait(MINUTE), Ok(true));
    assert!(began.elapsed() >= milliseconds(30));
    assert_eq!(timer.read(), Ok(TimerEvent::Expired(1)));
    assert_eq!(timer.wait(milliseconds(50)), Ok(false));
    assert_eq!(timer.get(), Ok(Timer::Disarmed));
}

#[test]
fn timer_read_counts_the_expirations_of_a_periodic_timer() {
    let timer = TimerFd::new(Clock::Monotonic).unwrap();
    let began = Instant::now();
    timer.set(Timer::every(milliseconds(10))).unwrap();
    let mut count = 0;
    for _ in 0..5 {
        match timer.read().unwrap() {
            TimerEvent::Expired(times) => count += times,
            TimerEvent::ClockChanged => {
                panic!("ClockChanged should not be returned without CANCEL_ON_SET")
            }
        }
    }
    assert!(count >= 5 && began.elapsed() >= milliseconds(10) * count as u32);
    std::thread::sleep(milliseconds(60));
    assert!(
        matches!(timer.read(), Ok(TimerEvent::Expired(5..))),
        "one read should return all expirations since the previous read"
    );
}

#[test]
fn timer_with_zero_delay_expires_immediately_and_disarmed_timer_never() {
    let timer = timer();
    for now in [Timer::once(Duration::ZERO), Timer::once_at(Timespec::default())] {
        timer.set(now).unwrap();
        assert_eq!(timer.wait(MINUTE), Ok(true), "{now:?}");
        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::Expired(1))));
    }
    timer.set(Timer::every_after(Duration::ZERO, HOUR)).unwrap();
    assert_eq!(timer.wait(MINUTE), Ok(true));
    timer.set(Timer::Disarmed).unwrap();
    assert_eq!(timer.try_read(), Ok(None), "setting the timer should discard its expirations");
    assert_eq!(timer.wait(milliseconds(20)), Ok(false));
}

#[test]
fn timer_set_replaces_the_previous_period() {
    let timer = timer();
    timer.set(Timer::every_after(milliseconds(1), Duration::new(0, 10_000_001))).unwrap();
    assert_eq!(timer.wait(MINUTE), Ok(true));
    timer.set(Timer::Disarmed).unwrap();
    assert_eq!(raw::timerfd_gettime(timer.as_fd()), Ok(Itimerspec::default()));
    assert_eq!(
        timer.wait(milliseconds(50)),
        Ok(false),
        "disarming the timer should also remove the period"
    );

    let day = HOUR * 24;
    timer.set(Timer::every(HOUR)).unwrap();
    timer.set(Timer::every(day)).unwrap();
    let Timer::Periodic { first: Start::After(left), period } = timer.get().unwrap() else {
        panic!("timer.get() should return a periodic timer")
    };
    assert!(left > HOUR, "the first expiration should be after the new period");
    assert_eq!(period, day);
}

#[test]
fn timer_get_and_replace_return_the_remaining_time_and_period() {
    let timer = timer();
    let day = HOUR * 24;
    assert_eq!(timer.replace(Timer::every_after(HOUR, day)), Ok(Timer::Disarmed));
    let Timer::Periodic { first: Start::After(left), period } = timer.get().unwrap() else {
        panic!("timer.get() should return a periodic timer")
    };
    assert!(left <= HOUR && left > HOUR - MINUTE, "{left:?}");
    assert_eq!(period, day);
    std::thread::sleep(milliseconds(30));
    let Timer::Periodic { first: Start::After(later), .. } =
        timer.replace(Timer::once(day)).unwrap()
    else {
        panic!()
    };
    assert!(later <= left - milliseconds(30), "{later:?} of {left:?}");
    let Timer::OneShot(Start::After(left)) = timer.replace(Timer::Disarmed).unwrap() else {
        panic!()
    };
    assert!(left <= day);
}

#[test]
fn timer_replace_returns_a_periodic_timer_if_the_replaced_timer_is_due() {
    let timer = timer();
    let periodic = |timer| matches!(timer, Timer::Periodic { period, .. } if period == PERIOD);
    const PERIOD: Duration = Duration::from_nanos(1);
    // With a period of 1 ns, the timer is always due, and `timerfd_gettime` sometimes returns an
    // `it_value` of 0.
    timer.set(Timer::every(PERIOD)).unwrap();
    for _ in 0..1000 {
        assert!(periodic(timer.get().unwrap()));
        let saved = timer.replace(Timer::once(HOUR)).unwrap();
        assert!(periodic(saved), "{saved:?}");
        timer.set(saved).unwrap();
    }
    assert_eq!(timer.wait(MINUTE), Ok(true));

    let due = Itimerspec {
        value: Timespec::default(),
        interval: Timespec { seconds: 3600, nanoseconds: 0 },
    };
    raw::timerfd_settime(timer.as_fd(), SetFlags::empty(), &due, None).unwrap();
    let saved = timer.replace(Timer::Disarmed).unwrap();
    assert_eq!(saved, Timer::every_after(Duration::ZERO, HOUR));
    timer.set(saved).unwrap();
    assert_eq!(timer.wait(MINUTE), Ok(true));
}

#[test]
fn timer_read_returns_none_if_the_kernel_returns_0_bytes() {
    let timer = TimerFd::new(Clock::Monotonic).unwrap();
    // After the clock is set back, `read` can return 0 bytes. The test forges this result.
    let (raw, tried) = pretend(libc::SYS_read, || (raw::read(timer.as_fd()), timer.try_read()));
    assert_eq!((raw, tried), (Ok(None), Ok(None)));
    let null = || TimerFd::from(common::fd(std::fs::File::open("/dev/null").unwrap()));
    for result in [null().read(), null().read_interruptible(), null().try_read().map(|_| panic!())]
    {
        let error = result.unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::TIMERFD_READ, Errno::INVAL));
    }
}

#[test]
fn timer_absolute_time_is_measured_by_the_clock_of_the_timer() {
    for clock in [Clock::Realtime, Clock::Monotonic, Clock::Boottime] {
        let timer = TimerFd::nonblocking(clock).unwrap();
        timer.set(Timer::every_from(time_from_now(clock.into(), HOUR), HOUR)).unwrap();
        assert_eq!(timer.try_read(), Ok(None), "{clock:?}");
        let soon = time_from_now(clock.into(), milliseconds(30));
        timer.set(Timer::every_from(soon, HOUR)).unwrap();
        assert_eq!(timer.wait(MINUTE), Ok(true), "{clock:?}");
        assert!(clock_gettime(clock.into()).unwrap() >= soon, "{clock:?}");
        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::Expired(1))), "{clock:?}");
        timer.set(Timer::once_at(Timespec { seconds: 1, nanoseconds: 0 })).unwrap();
        assert_eq!(
            timer.wait(MINUTE),
            Ok(true),
            "{clock:?}: a timer with a time in the past should expire immediately"
        );
    }
}

#[test]
fn timer_new_with_alarm_clock_fails_with_permission_denied_if_unprivileged() {
    for clock in [Clock::RealtimeAlarm, Clock::BoottimeAlarm] {
        as_nobody(|| {
            assert_eq!(TimerFd::new(clock).unwrap_err().kind(), ErrorKind::PermissionDenied)
        });
        let alarm = match TimerFd::nonblocking(clock) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                this_test!().skip(&format!("{clock:?}"), format_args!("{error}"));
                continue;
            }
            alarm => alarm.unwrap(),
        };
        alarm.set(Timer::once(milliseconds(5))).unwrap();
        assert_eq!(alarm.wait(MINUTE), Ok(true));
    }
}

#[test]
fn timerfd_create_fails_with_einval_for_unsupported_clocks_and_flags() {
    use time::Clock;
    let others = [Clock::ProcessCpu, Clock::ThreadCpu, Clock::MonotonicRaw, Clock::Tai];
    for clock in others.into_iter().chain([Clock::RealtimeCoarse, Clock::MonotonicCoarse]) {
        let error = raw::timerfd_create(clock, CreateFlags::CLOEXEC).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL, "{clock:?}");
        assert!(clock_gettime(clock).is_ok(), "clock_gettime should support {clock:?}");
    }
    assert_eq!(
        raw::timerfd_create(Clock::Monotonic, CreateFlags::from_bits_retain(1))
            .unwrap_err()
            .errno(),
        Errno::INVAL
    );
}

#[test]
fn timer_set_fails_with_einval_for_invalid_times() {
    let timer = timer();
    for (seconds, nanoseconds) in [(-1, 0), (0, -1), (0, 1_000_000_000)] {
        let invalid = Timespec { seconds, nanoseconds };
        assert_eq!(timer.set(Timer::once_at(invalid)).unwrap_err().errno(), Errno::INVAL);
        let new = Itimerspec { value: Timespec::default(), interval: invalid };
        let error = raw::timerfd_settime(timer.as_fd(), SetFlags::empty(), &new, None).unwrap_err();
        assert_eq!(error.errno(), Errno::INVAL);
    }
    assert_eq!(
        timer.set(Timer::once(Duration::MAX)).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(
        timer.set(Timer::every(Duration::ZERO)).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(timer.set(Timer::once(Duration::from_secs(1_000_000_000))), Ok(()));
    let flags = SetFlags::from_bits_retain(4);
    assert_eq!(
        raw::timerfd_settime(timer.as_fd(), flags, &Itimerspec::default(), None)
            .unwrap_err()
            .errno(),
        Errno::INVAL
    );
}

#[test]
fn timer_expiration_wakes_epoll_wait() {
    let (timer, epoll) = (timer(), Epoll::new().unwrap());
    epoll.add(&timer, Token(1), Interest::IN).unwrap();
    timer.set(Timer::once(milliseconds(10))).unwrap();
    let mut ready = [Event::default(); 2];
    assert_eq!(epoll.wait(&mut ready, Timeout::Infinite).unwrap()[0].token(), Token(1));
}

#[test]
fn timer_read_and_set_return_clock_changed_on_ecanceled() {
    let timer = timer();
    let reads = || (timer.read(), timer.try_read(), timer.read_interruptible());
    let changed = TimerEvent::ClockChanged;
    assert_eq!(
        inject(libc::SYS_read, Errno::CANCELED, reads),
        (Ok(changed), Ok(Some(changed)), Ok(changed))
    );
    let set = || timer.set_cancel_on_set(Timer::once_at(Timespec::default()));
    assert_eq!(inject(libc::SYS_timerfd_settime, Errno::CANCELED, set), Ok(true));
}

#[test]
fn timer_cancel_on_set_reports_no_change_if_the_clock_is_not_set() {
    let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
    let set = |from_now| {
        timer.set_cancel_on_set(Timer::once_at(time_from_now(time::Clock::Realtime, from_now)))
    };
    assert_eq!(set(HOUR), Ok(false));
    assert_eq!(timer.try_read(), Ok(None));
    assert_eq!(set(milliseconds(30)), Ok(false));
    assert_eq!(timer.wait(MINUTE), Ok(true));
    assert_eq!(timer.try_read(), Ok(Some(TimerEvent::Expired(1))));
}

#[test]
fn ioctl_set_ticks_sets_the_expiration_count() {
    let timer = timer();
    require!(supported(raw::ioctl_set_ticks(timer.as_fd(), 42)));
    assert_eq!(timer.try_read(), Ok(Some(TimerEvent::Expired(42))));
}

#[test]
fn timer_read_interruptible_fails_with_eintr_and_read_retries() {
    let timer = TimerFd::new(Clock::Monotonic).unwrap();
    assert_eq!(interrupted(|| timer.read_interruptible().unwrap_err().errno()), Errno::INTR);
    let signals = PeriodicSignals::new();
    signals.run(|| {
        while signals.count() < 20 {
            timer.set(Timer::once(milliseconds(10))).unwrap();
            assert_eq!(timer.read(), Ok(TimerEvent::Expired(1)));
        }
    });
}

#[test]
fn timerfd_create_passes_flags_verbatim() {
    let fd = raw::timerfd_create(time::Clock::Monotonic, CreateFlags::empty()).unwrap();
    assert_eq!(io::fcntl_getfd(&fd), Ok(io::DescriptorFlags::empty()));
    assert!(io::fcntl_getfl(timer()).unwrap().contains(io::StatusFlags::NONBLOCK));
}
