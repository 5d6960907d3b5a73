//! Targets that are interrupted by signals while they wait for a response.

use std::cell::Cell;
use std::sync::Once;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::process::getpid;
use butter::seccomp::{Delivery, Filter, Listener, Notification, Syscall};
use butter::signal::Signal;
use butter::thread::gettid;
use common::require;

use super::filter::call;
use super::supervised;

thread_local! {
    /// The number of signals that the current thread has handled.
    static HANDLED: Cell<u32> = const { Cell::new(0) };
}

extern "C" fn count(_: libc::c_int) {
    HANDLED.set(HANDLED.get() + 1);
}

/// Installs the handler of a signal.
fn install_handler(signal: Signal, flags: libc::c_int) {
    // SAFETY: all zeroes is a valid action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = count as *const () as usize;
    action.sa_flags = flags;
    let number = signal.as_raw();
    // SAFETY: reads the action; the handler is async-signal-safe.
    assert_eq!(unsafe { libc::sigaction(number, &raw const action, std::ptr::null_mut()) }, 0);
}

/// Signals that no other test uses: the handler of the second signal has the flag `SA_RESTART`.
fn signals() -> [Signal; 2] {
    static HANDLERS: Once = Once::new();
    let signals = [Signal::rt(28).unwrap(), Signal::rt(29).unwrap()];
    HANDLERS.call_once(|| {
        install_handler(signals[0], 0);
        install_handler(signals[1], libc::SA_RESTART);
    });
    signals
}

/// Sends `signal` to the target after the supervisor has received its notification, and calls
/// `supervisor`. Returns the result of the target's system call, and the number of signals that the
/// target has handled.
fn interrupt(
    signal: Signal,
    options: fn(Filter<'_>) -> Filter<'_>,
    supervisor: impl FnOnce(&Listener, &Notification),
) -> butter::Result<(i64, u32)> {
    let (sender, receiver) = channel();
    let target = move || {
        sender.send(gettid()).unwrap();
        (call(libc::SYS_getppid, [0; 6]), HANDLED.get())
    };
    supervised(&[Syscall::GETPPID], options, target, |listener| {
        let notification = listener.receive().unwrap().unwrap();
        assert!(listener.is_valid(notification.id()).unwrap());
        let thread = receiver.recv().unwrap();
        butter::thread::kill(getpid(), thread, signal).unwrap();
        supervisor(&listener, &notification);
    })
}

/// Waits until the condition is true.
fn wait_until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "the condition should become true");
        std::thread::sleep(Duration::from_micros(200));
    }
}

#[test]
fn interrupted_call_fails_with_eintr_and_its_notification_becomes_invalid() {
    let [signal, _] = signals();
    let result = interrupt(
        signal,
        |it| it,
        |listener, notification| {
            let id = notification.id();
            wait_until(|| !listener.is_valid(id).unwrap());
            assert_eq!(listener.respond(id, Errno::PERM), Ok(Delivery::TargetGone));
            assert_eq!(listener.add_fd(id, listener, true), Ok(Delivery::TargetGone));
            assert_eq!(listener.receive(), Ok(None), "the call is not repeated");
        },
    );
    assert_eq!(require!(result), (-i64::from(libc::EINTR), 1));
}

#[test]
fn interrupted_call_is_restarted_with_another_notification_if_the_handler_has_sa_restart() {
    let [_, signal] = signals();
    let result = interrupt(
        signal,
        |it| it,
        |listener, notification| {
            let restarted = listener.receive().unwrap().unwrap();
            assert_ne!(restarted.id(), notification.id());
            assert_eq!(restarted.thread(), notification.thread());
            assert_eq!(restarted.data(), notification.data());
            assert!(!listener.is_valid(notification.id()).unwrap());
            let sent = listener.respond(notification.id(), Errno::PERM);
            assert_eq!(sent, Ok(Delivery::TargetGone));
            let sent = listener.respond(restarted.id(), Errno::TOOBIG);
            assert_eq!(sent, Ok(Delivery::Done(())));
        },
    );
    assert_eq!(require!(result), (-7, 1));
}

#[test]
fn signal_does_not_interrupt_a_received_call_with_wait_killable_recv() {
    require!(kernel >= 5.19, "WAIT_KILLABLE_RECV");
    let [signal, _] = signals();
    let result = interrupt(
        signal,
        |it| it.wait_killable_recv(),
        |listener, notification| {
            std::thread::sleep(Duration::from_millis(50));
            assert!(listener.is_valid(notification.id()).unwrap());
            let sent = listener.respond(notification.id(), Errno::TOOBIG);
            assert_eq!(sent, Ok(Delivery::Done(())));
        },
    );
    assert_eq!(require!(result), (-7, 1));
}
