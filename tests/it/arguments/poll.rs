//! Arguments of calls on epoll instances, and of `ppoll`.

use std::mem::offset_of;
use std::time::Duration;

use butter::epoll::raw::*;
use butter::epoll::{BusyPoll, CreateFlags, Event, Interest, Readiness, Token};
use butter::fd::{AsFd, AsRawFd, BorrowedFd};
use butter::poll::raw::ppoll;
use butter::poll::{PollFd, PollFlags};
use butter::time::{Timeout, Timespec};

use super::recorder::*;
use super::{Row, creates, each, mask_argument, mask_size, masks, open, words};

pub const ROWS: &[Row] = &[
    Row("epoll::raw::epoll_create1", &[libc::SYS_epoll_create1], |it| {
        for flags in each::<CreateFlags>() {
            let arguments = [("flags", int(flags.bits()))];
            creates(it, |fd| {
                it.call(libc::SYS_epoll_create1, arguments, fd, || epoll_create1(flags))
            });
        }
    }),
    Row("epoll::raw::epoll_ctl_add", &[libc::SYS_epoll_ctl], |it| {
        changes(it, libc::EPOLL_CTL_ADD, epoll_ctl_add);
    }),
    Row("epoll::raw::epoll_ctl_mod", &[libc::SYS_epoll_ctl], |it| {
        changes(it, libc::EPOLL_CTL_MOD, epoll_ctl_mod);
    }),
    Row("epoll::raw::epoll_ctl_del", &[libc::SYS_epoll_ctl], |it| {
        let (epoll, target) = (open(500), open(600));
        let operation = int(libc::EPOLL_CTL_DEL);
        let arguments =
            [("epfd", fd(&epoll)), ("op", operation), ("fd", fd(&target)), ("event", NULL)];
        let result = it.call(libc::SYS_epoll_ctl, arguments, 0, || {
            epoll_ctl_del(epoll.as_fd(), target.as_fd())
        });
        it.output("success", result, Ok(()));
    }),
    Row("epoll::raw::epoll_pwait", &[libc::SYS_epoll_pwait], |it| {
        for timeout in [-1, 0, 1, 0x1234_5678, i32::MAX] {
            for mask in masks() {
                waits(it, libc::SYS_epoll_pwait, int(timeout), mask_argument(mask), |fd, ready| {
                    epoll_pwait(fd, ready, timeout, mask)
                });
            }
        }
    }),
    Row("epoll::raw::epoll_pwait2", &[libc::SYS_epoll_pwait2], |it| {
        for timeout in timeouts() {
            for mask in masks() {
                let time = timeout.map_or(NULL, |time| input(bytes_of(time)));
                waits(it, libc::SYS_epoll_pwait2, time, mask_argument(mask), |fd, ready| {
                    epoll_pwait2(fd, ready, timeout.as_ref(), mask)
                });
            }
        }
    }),
    Row("epoll::raw::ioctl_epiocgparams", &[libc::SYS_ioctl], |it| {
        for (prefer, byte) in [(false, 0), (true, 1)] {
            let epoll = open(500);
            let written = [0x78, 0x56, 0x34, 0x12, 0xBC, 0x9A, byte, 0];
            let request = int(libc::EPIOCGPARAMS as u32);
            let arguments = [("fd", fd(&epoll)), ("op", request), ("argp", output(written))];
            let result =
                it.call(libc::SYS_ioctl, arguments, 0, || ioctl_epiocgparams(epoll.as_fd()));
            it.output("params", result, Ok(BusyPoll::new(0x1234_5678, 0x9ABC, prefer)));
        }
    }),
    Row("epoll::raw::ioctl_epiocsparams", &[libc::SYS_ioctl], |it| {
        for (prefer, byte) in [(false, 0), (true, 1)] {
            let epoll = open(500);
            let read = [0x78, 0x56, 0x34, 0x12, 0xBC, 0x9A, byte, 0];
            let request = int(libc::EPIOCSPARAMS as u32);
            let arguments = [("fd", fd(&epoll)), ("op", request), ("argp", input(read))];
            let params = BusyPoll::new(0x1234_5678, 0x9ABC, prefer);
            let result = it
                .call(libc::SYS_ioctl, arguments, 0, || ioctl_epiocsparams(epoll.as_fd(), &params));
            it.output("success", result, Ok(()));
        }
    }),
    Row("poll::raw::ppoll", &[libc::SYS_ppoll], |it| {
        for timeout in timeouts() {
            for mask in masks() {
                polls(it, timeout, mask_argument(mask), |fds| {
                    let mut left = timeout;
                    let result = ppoll(fds, left.as_mut(), mask);
                    let expected = timeout.map(|_| LEFT);
                    (result, Some((left, expected)))
                });
            }
        }
    }),
    Row("poll::wait_interruptible", &[libc::SYS_ppoll], |it| {
        for (timeout, time) in rust_timeouts() {
            for mask in masks() {
                polls(it, time, mask_argument(mask), |fds| {
                    (butter::poll::wait_interruptible(fds, timeout, mask), None)
                });
            }
        }
    }),
    Row("poll::wait", &[libc::SYS_ppoll], |it| {
        for (timeout, time) in rust_timeouts() {
            polls(it, time, NULL, |fds| (butter::poll::wait(fds, timeout), None));
        }
    }),
];

/// The remaining time that the recorder writes to the `struct timespec` argument of `ppoll`.
const LEFT: Timespec = Timespec { seconds: 0x1_0000_0007, nanoseconds: 98_765 };

pub fn bytes_of(time: Timespec) -> Vec<u8> {
    words([time.seconds as u64, time.nanoseconds as u64])
}

pub fn timeouts() -> [Option<Timespec>; 3] {
    let times = [(0, 0), (0x12_3456_789A, 123_456_789)];
    let [zero, long] = times.map(|(seconds, nanoseconds)| Some(Timespec { seconds, nanoseconds }));
    [None, zero, long]
}

pub fn rust_timeouts() -> [(Timeout, Option<Timespec>); 3] {
    let [infinite, zero, after] = timeouts();
    let duration = Duration::new(0x12_3456_789A, 123_456_789);
    [(Timeout::Infinite, infinite), (Timeout::Zero, zero), (Timeout::After(duration), after)]
}

type Change = fn(BorrowedFd<'_>, BorrowedFd<'_>, Token, Interest) -> butter::Result<()>;

fn changes(it: &Recorder, operation: libc::c_int, change: Change) {
    let (epoll, target) = (open(500), open(600));
    for interest in each::<Interest>() {
        for token in [0, 0x1234_5678_9ABC_DEF0, u64::MAX].map(Token) {
            let event = input_fields(&[
                (0, &interest.bits().to_ne_bytes()),
                (offset_of!(libc::epoll_event, u64), &token.0.to_ne_bytes()),
            ]);
            let arguments = [
                ("epfd", fd(&epoll)),
                ("op", int(operation)),
                ("fd", fd(&target)),
                ("event", event),
            ];
            let result = it.call(libc::SYS_epoll_ctl, arguments, 0, || {
                change(epoll.as_fd(), target.as_fd(), token, interest)
            });
            it.output("success", result, Ok(()));
        }
    }
}

/// Records an `epoll_pwait` or `epoll_pwait2` call that returns one event for each readiness flag.
fn waits(
    it: &Recorder,
    number: libc::c_long,
    timeout: Argument,
    mask: Argument,
    wait: impl FnOnce(BorrowedFd<'_>, &mut [Event]) -> butter::Result<usize>,
) {
    let epoll = open(500);
    let expected: Vec<_> = (0..)
        .zip(each::<Readiness>())
        .map(|(at, ready)| (Token(0x1234_5678_9ABC_DE00 + at), ready))
        .collect();
    let mut written = Vec::new();
    for (at, (token, readiness)) in expected.iter().enumerate() {
        let start = at * size_of::<libc::epoll_event>();
        written.push((start, readiness.bits().to_ne_bytes().to_vec()));
        let token = token.0.to_ne_bytes().to_vec();
        written.push((start + offset_of!(libc::epoll_event, u64), token));
    }
    let mut ready = vec![Event::default(); expected.len() + 7];
    let arguments = [
        ("epfd", fd(&epoll)),
        ("events", Argument::Memory { read: Pieces::new(), written }),
        ("maxevents", int(ready.len() as i64)),
        ("timeout", timeout),
        ("sigmask", mask),
        ("sigsetsize", mask_size()),
    ];
    let count = expected.len() as i64;
    let result = it.call(number, arguments, count, || wait(epoll.as_fd(), &mut ready));
    it.output("count", result, Ok(expected.len()));
    let events = ready.iter().map(|event| (event.token(), event.readiness()));
    it.output("events", events.take(expected.len()).collect(), expected);
}

/// The result of a poll function and, if the function returns the remaining time, the returned and
/// the expected remaining time.
type Polled = (butter::Result<usize>, Option<(Option<Timespec>, Option<Timespec>)>);

/// Records a `ppoll` call with one descriptor for each flag. The recorder returns the flags in
/// reverse order.
fn polls(
    it: &Recorder,
    timeout: Option<Timespec>,
    mask: Argument,
    poll: impl FnOnce(&mut [PollFd<'_>]) -> Polled,
) {
    let flags: Vec<PollFlags> = each().collect();
    let descriptors: Vec<_> = flags.iter().map(|_| open(500)).collect();
    let mut fds: Vec<_> =
        flags.iter().zip(&descriptors).map(|(&flags, fd)| PollFd::new(fd, flags)).collect();
    let ready = flags.iter().rev();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for ((flags, fd), ready) in flags.iter().zip(&descriptors).zip(ready.clone()) {
        for (bytes, ready) in [(&mut before, 0), (&mut after, ready.bits())] {
            bytes.extend(fd.as_raw_fd().to_ne_bytes());
            bytes.extend(flags.bits().to_ne_bytes());
            bytes.extend(ready.to_ne_bytes());
        }
    }
    let arguments = [
        ("fds", update(before, after)),
        ("nfds", size(fds.len())),
        ("timeout", timeout.map_or(NULL, |time| update(bytes_of(time), bytes_of(LEFT)))),
        ("sigmask", mask),
        ("sigsetsize", mask_size()),
    ];
    let (result, left) = it.call(libc::SYS_ppoll, arguments, 12, || poll(&mut fds));
    it.output("count", result, Ok(12));
    let revents: Vec<_> = fds.iter().map(PollFd::ready).collect();
    it.output("revents", revents, ready.copied().collect());
    if let Some((left, expected)) = left {
        it.output("timeout", left, expected);
    }
}
