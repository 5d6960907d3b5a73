//! Many spawns, and spawns while other threads allocate, receive signals and open descriptors.

use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use butter::process::{Command, wait_any_nonblocking};
use butter::signal::{self, Signal};
use common::child::in_child;
use common::tiny;

use super::{Tiny, report, restore_default_actions, signals_of};

/// Returns the number of open descriptors of this process.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn spawn_leaks_no_descriptors_and_children_in_10000_spawns() {
    in_child(|| {
        let program = Tiny::new(&tiny::exit(11));
        let before = descriptors();
        for _ in 0..10_000 {
            let mut child = Command::new(&program.path).spawn().unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(11));
        }
        for _ in 0..500 {
            let error = Command::new(c"/nowhere").spawn().unwrap_err();
            assert_eq!(error.error().errno(), butter::Errno::NOENT);
        }
        assert_eq!(descriptors(), before);
        assert_eq!(wait_any_nonblocking(), Ok(None));
    });
}

/// Stops the other threads, also if the test panics.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

#[test]
fn spawn_is_correct_while_threads_allocate_receive_signals_and_open_descriptors() {
    in_child(|| {
        restore_default_actions();
        common::signals::install_handler(libc::SIGUSR1, count);
        let stop = AtomicBool::new(false);
        let program = Tiny::new(&tiny::exit(12));
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let stop = &stop;
                scope.spawn(move || {
                    let mut blocks = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        match thread % 3 {
                            0 => blocks.push(vec![1_u8; 1 + blocks.len() * 97 % 5000]),
                            1 => {
                                // This descriptor is not close-on-exec.
                                let file = std::fs::File::open("/proc/version").unwrap();
                                // SAFETY: touches no memory.
                                unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) };
                            }
                            _ => {
                                let _ = signal::kill(butter::process::getpid(), Signal::USR1);
                            }
                        }
                        std::thread::sleep(std::time::Duration::from_micros(50));
                        if blocks.len() > 100 {
                            blocks.clear();
                        }
                    }
                });
            }
            let _stop = StopOnDrop(&stop);
            for round in 0..200 {
                let mut child = Command::new(&program.path).spawn().unwrap();
                assert_eq!(child.wait().unwrap().code(), Some(12));
                if round % 40 == 0 {
                    let report = report(|_| {});
                    assert!(!report.0.contains("/proc/version"), "{}", report.0);
                    assert_eq!(signals_of(|_| {}), [0; 3]);
                }
            }
        });
        assert!(HANDLED.load(Ordering::Relaxed) > 0);
        assert_eq!(wait_any_nonblocking(), Ok(None));
    });
}
