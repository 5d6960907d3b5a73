//! Signals to the example `supervise`, and to threads of its command.

use std::fs::{self, OpenOptions};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use butter::signal::Signal;
use butter::thread::gettid;

use super::run::{program, run, start, start_with};
use crate::terminal;
use common::signals::install_handler;
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
fn supervise_forwards_the_hangup_of_its_terminal() {
    let program = require!(program());
    let (master, slave) = require!(terminal::open());
    let control = |supervise: &mut _| terminal::control(supervise, slave);
    let running = start_with(this_test!(), &program, &[], control, |_| {
        install_handler(libc::SIGHUP, receive);
        println!("ready");
        let start = Instant::now();
        while RECEIVED.load(Ordering::Relaxed) != libc::SIGHUP {
            assert!(start.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let Some(mut running) = running else { return };
    running.wait_for("ready\n");
    drop(master);
    running.finish().assert_success();
}

/// The time between two signals. CI runs the musl builds in an emulated virtual machine, where the
/// supervisor must be able to receive a notification between two signals.
const PERIOD: Duration =
    Duration::from_micros(if cfg!(target_env = "musl") { 10_000 } else { 300 });

#[test]
fn supervise_performs_each_call_once_while_signals_interrupt_the_threads() {
    require!(kernel >= 5.19, "WAIT_KILLABLE_RECV");
    const FILES: usize = if cfg!(target_env = "musl") { 20 } else { 200 };
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        // Without `SA_RESTART`, a call that the supervisor has not received fails with EINTR.
        install_handler(libc::SIGUSR1, receive);
        let (sender, receiver) = channel();
        let done = &AtomicBool::new(false);
        std::thread::scope(|scope| {
            let creator = scope.spawn(|| {
                sender.send(gettid()).unwrap();
                for file in 0..FILES {
                    let path = directory.join(file.to_string());
                    // `std` repeats calls that fail with EINTR.
                    OpenOptions::new().write(true).create_new(true).open(path).unwrap();
                    let path = directory.join(format!("{file}-d"));
                    butter::io::retry(|| {
                        let path = common::bytes(&path);
                        butter::fs::raw::mkdirat(butter::fs::CWD, path, butter::fs::Mode::RWXU)
                    })
                    .unwrap();
                }
            });
            let thread = receiver.recv().unwrap();
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let _ = butter::thread::kill(butter::process::getpid(), thread, Signal::USR1);
                    std::thread::sleep(PERIOD);
                }
            });
            let created = creator.join();
            done.store(true, Ordering::Relaxed);
            created.unwrap();
        });
        assert_eq!(RECEIVED.load(Ordering::Relaxed), libc::SIGUSR1);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert_eq!(fs::read_dir(completed.directory.path()).unwrap().count(), 2 * FILES);
}
