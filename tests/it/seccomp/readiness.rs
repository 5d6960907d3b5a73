//! The readiness of a listener: notifications, and the end of the last target.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use butter::Errno;
use butter::epoll::{Epoll, Event, Interest, Readiness, Token};
use butter::seccomp::Syscall;
use common::require;

use super::filter::call;
use super::supervised;

#[test]
fn listener_wait_returns_true_if_a_notification_is_available() {
    let (sender, receiver) = channel::<()>();
    let target = move || {
        receiver.recv().unwrap();
        call(libc::SYS_getppid, [0; 6])
    };
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            assert!(!listener.wait(Duration::ZERO).unwrap());
            sender.send(()).unwrap();
            assert!(listener.wait(Duration::from_secs(20)).unwrap());
            let id = listener.receive().unwrap().unwrap().id();
            let _ = listener.respond(id, Errno::PERM).unwrap();
        },
    );
    assert_eq!(require!(result), -1);
}

#[test]
fn listener_receive_returns_none_within_100_ms_after_the_last_target_terminates() {
    // Scheduling can delay a single measurement.
    let mut delays = Vec::new();
    for _ in 0..5 {
        let target = || {
            std::thread::sleep(Duration::from_millis(20));
            Instant::now()
        };
        let mut received = None;
        let end = supervised(
            &[Syscall::GETPPID],
            |it| it,
            target,
            |listener| {
                assert_eq!(listener.receive(), Ok(None));
                received = Some(Instant::now());
            },
        );
        delays.push(received.unwrap_or_else(Instant::now).duration_since(require!(end)));
    }
    let delay = delays.iter().min().unwrap();
    assert!(*delay < Duration::from_millis(100), "{delays:?}");
}

/// Waits until the listener is ready, and returns its state.
fn wait(epoll: &Epoll) -> Readiness {
    let mut events = [Event::default(); 2];
    let [event] = epoll.wait(&mut events, Duration::from_secs(60)).unwrap() else {
        panic!("the listener should be ready")
    };
    assert_eq!(event.token(), Token(5));
    event.readiness()
}

#[test]
fn epoll_reports_notifications_and_the_end_of_the_last_target() {
    let (sender, receiver) = channel::<()>();
    let target = move || {
        receiver.recv().unwrap();
        let result = call(libc::SYS_getppid, [0; 6]);
        receiver.recv().unwrap();
        result
    };
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let epoll = Epoll::new().unwrap();
            epoll.add(&listener, Token(5), Interest::IN).unwrap();
            let mut events = [Event::default(); 2];
            assert!(epoll.wait(&mut events, Duration::ZERO).unwrap().is_empty());
            sender.send(()).unwrap();
            assert_eq!(wait(&epoll), Readiness::IN);
            let id = listener.receive().unwrap().unwrap().id();
            assert!(epoll.wait(&mut events, Duration::ZERO).unwrap().is_empty(), "received");
            epoll.modify(&listener, Token(5), Interest::IN | Interest::OUT).unwrap();
            assert_eq!(wait(&epoll), Readiness::OUT, "the target waits for a response");
            let _ = listener.respond(id, Errno::TOOBIG).unwrap();
            assert!(epoll.wait(&mut events, Duration::ZERO).unwrap().is_empty(), "responded");
            sender.send(()).unwrap();
            assert_eq!(wait(&epoll), Readiness::HUP);
            assert_eq!(listener.receive(), Ok(None));
        },
    );
    assert_eq!(require!(result), -7);
}
