//! Signals to the example `guard`: opens are not blocked, whatever signal ends the program at any
//! time.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::run::{Opening, Running, assert_open, command, in_tmpfs};
use common::test::in_row;
use common::this_test;

/// Signals that do not terminate the program.
const SURVIVED: &[i32] = &[
    libc::SIGPIPE,
    libc::SIGCHLD,
    libc::SIGCONT,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
    libc::SIGURG,
    libc::SIGWINCH,
];

/// Signals that the Rust runtime handles: the handler restores the default action, so that only the
/// second signal terminates the program.
const HANDLED_ONCE: &[i32] = &[libc::SIGBUS, libc::SIGSEGV];

/// Signals that a C library reserves, and can block.
const RESERVED: &[i32] = &[32, 33, 34];

/// Stops the thread that opens files, also if the test panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// All signals except `SIGSTOP`.
fn signals() -> impl Iterator<Item = i32> {
    (1..=64).filter(|number| *number != libc::SIGSTOP)
}

/// Starts the program in the guarded directory, in which the kernel would store a core dump.
fn start(program: &Path, directory: &Path) -> Running {
    let mut command = command(program, &["--deny-suffix=.pem"], directory);
    command.current_dir(directory);
    let permit_core_dumps = || {
        let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: reads one struct.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const limit) };
        Ok(())
    };
    // SAFETY: between fork and exec, the closure only makes one system call.
    unsafe { command.pre_exec(permit_core_dumps) };
    Running::spawn(&mut command)
}

/// Waits until the program has ended, and asserts that no core dump was stored.
fn wait(mut guard: Running, directory: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while guard.child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the program should end");
        std::thread::sleep(Duration::from_millis(1));
    }
    let names: Vec<_> = fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// Creates a file that the program permits and a file that it denies.
fn create(directory: &Path) -> [std::path::PathBuf; 2] {
    let paths = ["file", "key.pem"].map(|name| directory.join(name));
    paths.iter().for_each(|path| fs::write(path, "").unwrap());
    paths
}

#[test]
fn guard_blocks_no_open_if_a_signal_arrives_while_files_are_opened() {
    in_tmpfs(this_test!(), |program, directory| {
        let [allowed, denied] = create(directory);
        for number in signals() {
            in_row(number, || {
                let guard = start(program, directory);
                let (count, stop) = (AtomicU64::new(0), AtomicBool::new(false));
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        while !stop.load(Ordering::Relaxed) {
                            File::open(&allowed).unwrap();
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                    let _stop = Stop(&stop);
                    let wait_for_opens = || {
                        let (start, deadline) = (count.load(Ordering::Relaxed), Instant::now());
                        while count.load(Ordering::Relaxed) < start + 10 {
                            // The process is terminated if an open is blocked: a panic would wait
                            // for the thread.
                            if deadline.elapsed() > Duration::from_secs(20) {
                                eprintln!("signal {number}: opens are blocked");
                                std::process::exit(1);
                            }
                            std::thread::sleep(Duration::from_micros(100));
                        }
                    };
                    wait_for_opens();
                    guard.send(number);
                    wait_for_opens();
                    if HANDLED_ONCE.contains(&number) {
                        guard.send(number);
                    }
                    if SURVIVED.contains(&number) {
                        assert_open(&denied, false);
                    }
                    if [SURVIVED, RESERVED].concat().contains(&number) {
                        guard.send(libc::SIGKILL);
                    }
                    wait(guard, directory);
                    wait_for_opens();
                });
                assert_open(&denied, true);
            });
        }
    });
}

#[test]
fn guard_blocks_no_open_if_a_signal_arrives_while_an_open_waits() {
    in_tmpfs(this_test!(), |program, directory| {
        let [_, denied] = create(directory);
        for number in signals() {
            in_row(number, || {
                let guard = start(program, directory);
                guard.stop();
                let opening = Opening::start(&denied);
                assert!(opening.is_waiting());
                guard.send(number);
                guard.send(libc::SIGCONT);
                let result = opening.result().map(drop).map_err(|error| error.raw_os_error());
                // A program that continues denies the open. A program that handles the signal first
                // responds to the events that it has read.
                let is_handled = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP].contains(&number)
                    || [SURVIVED, HANDLED_ONCE].concat().contains(&number);
                if !RESERVED.contains(&number) {
                    assert_eq!(result, if is_handled { Err(Some(libc::EPERM)) } else { Ok(()) });
                }
                if [SURVIVED, RESERVED].concat().contains(&number) {
                    guard.send(libc::SIGKILL);
                }
                if HANDLED_ONCE.contains(&number) {
                    guard.send(number);
                }
                wait(guard, directory);
                assert_open(&denied, true);
            });
        }
    });
}

#[test]
fn guard_that_is_stopped_and_killed_blocks_no_open() {
    in_tmpfs(this_test!(), |program, directory| {
        let [allowed, denied] = create(directory);
        let guard = start(program, directory);
        guard.stop();
        let openings = [&allowed, &denied].map(|path| Opening::start(path));
        assert!(openings.iter().all(Opening::is_waiting));
        guard.send(libc::SIGKILL);
        openings.iter().for_each(|opening| drop(opening.result().unwrap()));
        wait(guard, directory);
    });
}
