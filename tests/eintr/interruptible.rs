//! Calls that a signal ends, and that have then done nothing.

use std::mem::MaybeUninit;

use butter::epoll::{self, Epoll, Event, Interest, Token};
use butter::eventfd::{self, EventFd};
use butter::fd::AsFd;
use butter::inotify;
use butter::io::{self, IoSlice, IoSliceMut};
use butter::poll::{self, PollFd, PollFlags};
use butter::signal::{self, SigSet};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};
use butter::time::{Timeout, Timespec};
use butter::timerfd::{self, Clock, Timer, TimerFd};
use butter::{Errno, Result, pipe};

use crate::bytes::full_pipe;
use crate::{FINE_HOUR, HOUR, Row, has_fine_times, watched};
use common::signals::PeriodicSignals;

/// Makes a call again and again in a storm; each time, a signal must end it.
fn ended(mut call: impl FnMut() -> Result<()>) {
    let storm = PeriodicSignals::new();
    storm.run(|| {
        for times in 1..=100 {
            assert_eq!(call().map_err(|error| error.errno()), Err(Errno::INTR));
            assert!(storm.count() >= times, "no signal came");
        }
    });
}

pub(crate) const CALLS: &[Row] = &[
    ("io::read, read_uninit, readv", || {
        let (reader, _writer) = pipe::pipe().unwrap();
        ended(|| io::read(&reader, &mut [0]).map(drop));
        ended(|| io::read_uninit(&reader, &mut [MaybeUninit::uninit()]).map(drop));
        ended(|| io::readv(&reader, &mut [IoSliceMut::new(&mut [0])]).map(drop));
    }),
    ("io::write, writev", || {
        let (reader, writer, held) = full_pipe();
        ended(|| io::write(&writer, b"!").map(drop));
        ended(|| io::writev(&writer, &[IoSlice::new(b"!")]).map(drop));
        assert_eq!(io::bytes_available(&reader), Ok(held as u32));
    }),
    ("EventFd", || {
        let counter = EventFd::new(0).unwrap();
        ended(|| counter.read_interruptible().map(drop));
        ended(|| eventfd::raw::read(counter.as_fd()).map(drop));
        counter.write(eventfd::VALUE_MAX).unwrap();
        ended(|| counter.write_interruptible(1));
        ended(|| eventfd::raw::write(counter.as_fd(), 1));
        assert_eq!(counter.read(), Ok(eventfd::VALUE_MAX));
    }),
    ("Inotify", || {
        let (inotify, _directory) = watched();
        ended(|| inotify.read_events_interruptible(&mut [0; 4096]).map(drop));
        ended(|| inotify::raw::read(inotify.as_fd(), &mut [0; 4096]).map(drop));
    }),
    ("TimerFd", || {
        let timer = TimerFd::new(Clock::Monotonic).unwrap();
        timer.set(Timer::once(HOUR)).unwrap();
        ended(|| timer.read_interruptible().map(drop));
        ended(|| timerfd::raw::read(timer.as_fd()).map(drop));
    }),
    ("poll::raw::ppoll", || {
        let counter = EventFd::new(0).unwrap();
        let mut left = Timespec::saturating_from(HOUR);
        ended(|| {
            let before = left;
            let done = poll::raw::ppoll(
                &mut [PollFd::new(&counter, PollFlags::IN)],
                Some(&mut left),
                None,
            );
            assert!(left < before, "no time has passed");
            done.map(drop)
        });
        ended(|| {
            poll::raw::ppoll(&mut [PollFd::new(&counter, PollFlags::IN)], None, None).map(drop)
        });
    }),
    ("poll::wait_interruptible", || {
        let counter = EventFd::new(0).unwrap();
        for timeout in [Timeout::Infinite, HOUR.into()] {
            let mut fds = [PollFd::new(&counter, PollFlags::IN)];
            ended(|| poll::wait_interruptible(&mut fds, timeout, None).map(drop));
        }
    }),
    ("SignalFd", || {
        let signals = SignalFd::new(SigSet::empty()).unwrap();
        ended(|| signals.read_interruptible().map(drop));
        ended(|| signals.read_events_interruptible(&mut [0; EVENT_SIZE]).map(drop));
        ended(|| signalfd::raw::read(signals.as_fd(), &mut [0; EVENT_SIZE]).map(drop));
    }),
    ("signal", || {
        ended(|| signal::wait_interruptible(SigSet::empty(), Timeout::Infinite).map(drop));
        ended(|| signal::wait_interruptible(SigSet::empty(), HOUR).map(drop));
        ended(|| signal::raw::rt_sigtimedwait(SigSet::empty(), None).map(drop));
        ended(|| signal::raw::rt_sigsuspend(SigSet::empty()));
    }),
    ("Epoll", || {
        let (epoll, counter) = (Epoll::new().unwrap(), EventFd::new(0).unwrap());
        epoll.add(&counter, Token(1), Interest::IN).unwrap();
        let mut ready = [Event::default(); 2];
        ended(|| epoll.wait_interruptible(&mut ready, Timeout::Infinite, None).map(drop));
        ended(|| epoll.wait_interruptible(&mut ready, HOUR, None).map(drop));
        ended(|| epoll::raw::epoll_pwait(epoll.as_fd(), &mut ready, -1, None).map(drop));
        if has_fine_times("Epoll::wait_interruptible") {
            ended(|| epoll.wait_interruptible(&mut ready, FINE_HOUR, None).map(drop));
            ended(|| epoll::raw::epoll_pwait2(epoll.as_fd(), &mut ready, None, None).map(drop));
        }
    }),
];
