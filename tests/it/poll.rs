//! Waiting for a few descriptors.

use std::time::{Duration, Instant};

use butter::eventfd::EventFd;
use butter::fd::{AsFd, AsRawFd};
use butter::poll::{self, PollFd, PollFlags};
use butter::signal::{SigSet, Signal};
use butter::time::{Timeout, Timespec};
use butter::{Errno, io, pipe};
use common::child::in_child;
use common::require;
use common::signals::interrupted;

#[test]
fn it_tells_which_are_ready_and_for_what() {
    let (reader, writer) = pipe::pipe().unwrap();
    let counter = EventFd::new(0).unwrap();
    let mut fds = [
        PollFd::new(&reader, PollFlags::IN),
        PollFd::new(&writer, PollFlags::OUT),
        PollFd::new(&counter, PollFlags::IN | PollFlags::OUT),
    ];
    assert_eq!(poll::wait(&mut fds, Timeout::Zero), Ok(2));
    assert_eq!(fds.map(|fd| fd.ready()), [PollFlags::empty(), PollFlags::OUT, PollFlags::OUT]);
    assert_eq!(fds[0].as_fd().as_raw_fd(), reader.as_raw_fd());
    assert_eq!(fds[2].events(), PollFlags::IN | PollFlags::OUT);
    io::write(&writer, b"!").unwrap();
    assert_eq!(poll::wait(&mut fds[..1], Timeout::Infinite), Ok(1));
    assert_eq!(fds[0].ready(), PollFlags::IN);
    assert_eq!(poll::wait(&mut [], Duration::from_millis(1)), Ok(0));
}

#[test]
fn an_end_that_hung_up_is_told_without_being_asked_for() {
    let (reader, writer) = pipe::pipe().unwrap();
    drop(writer);
    let mut fds = [PollFd::new(&reader, PollFlags::empty())];
    // A process that another test starts has the end that was dropped, too, until it runs its program.
    assert_eq!(poll::wait(&mut fds, Duration::from_secs(60)), Ok(1));
    assert_eq!(fds[0].ready(), PollFlags::HUP);
}

#[test]
fn a_descriptor_over_1024_is_like_any_other() {
    in_child(|| {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: writes one struct.
        unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
        require!(limit.rlim_max > 2000, "the process may not have descriptors over 2000");
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
fn the_rest_of_the_time_comes_back() {
    let counter = EventFd::new(0).unwrap();
    let mut left = Timespec { seconds: 0, nanoseconds: 1_500_000 };
    let mut fds = [PollFd::new(&counter, PollFlags::IN)];
    assert_eq!(poll::raw::ppoll(&mut fds, Some(&mut left), None), Ok(0));
    assert_eq!(left, Timespec::default());
}

#[test]
fn a_mask_holds_signals_back_while_it_waits() {
    let counter = EventFd::new(0).unwrap();
    let mask = SigSet::from([Signal::USR1]);
    let wait = |timeout: Timeout, mask| {
        let mut fds = [PollFd::new(&counter, PollFlags::IN)];
        interrupted(|| poll::wait_interruptible(&mut fds, timeout, mask))
    };
    assert_eq!(wait(Duration::from_millis(50).into(), Some(&mask)), Ok(0), "no signal ended it");
    assert_eq!(wait(Timeout::Infinite, None).unwrap_err().errno(), Errno::INTR);
}

#[test]
fn a_time_finer_than_a_millisecond_is_kept() {
    let (counter, time) = (EventFd::new(0).unwrap(), Duration::from_micros(250));
    let took = |_| {
        let began = Instant::now();
        assert_eq!(counter.wait(time), Ok(false));
        began.elapsed()
    };
    // A machine that has much else to do comes late often, but not every time.
    let shortest = (0..1000)
        .map(|_| (0..10).map(took).min().unwrap())
        .find(|took| *took < Duration::from_millis(1));
    assert!(shortest.expect("none took less than a millisecond") >= time, "{shortest:?}");
}
