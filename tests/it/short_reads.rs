//! Tests of reads of values of a fixed size, if the kernel returns 0 bytes or one byte less than
//! the size.

use std::mem::MaybeUninit;

use butter::error::Call;
use butter::eventfd::{self, EventFd};
use butter::fd::{AsFd, OwnedFd};
use butter::inotify::{self, EVENT_SIZE_MAX, Inotify, Reader};
use butter::io::{EventSource, fcntl_dupfd_cloexec};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};
use butter::timerfd::{self, Clock, Event as TimerEvent, TimerFd};
use butter::{Errno, Result};
use common::recorder::{Difference, Expected, Recorder, fd, output, record, size};
use common::require;
use common::test::in_row;

/// The result of a read that returns too few bytes.
#[derive(Clone, Copy)]
enum Short {
    /// The function fails with `EINVAL`, because the descriptor must belong to another type of
    /// file.
    Fails,
    /// The function succeeds, but returns no value or event.
    Nothing,
    /// The function reads again, and returns the value of the second read.
    Continues,
}
use Short::{Continues, Fails, Nothing};

/// Calls the function once, and returns the number in the event, or 0 if the event contains no
/// number.
type ReadOnce = fn(OwnedFd) -> Result<Option<u64>>;

struct Read {
    name: &'static str,
    call: Call,
    /// The sizes of the value and of the buffer, in bytes.
    value: usize,
    buffer: usize,
    /// The result if the kernel returns 0 bytes, and the result if the kernel returns one byte less
    /// than the value.
    empty: Short,
    short: Short,
    read: ReadOnce,
}

const fn counter(name: &'static str, read: ReadOnce) -> Read {
    let call = Call::EVENTFD_READ;
    Read { name, call, value: 8, buffer: 8, empty: Fails, short: Fails, read }
}

const fn timer(name: &'static str, empty: Short, read: ReadOnce) -> Read {
    Read { name, call: Call::TIMERFD_READ, value: 8, buffer: 8, empty, short: Fails, read }
}

const fn signal(name: &'static str, short: Short, read: ReadOnce) -> Read {
    let (call, size) = (Call::SIGNALFD_READ, EVENT_SIZE);
    Read { name, call, value: size, buffer: size, empty: short, short, read }
}

/// A read of inotify events, whose shortest value is the header of an event without a name.
const fn events(name: &'static str, short: Short, read: ReadOnce) -> Read {
    let (call, buffer) = (Call::INOTIFY_READ, EVENT_SIZE_MAX);
    Read { name, call, value: 16, buffer, empty: short, short, read }
}

const READS: &[Read] = &[
    counter("eventfd::raw::read", |fd| eventfd::raw::read(fd.as_fd()).map(Some)),
    counter("EventFd::read", |fd| EventFd::from(fd).read().map(Some)),
    counter("EventFd::try_read", |fd| EventFd::from(fd).try_read()),
    counter("EventFd::read_interruptible", |fd| EventFd::from(fd).read_interruptible().map(Some)),
    counter("EventFd: EventSource", |fd| source::<EventFd, EVENT_SIZE_MAX>(fd, |value| value)),
    timer("timerfd::raw::read", Nothing, |fd| timerfd::raw::read(fd.as_fd())),
    timer("TimerFd::read", Continues, |fd| {
        TimerFd::from(fd).read().map(|event| Some(expirations(event)))
    }),
    timer("TimerFd::try_read", Nothing, |fd| {
        TimerFd::from(fd).try_read().map(|event| event.map(expirations))
    }),
    timer("TimerFd::read_interruptible", Continues, |fd| {
        TimerFd::from(fd).read_interruptible().map(|event| Some(expirations(event)))
    }),
    timer("TimerFd: EventSource", Nothing, |fd| source::<TimerFd, EVENT_SIZE_MAX>(fd, expirations)),
    signal("signalfd::raw::read", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE];
        let bytes = signalfd::raw::read(fd.as_fd(), &mut buffer)?;
        Ok(signalfd::decode(bytes).next().map(|_| 0))
    }),
    signal("SignalFd::read", Fails, |fd| SignalFd::from(fd).read().map(|_| Some(0))),
    signal("SignalFd::try_read", Fails, |fd| {
        SignalFd::from(fd).try_read().map(|event| event.map(|_| 0))
    }),
    signal("SignalFd::read_interruptible", Fails, |fd| {
        SignalFd::from(fd).read_interruptible().map(|_| Some(0))
    }),
    signal("SignalFd::read_events", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE];
        let signals = SignalFd::from(fd);
        signals.read_events(&mut buffer).map(|mut events| events.next().map(|_| 0))
    }),
    signal("SignalFd::read_events_interruptible", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE];
        let signals = SignalFd::from(fd);
        signals.read_events_interruptible(&mut buffer).map(|mut events| events.next().map(|_| 0))
    }),
    signal("SignalFd: EventSource", Nothing, |fd| source::<SignalFd, EVENT_SIZE>(fd, |_| 0)),
    events("inotify::raw::read", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE_MAX];
        let bytes = inotify::raw::read(fd.as_fd(), &mut buffer)?;
        Ok(inotify::decode(bytes).next().map(|_| 0))
    }),
    events("Inotify::read_events", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE_MAX];
        let inotify = Inotify::from(fd);
        inotify.read_events(&mut buffer).map(|mut events| events.next().map(|_| 0))
    }),
    events("Inotify::read_events_interruptible", Nothing, |fd| {
        let mut buffer = [0; EVENT_SIZE_MAX];
        let inotify = Inotify::from(fd);
        inotify.read_events_interruptible(&mut buffer).map(|mut events| events.next().map(|_| 0))
    }),
    events("Inotify: EventSource", Nothing, |fd| source::<Inotify, EVENT_SIZE_MAX>(fd, |_| 0)),
    events("Reader::next", Fails, |fd| {
        let mut buffer = [0; EVENT_SIZE_MAX];
        Reader::new(&Inotify::from(fd), &mut buffer).next().map(|_| Some(0))
    }),
    events("Reader::try_next", Fails, |fd| {
        let mut buffer = [0; EVENT_SIZE_MAX];
        let inotify = Inotify::from(fd);
        let mut reader = Reader::new(&inotify, &mut buffer);
        reader.try_next().map(|event| event.map(|_| 0))
    }),
];

fn expirations(event: TimerEvent) -> u64 {
    match event {
        TimerEvent::Expired(times) => times,
        TimerEvent::ClockChanged => panic!("the read should return the number of expirations"),
    }
}

/// Reads once through the trait `EventSource`.
fn source<S: EventSource + From<OwnedFd>, const SIZE: usize>(
    fd: OwnedFd,
    value: impl Fn(S::Event<'_>) -> u64,
) -> Result<Option<u64>> {
    let (mut buffer, mut read) = ([MaybeUninit::uninit(); SIZE], None);
    S::from(fd).read_events_with(&mut buffer, |event| read = Some(value(event)))?;
    Ok(read)
}

const VALUE: u64 = 0x0102_0304_0506_0708;

#[test]
fn read_returns_no_partial_value_if_the_kernel_returns_too_few_bytes() {
    let differences = require!(
        record("read", &[libc::SYS_read], |it| READS
            .iter()
            .for_each(|read| in_row(read.name, || row(it, read)))),
        "seccomp user notifications are unavailable"
    );
    let texts: Vec<_> = differences
        .into_iter()
        .map(|(Difference::Call(text) | Difference::Result(text))| text)
        .collect();
    assert!(texts.is_empty(), "\n{}", texts.join("\n"));
}

fn row(it: &Recorder, read: &Read) {
    // The recorder forges the result of every read. The descriptor is a timer, because some
    // functions check its type.
    let timer = TimerFd::new(Clock::Monotonic).unwrap();
    for (count, outcome) in [(0, read.empty), (read.value - 1, read.short)] {
        let timer = fcntl_dupfd_cloexec(&timer, 500).unwrap();
        let returns = |bytes: &[u8]| {
            let arguments =
                [("fd", fd(&timer)), ("buf", output(bytes)), ("count", size(read.buffer))];
            Expected::new(libc::SYS_read, arguments, bytes.len() as i64)
        };
        let first = returns(&[7; EVENT_SIZE][..count]);
        let (result, expected) = match outcome {
            Continues => {
                let second = returns(&VALUE.to_ne_bytes());
                (it.calls([first, second], || (read.read)(timer)), Ok(Some(VALUE)))
            }
            Nothing => (it.calls([first], || (read.read)(timer)), Ok(None)),
            Fails => (it.calls([first], || (read.read)(timer)), Err((read.call, Errno::INVAL))),
        };
        let result = result.map_err(|error| (error.call(), error.errno()));
        it.output(&format!("{}, {count} bytes", read.name), result, expected);
    }
}
