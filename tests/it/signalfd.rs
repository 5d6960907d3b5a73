//! Tests of `signalfd`: reading signals.

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

/// A real-time signal that no C library reserves.
fn rt(number: u8) -> Signal {
    // musl reserves signal 34, which is `SIGRTMIN`.
    Signal::rt(number + 1).unwrap()
}

/// Queues a signal with a value to the calling thread.
fn send(signal: Signal, value: i32) {
    thread::queue(getpid(), gettid(), signal, value).unwrap();
}

fn value(event: &Event) -> i32 {
    match event.cause() {
        Cause::Queue { value, .. } => value.int(),
        other => panic!("{other:?}"),
    }
}

/// Returns the signal mask of a descriptor, from `/proc/self/fdinfo`.
fn fdinfo_mask(signals: &SignalFd) -> SigSet {
    let info =
        std::fs::read_to_string(format!("/proc/self/fdinfo/{}", signals.as_raw_fd())).unwrap();
    let bits = info.lines().find_map(|line| line.strip_prefix("sigmask:")).unwrap();
    SigSet::from_bits(u64::from_str_radix(bits.trim(), 16).unwrap())
}

#[test]
fn signalfd_read_returns_a_blocked_signal_with_its_sender() {
    in_child_with_blocked(SigSet::all(), || {
        let signals = SignalFd::new(Signal::USR1).unwrap();
        signal::kill(getpid(), Signal::USR1).unwrap();
        let event = signals.read().unwrap();
        assert_eq!(event.signal(), Signal::USR1);
        assert_eq!(event.cause(), Cause::Kill { pid: Some(getpid()), uid: process::getuid() });
        assert_eq!(signal::pending(), Ok(SigSet::empty()), "read should dequeue the signal");
    });
}

#[test]
fn signalfd_try_read_returns_none_if_no_signal_is_pending() {
    let signals = SignalFd::nonblocking(rt(0)).unwrap();
    let _blocked = signal::block(rt(0)).unwrap();
    assert_eq!(signals.try_read(), Ok(None));
    assert_eq!(signals.read_events(&mut [0; 4 * EVENT_SIZE]).unwrap().count(), 0);
    assert_eq!(signals.wait(Timeout::Zero), Ok(false));
    send(rt(0), 7);
    assert_eq!(signals.wait(Timeout::Infinite), Ok(true));
    assert_eq!(signals.try_read().unwrap().as_ref().map(value), Some(7));
    assert_eq!(signals.try_read(), Ok(None));
}

#[test]
fn signalfd_read_events_returns_several_values_in_order() {
    let wanted = SigSet::from([rt(1), rt(2)]);
    let _blocked = signal::block(wanted).unwrap();
    let signals = SignalFd::nonblocking(wanted).unwrap();
    for number in 0..10 {
        send(rt(1), number);
    }
    send(rt(2), 10);
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
fn signalfd_read_events_accepts_unaligned_uninitialized_buffers() {
    let _blocked = signal::block(rt(3)).unwrap();
    let signals = SignalFd::nonblocking(rt(3)).unwrap();
    for start in 0..8 {
        send(rt(3), start);
        let mut buffer = [std::mem::MaybeUninit::uninit(); 3 * EVENT_SIZE];
        let mut events = signals.read_events(&mut buffer[start as usize..]).unwrap();
        assert_eq!(events.next().map(value), Some(start));
        assert!(events.next().is_none() && events.rest().is_empty());
    }
}

#[test]
fn signalfd_read_events_fails_with_einval_if_buffer_is_too_small() {
    let _blocked = signal::block(rt(4)).unwrap();
    let signals = SignalFd::nonblocking(rt(4)).unwrap();
    send(rt(4), 5);
    let error = signals.read_events(&mut [0; EVENT_SIZE - 1]).unwrap_err();
    assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument));
    assert_eq!(value(&signals.read().unwrap()), 5);
}

#[test]
fn signalfd_set_mask_changes_the_mask_of_the_descriptor() {
    let _blocked = signal::block([rt(5), rt(6)]).unwrap();
    let signals = SignalFd::nonblocking(rt(5)).unwrap();
    send(rt(6), 1);
    assert_eq!(signals.try_read(), Ok(None), "a signal outside of the mask should not be read");
    let number = signals.as_raw_fd();
    signals.set_mask(rt(6)).unwrap();
    assert_eq!((signals.as_raw_fd(), fdinfo_mask(&signals)), (number, [rt(6)].into()));
    assert_eq!(signals.try_read().unwrap().map(|event| event.signal()), Some(rt(6)));
    send(rt(5), 1);
    assert_eq!(
        signals.try_read(),
        Ok(None),
        "a signal that was removed from the mask should not be read"
    );
    signals.set_mask(rt(5)).unwrap();
    assert_eq!(signals.try_read().unwrap().map(|event| event.signal()), Some(rt(5)));
}

#[test]
fn signalfd_mask_excludes_kill_and_stop() {
    let signals = SignalFd::new(SigSet::all_including_reserved()).unwrap();
    assert_eq!(
        fdinfo_mask(&signals),
        SigSet::all_including_reserved() - SigSet::from([Signal::KILL, Signal::STOP])
    );
    signals.set_mask(SigSet::empty()).unwrap();
    assert_eq!(fdinfo_mask(&signals), SigSet::empty());
}

#[test]
fn signalfd4_set_mask_fails_with_einval_if_descriptor_is_not_a_signalfd() {
    let counter = butter::eventfd::EventFd::new(0).unwrap();
    let error = raw::signalfd4_set_mask(counter.as_fd(), SigSet::empty()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn signalfd_does_not_read_signals_that_are_not_blocked() {
    in_child(|| {
        let signals = SignalFd::nonblocking(Signal::USR1).unwrap();
        signal::ignore(Signal::USR1).unwrap();
        thread::kill(getpid(), gettid(), Signal::USR1).unwrap();
        assert_eq!(signals.try_read(), Ok(None));
    });
}

#[test]
fn signalfd_reads_signals_of_the_thread_and_of_the_process() {
    in_child_with_blocked(SigSet::all(), || {
        let signals = SignalFd::nonblocking([rt(7), rt(8)]).unwrap();
        send(rt(7), 1);
        signal::queue(getpid(), rt(8), 2).unwrap();
        let other_thread: Vec<_> = std::thread::scope(|scope| {
            let read = || {
                std::iter::from_fn(|| signals.try_read().unwrap())
                    .map(|event| value(&event))
                    .collect()
            };
            scope.spawn(read).join().unwrap()
        });
        assert_eq!(
            other_thread,
            [2],
            "another thread should read only the signal that was sent to the process"
        );
        assert_eq!(signals.read().as_ref().map(value), Ok(1));
    });
}

#[test]
fn signalfd_after_fork_reads_signals_of_the_child_but_inherited_epoll_does_not_report_them() {
    in_child_with_blocked(SigSet::all(), || {
        let (signals, epoll) = (SignalFd::nonblocking(rt(0)).unwrap(), Epoll::new().unwrap());
        epoll.add(&signals, Token(1), Interest::IN).unwrap();
        // SAFETY: the child makes system calls, and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            signal::queue(getpid(), rt(0), 1).unwrap();
            let inherited_ready =
                epoll.wait(&mut [epoll::Event::default()], Timeout::Zero).unwrap().len();
            let new_epoll = Epoll::new().unwrap();
            new_epoll.add(&signals, Token(1), Interest::IN).unwrap();
            let new_ready =
                new_epoll.wait(&mut [epoll::Event::default()], Timeout::Zero).unwrap().len();
            let read = signals.try_read().unwrap().is_some();
            butter::process::exit_group(i32::from(
                (inherited_ready, new_ready, read) != (0, 1, true),
            ));
        }
        let mut status = 0;
        // SAFETY: waits for the child; writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    });
}

#[test]
fn signalfd_wakes_epoll_wait() {
    let _blocked = signal::block(rt(9)).unwrap();
    let (signals, epoll) = (SignalFd::nonblocking(rt(9)).unwrap(), Epoll::new().unwrap());
    epoll.add(&signals, Token(9), Interest::IN).unwrap();
    let mut ready = [epoll::Event::default(); 2];
    assert!(epoll.wait(&mut ready, Timeout::Zero).unwrap().is_empty());
    send(rt(9), 3);
    assert_eq!(epoll.wait(&mut ready, Timeout::Infinite).unwrap()[0].token(), Token(9));
    assert_eq!(value(&signals.read().unwrap()), 3);
}

#[test]
fn signalfd_read_interruptible_fails_with_eintr_and_read_retries() {
    let wanted = SigSet::from([rt(10)]);
    let signals = SignalFd::new(wanted).unwrap();
    assert_eq!(interrupted(|| signals.read_interruptible().unwrap_err().errno()), Errno::INTR);
    let periodic_signals = PeriodicSignals::new();
    let read = periodic_signals.run(|| {
        let _blocked = signal::block(wanted).unwrap();
        let (receiver, before) = (gettid(), periodic_signals.count());
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while periodic_signals.count() < before + 6 {
                    std::thread::yield_now();
                }
                thread::queue(getpid(), receiver, rt(10), 11).unwrap();
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
fn signalfd_decode_returns_the_event_in_the_bytes() {
    let _blocked = signal::block(rt(11)).unwrap();
    let signals = SignalFd::nonblocking(rt(11)).unwrap();
    send(rt(11), 12);
    let mut buffer = [0; EVENT_SIZE];
    assert_eq!(io::read(&signals, &mut buffer), Ok(EVENT_SIZE));
    let event = decode(&buffer).next().unwrap();
    assert_eq!((value(event), event.as_bytes()), (12, &buffer));
    assert_eq!(Event::from_bytes(&buffer), Some(event));
    assert_eq!(format!("{event:?}"), format!("{:?}", *event));
}

#[test]
fn signalfd_with_flags_passes_flags_verbatim() {
    let signals = SignalFd::with_flags(SigSet::empty(), CreateFlags::NONBLOCK).unwrap();
    assert_eq!(io::fcntl_getfd(&signals), Ok(io::DescriptorFlags::empty()));
    assert!(io::fcntl_getfl(&signals).unwrap().contains(io::StatusFlags::NONBLOCK));
    let unknown = CreateFlags::from_bits_retain(1);
    let error = SignalFd::with_flags(SigSet::empty(), unknown).unwrap_err();
    assert_eq!(error.errno(), Errno::INVAL);
}

#[test]
fn signalfd_read_events_interruptible_returns_no_events_if_no_signal_is_pending() {
    let signals = SignalFd::nonblocking(SigSet::empty()).unwrap();
    assert_eq!(signals.read_events_interruptible(&mut [0; EVENT_SIZE]).unwrap().count(), 0);
}

#[test]
fn signalfd4_passes_flags_verbatim() {
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

/// Several processes queue many more values than the limit on pending signals. Each value is
/// received once, and the values of each sender are received in order.
#[test]
fn signalfd_receives_each_value_if_several_senders_reach_the_limit_on_pending_signals() {
    const SENDERS: usize = 4;
    const EACH: i32 = 25_000;
    in_child_with_blocked(SigSet::all(), || {
        let limit = libc::rlimit { rlim_cur: 400, rlim_max: 400 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const limit) }, 0);
        let receiver = getpid();
        let wanted = SigSet::from([rt(0), rt(1), Signal::CHLD]);
        let signals = SignalFd::nonblocking(wanted).unwrap();
        let limited = EventFd::new(0).unwrap();
        let senders: [_; SENDERS] = std::array::from_fn(|number| {
            // SAFETY: the child makes system calls, and ends.
            match unsafe { libc::fork() } {
                0 => send_all(receiver, rt(number as u8 % 2), EACH, &limited),
                pid => Pid::from_raw(pid).unwrap(),
            }
        });
        // The test reads signals only after each sender has reached the limit on pending signals.
        let mut at_limit = 0;
        while at_limit < SENDERS as u64 {
            assert_eq!(
                limited.wait(Duration::from_secs(60)),
                Ok(true),
                "only {at_limit} senders reached the limit on pending signals"
            );
            at_limit += limited.read().unwrap();
        }
        let (mut next, mut exited) = ([0; SENDERS], 0);
        let mut buffer = [0; 64 * EVENT_SIZE];
        while exited < SENDERS || next != [EACH; SENDERS] {
            assert_eq!(signals.wait(Duration::from_secs(60)), Ok(true), "{next:?}");
            for event in signals.read_events(&mut buffer).unwrap() {
                match event.cause() {
                    Cause::Queue { pid: Some(pid), value, .. } => {
                        let sender = senders.iter().position(|sender| *sender == pid).unwrap();
                        assert_eq!(value.int(), next[sender], "sender {sender}");
                        next[sender] += 1;
                    }
                    // Standard signals do not queue, so one SIGCHLD can report several children.
                    Cause::Child { .. } => {
                        let mut status = 0;
                        // SAFETY: waits for any child; writes one number.
                        while unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) } > 0 {
                            assert_eq!(status, 0);
                            exited += 1;
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        // A `SIGCHLD` can still be pending if the test has already waited for its child because of
        // an earlier `SIGCHLD`.
        if let Some(event) = signals.try_read().unwrap() {
            assert!(matches!(event.cause(), Cause::Child { .. }), "{event:?} was received twice");
        }
        assert_eq!(signals.try_read(), Ok(None), "no value should be received twice");
    });
}

/// Queues a signal for each number below `count`, and retries while the limit on pending signals is
/// reached. Increments `limited` when the limit is reached for the first time.
fn send_all(receiver: Pid, signal: Signal, count: i32, limited: &EventFd) -> ! {
    let mut reported = false;
    for number in 0..count {
        while let Err(error) = signal::queue(receiver, signal, number) {
            let expected =
                error.kind() == ErrorKind::LimitReached && (reported || limited.write(1).is_ok());
            if !expected {
                butter::process::exit_group(100);
            }
            reported = true;
            std::thread::yield_now();
        }
    }
    butter::process::exit_group(0)
}
