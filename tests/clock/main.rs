//! Tests of setting and adjusting the realtime clock, and of `timerfd` while the clock is set, only
//! in a dedicated virtual machine.

mod settings;

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use butter::Errno;
use butter::epoll::{Epoll, Event, Interest, Token};
use butter::fd::AsFd;
use butter::time::{self, Timeout, Timespec, clock_gettime};
use butter::timerfd::{
    Clock, Event as TimerEvent, Itimerspec, SetFlags, Start, Timer, TimerFd, raw,
};
use common::require;
use common::test::{Test, in_row};
use common::time_from_now;

common::watchdog!();

const SOON: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// Runs a test that sets the clock. Skips the test outside a dedicated virtual machine. The tests
/// run one at a time.
fn with_clock(body: impl FnOnce()) {
    let test = Test::of(&body);
    require!(
        test;
        common::is_dedicated_vm(),
        "the test sets the clock, and BUTTER_DEDICATED_VM is not set"
    );
    // SAFETY: touches no memory.
    let is_root = unsafe { libc::geteuid() } == 0;
    require!(test; is_root, "setting the clock requires CAP_SYS_TIME");
    // Both the parent and the child process create this guard, so that the clock is restored even
    // if the child process is killed.
    let _clock = RestoreClock::new();
    test.in_child_with_timeout(body);
}

/// On drop, sets the realtime clock to the time that it would show if the test had not set the
/// clock.
struct RestoreClock {
    began: Instant,
    initial: Duration,
    _guard: MutexGuard<'static, ()>,
}

impl RestoreClock {
    fn new() -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Self { began: Instant::now(), initial: now(), _guard: guard }
    }
}

impl Drop for RestoreClock {
    fn drop(&mut self) {
        adjust(libc::ADJ_OFFSET_SINGLESHOT, 0);
        set(self.initial + self.began.elapsed());
    }
}

fn now() -> Duration {
    clock_gettime(time::Clock::Realtime).unwrap().try_into().unwrap()
}

fn set(time: Duration) {
    let time =
        libc::timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() };
    // SAFETY: reads one struct.
    let result = unsafe { libc::clock_settime(libc::CLOCK_REALTIME, &raw const time) };
    assert_eq!(result, 0, "clock_settime: {}", io::Error::last_os_error());
}

/// Calls `adjtimex` with an offset in microseconds or seconds, depending on the mode. Returns the
/// previous offset.
fn adjust(mode: libc::c_uint, offset: i64) -> i64 {
    // SAFETY: all zeroes is a valid request, without a mode.
    let mut request: libc::timex = unsafe { std::mem::zeroed() };
    request.modes = mode;
    (request.offset, request.time.tv_sec) = (offset, offset);
    // SAFETY: reads and writes one struct.
    let result = unsafe { libc::adjtimex(&raw mut request) };
    assert!(result >= 0, "adjtimex: {}", io::Error::last_os_error());
    request.offset
}

/// The name of a C function, and a Rust function that uses it to set the clock forward by a number
/// of seconds.
type Jump = (&'static str, fn(i64));

const JUMPS: [Jump; 3] = [
    ("clock_settime", |seconds| jump(seconds)),
    ("settimeofday", |seconds| {
        let now = now();
        let tv_usec = now.subsec_micros().into();
        let time = libc::timeval { tv_sec: now.as_secs() as i64 + seconds, tv_usec };
        let none = std::ptr::null::<libc::timezone>();
        // SAFETY: reads one struct.
        let result = unsafe { libc::syscall(libc::SYS_settimeofday, &raw const time, none) };
        assert_eq!(result, 0, "settimeofday: {}", io::Error::last_os_error());
    }),
    ("adjtimex", |seconds| {
        adjust(libc::ADJ_SETOFFSET, seconds);
    }),
];

/// Sets the clock forward by a number of seconds, or back if the number is negative.
fn jump(seconds: i64) {
    let by = Duration::from_secs(seconds.unsigned_abs());
    set(if seconds < 0 { now() - by } else { now() + by });
}

/// Returns a `CANCEL_ON_SET` timer that expires in a day, and its expiration time.
fn cancel_on_set_timer(clock: Clock) -> (TimerFd, Timespec) {
    let (timer, expiration) =
        (TimerFd::nonblocking(clock).unwrap(), time_from_now(time::Clock::Realtime, DAY));
    assert_eq!(timer.set_cancel_on_set(Timer::once_at(expiration)), Ok(false));
    (timer, expiration)
}

/// Returns the time until the next expiration of a timer.
fn remaining(timer: &TimerFd) -> Duration {
    match timer.get().unwrap() {
        Timer::OneShot(Start::After(left)) | Timer::Periodic { first: Start::After(left), .. } => {
            left
        }
        other => panic!("{other:?}"),
    }
}

/// Asserts that a timer expires when the realtime clock, as currently set, shows `expiration`.
fn assert_expires_at(timer: &TimerFd, expiration: Timespec) {
    let expiration = Duration::try_from(expiration).unwrap();
    let (before, left, after) = (now(), remaining(timer), now());
    assert!(
        expiration - after <= left && left <= expiration - before,
        "{left:?} is not the time until {expiration:?}"
    );
}

#[test]
fn timer_read_reports_each_clock_change_once() {
    with_clock(|| {
        for clock in [Clock::Realtime, Clock::RealtimeAlarm] {
            let (timer, expiration) = cancel_on_set_timer(clock);
            assert_eq!(timer.try_read(), Ok(None), "the clock has not been set yet");
            for (call, jump) in JUMPS {
                for seconds in [3600, -7200, 1, -1] {
                    in_row(format_args!("{call}, by {seconds} s"), || {
                        jump(seconds);
                        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
                        assert_eq!(timer.try_read(), Ok(None));
                        assert_expires_at(&timer, expiration);
                    });
                }
            }
            jump(1);
            jump(1);
            assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
            assert_eq!(timer.try_read(), Ok(None), "two clock changes should be reported once");
        }
    });
}

#[test]
fn timer_read_reports_no_clock_change_if_clock_is_slewed() {
    with_clock(|| {
        let (timer, expiration) = cancel_on_set_timer(Clock::Realtime);
        for offset in [5000, -5000] {
            adjust(libc::ADJ_OFFSET_SINGLESHOT, offset);
            let began = Instant::now();
            while adjust(libc::ADJ_OFFSET_SS_READ, 0) == offset {
                assert!(
                    began.elapsed() < Duration::from_secs(30),
                    "the kernel did not slew the clock within 30 seconds"
                );
                thread::sleep(Duration::from_millis(10));
            }
            assert_eq!(timer.try_read(), Ok(None));
            assert_expires_at(&timer, expiration);
        }
    });
}

#[test]
fn timer_with_monotonic_clock_or_relative_time_ignores_clock_changes() {
    with_clock(|| {
        let timers = [Clock::Monotonic, Clock::Boottime, Clock::Realtime].map(|clock| {
            let timer = TimerFd::nonblocking(clock).unwrap();
            let hour = if clock == Clock::Realtime {
                Timer::once(HOUR)
            } else {
                Timer::once_at(time_from_now(clock.into(), HOUR))
            };
            assert_eq!(timer.set_cancel_on_set(hour), Ok(false));
            timer
        });
        for seconds in [7200, -14_400] {
            let (began, before) = (Instant::now(), timers.each_ref().map(remaining));
            jump(seconds);
            let after = timers.each_ref().map(remaining);
            for (timer, (before, after)) in timers.iter().zip(before.into_iter().zip(after)) {
                assert_eq!(timer.try_read(), Ok(None), "{timer:?}");
                assert!(
                    after <= before && before <= after + began.elapsed(),
                    "{before:?} remained before the change, and {after:?} after the change"
                );
            }
        }
    });
}

#[test]
fn timer_with_absolute_time_follows_clock_changes() {
    with_clock(|| {
        let (once, every) = (
            TimerFd::nonblocking(Clock::Realtime).unwrap(),
            TimerFd::new(Clock::Realtime).unwrap(),
        );
        let hour = time_from_now(time::Clock::Realtime, HOUR);
        once.set(Timer::once_at(hour)).unwrap();
        every.set(Timer::every_from(hour, 10 * MINUTE)).unwrap();
        jump(-7200);
        assert_eq!(once.try_read(), Ok(None), "the timer is not CANCEL_ON_SET");
        assert_expires_at(&once, hour);
        assert_expires_at(&every, hour);
        jump(2 * 7200);
        assert_eq!(
            every.read(),
            Ok(TimerEvent::Expired(7)),
            "the timer should expire at 0, 10, 20, 30, 40, 50 and 60 minutes"
        );
        assert_eq!(once.wait(Duration::from_secs(30)), Ok(true));
        assert_eq!(once.try_read(), Ok(Some(TimerEvent::Expired(1))));
    });
}

#[test]
fn timer_read_continues_to_wait_if_clock_is_set_back_after_expiration() {
    with_clock(|| {
        let timer = TimerFd::new(Clock::Realtime).unwrap();
        let expire = || {
            let soon = time_from_now(time::Clock::Realtime, SOON);
            timer.set(Timer::every_from(soon, HOUR)).unwrap();
            assert_eq!(timer.wait(Duration::from_secs(30)), Ok(true));
            jump(-2);
        };
        expire();
        assert_eq!(
            raw::read(timer.as_fd()),
            Ok(None),
            "0 bytes should be read after the clock was set back"
        );
        expire();
        assert_eq!(timer.try_read(), Ok(None));
        expire();
        let began = Instant::now();
        assert_eq!(timer.read(), Ok(TimerEvent::Expired(1)), "the timer should expire again");
        assert!(began.elapsed() > Duration::from_secs(1), "{:?}", began.elapsed());
    });
}

#[test]
fn timer_set_cancel_on_set_reports_an_earlier_clock_change() {
    with_clock(|| {
        let (timer, _) = cancel_on_set_timer(Clock::Realtime);
        jump(3600);
        let hour = time_from_now(time::Clock::Realtime, HOUR);
        assert_eq!(timer.set_cancel_on_set(Timer::once_at(hour)), Ok(true));
        assert_expires_at(&timer, hour);
        assert_eq!(timer.try_read(), Ok(None), "timerfd_settime reported the change");
        jump(-3600);
        let soon = Timer::once_at(time_from_now(time::Clock::Realtime, SOON));
        assert_eq!(timer.set_cancel_on_set(soon), Ok(true));
        assert_eq!(timer.wait(Duration::from_secs(30)), Ok(true));
        assert_eq!(
            timer.try_read(),
            Ok(Some(TimerEvent::Expired(1))),
            "the timer should be armed despite the clock change"
        );
        assert_eq!(
            timer.set_cancel_on_set(Timer::once_at(time_from_now(time::Clock::Realtime, HOUR))),
            Ok(false)
        );
    });
}

#[test]
fn timer_expirations_before_a_clock_change_are_discarded() {
    with_clock(|| {
        let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
        let timers: [fn() -> Timer; 2] = [
            || Timer::once_at(time_from_now(time::Clock::Realtime, SOON)),
            || Timer::every_from(time_from_now(time::Clock::Realtime, SOON), SOON),
        ];
        for seconds in [3600, -3600] {
            for set in timers {
                assert_eq!(timer.set_cancel_on_set(set()), Ok(false));
                assert_eq!(timer.wait(Duration::from_secs(30)), Ok(true));
                for by in [seconds, -seconds] {
                    jump(by);
                    assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
                }
                assert_eq!(
                    timer.wait(Duration::from_millis(300)),
                    Ok(false),
                    "the clock change should stop the timer, even if the timer is periodic"
                );
            }
        }
    });
}

#[test]
fn timer_set_cancel_on_set_compares_clock_offset_with_the_offset_at_creation() {
    with_clock(|| {
        let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
        adjust(libc::ADJ_SETOFFSET, 3600);
        let day = Timer::once_at(time_from_now(time::Clock::Realtime, DAY));
        assert_eq!(
            timer.set_cancel_on_set(day),
            Ok(false),
            "a clock change before CANCEL_ON_SET was requested should not be reported"
        );
        assert_eq!(timer.try_read(), Ok(None));
        adjust(libc::ADJ_SETOFFSET, -3600);
        assert_eq!(
            timer.try_read(),
            Ok(None),
            "the clock offset is the same as at the creation of the timer"
        );
        adjust(libc::ADJ_SETOFFSET, 3600);
        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
    });
}

#[test]
fn timer_wait_and_read_return_if_the_clock_is_set() {
    with_clock(|| {
        let (timer, epoll) = (TimerFd::new(Clock::Realtime).unwrap(), Epoll::new().unwrap());
        let day = time_from_now(time::Clock::Realtime, DAY);
        assert_eq!(timer.set_cancel_on_set(Timer::every_from(day, DAY)), Ok(false));
        epoll.add(&timer, Token(1), Interest::IN).unwrap();

        assert_eq!(during_clock_change(|| timer.read()), Ok(TimerEvent::ClockChanged));
        assert_eq!(during_clock_change(|| timer.wait(Timeout::Infinite)), Ok(true));
        assert_eq!(timer.read(), Ok(TimerEvent::ClockChanged));
        assert_eq!(
            during_clock_change(|| epoll
                .wait(&mut [Event::default()], Timeout::Infinite)
                .unwrap()
                .len()),
            1
        );
        assert_eq!(timer.read(), Ok(TimerEvent::ClockChanged));
        assert_expires_at(&timer, day);
        assert_eq!(timer.wait(Timeout::Zero), Ok(false));
    });
}

#[test]
fn timerfd_raw_calls_fail_with_ecanceled_after_a_clock_change() {
    with_clock(|| {
        let canceled = |result: butter::Result<()>| {
            assert_eq!(result.map_err(|error| error.errno()), Err(Errno::CANCELED));
        };
        let (timer, expiration) = cancel_on_set_timer(Clock::Realtime);
        jump(3600);
        canceled(raw::read(timer.as_fd()).map(drop));
        jump(-3600);
        let (day, flags) = (
            Itimerspec { value: expiration, interval: Timespec::default() },
            SetFlags::ABSTIME | SetFlags::CANCEL_ON_SET,
        );
        canceled(raw::timerfd_settime(timer.as_fd(), flags, &day, None));
        jump(3600);
        let set = raw::ioctl_set_ticks(timer.as_fd(), 1);
        let known = !set.is_err_and(|error| error.is(Errno::NOTTY));
        require!(known, "the kernel does not support TFD_IOC_SET_TICKS");
        canceled(set);
    });
}

/// Runs `call` in a thread, and sets the clock as soon as the thread sleeps in `call`.
fn during_clock_change<T: Send>(call: impl FnOnce() -> T + Send) -> T {
    let tid = AtomicI32::new(0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            tid.store(butter::thread::gettid().as_raw(), Ordering::Release);
            call()
        });
        while tid.load(Ordering::Acquire) == 0 || !is_sleeping(tid.load(Ordering::Acquire)) {
            thread::yield_now();
        }
        jump(3600);
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Returns whether a thread of this process is sleeping, according to `/proc/self/task`.
fn is_sleeping(tid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{tid}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().starts_with(" S")
}
