//! Tests of the fallback from `epoll_pwait2`, which requires Linux 5.11, to `epoll_pwait`. If
//! `epoll_pwait2` fails with any errno except `EINTR`, the library calls `epoll_pwait` and returns
//! the result of that call. The tests of the fallbacks of `copy` are in `copy::fallbacks`.

use std::time::{Duration, Instant};

use butter::epoll::{Epoll, Event, Interest, Readiness, Token};
use butter::error::Call;
use butter::eventfd::EventFd;
use butter::signal::{SigSet, Signal};
use butter::{Errno, Result};
use common::inject::inject;
use common::recorder::{
    Argument, Difference, Expected, NULL, Recorder, fd, input, int, output_fields, record, size,
};
use common::require;
use common::test::in_row;

/// A function that calls `epoll_pwait2`, and then `epoll_pwait` if `epoll_pwait2` fails.
struct Fallback {
    name: &'static str,
    mask: Option<SigSet>,
    /// Whether the function returns an `EINTR` of `epoll_pwait2`. A function that is not
    /// interruptible repeats `epoll_pwait2` after `EINTR`.
    is_interruptible: bool,
    wait: fn(&Epoll, &mut [Event], Option<SigSet>) -> Result<usize>,
}

/// A timeout that is not a whole number of milliseconds, so that the library tries `epoll_pwait2`
/// first.
const TIMEOUT: Duration = Duration::new(7, 1_250_000);
/// `TIMEOUT` in whole milliseconds, rounded up, as `epoll_pwait` receives the timeout.
const MILLIS: i32 = 7_002;
/// A short timeout that is not a whole number of milliseconds, for waits that the kernel performs.
const SHORT: Duration = Duration::from_micros(1250);

const FALLBACKS: &[Fallback] = &[
    Fallback {
        name: "Epoll::wait",
        mask: None,
        is_interruptible: false,
        wait: |epoll, buffer, _| epoll.wait(buffer, TIMEOUT).map(<[_]>::len),
    },
    Fallback {
        name: "Epoll::wait_interruptible",
        mask: None,
        is_interruptible: true,
        wait: |epoll, buffer, mask| epoll.wait_interruptible(buffer, TIMEOUT, mask).map(<[_]>::len),
    },
    Fallback {
        name: "Epoll::wait_interruptible with a mask",
        mask: Some(SigSet::from_bits(0x8000_0000_0000_0201)),
        is_interruptible: true,
        wait: |epoll, buffer, mask| epoll.wait_interruptible(buffer, TIMEOUT, mask).map(<[_]>::len),
    },
];

fn errnos() -> impl Iterator<Item = Errno> {
    (1..=133).map(|number| Errno::from_raw(number).unwrap())
}

/// Checks that `epoll_pwait` receives arguments with the same meaning as the arguments of the
/// failed `epoll_pwait2`.
#[test]
fn epoll_wait_calls_epoll_pwait_with_equivalent_arguments_if_epoll_pwait2_fails() {
    let calls = [libc::SYS_epoll_pwait2, libc::SYS_epoll_pwait];
    let differences = require!(
        record("epoll", &calls, |it| FALLBACKS
            .iter()
            .for_each(|each| in_row(each.name, || row(it, each)))),
        "seccomp user notifications are unavailable"
    );
    let texts: Vec<_> = differences
        .into_iter()
        .map(|(Difference::Call(text) | Difference::Result(text))| text)
        .collect();
    assert!(texts.is_empty(), "\n{}", texts.join("\n"));
}

fn row(it: &Recorder, fallback: &Fallback) {
    let epoll = Epoll::new().unwrap();
    let wait = |number, events: Argument, timeout, returned| {
        let mask = fallback.mask.map_or(NULL, |mask| input(mask.bits().to_ne_bytes()));
        let arguments = [
            ("epfd", fd(&epoll)),
            ("events", events),
            ("maxevents", int(2)),
            ("timeout", timeout),
            ("sigmask", mask),
            ("sigsetsize", size(8)),
        ];
        Expected::new(number, arguments, returned)
    };
    let events = || {
        let (events, data) = (Readiness::IN.bits().to_ne_bytes(), 0xABCD_u64.to_ne_bytes());
        // `struct epoll_event` is packed on x86_64 only.
        let offset = if cfg!(target_arch = "x86_64") { 4 } else { 8 };
        output_fields(&[(0, &events), (offset, &data)])
    };
    for errno in errnos() {
        let time = [TIMEOUT.as_secs(), TIMEOUT.subsec_nanos().into()].map(u64::to_ne_bytes);
        let refused = -i64::from(errno.as_raw());
        let first = wait(libc::SYS_epoll_pwait2, input([]), input(time.concat()), refused);
        let second = if errno == Errno::INTR {
            // The library repeats `epoll_pwait2` with the remaining time.
            wait(libc::SYS_epoll_pwait2, events(), input([]), 1)
        } else {
            wait(libc::SYS_epoll_pwait, events(), int(MILLIS), 1)
        };
        let mut buffer = [Event::default(); 2];
        let call = || (fallback.wait)(&epoll, &mut buffer, fallback.mask);
        let (result, expected) = if errno == Errno::INTR && fallback.is_interruptible {
            (it.calls([first], call), Err((Call::EPOLL_PWAIT2, errno)))
        } else {
            (it.calls([first, second], call), Ok(1))
        };
        let result = result.map_err(|error| (error.call(), error.errno()));
        it.output(&format!("{}, {errno}", fallback.name), result, expected);
        if expected.is_ok() {
            let event = (buffer[0].token(), buffer[0].readiness());
            it.output(fallback.name, event, (Token(0xABCD), Readiness::IN));
        }
    }
}

/// Checks the results on the running kernel, with a seccomp filter that fails each `epoll_pwait2`.
#[test]
fn epoll_wait_returns_the_result_of_epoll_pwait_for_each_errno_of_epoll_pwait2() {
    let (epoll, counter) = (Epoll::new().unwrap(), EventFd::nonblocking(0).unwrap());
    epoll.add(&counter, Token(0xABCD), Interest::IN).unwrap();
    for errno in errnos() {
        let check = |wait: &dyn Fn(&mut [Event]) -> Result<usize>| {
            let mut buffer = [Event::default(); 2];
            let began = Instant::now();
            assert_eq!(wait(&mut buffer), Ok(0), "{errno}");
            assert!(began.elapsed() >= SHORT, "{errno}: {:?}", began.elapsed());
            counter.write(1).unwrap();
            assert_eq!(wait(&mut buffer), Ok(1), "{errno}");
            assert_eq!(buffer[0].token(), Token(0xABCD), "{errno}");
            counter.read().unwrap();
        };
        inject(libc::SYS_epoll_pwait2, errno, || {
            check(&|buffer| epoll.wait(buffer, SHORT).map(<[_]>::len));
            let interruptible = |buffer: &mut [Event]| {
                let mask = Some(SigSet::from(Signal::USR2));
                epoll.wait_interruptible(buffer, SHORT, mask).map(<[_]>::len)
            };
            if errno == Errno::INTR {
                let error = interruptible(&mut [Event::default()]).unwrap_err();
                assert_eq!((error.call(), error.errno()), (Call::EPOLL_PWAIT2, errno));
            } else {
                check(&interruptible);
            }
        });
    }
}
