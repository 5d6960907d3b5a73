//! How many instructions a call costs beyond the kernel's: counted one by one, in an optimised build.
//!
//! A child process runs a loop, and this one steps it from instruction to instruction; two lengths of the loop tell
//! what one round costs. The bounds are those of the toolchain that the project is released with.

use std::hint::black_box;
use std::time::Duration;

use butter::eventfd::EventFd;
use butter::fd::AsFd;
use butter::inotify::{Inotify, WatchFlags, decode};
use butter::io::IoSlice;
use butter::pipe::{self, SpliceFlags};
use butter::process;
use butter::signal::{self, Signal};
use butter::signalfd::{self, EVENT_SIZE, SignalFd};
use butter::thread;
use butter::time::Clock;
use butter::timerfd::{Timer, TimerFd};
use common::require;
use common::test::Test;

/// Instructions of a loop of this many rounds, in a child that `body` runs in; `None` if this machine lets no child be
/// stepped.
fn count(rounds: u64, body: &dyn Fn(u64)) -> Option<u64> {
    // SAFETY: the child runs the loop, which neither allocates nor locks, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: lets the parent trace this process.
        let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        if traced == 0 {
            // SAFETY: stops the process until the parent goes on.
            unsafe { libc::raise(libc::SIGSTOP) };
            body(black_box(rounds));
        }
        process::exit_group(i32::from(traced != 0));
    }
    let mut status = 0;
    let mut steps = 0;
    loop {
        // SAFETY: waits for the child; writes one number.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        if libc::WIFEXITED(status) {
            return (libc::WEXITSTATUS(status) == 0).then_some(steps);
        }
        steps += 1;
        // SAFETY: lets the stopped child run one instruction.
        if unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, child, 0, 0) } != 0 {
            // SAFETY: ends the child.
            unsafe { libc::kill(child, libc::SIGKILL) };
            // SAFETY: reaps it.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            return None;
        }
    }
}

/// Asserts that one round of a loop, with so many system calls, costs at most so many instructions.
fn at_most(bound: u64, calls: u64, body: impl Fn(u64)) {
    // A multiple of every width that the compiler unrolls a short loop to.
    let rounds = if bound < 100 { 24 } else { 3 };
    let test = Test::of(&body);
    require!(test; cfg!(not(debug_assertions)), "instructions are counted in an optimised build: --release");
    let [short, long] = [rounds, 2 * rounds].map(|rounds| count(rounds, &body));
    let (short, long) = require!(test; short.zip(long), "no process may be traced here");
    // Linux on aarch64 stops a second time behind each call.
    let stops = if cfg!(target_arch = "aarch64") { calls * rounds } else { 0 };
    let cost = (long - short - stops).div_ceil(rounds);
    println!("{}: {cost} instructions", test.name());
    assert!(cost <= bound, "{}: {cost} instructions, at most {bound} are allowed", test.name());
    assert!(cost > 1, "{}: {cost} instructions: nothing was counted", test.name());
}

#[test]
fn getpid() {
    at_most(7, 1, |rounds| {
        for _ in 0..rounds {
            black_box(process::getpid());
        }
    });
}

#[test]
fn eventfd_add_and_read() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(20, 2, |rounds| {
        for _ in 0..rounds {
            if counter.write(1).is_err() || counter.read().is_err() {
                failed();
            }
        }
    });
}

#[test]
fn inotify_add_watch() {
    let inotify = Inotify::new().unwrap();
    at_most(8, 1, |rounds| {
        for _ in 0..rounds {
            if inotify.add_watch(c"/", WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

/// The path is terminated on the stack of the call.
#[test]
fn inotify_add_watch_of_a_str() {
    let inotify = Inotify::new().unwrap();
    at_most(90, 1, |rounds| {
        for _ in 0..rounds {
            if inotify.add_watch(black_box("/proc/self"), WatchFlags::CREATE).is_err() {
                failed();
            }
        }
    });
}

#[test]
fn timerfd_set_and_get() {
    let timer = TimerFd::nonblocking(Clock::Monotonic).unwrap();
    at_most(35, 2, |rounds| {
        for _ in 0..rounds {
            if timer.set(Timer::every(Duration::from_secs(3600))).is_err() || timer.get().is_err() {
                failed();
            }
        }
    });
}

/// A page goes into a pipe, is duplicated into another, and both go where bytes go to be forgotten.
#[test]
fn splice_four_calls() {
    static BYTES: [u8; 4096] = [7; 4096];
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let null = common::fd(std::fs::File::options().write(true).open("/dev/null").unwrap());
    let bytes = [IoSlice::new(&BYTES)];
    let none = SpliceFlags::empty();
    at_most(60, 4, |rounds| {
        for _ in 0..rounds {
            // SAFETY: a writing end; the bytes are constants.
            if unsafe { pipe::raw::vmsplice(into_first.as_fd(), &bytes, none) }.is_err()
                || pipe::tee(&first, &into_second, 4096, none).is_err()
                || pipe::splice(&first, None, &null, None, 4096, none).is_err()
                || pipe::splice(&second, None, &null, None, 4096, none).is_err()
            {
                failed();
            }
        }
    });
}

#[test]
fn signalfd_send_and_read() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(24, 2, |rounds| {
        let me = process::getpid();
        for _ in 0..rounds {
            if signal::kill(me, Signal::USR2).is_err() {
                failed();
            }
            let Ok(event) = signals.read() else { failed() };
            black_box(event.signal());
        }
    });
}

/// The same by a read of bytes, of which the first is the signal's number: what the call itself costs.
#[test]
fn signalfd_send_and_read_bytes() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let signals = SignalFd::nonblocking(Signal::USR2).unwrap();
    at_most(17, 2, |rounds| {
        let (me, mut buffer) = (process::getpid(), [0; EVENT_SIZE]);
        for _ in 0..rounds {
            if signal::kill(me, Signal::USR2).is_err()
                || butter::io::read(&signals, &mut buffer).is_err()
            {
                failed();
            }
            black_box(buffer[0]);
        }
    });
}

#[test]
fn decoding_sixty_signals() {
    let mut bytes = [0; 60 * EVENT_SIZE];
    bytes.iter_mut().step_by(EVENT_SIZE).for_each(|first| *first = 15);
    at_most(60 * 10, 0, |rounds| {
        for _ in 0..rounds {
            for event in signalfd::decode(black_box(&bytes)) {
                black_box(event.signal());
            }
        }
    });
}

/// A buffer of events as the kernel writes them, with names of 1 to 60 bytes.
fn events() -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in 1..=60_usize {
        let padded = (length + 1).next_multiple_of(16);
        for field in [1, 0x100, 0, padded as u32] {
            bytes.extend_from_slice(&field.to_ne_bytes());
        }
        bytes.resize(bytes.len() + length, b'n');
        bytes.resize(bytes.len() + padded - length, 0);
    }
    assert_eq!(decode(&bytes).count(), 60);
    bytes
}

#[test]
fn decoding_sixty_events() {
    let bytes = events();
    at_most(60 * 35, 0, |rounds| {
        for _ in 0..rounds {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.padded_name()));
            }
        }
    });
}

#[test]
fn decoding_sixty_events_with_trimmed_names() {
    let bytes = events();
    at_most(60 * 45, 0, |rounds| {
        for _ in 0..rounds {
            for event in decode(black_box(&bytes)) {
                black_box((event.watch(), event.flags(), event.cookie(), event.name()));
            }
        }
    });
}

/// The raw stub in the same loop: what the steps themselves count.
#[test]
fn a_raw_read_of_nothing() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(10, 1, |rounds| {
        for _ in 0..rounds {
            if butter::eventfd::raw::read(counter.as_fd()).is_ok() {
                failed();
            }
        }
    });
}

/// Ends the child from within the loop.
#[cold]
#[inline(never)]
fn failed() -> ! {
    process::exit_group(2);
}
