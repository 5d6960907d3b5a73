//! Signals that are read.

use std::time::{Duration, Instant};

use butter::epoll::{self, Epoll, Interest, Token};
use butter::error::ErrorKind;
use butter::eventfd::EventFd;
use butter::fd::{AsFd, AsRawFd};
use butter::process::{self, Pid, getpid};
use butter::signal::{self, Cause, SigSet, Signal};
use butter::signalfd::{self, CreateFlags, EVENT_SIZE, Event, SignalFd, decode, raw};
use butter::thread::{self, gettid};
use butter::time::Timeout;
use butter::{Errno, io};
use common::child::{in_child, in_child_with_blocked};
use common::signals::{PeriodicSignals, interrupted};

fn place(place: u8) -> Signal {
    // SIGRTMIN itself is reserved by musl, and not in `SigSet::all`.
    Signal::rt(place + 1).unwrap()
}

/// Sends a value to this thread.
fn send(signal: Signal, value: i32) {
    thread::queue(getpid(), gettid(), signal, value).unwrap();
}

fn value(event: &Event) -> i32 {
    match event.cause() {
        Cause::Queue { value, .. } => value.int(),
        other => panic!("{other:?}"),
    }
}

/// The set of a descriptor, as /proc tells it.
fn told(signals: &SignalFd) -> SigSet {
    let info =
        std::fs::read_to_string(format!("/proc/self/fdinfo/{}", signals.as_raw_fd())).unwrap();
    let bits = info.lines().find_map(|line| line.strip_prefix("sigmask:")).unwrap();
    SigSet::from_bits(u64::from_str_radix(bits.trim(), 16).unwrap())
}

#[test]
fn what_is_held_back_is_read_with_its_sender() {
    in_child_with_blocked(SigSet::all(), || {
        let signals = SignalFd::new(Signal::USR1).unwrap();
        signal::kill(getpid(), Signal::USR1).unwrap();
        let event = signals.read().unwrap();
        assert_eq!(event.signal(), Signal::USR1);
        assert_eq!(event.cause(), Cause::Kill { pid: Some(getpid()), uid: process::getuid() });
        assert_eq!(signal::pending(), Ok(SigSet::empty()), "it was taken");
    });
}

#[test]
fn nothing_there_is_an_answer() {
    let signals = SignalFd::nonblocking(place(0)).unwrap();
    let _blocked = signal::block(place(0)).unwrap();
    assert_eq!(signals.try_read(), Ok(None));
    assert_eq!(signals.read_events(&mut [0; 4 * EVENT_SIZE]).unwrap().count(), 0);
    assert_eq!(signals.wait(Timeout::Zero), Ok(false));
    send(place(0), 7);
    assert_eq!(signals.wait(Timeout::Infinite), Ok(true));
    assert_eq!(signals.try_read().unwrap().as_ref().map(value), Some(7));
    assert_eq!(signals.try_read(), Ok(None));
}

#[test]
fn many_are_read_at_once_and_each_is_told() {
    let wanted = SigSet::from([place(1), place(2)]);
    let _blocked = signal::block(wanted).unwrap();
    let signals = SignalFd::nonblocking(wanted).unwrap();
    for number in 0..10 {
        send(place(1), number);
    }
    send(place(2), 10);
    let mut buffer = [0; 4 * EVENT_SIZE + 100];
    let mut values = Vec::new();
    for expected in [4, 4, 3, 0] {
        let events = signals.read_events(&mut buffer).unwrap();
        assert_eq!(events.size_hint(), (0, Some(expected)));
        values.extend(events.map(value));
    }
    assert_eq!(values, (0..11).collect::<Vec<_>>());
}

#[test]
fn a_buffer_may_stand_anywhere_and_be_uninitialised() {
    let _blocked = signal::block(place(3)).unwrap();
    let signals = SignalFd::nonblocking(place(3)).unwrap();
    for start in 0..8 {
        send(place(3), start);
        let mut buffer = [std::mem::MaybeUninit::uninit(); 3 * EVENT_SIZE];
        let mut events = signals.read_events(&mut buffer[start as usize..]).unwrap();
        assert_eq!(events.next().map(value), Some(start));
        assert!(events.next().is_none() && events.rest().is_empty());
    }
}

#[test]
fn too_small_a_buffer_loses_nothing() {
    let _blocked = signal::block(place(4)).unwrap();
    let signals = SignalFd::nonblocking(place(4)).unwrap();
    send(place(4), 5);
    let error = signals.read_events(&mut [0; EVENT_SIZE - 1]).unwrap_err();
    assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument));
    assert_eq!(value(&signals.read().unwrap()), 5);
}

#[test]
fn the_set_is_changed_in_place() {
    let _blocked = signal::block([place(5), place(6)]).unwrap();
    let signals = SignalFd::nonblocking(place(5)).unwrap();
    send(place(6), 1);
    assert_eq!(signals.try_read(), Ok(None), "not of the set");
    let number = signals.as_raw_fd();
    signals.set_mask(place(6)).unwrap();
    assert_eq!((signals.as_raw_fd(), told(&signals)), (number, [place(6)].into()));
    assert_eq!(signals.try_read().unwrap().map(|event| event.signal()), Some(place(6)));
    send(place(5), 1);
    assert_eq!(signals.try_read(), Ok(None), "no more of the set");
    signals.set_mask(place(5)).unwrap();
    assert_eq!(signals.try_read().unwrap().map(|event| event.signal()), Some(place(5)));
}

#[test]
fn kill_and_stop_are_left_out() {
    let signals = SignalFd::new(SigSet::all_including_reserved()).unwrap();
    assert_eq!(
        told(&signals),
        SigSet::all_including_reserved() - SigSet::from([Signal::KILL, Signal::STOP])
    );
    signals.set_mask(SigSet::empty()).unwrap();
    assert_eq!(told(&signals), SigSet::empty());
}

#[test]
fn another_kind_of_descriptor_is_refused() {
    let counter = butter::eventfd::EventFd::new(0).unwrap();
    let error = raw::signalfd4_set_mask(counter.as_fd(), SigSet::empty()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn what_is_not_held_back_takes_effect_instead() {
    in_child(|| {
        let signals = SignalFd::nonblocking(Signal::USR1).unwrap();
        signal::ignore(Signal::USR1).unwrap();
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        assert_eq!(signals.try_read(), Ok(None));
    });
}

#[test]
fn a_thread_reads_its_own_and_its_process_s() {
    in_child_with_blocked(SigSet::all(), || {
        let signals = SignalFd::nonblocking([place(7), place(8)]).unwrap();
        send(place(7), 1);
        signal::queue(getpid(), place(8), 2).unwrap();
        let elsewhere: Vec<_> = std::thread::scope(|scope| {
            let read = || {
                std::iter::from_fn(|| signals.try_read().unwrap())
                    .map(|event| value(&event))
                    .collect()
            };
            scope.spawn(read).join().unwrap()
        });
        assert_eq!(elsewhere, [2], "what is for the process, any of its threads may read");
        assert_eq!(signals.read().as_ref().map(value), Ok(1));
    });
}

#[test]
fn a_child_reads_its_own_but_an_epoll_that_it_has_from_its_parent_does_not_see_them() {
    in_child_with_blocked(SigSet::all(), || {
        let (signals, epoll) = (SignalFd::nonblocking(place(0)).unwrap(), Epoll::new().unwrap());
        epoll.add(&signals, Token(1), Interest::IN).unwrap();
        // SAFETY: the child makes system calls, and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            signal::queue(getpid(), place(0), 1).unwrap();
            let seen = epoll.wait(&mut [epoll::Event::default()], Timeout::Zero).unwrap().len();
            let own = Epoll::new().unwrap();
            own.add(&signals, Token(1), Interest::IN).unwrap();
            let seen_anew = own.wait(&mut [epoll::Event::default()], Timeout::Zero).unwrap().len();
            let read = signals.try_read().unwrap().is_some();
            butter::process::exit_group(i32::from((seen, seen_anew, read) != (0, 1, true)));
        }
        let mut status = 0;
        // SAFETY: waits for the child; writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    });
}

#[test]
fn it_wakes_an_epoll() {
    let _blocked = signal::block(place(9)).unwrap();
    let (signals, epoll) = (SignalFd::nonblocking(place(9)).unwrap(), Epoll::new().unwrap());
    epoll.add(&signals, Token(9), Interest::IN).unwrap();
    let mut ready = [epoll::Event::default(); 2];
    assert!(epoll.wait(&mut ready, Timeout::Zero).unwrap().is_empty());
    send(place(9), 3);
    assert_eq!(epoll.wait(&mut ready, Timeout::Infinite).unwrap()[0].token(), Token(9));
    assert_eq!(value(&signals.read().unwrap()), 3);
}

#[test]
fn handlers_of_other_signals_end_only_the_read_that_asks_for_it() {
    let wanted = SigSet::from([place(10)]);
    let signals = SignalFd::new(wanted).unwrap();
    assert_eq!(interrupted(|| signals.read_interruptible().unwrap_err().errno()), Errno::INTR);
    let storm = PeriodicSignals::new();
    let read = storm.run(|| {
        let _blocked = signal::block(wanted).unwrap();
        let (me, seen) = (gettid(), storm.count());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while storm.count() < seen + 6 {
                    std::thread::yield_now();
                }
                thread::queue(getpid(), me, place(10), 11).unwrap();
            });
            signals.read().as_ref().map(value).map_err(|error| *error)
        })
    });
    assert_eq!(read, Ok(11));
    let (time, began) = (Duration::from_millis(30), Instant::now());
    assert_eq!(interrupted(|| signals.wait(time)), Ok(false));
    assert!(began.elapsed() >= time);
}

#[test]
fn its_bytes_decode_elsewhere() {
    let _blocked = signal::block(place(11)).unwrap();
    let signals = SignalFd::nonblocking(place(11)).unwrap();
    send(place(11), 12);
    let mut buffer = [0; EVENT_SIZE];
    assert_eq!(io::read(&signals, &mut buffer), Ok(EVENT_SIZE));
    let event = decode(&buffer).next().unwrap();
    assert_eq!((value(event), event.as_bytes()), (12, &buffer));
    assert_eq!(Event::from_bytes(&buffer), Some(event));
    assert_eq!(format!("{event:?}"), format!("{:?}", *event));
}

#[test]
fn with_flags_passes_flags_verbatim() {
    let signals = SignalFd::with_flags(SigSet::empty(), CreateFlags::NONBLOCK).unwrap();
    assert_eq!(io::fcntl_getfd(&signals), Ok(io::DescriptorFlags::empty()));
    assert!(io::fcntl_getfl(&signals).unwrap().contains(io::StatusFlags::NONBLOCK));
    let unknown = CreateFlags::from_bits_retain(1);
    let error = SignalFd::with_flags(SigSet::empty(), unknown).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
}

#[test]
fn read_events_interruptible_returns_no_events_if_none_is_pending() {
    let signals = SignalFd::nonblocking(SigSet::empty()).unwrap();
    assert_eq!(signals.read_events_interruptible(&mut [0; EVENT_SIZE]).unwrap().count(), 0);
}

#[test]
fn flags_are_as_they_were_asked_for() {
    let fd = raw::signalfd4(SigSet::empty(), CreateFlags::empty()).unwrap();
    assert_eq!(io::fcntl_getfd(&fd), Ok(io::DescriptorFlags::empty()));
    let signals = SignalFd::nonblocking(SigSet::empty()).unwrap();
    assert_eq!(io::fcntl_getfd(&signals), Ok(io::DescriptorFlags::CLOEXEC));
    assert!(io::fcntl_getfl(&signals).unwrap().contains(io::StatusFlags::NONBLOCK));
    assert!(
        !io::fcntl_getfl(SignalFd::new(SigSet::empty()).unwrap())
            .unwrap()
            .contains(io::StatusFlags::NONBLOCK)
    );
    let error = raw::signalfd4(SigSet::empty(), CreateFlags::from_bits_retain(1)).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
    assert_eq!(
        signalfd::raw::read(signals.as_fd(), &mut [0; EVENT_SIZE]).unwrap_err().errno(),
        Errno::AGAIN
    );
}

/// Several processes send numbers, many more than may be queued at a time: each arrives, once, in its sender's order.
#[test]
fn a_hundred_thousand_of_several_senders_all_arrive() {
    const SENDERS: usize = 4;
    const EACH: i32 = 25_000;
    in_child_with_blocked(SigSet::all(), || {
        let limit = libc::rlimit { rlim_cur: 400, rlim_max: 400 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const limit) }, 0);
        let receiver = getpid();
        let wanted = SigSet::from([place(0), place(1), Signal::CHLD]);
        let signals = SignalFd::nonblocking(wanted).unwrap();
        let refused = EventFd::new(0).unwrap();
        let senders: [_; SENDERS] = std::array::from_fn(|number| {
            // SAFETY: the child makes system calls, and ends.
            match unsafe { libc::fork() } {
                0 => send_all(receiver, place(number as u8 % 2), EACH, &refused),
                pid => Pid::from_raw(pid).unwrap(),
            }
        });
        // Nothing is read before all of them met the limit.
        let mut at_limit = 0;
        while at_limit < SENDERS as u64 {
            assert_eq!(
                refused.wait(Duration::from_secs(60)),
                Ok(true),
                "{at_limit} senders met the limit"
            );
            at_limit += refused.read().unwrap();
        }
        let (mut next, mut ended) = ([0; SENDERS], 0);
        let mut buffer = [0; 64 * EVENT_SIZE];
        while ended < SENDERS || next != [EACH; SENDERS] {
            assert_eq!(signals.wait(Duration::from_secs(60)), Ok(true), "{next:?}");
            for event in signals.read_events(&mut buffer).unwrap() {
                match event.cause() {
                    Cause::Queue { pid: Some(pid), value, .. } => {
                        let sender = senders.iter().position(|sender| *sender == pid).unwrap();
                        assert_eq!(value.int(), next[sender], "of sender {sender}");
                        next[sender] += 1;
                    }
                    // One stands for all that came while it was held back.
                    Cause::Child { .. } => {
                        let mut status = 0;
                        // SAFETY: waits for any child; writes one number.
                        while unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) } > 0 {
                            assert_eq!(status, 0);
                            ended += 1;
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(signals.try_read(), Ok(None), "none came twice");
    });
}

/// Sends the numbers up to this one, each again as long as there is no room for it; tells when that is first so.
fn send_all(receiver: Pid, signal: Signal, count: i32, refused: &EventFd) -> ! {
    let mut told = false;
    for number in 0..count {
        while let Err(error) = signal::queue(receiver, signal, number) {
            let expected =
                error.kind() == ErrorKind::LimitReached && (told || refused.write(1).is_ok());
            if !expected {
                butter::process::exit_group(100);
            }
            told = true;
            std::thread::yield_now();
        }
    }
    butter::process::exit_group(0)
}
