//! Counts and events that one thread writes and another thread reads, while signals interrupt both
//! threads.

use std::fs::{self, File};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use butter::epoll::{self, Epoll, Interest, Token};
use butter::eventfd::{self, EventFd};
use butter::inotify::{Event, Inotify, Reader};
use butter::io;
use butter::time::Timeout;
use butter::timerfd::{Clock, Event as TimerEvent, Timer, TimerFd};

use crate::{Row, VERY_MANY, join, supports_fine_timeouts, watched};
use common::signals::PeriodicSignals;

/// Writes values to an eventfd, and reads them in another thread. The values are so large that
/// every second write blocks until the next read, and each read blocks until the next write.
pub(crate) fn counter() {
    const HALF: u64 = eventfd::VALUE_MAX / 2 + 1;
    let (counter, signals) =
        (EventFd::new(0).unwrap(), [PeriodicSignals::new(), PeriodicSignals::new()]);
    let (written, sum) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            signals[0].run(|| {
                let mut sum = 0;
                // Only the last value is odd.
                while sum % 2 == 0 {
                    sum += u128::from(counter.read().unwrap());
                }
                sum
            })
        });
        let written = signals[1].run(|| {
            let mut sum = 1;
            while signals.iter().any(|each| each.count() < VERY_MANY) {
                counter.write(HALF).unwrap();
                sum += u128::from(HALF);
            }
            counter.write(1).unwrap();
            sum
        });
        (written, join(reader))
    });
    assert_eq!(written, sum);
    assert_eq!(counter.wait(Timeout::Zero), Ok(false));
}

/// Reads a periodic timer until many signals have interrupted the reading thread. Asserts that the
/// sum of the expirations is the number of elapsed periods.
pub(crate) fn expirations() {
    let (timer, signals) = (TimerFd::new(Clock::Monotonic).unwrap(), PeriodicSignals::new());
    let period = Duration::from_micros(1500);
    signals.run(|| {
        let before = Instant::now();
        timer.set(Timer::every(period)).unwrap();
        let (set, mut last_read, mut sum) = (Instant::now(), before, 0);
        while signals.count() < VERY_MANY {
            last_read = Instant::now();
            let event = timer.read();
            let Ok(TimerEvent::Expired(count)) = event else { panic!("{event:?}") };
            sum += u128::from(count);
        }
        let least = (last_read - set).as_nanos() / period.as_nanos();
        let most = before.elapsed().as_nanos() / period.as_nanos();
        assert!(least <= sum && sum <= most, "{sum} expirations, not {least} to {most}");
    });
}

/// A function that reads inotify events, and passes them to a closure until the closure returns
/// `false`.
type Read = fn(&Inotify, &mut dyn FnMut(Event<'_>) -> bool);

pub(crate) const FILES: &[Row] = &[
    ("Inotify::read_events", || {
        files(|inotify, handle| {
            let mut buffer = [0; 4096];
            while inotify.read_events(&mut buffer).unwrap().all(&mut *handle) {}
        });
    }),
    ("inotify::Reader::next", || {
        files(|inotify, handle| {
            let mut buffer = [0; 256];
            let mut reader = Reader::new(inotify, &mut buffer);
            while handle(reader.next().unwrap()) {}
        });
    }),
];

/// Creates and removes files until many signals have interrupted the thread that reads the events.
/// Asserts that this thread reads the events of each file.
fn files(read: Read) {
    let ((inotify, directory), signals) = (watched(), PeriodicSignals::new());
    let (created, read) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut events = 0;
            signals.run(|| {
                read(&inotify, &mut |event| {
                    assert_eq!(event.name(), format!("{}", events / 2).as_str());
                    let last = event.is_dir();
                    events += 1;
                    !last
                })
            });
            events
        });
        let mut created = 0;
        while signals.count() < VERY_MANY && !reader.is_finished() {
            let path = directory.path().join(format!("{created}"));
            File::create(&path).unwrap();
            fs::remove_file(&path).unwrap();
            created += 1;
            // Wait for the reader, so that the event queue does not overflow.
            while io::bytes_available(&inotify).unwrap() > 1 << 17 && !reader.is_finished() {
                thread::yield_now();
            }
        }
        fs::create_dir(directory.path().join(format!("{created}"))).unwrap();
        (created, join(reader))
    });
    assert_eq!(read, created * 2 + 1);
    assert_eq!(inotify.wait(Timeout::Zero), Ok(false), "no event should be left");
}

pub(crate) const EDGES: &[Row] = &[
    ("no timeout", || edges(Timeout::Infinite)),
    ("timeout in whole milliseconds", || edges(Duration::from_secs(60).into())),
    ("finer timeout", || {
        if supports_fine_timeouts("Epoll::wait with a fine timeout, edge-triggered") {
            edges(Duration::new(60, 1000).into());
        }
    }),
];

/// Writes to an eventfd each time that an edge-triggered epoll instance has reported the previous
/// write. Asserts that epoll reports each write once.
fn edges(timeout: Timeout) {
    let (epoll, counter, signals) =
        (Epoll::new().unwrap(), EventFd::new(0).unwrap(), PeriodicSignals::new());
    epoll.add(&counter, Token(1), Interest::IN | Interest::ET).unwrap();
    let (sender, reported) = mpsc::channel();
    thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            signals.run(|| {
                for count in 1.. {
                    let mut buffer = [epoll::Event::default(); 2];
                    assert_eq!(
                        epoll.wait(&mut buffer, timeout).unwrap().len(),
                        1,
                        "the timeout expired after {count} events"
                    );
                    if signals.count() >= VERY_MANY {
                        return count;
                    }
                    sender.send(()).unwrap();
                }
                unreachable!()
            })
        });
        counter.write(1).unwrap();
        reported.iter().for_each(|()| counter.write(1).unwrap());
        assert_eq!(counter.read(), Ok(join(waiting)));
    });
}
