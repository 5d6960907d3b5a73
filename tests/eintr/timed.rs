//! Waits for a time, which nothing but signals disturbs.

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
use butter::timerfd::{Clock, TimerFd};

use crate::{MANY, Row, has_fine_times, join, watched};
use common::signals::{self, PeriodicSignals, install_handler};

const TIME: Duration = Duration::from_millis(50);
const FINE_TIME: Duration = Duration::from_micros(50_250);

/// Waits for each time, in a storm until many signals have come, and under signals whose handler takes long; no wait
/// may end before its time is over, and not each of them late.
///
/// In a storm, a wait that begins the whole time anew at each signal has no end. One that goes on with what was left
/// before the handler ran takes many times as long where the handlers take long.
fn kept(times: &[Duration], wait: impl Fn(Duration) -> Result<bool> + Sync) {
    for &time in times {
        let storm = PeriodicSignals::new();
        storm.run(|| {
            while storm.count() < MANY {
                once(time, &wait);
            }
        });
        slowly(|| once(time * 6, &wait));
    }
}

/// Waits for a time until that has once taken less than twice as long. A machine that has much else to do comes late,
/// but not every time for a minute; what signals do to a wait they do to each.
fn once(time: Duration, wait: &impl Fn(Duration) -> Result<bool>) {
    let first = Instant::now();
    loop {
        let began = Instant::now();
        assert_eq!(wait(time), Ok(false));
        let took = began.elapsed();
        assert!(took >= time, "{time:?} ended early, after {took:?}");
        if took < time * 2 {
            return;
        }
        assert!(
            first.elapsed() < Duration::from_secs(60),
            "signals prolong {time:?} each time, at last to {took:?}"
        );
    }
}

/// Runs a closure, again until some signals have come, in a thread that spends nearly all of its time in their handler.
fn slowly(body: impl Fn() + Sync) {
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
        kept(&[TIME, FINE_TIME], |time| counter.wait(time));
    }),
    ("Inotify::wait", || {
        let (inotify, _directory) = watched();
        kept(&[TIME, FINE_TIME], |time| inotify.wait(time));
    }),
    ("TimerFd::wait", || {
        let timer = TimerFd::new(Clock::Monotonic).unwrap();
        kept(&[TIME, FINE_TIME], |time| timer.wait(time));
    }),
    ("SignalFd::wait, signal::wait", || {
        let signals = SignalFd::new(SigSet::empty()).unwrap();
        kept(&[TIME, FINE_TIME], |time| signals.wait(time));
        kept(&[TIME, FINE_TIME], |time| Ok(signal::wait(SigSet::empty(), time)?.is_some()));
    }),
    ("poll::wait", || {
        let ((reader, _writer), counter) = (pipe::pipe().unwrap(), EventFd::new(0).unwrap());
        kept(&[TIME, FINE_TIME], |time| {
            let mut fds = [reader.as_fd(), counter.as_fd()]
                .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
            Ok(poll::wait(&mut fds, time)? > 0)
        });
    }),
    ("Epoll::wait", || {
        let (epoll, counter) = (Epoll::new().unwrap(), EventFd::new(0).unwrap());
        epoll.add(&counter, Token(1), Interest::IN).unwrap();
        let wait = |time| Ok(!epoll.wait(&mut [Event::default(); 2], time)?.is_empty());
        kept(&[TIME], wait);
        if has_fine_times("Epoll::wait for a time") {
            kept(&[FINE_TIME], wait);
        }
    }),
];
