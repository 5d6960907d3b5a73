//! Calls that fail with `EINTR` if a signal interrupts the call, and then have no effect.

use std::mem::MaybeUninit;
use std::num::NonZeroU64;

use butter::epoll::{self, Epoll, Event, Interest, Token};
use butter::eventfd::{self, EventFd};
use butter::fanotify;
use butter::fd::AsFd;
use butter::fs::{
    self, CWD, FlockOperation, LockRange, LockType, Mode, OFlags, ReadWriteFlags, ResolveFlags,
};
use butter::handle;
use butter::inotify;
use butter::io::{self, IoSlice, IoSliceMut};
use butter::poll::{self, PollFd, PollFlags};
use butter::process::{self, WaitFlags, WaitId};
use butter::signal::{self, SigSet};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};
use butter::time::{
    self, Timeout, Timespec, clock_nanosleep_absolute, clock_nanosleep_relative, nanosleep,
};
use butter::timerfd::{self, Clock, Timer, TimerFd};
use butter::{Errno, Result, pipe};

use crate::blocking::{fifo, fifo_handle, twice_opened};
use crate::pipes::full_pipe;
use crate::{FINE_HOUR, HOUR, Row, join, supports_fine_timeouts, watched};
use common::forked::ForkedChild;
use common::signals::PeriodicSignals;
use common::time_from_now;

/// Runs `call` repeatedly while signals arrive. Asserts that a signal interrupts `call` each time.
pub(crate) fn assert_interrupted(mut call: impl FnMut() -> Result<()>) {
    let signals = PeriodicSignals::new();
    signals.run(|| {
        for count in 1..=100 {
            assert_eq!(call().map_err(|error| error.errno()), Err(Errno::INTR));
            assert!(signals.count() >= count, "the call failed with EINTR without a signal");
        }
    });
}

pub(crate) const CALLS: &[Row] = &[
    ("process::wait_interruptible, raw::waitid", || {
        let child = ForkedChild::start(|| ());
        let id = WaitId::Pid(child.pid());
        assert_interrupted(|| process::wait_interruptible(id, WaitFlags::EXITED).map(drop));
        assert_interrupted(|| process::raw::waitid(id, WaitFlags::EXITED, None).map(drop));
    }),
    ("io::read, read_uninit, readv", || {
        let (reader, _writer) = pipe::pipe().unwrap();
        assert_interrupted(|| io::read(&reader, &mut [0]).map(drop));
        assert_interrupted(|| io::read_uninit(&reader, &mut [MaybeUninit::uninit()]).map(drop));
        assert_interrupted(|| io::readv(&reader, &mut [IoSliceMut::new(&mut [0])]).map(drop));
    }),
    ("fs::raw::openat, openat2", || {
        let ((_directory, path), mode, resolve) = (fifo(), Mode::empty(), ResolveFlags::empty());
        for flags in [OFlags::RDONLY, OFlags::WRONLY] {
            assert_interrupted(|| fs::raw::openat(CWD, path.as_c_str(), flags, mode).map(drop));
            assert_interrupted(|| {
                fs::raw::openat2(CWD, path.as_c_str(), flags, mode, resolve).map(drop)
            });
        }
    }),
    ("handle::raw::open_by_handle_at", || {
        let (_directory, path) = fifo();
        let row = "handle::raw::open_by_handle_at";
        let Some((mount, file)) = fifo_handle(row, &path) else { return };
        let open = |flags| handle::raw::open_by_handle_at(&mount, &file, flags).map(drop);
        assert_interrupted(|| open(OFlags::RDONLY));
        assert_interrupted(|| open(OFlags::WRONLY));
    }),
    ("io::write, writev", || {
        let (reader, writer, filled) = full_pipe();
        assert_interrupted(|| io::write(&writer, b"!").map(drop));
        assert_interrupted(|| io::writev(&writer, &[IoSlice::new(b"!")]).map(drop));
        assert_eq!(io::bytes_available(&reader), Ok(filled as u32));
    }),
    ("fs::raw::preadv2, pwritev2", || {
        let (reader, _writer) = pipe::pipe().unwrap();
        let none = ReadWriteFlags::empty();
        assert_interrupted(|| {
            let mut buffer = [0];
            let buffers = &mut [IoSliceMut::new(&mut buffer)];
            fs::raw::preadv2(reader.as_fd(), buffers, None, none).map(drop)
        });
        let (reader, writer, filled) = full_pipe();
        assert_interrupted(|| {
            fs::raw::pwritev2(writer.as_fd(), &[IoSlice::new(b"!")], None, none).map(drop)
        });
        assert_eq!(io::bytes_available(&reader), Ok(filled as u32));
    }),
    ("fs::raw::flock, fcntl_ofd_setlkw", || {
        let (first, second) = twice_opened();
        fs::flock(&first, FlockOperation::LockShared).unwrap();
        fs::ofd_lock(&first, LockType::Read, 7..).unwrap();
        assert_interrupted(|| fs::raw::flock(second.as_fd(), FlockOperation::LockExclusive));
        assert_interrupted(|| {
            fs::raw::fcntl_ofd_setlkw(second.as_fd(), LockType::Write, (..).into())
        });
        assert_eq!(fs::ofd_query_lock(&first, LockType::Write, ..), Ok(None));
        fs::flock(&first, FlockOperation::NonBlockingLockExclusive).unwrap();
    }),
    ("fs::raw::fcntl_ofd_setlkw in a deadlock", || {
        let (first, second) = twice_opened();
        let page = LockRange::new(0, NonZeroU64::new(4096));
        fs::ofd_lock(&first, LockType::Write, page).unwrap();
        fs::ofd_lock(&second, LockType::Write, 4096..).unwrap();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| fs::ofd_lock(&first, LockType::Write, 4096..));
            assert_interrupted(|| fs::raw::fcntl_ofd_setlkw(second.as_fd(), LockType::Write, page));
            fs::ofd_lock(&second, LockType::Unlock, ..).unwrap();
            assert_eq!(join(other), Ok(()));
        });
    }),
    ("EventFd", || {
        let counter = EventFd::new(0).unwrap();
        assert_interrupted(|| counter.read_interruptible().map(drop));
        assert_interrupted(|| eventfd::raw::read(counter.as_fd()).map(drop));
        counter.write(eventfd::VALUE_MAX).unwrap();
        assert_interrupted(|| counter.write_interruptible(1));
        assert_interrupted(|| eventfd::raw::write(counter.as_fd(), 1));
        assert_eq!(counter.read(), Ok(eventfd::VALUE_MAX));
    }),
    ("Inotify", || {
        let (inotify, _directory) = watched();
        assert_interrupted(|| inotify.read_events_interruptible(&mut [0; 4096]).map(drop));
        assert_interrupted(|| inotify::raw::read(inotify.as_fd(), &mut [0; 4096]).map(drop));
    }),
    ("Fanotify", || {
        let group = match crate::fanotify_group() {
            Ok(group) => group,
            Err(error) => return common::this_test!().skip("Fanotify", format_args!("{error}")),
        };
        assert_interrupted(|| group.read_events_interruptible(&mut [0; 4096]).map(drop));
        assert_interrupted(|| fanotify::raw::read(group.as_fd(), &mut [0; 4096]).map(drop));
    }),
    ("TimerFd", || {
        let timer = TimerFd::new(Clock::Monotonic).unwrap();
        timer.set(Timer::once(HOUR)).unwrap();
        assert_interrupted(|| timer.read_interruptible().map(drop));
        assert_interrupted(|| timerfd::raw::read(timer.as_fd()).map(drop));
    }),
    ("poll::raw::ppoll", || {
        let counter = EventFd::new(0).unwrap();
        let mut left = Timespec::saturating_from(HOUR);
        assert_interrupted(|| {
            let before = left;
            let done = poll::raw::ppoll(
                &mut [PollFd::new(&counter, PollFlags::IN)],
                Some(&mut left),
                None,
            );
            assert!(left < before, "the remaining time did not decrease");
            done.map(drop)
        });
        assert_interrupted(|| {
            poll::raw::ppoll(&mut [PollFd::new(&counter, PollFlags::IN)], None, None).map(drop)
        });
    }),
    ("poll::wait_interruptible", || {
        let counter = EventFd::new(0).unwrap();
        for timeout in [Timeout::Infinite, HOUR.into()] {
            let mut fds = [PollFd::new(&counter, PollFlags::IN)];
            assert_interrupted(|| poll::wait_interruptible(&mut fds, timeout, None).map(drop));
        }
    }),
    ("SignalFd", || {
        let signals = SignalFd::new(SigSet::empty()).unwrap();
        assert_interrupted(|| signals.read_interruptible().map(drop));
        assert_interrupted(|| signals.read_events_interruptible(&mut [0; EVENT_SIZE]).map(drop));
        assert_interrupted(|| signalfd::raw::read(signals.as_fd(), &mut [0; EVENT_SIZE]).map(drop));
    }),
    ("signal", || {
        assert_interrupted(|| {
            signal::wait_interruptible(SigSet::empty(), Timeout::Infinite).map(drop)
        });
        assert_interrupted(|| signal::wait_interruptible(SigSet::empty(), HOUR).map(drop));
        assert_interrupted(|| signal::raw::rt_sigtimedwait(SigSet::empty(), None).map(drop));
        assert_interrupted(|| signal::raw::rt_sigsuspend(SigSet::empty()));
    }),
    ("time", || {
        let hour = Timespec::saturating_from(HOUR);
        assert_interrupted(|| {
            let mut left = Timespec::default();
            let done = nanosleep(hour, Some(&mut left));
            assert!(left.seconds > 3000, "the remaining time is {left:?}");
            done
        });
        assert_interrupted(|| nanosleep(hour, None));
        for clock in [time::Clock::Realtime, time::Clock::Monotonic, time::Clock::Boottime] {
            assert_interrupted(|| clock_nanosleep_relative(clock, hour, None));
            assert_interrupted(|| clock_nanosleep_absolute(clock, time_from_now(clock, HOUR)));
        }
    }),
    ("Epoll", || {
        let (epoll, counter) = (Epoll::new().unwrap(), EventFd::new(0).unwrap());
        epoll.add(&counter, Token(1), Interest::IN).unwrap();
        let mut ready = [Event::default(); 2];
        assert_interrupted(|| {
            epoll.wait_interruptible(&mut ready, Timeout::Infinite, None).map(drop)
        });
        assert_interrupted(|| epoll.wait_interruptible(&mut ready, HOUR, None).map(drop));
        assert_interrupted(|| {
            epoll::raw::epoll_pwait(epoll.as_fd(), &mut ready, -1, None).map(drop)
        });
        if supports_fine_timeouts("Epoll::wait_interruptible") {
            assert_interrupted(|| epoll.wait_interruptible(&mut ready, FINE_HOUR, None).map(drop));
            assert_interrupted(|| {
                epoll::raw::epoll_pwait2(epoll.as_fd(), &mut ready, None, None).map(drop)
            });
        }
    }),
];
