//! Signals to the example `supervise`, and to threads of its command.

use std::fs::{self, File, OpenOptions};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use super::run::{program, run, start};
use common::signals::{PeriodicSignals, install_handler};
use common::{require, this_test};

static RECEIVED: AtomicI32 = AtomicI32::new(0);

extern "C" fn receive(signal: libc::c_int) {
    RECEIVED.store(signal, Ordering::Relaxed);
}

#[test]
fn supervise_forwards_signals_to_the_command() {
    let program = require!(program());
    let running = start(this_test!(), &program, &[], |_| {
        let signals = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1];
        for signal in signals {
            install_handler(signal, receive);
        }
        println!("ready");
        for _ in signals {
            loop {
                match RECEIVED.swap(0, Ordering::Relaxed) {
                    0 => std::thread::sleep(Duration::from_millis(1)),
                    signal => break println!("received {signal}."),
                }
            }
        }
    });
    let Some(mut running) = running else { return };
    running.wait_for("ready\n");
    for signal in [libc::SIGTERM, libc::SIGUSR1, libc::SIGQUIT, libc::SIGHUP, libc::SIGINT] {
        running.send(signal);
        running.wait_for(&format!("received {signal}."));
    }
    running.finish().assert_success();
}

#[test]
fn calls_have_one_effect_while_signals_interrupt_the_threads() {
    require!(kernel >= 5.19, "WAIT_KILLABLE_RECV");
    const FILES: usize = 100;
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        std::thread::scope(|scope| {
            for thread in 0..2 {
                scope.spawn(move || {
                    PeriodicSignals::new().run(|| {
                        for file in 0..FILES {
                            let path = directory.join(format!("{thread}-{file}"));
                            // `std` repeats calls that fail with EINTR.
                            OpenOptions::new().write(true).create_new(true).open(path).unwrap();
                            let path = directory.join(format!("{thread}-{file}-d"));
                            let created = butter::io::retry(|| {
                                let mode = butter::fs::Mode::RWXU;
                                let path = common::bytes(&path);
                                butter::fs::raw::mkdirat(butter::fs::CWD, path, mode)
                            });
                            created.unwrap();
                        }
                    });
                });
            }
        });
        assert!(common::signals::HANDLED.load(Ordering::Relaxed) > 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert_eq!(fs::read_dir(completed.directory.path()).unwrap().count(), 4 * FILES);
    File::open(completed.directory.path().join("1-0")).unwrap();
}
