//! The number of user-space instructions that a call executes, in an optimized build.
//!
//! A child process runs a loop, and its parent single-steps the child process. The cost of one
//! iteration is computed from the instruction counts of a short and a long loop. The bounds apply
//! to the toolchain that CI pins.

mod fanotify;
mod inotify;
mod net;
mod resolver;
mod signalfd;

use std::hint::black_box;
use std::time::Duration;

use butter::eventfd::EventFd;
use butter::fd::AsFd;
use butter::io::IoSlice;
use butter::pipe::{self, SpliceFlags};
use butter::process;
use butter::timerfd::{Clock, Timer, TimerFd};
use common::require;
use common::test::Test;

common::watchdog!();

/// Runs `body` in a child process with this number of iterations. Returns the number of executed
/// instructions, or `None` if the host does not permit single-stepping a child process.
fn count(iterations: u64, body: &dyn Fn(u64)) -> Option<u64> {
    // SAFETY: the child runs the loop, which neither allocates nor locks, and exits.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: lets the parent trace this process.
        let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        if traced == 0 {
            // SAFETY: stops the process until the parent continues it.
            unsafe { libc::raise(libc::SIGSTOP) };
            body(black_box(iterations));
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
        // SAFETY: runs one instruction of the stopped child.
        if unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, child, 0, 0) } != 0 {
            // SAFETY: kills the child, which is not reaped yet.
            unsafe { libc::kill(child, libc::SIGKILL) };
            // SAFETY: reaps it.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            return None;
        }
    }
}

/// Asserts that one iteration of a loop, which makes `calls` system calls, executes at most `bound`
/// instructions.
fn at_most(bound: u64, calls: u64, body: impl Fn(u64)) {
    // The number of iterations is a multiple of every factor by which the compiler unrolls a short
    // loop. A long loop is not unrolled.
    let iterations = match bound {
        ..100 => 24,
        100..1000 => 3,
        1000.. => 1,
    };
    let test = Test::of(&body);
    let optimized = cfg!(not(debug_assertions));
    require!(test; optimized, "instructions are counted only in an optimized build (--release)");
    let [short, long] = [iterations, 2 * iterations].map(|iterations| count(iterations, &body));
    let (short, long) = require!(test; short.zip(long), "the host does not permit ptrace");
    // On aarch64, Linux stops the single-stepped process a second time after each system call.
    let stops = if cfg!(target_arch = "aarch64") { calls * iterations } else { 0 };
    let cost = (long - short - stops).div_ceil(iterations);
    println!("{}: {cost} instructions", test.name());
    assert!(cost <= bound, "{}: {cost} instructions, at most {bound} are allowed", test.name());
    assert!(cost > 1, "{}: {cost} instructions: the loop was not counted", test.name());
}

#[test]
fn getpid_takes_at_most_7_instructions() {
    at_most(7, 1, |iterations| {
        for _ in 0..iterations {
            black_box(process::getpid());
        }
    });
}

#[test]
fn eventfd_write_and_read_take_at_most_20_instructions() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(20, 2, |iterations| {
        for _ in 0..iterations {
            if counter.write(1).is_err() || counter.read().is_err() {
                failed();
            }
        }
    });
}

/// The raw read fails with `EAGAIN`, so that the cost is mostly that of the loop itself.
#[test]
fn eventfd_raw_read_takes_at_most_10_instructions_if_counter_is_zero() {
    let counter = EventFd::nonblocking(0).unwrap();
    at_most(10, 1, |iterations| {
        for _ in 0..iterations {
            if butter::eventfd::raw::read(counter.as_fd()).is_ok() {
                failed();
            }
        }
    });
}

#[test]
fn timerfd_set_and_get_take_at_most_35_instructions() {
    let timer = TimerFd::nonblocking(Clock::Monotonic).unwrap();
    at_most(35, 2, |iterations| {
        for _ in 0..iterations {
            if timer.set(Timer::every(Duration::from_secs(3600))).is_err() || timer.get().is_err() {
                failed();
            }
        }
    });
}

/// Moves a page into a pipe, duplicates the page into a second pipe, and drains both pipes to
/// `/dev/null`.
#[test]
fn splice_tee_and_vmsplice_take_at_most_60_instructions() {
    static BYTES: [u8; 4096] = [7; 4096];
    let ((first, into_first), (second, into_second)) =
        (pipe::pipe().unwrap(), pipe::pipe().unwrap());
    let null = common::fd(std::fs::File::options().write(true).open("/dev/null").unwrap());
    let bytes = [IoSlice::new(&BYTES)];
    let none = SpliceFlags::empty();
    at_most(60, 4, |iterations| {
        for _ in 0..iterations {
            // SAFETY: a write end; the bytes are constants.
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

/// Terminates the child process if a call in the loop fails.
#[cold]
#[inline(never)]
fn failed() -> ! {
    process::exit_group(2);
}
