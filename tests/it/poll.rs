//! Tests of `poll`: readiness of descriptors, and timeouts.

use std::time::{Duration, Instant};

use butter::eventfd::EventFd;
use butter::fd::AsRawFd;
use butter::poll::{self, PollFd, PollFlags};
use butter::signal::{SigSet, Signal};
use butter::time::{Timeout, Timespec};
use butter::{Errno, io, pipe};
use common::child::in_child;
use common::require;
use common::signals::interrupted;

#[test]
fn poll_wait_returns_the_readiness_of_each_descriptor() {
    let (reader, writer) = pipe::pipe().unwrap();
    let counter = EventFd::new(0).unwrap();
    let mut fds = [
        PollFd::new(&reader, PollFlags::IN),
        PollFd::new(&writer, PollFlags::OUT),
        PollFd::new(&counter, PollFlags::IN | PollFlags::OUT),
    ];
    assert_eq!(poll::wait(&mut fds, Timeout::Zero), Ok(2));
    assert_eq!(fds.map(|fd| fd.ready()), [PollFlags::empty(), PollFlags::OUT, PollFlags::OUT]);
    assert_eq!(fds[0].fd().unwrap().as_raw_fd(), reader.as_raw_fd());
    assert_eq!(fds[2].events(), PollFlags::IN | PollFlags::OUT);
    io::write(&writer, b"!").unwrap();
    assert_eq!(poll::wait(&mut fds[..1], Timeout::Infinite), Ok(1));
    assert_eq!(fds[0].ready(), PollFlags::IN);
    assert_eq!(poll::wait(&mut [], Duration::from_millis(1)), Ok(0));
}

#[test]
fn poll_wait_reports_hup_even_if_no_events_are_requested() {
    let (reader, writer) = pipe::pipe().unwrap();
    drop(writer);
    let mut fds = [PollFd::new(&reader, PollFlags::empty())];
    // A child of another test can hold a copy of the write end until the child calls `execve`, so
    // the test waits for `HUP`.
    assert_eq!(poll::wait(&mut fds, Duration::from_secs(60)), Ok(1));
    assert_eq!(fds[0].ready(), PollFlags::HUP);
}

#[test]
fn poll_wait_ignores_disabled_entries() {
    let (reader, writer) = pipe::pipe().unwrap();
    let counter = EventFd::new(1).unwrap();
    let mut fds = [
        PollFd::new(&writer, PollFlags::OUT),
        PollFd::new(&counter, PollFlags::IN),
        PollFd::default(),
    ];
    drop(reader);
    assert_eq!(poll::wait(&mut fds, Timeout::Zero), Ok(2));
    assert_eq!(fds[2].ready(), PollFlags::empty());
    assert!(fds[2].fd().is_none());
    // `poll` returns `ERR` even if no event is requested, so only a disabled entry is ignored.
    fds[0].set_events(PollFlags::empty());
    assert_eq!(poll::wait(&mut fds, Timeout::Zero), Ok(2));
    fds[0].disable();
    assert_eq!((fds[0].ready(), fds[0].fd().is_none()), (PollFlags::empty(), true));
    assert_eq!(poll::wait(&mut fds, Timeout::Zero), Ok(1));
    fds[1].disable();
    assert_eq!(fds[1].events(), PollFlags::IN, "disable should keep the requested events");
    assert_eq!(poll::wait(&mut fds, Duration::from_millis(5)), Ok(0));
    assert_eq!(fds.map(|fd| fd.ready()), [PollFlags::empty(); 3]);

    fds[2].set_events(PollFlags::IN);
    fds[2].enable(&counter);
    fds[1].enable(&counter);
    assert_eq!(poll::wait(&mut fds, Timeout::Infinite), Ok(2));
    assert_eq!(fds[1].ready(), PollFlags::IN);
    assert_eq!(fds[2].fd().unwrap().as_raw_fd(), counter.as_raw_fd());
    assert_eq!(
        format!("{:?}", fds[0]),
        "PollFd { fd: -1, events: PollFlags(0x0), ready: PollFlags(0x0) }"
    );
}

#[test]
fn poll_wait_accepts_descriptor_numbers_above_1024() {
    in_child(|| {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: writes one struct.
        unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
        require!(limit.rlim_max > 2000, "the hard limit on open files (RLIMIT_NOFILE) is too low");
        limit.rlim_cur = limit.rlim_max;
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        let counter = EventFd::new(1).unwrap();
        let high = EventFd::from(io::fcntl_dupfd_cloexec(&counter, 2000).unwrap());
        assert!(high.as_raw_fd() >= 2000);
        assert_eq!(high.wait(Timeout::Zero), Ok(true));
        assert_eq!(high.read(), Ok(1));
        assert_eq!(high.wait(Duration::from_millis(100)), Ok(false));
    });
}

#[test]
fn ppoll_writes_the_remaining_time_to_its_timeout() {
    let counter = EventFd::new(0).unwrap();
    let mut left = Timespec { seconds: 0, nanoseconds: 1_500_000 };
    let mut fds = [PollFd::new(&counter, PollFlags::IN)];
    assert_eq!(poll::raw::ppoll(&mut fds, Some(&mut left), None), Ok(0));
    assert_eq!(left, Timespec::default());
}

#[test]
fn poll_wait_interruptible_blocks_the_signals_of_its_mask() {
    let counter = EventFd::new(0).unwrap();
    let mask = SigSet::from([Signal::USR1]);
    let wait = |timeout: Timeout, mask| {
        let mut fds = [PollFd::new(&counter, PollFlags::IN)];
        interrupted(|| poll::wait_interruptible(&mut fds, timeout, mask))
    };
    assert_eq!(
        wait(Duration::from_millis(50).into(), Some(mask)),
        Ok(0),
        "a blocked signal should not interrupt the wait"
    );
    assert_eq!(wait(Timeout::Infinite, None).unwrap_err().errno(), Errno::INTR);
}

#[test]
fn poll_wait_does_not_round_a_timeout_of_less_than_a_millisecond() {
    let (counter, time) = (EventFd::new(0).unwrap(), Duration::from_micros(250));
    let took = |_| {
        let began = Instant::now();
        assert_eq!(counter.wait(time), Ok(false));
        began.elapsed()
    };
    // On a busy host, many waits return late, so the test checks the shortest wait.
    let shortest = (0..1000)
        .map(|_| (0..10).map(took).min().unwrap())
        .find(|took| *took < Duration::from_millis(1));
    assert!(
        shortest.expect("at least one wait should take less than a millisecond") >= time,
        "{shortest:?}"
    );
}
