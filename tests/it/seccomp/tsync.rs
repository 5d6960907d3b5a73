//! Filters for all threads of a process, and threads that cannot be synchronized.

use std::sync::Barrier;
use std::sync::mpsc::channel;

use butter::Errno;
use butter::error::Call;
use butter::seccomp::{Action, Delivery, Filter, Rule, Syscall};
use butter::thread::gettid;
use common::child::in_child;

use super::compile;
use super::filter::call;

/// The number of threads of the process.
const THREADS: usize = 8;

const ERRNO: Action = Action::Errno(Errno::TOOBIG);

#[test]
fn filter_install_all_threads_applies_the_filter_to_all_of_many_threads() {
    in_child(|| {
        let program = compile(&[Rule::new(Syscall::GETPPID, ERRNO)]);
        let (start, installed) = (&Barrier::new(THREADS + 1), &Barrier::new(THREADS + 1));
        std::thread::scope(|scope| {
            let threads = [(); THREADS].map(|()| {
                scope.spawn(move || {
                    let before = call(libc::SYS_getppid, [0; 6]);
                    start.wait();
                    installed.wait();
                    (before, call(libc::SYS_getppid, [0; 6]))
                })
            });
            start.wait();
            Filter::new(&program).install_all_threads().unwrap();
            installed.wait();
            for thread in threads {
                let (before, after) = thread.join().unwrap();
                assert!(before > 0 && after == -7, "{before} {after}");
            }
        });
    });
}

#[test]
fn filter_install_all_threads_returns_the_thread_that_has_another_filter() {
    in_child(|| {
        let program = compile(&[Rule::new(Syscall::GETPPID, ERRNO)]);
        let other = compile(&[Rule::new(Syscall::GETUID, ERRNO)]);
        let (sender, receiver) = channel();
        let barrier = &Barrier::new(2);
        std::thread::scope(|scope| {
            let diverging = scope.spawn(move || {
                Filter::new(&other).install().unwrap();
                sender.send(gettid()).unwrap();
                barrier.wait();
                call(libc::SYS_getppid, [0; 6])
            });
            let thread = receiver.recv().unwrap();
            let error = Filter::new(&program).install_all_threads().unwrap_err();
            assert_eq!(error.thread(), Some(thread));
            assert_eq!((error.error().call(), error.error().errno()), {
                (Call::SECCOMP_TSYNC, Errno::SRCH)
            });
            assert!(error.to_string().ends_with(&format!(" (thread {thread})")), "{error}");

            let error = Filter::new(&program).install_listener_all_threads().unwrap_err();
            assert_eq!((error.thread(), error.error().errno()), (None, Errno::SRCH));
            assert!(!error.to_string().contains("(thread"), "{error}");

            barrier.wait();
            assert!(diverging.join().unwrap() > 0, "no thread has the filter");
        });
        assert!(call(libc::SYS_getppid, [0; 6]) > 0, "no thread has the filter");
    });
}

#[test]
fn filter_install_listener_all_threads_notifies_of_the_calls_of_all_threads() {
    in_child(|| {
        let program = compile(&[Rule::new(Syscall::GETPPID, Action::UserNotif)]);
        let installed = &Barrier::new(THREADS + 1);
        std::thread::scope(|scope| {
            let threads = [(); THREADS].map(|()| {
                scope.spawn(move || {
                    installed.wait();
                    (gettid(), call(libc::SYS_getppid, [0; 6]))
                })
            });
            let listener = Filter::new(&program).install_listener_all_threads();
            installed.wait();
            // The host does not permit a second listener if it supervises this process.
            let Ok(listener) = listener else { return };
            let mut notified: Vec<_> = threads
                .iter()
                .map(|_| {
                    let notification = listener.receive().unwrap().unwrap();
                    let sent = listener.respond(notification.id(), Errno::NOSPC);
                    assert_eq!(sent, Ok(Delivery::Done(())));
                    notification.thread().unwrap()
                })
                .collect();
            let mut targets = threads.map(|thread| {
                let (thread, result) = thread.join().unwrap();
                assert_eq!(result, -28);
                thread
            });
            notified.sort_unstable();
            targets.sort_unstable();
            assert_eq!(notified, targets);
        });
    });
}
