//! Calls that block until their timeout expires, while signals interrupt the calls.

use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use butter::Result;
use butter::epoll::{Epoll, Event, Interest, Token};
use butter::eventfd::EventFd;
use butter::fd::AsFd;
use butter::pipe;
use butter::poll::{self, PollFd, PollFlags};
use butter::signal::{self, SigSet};
use butter::signalfd::SignalFd;
use butter::time;
use butter::timerfd::{Clock, TimerFd};

use crate::{MANY, Row, join, supports_fine_timeouts, watched};
use common::signals::{self, PeriodicSignals, install_handler};
use common::time_from_now;

const TIME: Duration = Duration::from_millis(50);
const FINE_TIME: Duration = Duration::from_micros(50_250);

/// Calls `wait` with each timeout, first while many signals arrive, and then with a slow signal
/// handler. Asserts that no wait returns before its timeout expires, and that at least one wait
/// returns on time.
///
/// If many signals arrive, a wait that restarts the whole timeout after each signal never returns.
/// If the handler is slow, a wait that does not subtract the run time of the handler from the
/// remaining time takes a multiple of its timeout.
fn assert_timeouts_kept(times: &[Duration], wait: impl Fn(Duration) -> Result<bool> + Sync) {
    for &time in times {
        let signals = PeriodicSignals::new();
        signals.run(|| {
            while signals.count() < MANY {
                wait_until_on_time(time, &wait);
            }
        });
        with_slow_handler(|| wait_until_on_time(time * 6, &wait));
    }
}

/// Repeats a wait until one wait takes less than twice its timeout. On a busy host, some waits
/// return late, but not every wait within a minute. An error in the handling of signals, however,
/// delays every wait.
fn wait_until_on_time(time: Duration, wait: &impl Fn(Duration) -> Result<bool>) {
    let first = Instant::now();
    loop {
        let began = Instant::now();
        assert_eq!(wait(time), Ok(false));
        let took = began.elapsed();
        assert!(took >= time, "the timeout of {time:?} expired after {took:?}");
        if took < time * 2 {
            return;
        }
        assert!(
            first.elapsed() < Duration::from_secs(60),
            "each wait of {time:?} returns late, the last wait after {took:?}"
        );
    }
}

/// Runs a closure repeatedly, until 3 signals were handled, in a thread that spends most of its
/// time in the signal handler.
fn with_slow_handler(body: impl Fn() + Sync) {
    static HANDLED: AtomicU64 = AtomicU64::new(0);
    extern "C" fn handler(_: libc::c_int) {
        thread::sleep(Duration::from_millis(50));
        HANDLED.fetch_add(1, Ordering::Release);
    }
    install_handler(libc::SIGUSR2, handler);
    let before = HANDLED.load(Ordering::Acquire);
    let tid = AtomicI32::new(0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            tid.store(butter::thread::gettid().as_raw(), Ordering::Release);
            while HANDLED.load(Ordering::Acquire) < before + 3 {
                body();
            }
        });
        let mut sent = before;
        while !waiting.is_finished() {
            let tid = tid.load(Ordering::Acquire);
            if tid != 0 && sent == HANDLED.load(Ordering::Acquire) {
                sent += u64::from(signals::send(tid, libc::SIGUSR2));
            }
            thread::sleep(Duration::from_millis(1));
        }
        join(waiting);
    });
}

pub(crate) const CALLS: &[Row] = &[
    ("EventFd::wait", || {
        let counter = EventFd::new(0).unwrap();
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| counter.wait(time));
    }),
    ("Inotify::wait", || {
        let (inotify, _directory) = watched();
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| inotify.wait(time));
    }),
    ("TimerFd::wait", || {
        let timer = TimerFd::new(Clock::Monotonic).unwrap();
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| timer.wait(time));
    }),
    ("SignalFd::wait, signal::wait", || {
        let signals = SignalFd::new(SigSet::empty()).unwrap();
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| signals.wait(time));
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| {
            Ok(signal::wait(SigSet::empty(), time)?.is_some())
        });
    }),
    ("time::sleep, sleep_until", || {
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| time::sleep(time).map(|()| false));
        for clock in [time::Clock::Realtime, time::Clock::Monotonic, time::Clock::Boottime] {
            assert_timeouts_kept(&[TIME], |time| {
                time::sleep_until(clock, time_from_now(clock, time)).map(|()| false)
            });
        }
    }),
    ("poll::wait", || {
        let ((reader, _writer), counter) = (pipe::pipe().unwrap(), EventFd::new(0).unwrap());
        assert_timeouts_kept(&[TIME, FINE_TIME], |time| {
            let mut fds = [reader.as_fd(), counter.as_fd()]
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
            Ok(poll::wait(&mut fds, time)? > 0)
        });
    }),
    ("Epoll::wait", || {
        let (epoll, counter) = (Epoll::new().unwrap(), EventFd::new(0).unwrap());
        epoll.add(&counter, Token(1), Interest::IN).unwrap();
        let wait = |time| Ok(!epoll.wait(&mut [Event::default(); 2], time)?.is_empty());
        assert_timeouts_kept(&[TIME], wait);
        if supports_fine_timeouts("Epoll::wait with a fine timeout") {
            assert_timeouts_kept(&[FINE_TIME], wait);
        }
    }),
];
