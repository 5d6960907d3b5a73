//! Tests of the trait `EventSource` in a generic event loop.

use std::mem::MaybeUninit;
use std::time::Duration;

use butter::epoll::{Epoll, Event, Interest, Token};
use butter::error::ErrorKind;
use butter::eventfd::{CreateFlags, EventFd};
use butter::inotify::{EVENT_SIZE_MAX, Inotify, WatchFlags};
use butter::io::EventSource;
use butter::signal::{self, Signal};
use butter::signalfd::SignalFd;
use butter::time::Timeout;
use butter::timerfd::{Clock, Timer, TimerFd};
use butter::{Errno, Result, thread};
use common::signals::interrupted;

/// Reads `source` until no event is available, and appends the text of each event to `texts`.
fn drain<S: EventSource>(
    source: &S,
    texts: &mut Vec<String>,
    text: impl Fn(S::Event<'_>) -> String,
) -> Result<()> {
    let mut buffer = [MaybeUninit::uninit(); EVENT_SIZE_MAX];
    loop {
        match source.read_events_with(&mut buffer, |event| texts.push(text(event))) {
            Err(error) if error.is(Errno::AGAIN) => return Ok(()),
            Err(error) if error.is(Errno::INTR) => {}
            result => result?,
        }
    }
}

#[test]
fn event_source_reads_events_of_each_implementing_type_in_one_epoll_loop() {
    let directory = temp_dir::TempDir::new().unwrap();
    let inotify = Inotify::nonblocking().unwrap();
    inotify.add_watch(common::bytes(directory.path()), WatchFlags::CREATE).unwrap();
    let flags = CreateFlags::NONBLOCK | CreateFlags::SEMAPHORE | CreateFlags::CLOEXEC;
    let counter = EventFd::with_flags(2, flags).unwrap();
    let timer = TimerFd::nonblocking(Clock::Monotonic).unwrap();
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();

    let epoll = Epoll::new().unwrap();
    epoll.add(&inotify, Token(0), Interest::IN).unwrap();
    epoll.add(&counter, Token(1), Interest::IN).unwrap();
    epoll.add(&timer, Token(2), Interest::IN).unwrap();
    epoll.add(&signals, Token(3), Interest::IN).unwrap();

    for name in ["one", "other"] {
        std::fs::File::create(directory.path().join(name)).unwrap();
    }
    timer.set(Timer::once(Duration::from_millis(1))).unwrap();
    thread::kill(butter::process::getpid(), thread::gettid(), Signal::USR2).unwrap();

    let (mut buffer, mut texts) = ([Event::default(); 4], Vec::new());
    while texts.len() < 6 {
        for event in epoll.wait(&mut buffer, Duration::from_secs(60)).unwrap() {
            match event.token() {
                Token(0) => {
                    drain(&inotify, &mut texts, |event| format!("created {}", event.name()))
                }
                Token(1) => drain(&counter, &mut texts, |value| format!("value {value}")),
                Token(2) => drain(&timer, &mut texts, |event| format!("{event:?}")),
                _ => drain(&signals, &mut texts, |event| event.signal().to_string()),
            }
            .unwrap();
        }
    }
    texts.sort_unstable();
    let signal = Signal::USR2.to_string();
    let mut expected =
        ["created one", "created other", "value 1", "value 1", "Expired(1)", signal.as_str()];
    expected.sort_unstable();
    assert_eq!(texts, expected);
    assert!(epoll.wait(&mut buffer, Timeout::Zero).unwrap().is_empty());
}

/// Reads `source` once, and returns the error of the read.
fn error(source: &impl EventSource, buffer: &mut [MaybeUninit<u8>]) -> butter::Error {
    source.read_events_with(buffer, |_| panic!("no event should be available")).unwrap_err()
}

#[test]
fn event_source_read_fails_with_eintr_if_interrupted_and_einval_if_buffer_is_too_small() {
    let mut buffer = [MaybeUninit::uninit(); 64];
    let (counter, inotify) = (EventFd::new(0).unwrap(), Inotify::new().unwrap());
    let timer = TimerFd::new(Clock::Monotonic).unwrap();
    let signals = SignalFd::new(Signal::USR2).unwrap();
    interrupted(|| {
        assert_eq!(error(&counter, &mut []).kind(), ErrorKind::Interrupted);
        assert_eq!(error(&timer, &mut []).kind(), ErrorKind::Interrupted);
        assert_eq!(error(&inotify, &mut buffer).kind(), ErrorKind::Interrupted);
    });
    assert_eq!(
        error(&signals, &mut buffer).errno(),
        Errno::INVAL,
        "a read into a buffer that is smaller than an event should fail"
    );
}
