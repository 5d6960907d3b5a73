//! What flows through objects, each of which counts what it gives.

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

use crate::{Row, VERY_MANY, has_fine_times, join, watched};
use common::signals::PeriodicSignals;

/// Adds so much at a time that every other addition has to wait for the reader, who waits for the next.
pub(crate) fn counter() {
    const HALF: u64 = eventfd::VALUE_MAX / 2 + 1;
    let (counter, storms) =
        (EventFd::new(0).unwrap(), [PeriodicSignals::new(), PeriodicSignals::new()]);
    let (added, came) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            storms[0].run(|| {
                let mut sum = 0;
                // What is added last makes it odd.
                while sum % 2 == 0 {
                    sum += u128::from(counter.read().unwrap());
                }
                sum
            })
        });
        let added = storms[1].run(|| {
            let mut sum = 1;
            while storms.iter().any(|storm| storm.count() < VERY_MANY) {
                counter.write(HALF).unwrap();
                sum += u128::from(HALF);
            }
            counter.write(1).unwrap();
            sum
        });
        (added, join(reader))
    });
    assert_eq!(added, came);
    assert_eq!(counter.wait(Timeout::Zero), Ok(false));
}

/// Reads a timer until many signals have come. What it has told by then is how often its period has passed.
pub(crate) fn ticks() {
    let (timer, storm) = (TimerFd::new(Clock::Monotonic).unwrap(), PeriodicSignals::new());
    let period = Duration::from_micros(1500);
    storm.run(|| {
        let before = Instant::now();
        timer.set(Timer::every(period)).unwrap();
        let (set, mut last_read, mut ticks) = (Instant::now(), before, 0);
        while storm.count() < VERY_MANY {
            last_read = Instant::now();
            let told = timer.read();
            let Ok(TimerEvent::Expired(more)) = told else { panic!("{told:?}") };
            ticks += u128::from(more);
        }
        let least = (last_read - set).as_nanos() / period.as_nanos();
        let most = before.elapsed().as_nanos() / period.as_nanos();
        assert!(least <= ticks && ticks <= most, "{ticks} is not one of {least} to {most}");
    });
}

/// Reads events for as long as what is done with each says that more are to come.
type Read = fn(&Inotify, &mut dyn FnMut(Event<'_>) -> bool);

pub(crate) const FILES: &[Row] = &[
    ("Inotify::read_events", || {
        files(|inotify, seen| {
            let mut buffer = [0; 4096];
            while inotify.read_events(&mut buffer).unwrap().all(&mut *seen) {}
        });
    }),
    ("inotify::Reader::read", || {
        files(|inotify, seen| {
            let mut buffer = [0; 256];
            let mut reader = Reader::new(inotify, &mut buffer);
            while seen(reader.next().unwrap()) {}
        });
    }),
];

/// Makes and removes files until many signals have come to the thread that reads of it, which has to learn of each.
fn files(read: Read) {
    let ((inotify, directory), storm) = (watched(), PeriodicSignals::new());
    let (made, seen) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut events = 0;
            storm.run(|| {
                read(&inotify, &mut |event| {
                    assert_eq!(event.name(), format!("{}", events / 2).as_str());
                    let last = event.is_dir();
                    events += 1;
                    !last
                })
            });
            events
        });
        let mut made = 0;
        while storm.count() < VERY_MANY && !reader.is_finished() {
            let path = directory.path().join(format!("{made}"));
            File::create(&path).unwrap();
            fs::remove_file(&path).unwrap();
            made += 1;
            // The queue has a limit.
            while io::bytes_available(&inotify).unwrap() > 1 << 17 && !reader.is_finished() {
                thread::yield_now();
            }
        }
        fs::create_dir(directory.path().join(format!("{made}"))).unwrap();
        (made, join(reader))
    });
    assert_eq!(seen, made * 2 + 1);
    assert_eq!(inotify.wait(Timeout::Zero), Ok(false), "and none too many");
}

pub(crate) const EDGES: &[Row] = &[
    ("for ever", || edges(Timeout::Infinite)),
    ("for whole milliseconds", || edges(Duration::from_secs(60).into())),
    ("for a finer time", || {
        if has_fine_times("Epoll::wait of what is told once") {
            edges(Duration::new(60, 1000).into());
        }
    }),
];

/// Adds to a counter, each time that an epoll has told the last time; it does so once.
fn edges(timeout: Timeout) {
    let (epoll, counter, storm) =
        (Epoll::new().unwrap(), EventFd::new(0).unwrap(), PeriodicSignals::new());
    epoll.add(&counter, Token(1), Interest::IN | Interest::ET).unwrap();
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            storm.run(|| {
                for times in 1.. {
                    let mut buffer = [epoll::Event::default(); 2];
                    assert_eq!(
                        epoll.wait(&mut buffer, timeout).unwrap().len(),
                        1,
                        "the time is over at {times}"
                    );
                    if storm.count() >= VERY_MANY {
                        return times;
                    }
                    tell.send(()).unwrap();
                }
                unreachable!()
            })
        });
        counter.write(1).unwrap();
        told.iter().for_each(|()| counter.write(1).unwrap());
        assert_eq!(counter.read(), Ok(join(waiting)));
    });
}
