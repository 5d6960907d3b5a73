//! Timers while somebody sets the clock: in a machine of the tests' own.

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
use common::test::Test;
use common::time_from_now;

const SOON: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// Runs a test that sets the clock: one at a time, and in a machine of its own.
fn with_clock(body: impl FnOnce()) {
    let test = Test::of(&body);
    require!(test; common::is_dedicated_vm(), "it sets the clock, and BUTTER_DEDICATED_VM is not set");
    // SAFETY: asks for a number.
    require!(test; unsafe { libc::geteuid() } == 0, "to set the clock takes the capability CAP_SYS_TIME");
    // Here and in the test's process: the clock is put back even where that one is ended.
    let _clock = PutBack::new();
    test.in_child_with_timeout(body);
}

/// Puts the clock back when it is dropped: to where it would be had nobody set it.
struct PutBack {
    began: Instant,
    then: Duration,
    _alone: MutexGuard<'static, ()>,
}

impl PutBack {
    fn new() -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Self { began: Instant::now(), then: now(), _alone: alone }
    }
}

impl Drop for PutBack {
    fn drop(&mut self) {
        adjust(libc::ADJ_OFFSET_SINGLESHOT, 0);
        set(self.then + self.began.elapsed());
    }
}

fn now() -> Duration {
    clock_gettime(time::Clock::Realtime).unwrap().try_into().unwrap()
}

fn set(time: Duration) {
    let time =
        libc::timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() };
    // SAFETY: reads one struct.
    let done = unsafe { libc::clock_settime(libc::CLOCK_REALTIME, &raw const time) };
    assert_eq!(done, 0, "clock_settime: {}", io::Error::last_os_error());
}

/// Asks the kernel to adjust the clock, by an offset in microseconds or seconds; returns what the offset was.
fn adjust(mode: libc::c_uint, offset: i64) -> i64 {
    // SAFETY: all zeroes is a valid request: of nothing.
    let mut request: libc::timex = unsafe { std::mem::zeroed() };
    request.modes = mode;
    (request.offset, request.time.tv_sec) = (offset, offset);
    // SAFETY: reads and writes one struct.
    let done = unsafe { libc::adjtimex(&raw mut request) };
    assert!(done >= 0, "adjtimex: {}", io::Error::last_os_error());
    request.offset
}

/// A way to set the clock, by so many seconds.
type Jump = (&'static str, fn(i64));

const JUMPS: [Jump; 3] = [
    ("clock_settime", |seconds| jump(seconds)),
    ("settimeofday", |seconds| {
        let now = now();
        let tv_usec = now.subsec_micros().into();
        let time = libc::timeval { tv_sec: now.as_secs() as i64 + seconds, tv_usec };
        let none = std::ptr::null::<libc::timezone>();
        // SAFETY: reads one struct.
        let done = unsafe { libc::syscall(libc::SYS_settimeofday, &raw const time, none) };
        assert_eq!(done, 0, "settimeofday: {}", io::Error::last_os_error());
    }),
    ("adjtimex", |seconds| {
        adjust(libc::ADJ_SETOFFSET, seconds);
    }),
];

fn jump(seconds: i64) {
    let by = Duration::from_secs(seconds.unsigned_abs());
    set(if seconds < 0 { now() - by } else { now() + by });
}

/// A timer that goes off in a day and asks to be told of the clock, and the moment.
fn telling(clock: Clock) -> (TimerFd, Timespec) {
    let (timer, moment) =
        (TimerFd::nonblocking(clock).unwrap(), time_from_now(time::Clock::Realtime, DAY));
    assert_eq!(timer.set_cancel_on_set(Timer::once_at(moment)), Ok(false));
    (timer, moment)
}

/// The time until a timer goes off.
fn left(timer: &TimerFd) -> Duration {
    match timer.get().unwrap() {
        Timer::OneShot(Start::After(left)) | Timer::Periodic { first: Start::After(left), .. } => {
            left
        }
        other => panic!("{other:?}"),
    }
}

/// Asserts that a timer is to go off at this moment of the clock of day, as it is now.
fn assert_at(timer: &TimerFd, moment: Timespec) {
    let moment = Duration::try_from(moment).unwrap();
    let (before, left, after) = (now(), left(timer), now());
    assert!(
        moment - after <= left && left <= moment - before,
        "{left:?} is not the time to {moment:?}"
    );
}

#[test]
fn each_jump_is_told_once() {
    with_clock(|| {
        for clock in [Clock::Realtime, Clock::RealtimeAlarm] {
            let (timer, moment) = telling(clock);
            assert_eq!(timer.try_read(), Ok(None), "there was no jump");
            for (way, jump) in JUMPS {
                for seconds in [3600, -7200, 1, -1] {
                    jump(seconds);
                    assert_eq!(
                        timer.try_read(),
                        Ok(Some(TimerEvent::ClockChanged)),
                        "{way}, by {seconds}"
                    );
                    assert_eq!(timer.try_read(), Ok(None), "{way}, by {seconds}");
                    assert_at(&timer, moment);
                }
            }
            jump(1);
            jump(1);
            assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
            assert_eq!(timer.try_read(), Ok(None), "two jumps between reads are one change");
        }
    });
}

#[test]
fn a_clock_that_is_slowed_or_hurried_is_not_set() {
    with_clock(|| {
        let (timer, moment) = telling(Clock::Realtime);
        for offset in [5000, -5000] {
            adjust(libc::ADJ_OFFSET_SINGLESHOT, offset);
            let began = Instant::now();
            while adjust(libc::ADJ_OFFSET_SS_READ, 0) == offset {
                assert!(
                    began.elapsed() < Duration::from_secs(30),
                    "the kernel does not adjust the clock"
                );
                thread::sleep(Duration::from_millis(10));
            }
            assert_eq!(timer.try_read(), Ok(None));
            assert_at(&timer, moment);
        }
    });
}

#[test]
fn only_a_moment_on_a_clock_that_is_set_knows_of_a_jump() {
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
            let (began, before) = (Instant::now(), timers.each_ref().map(left));
            jump(seconds);
            let after = timers.each_ref().map(left);
            for (timer, (before, after)) in timers.iter().zip(before.into_iter().zip(after)) {
                assert_eq!(timer.try_read(), Ok(None), "{timer:?}");
                assert!(
                    after <= before && before <= after + began.elapsed(),
                    "{before:?} became {after:?}"
                );
            }
        }
    });
}

#[test]
fn a_moment_comes_when_the_clock_says_so() {
    with_clock(|| {
        let (once, every) = (
            TimerFd::nonblocking(Clock::Realtime).unwrap(),
            TimerFd::new(Clock::Realtime).unwrap(),
        );
        let hour = time_from_now(time::Clock::Realtime, HOUR);
        once.set(Timer::once_at(hour)).unwrap();
        every.set(Timer::every_from(hour, 10 * MINUTE)).unwrap();
        jump(-7200);
        assert_eq!(once.try_read(), Ok(None), "nobody asked to be told");
        assert_at(&once, hour);
        assert_at(&every, hour);
        jump(2 * 7200);
        assert_eq!(
            every.read(),
            Ok(TimerEvent::Expired(7)),
            "at 0, 10, 20, 30, 40, 50 and 60 minutes"
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
        assert_eq!(raw::read(timer.as_fd()), Ok(None), "the expiration was withdrawn");
        expire();
        assert_eq!(timer.try_read(), Ok(None));
        expire();
        let began = Instant::now();
        assert_eq!(timer.read(), Ok(TimerEvent::Expired(1)), "it expires again");
        assert!(began.elapsed() > Duration::from_secs(1), "{:?}", began.elapsed());
    });
}

#[test]
fn who_sets_a_timer_is_told_of_a_jump_before() {
    with_clock(|| {
        let (timer, _) = telling(Clock::Realtime);
        jump(3600);
        let hour = time_from_now(time::Clock::Realtime, HOUR);
        assert_eq!(timer.set_cancel_on_set(Timer::once_at(hour)), Ok(true));
        assert_at(&timer, hour);
        assert_eq!(timer.try_read(), Ok(None), "it is told once");
        jump(-3600);
        let soon = Timer::once_at(time_from_now(time::Clock::Realtime, SOON));
        assert_eq!(timer.set_cancel_on_set(soon), Ok(true));
        assert_eq!(timer.wait(Duration::from_secs(30)), Ok(true));
        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::Expired(1))), "it is armed all the same");
        assert_eq!(
            timer.set_cancel_on_set(Timer::once_at(time_from_now(time::Clock::Realtime, HOUR))),
            Ok(false)
        );
    });
}

#[test]
fn what_goes_off_before_a_jump_is_forgotten_with_it() {
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
                    "it has stopped, with a period too"
                );
            }
        }
    });
}

#[test]
fn a_clock_is_where_it_was_when_the_timer_was_made() {
    with_clock(|| {
        let timer = TimerFd::nonblocking(Clock::Realtime).unwrap();
        adjust(libc::ADJ_SETOFFSET, 3600);
        let day = Timer::once_at(time_from_now(time::Clock::Realtime, DAY));
        assert_eq!(timer.set_cancel_on_set(day), Ok(false), "it did not ask then");
        assert_eq!(timer.try_read(), Ok(None));
        adjust(libc::ADJ_SETOFFSET, -3600);
        assert_eq!(timer.try_read(), Ok(None), "to the kernel, nothing has changed");
        adjust(libc::ADJ_SETOFFSET, 3600);
        assert_eq!(timer.try_read(), Ok(Some(TimerEvent::ClockChanged)));
    });
}

#[test]
fn who_waits_is_woken_by_a_jump() {
    with_clock(|| {
        let (timer, epoll) = (TimerFd::new(Clock::Realtime).unwrap(), Epoll::new().unwrap());
        let day = time_from_now(time::Clock::Realtime, DAY);
        assert_eq!(timer.set_cancel_on_set(Timer::every_from(day, DAY)), Ok(false));
        epoll.add(&timer, Token(1), Interest::IN).unwrap();

        assert_eq!(woken(|| timer.read()), Ok(TimerEvent::ClockChanged));
        assert_eq!(woken(|| timer.wait(Timeout::Infinite)), Ok(true));
        assert_eq!(timer.read(), Ok(TimerEvent::ClockChanged));
        assert_eq!(
            woken(|| epoll.wait(&mut [Event::default()], Timeout::Infinite).unwrap().len()),
            1
        );
        assert_eq!(timer.read(), Ok(TimerEvent::ClockChanged));
        assert_at(&timer, day);
        assert_eq!(timer.wait(Timeout::Zero), Ok(false));
    });
}

#[test]
fn raw_calls_fail_with_ecanceled_after_a_jump() {
    with_clock(|| {
        let canceled = |result: butter::Result<()>| {
            assert_eq!(result.map_err(|error| error.errno()), Err(Errno::CANCELED));
        };
        let (timer, moment) = telling(Clock::Realtime);
        jump(3600);
        canceled(raw::read(timer.as_fd()).map(drop));
        jump(-3600);
        let (day, flags) = (
            Itimerspec { value: moment, interval: Timespec::default() },
            SetFlags::ABSTIME | SetFlags::CANCEL_ON_SET,
        );
        canceled(raw::timerfd_settime(timer.as_fd(), flags, &day, None));
        jump(3600);
        let set = raw::ioctl_set_ticks(timer.as_fd(), 1);
        let known = !set.is_err_and(|error| error.is(Errno::NOTTY));
        require!(known, "TFD_IOC_SET_TICKS is not in this kernel");
        canceled(set);
    });
}

/// Makes a call in a thread, and the clock jump when it waits.
fn woken<T: Send>(call: impl FnOnce() -> T + Send) -> T {
    let tid = AtomicI32::new(0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            tid.store(butter::thread::gettid().as_raw(), Ordering::Release);
            call()
        });
        while tid.load(Ordering::Acquire) == 0 || !sleeps(tid.load(Ordering::Acquire)) {
            thread::yield_now();
        }
        jump(3600);
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Whether a thread of this process waits in a call, as /proc tells.
fn sleeps(tid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{tid}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().starts_with(" S")
}
