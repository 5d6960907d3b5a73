//! Targets that are killed while the supervisor adds a descriptor, and supervisors that are killed.

use std::time::Duration;

use butter::fd::OwnedFd;
use butter::fs::{CWD, Mode, OFlags};
use butter::net::{self, AddressFamily, SocketType};
use butter::poll::{self, PollFd, PollFlags};
use butter::seccomp::{Action, Delivery, Filter, Listener, Notification, Rule, Syscall};
use butter::signal::Signal;
use butter::{Errno, io, pipe};
use common::child::in_child;
use common::forked::ForkedChild;
use common::require;
use common::test::Test;

use super::filter::call;
use super::processes::child_with_listener;
use super::{compile, in_thread};

/// The number of targets. CI runs the musl builds in an emulated virtual machine.
const TARGETS: u32 = if cfg!(target_env = "musl") { 20 } else { 200 };

/// Returns the number of descriptors of this process.
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Adds a descriptor, and responds with its number, in one step.
fn in_one_step(listener: &Listener, it: &Notification, fd: &OwnedFd) -> Delivery<i32> {
    // SAFETY: the target accepts any new descriptor.
    unsafe { listener.respond_fd_unchecked(it.id(), fd, true) }.unwrap()
}

/// Adds a descriptor, and responds with its number, in two steps.
fn in_two_steps(listener: &Listener, it: &Notification, fd: &OwnedFd) -> Delivery<i32> {
    listener.respond_fd(it, fd, true).unwrap()
}

/// Adds descriptors to targets while the targets are killed: the methods do not fail, and no
/// process keeps a descriptor.
fn kill_targets(add: fn(&Listener, &Notification, &OwnedFd) -> Delivery<i32>) {
    let (reader, writer) = pipe::pipe().unwrap();
    let before = descriptors();
    let mut delivered = 0;
    for round in 0..TARGETS {
        let child = child_with_listener(&[Syscall::OPENAT], || {
            let opened = butter::fs::openat(CWD, c"/", OFlags::RDONLY, Mode::empty());
            std::mem::forget(opened);
        });
        let child = child.ok_or("this host does not permit a listener");
        let (child, listener) = require!(Test::from_environment(); child);
        let notification = listener.receive().unwrap().unwrap();
        let pid = child.pid();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(u64::from(round % 20) * 5));
            butter::signal::kill(pid, Signal::KILL).unwrap();
        });
        match add(&listener, &notification, &writer) {
            Delivery::Done(number) => {
                assert!(number >= 0);
                delivered += 1;
            }
            Delivery::TargetGone => {}
        }
        killer.join().unwrap();
        assert!(libc::WIFSIGNALED(child.wait()));
        assert_eq!(add(&listener, &notification, &writer), Delivery::TargetGone);
        assert_eq!(listener.receive(), Ok(None));
    }
    println!("{delivered} of {TARGETS} descriptors were added before the target was killed");
    assert_eq!(descriptors(), before, "the supervisor has another number of descriptors");
    drop(writer);
    // No process has a descriptor for the write end.
    let mut fds = [PollFd::new(&reader, PollFlags::IN)];
    assert_eq!(poll::wait(&mut fds, Duration::from_secs(60)), Ok(1));
    assert_eq!(io::read(&reader, &mut [0; 8]), Ok(0));
}

#[test]
fn respond_fd_unchecked_leaks_no_descriptor_if_the_target_is_killed() {
    in_child(|| kill_targets(in_one_step));
}

#[test]
fn respond_fd_leaks_no_descriptor_if_the_target_is_killed() {
    in_child(|| kill_targets(in_two_steps));
}

#[test]
fn respond_value_reports_a_target_that_was_killed_after_add_fd() {
    in_child(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let child = child_with_listener(&[Syscall::OPENAT], || {
            let _ = butter::fs::openat(CWD, c"/", OFlags::RDONLY, Mode::empty());
        });
        let (child, listener) = require!(child.ok_or("this host does not permit a listener"));
        let notification = listener.receive().unwrap().unwrap();
        let id = notification.id();
        let Delivery::Done(number) = listener.add_fd(id, &writer, true).unwrap() else {
            panic!("the target is waiting")
        };
        drop((child, writer));
        // SAFETY: the target has terminated.
        let sent = unsafe { listener.respond_value(id, number.into()) };
        assert_eq!(sent, Ok(Delivery::TargetGone));
        assert_eq!(io::read(&reader, &mut [0; 8]), Ok(0), "no process has the write end");
    });
}

/// The supervisor is a process that has the only descriptor for the listener.
#[test]
fn calls_fail_with_enosys_after_the_supervisor_process_was_killed() {
    in_child(|| {
        let (socket, peer) =
            net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
        let supervisor = ForkedChild::<()>::start(|| {
            let (_, [fd]) = net::recv_fds(&peer, &mut [0; 8]).unwrap();
            let listener = Listener::try_from(fd.unwrap()).unwrap();
            let first = listener.receive().unwrap().unwrap();
            let _ = listener.respond(first.id(), Errno::TOOBIG).unwrap();
            let _second = listener.receive().unwrap().unwrap();
            // Terminates this process, as a crash would, without a core dump.
            let _ = butter::signal::kill(butter::process::getpid(), Signal::KILL);
        });
        drop(peer);
        let program = compile(&[Rule::new(Syscall::GETPPID, Action::UserNotif)]);
        let results = in_thread(move || {
            let listener = Filter::new(&program).install_listener().ok()?;
            net::send_fds(&socket, b"x", [butter::fd::AsFd::as_fd(&listener)]).unwrap();
            drop(listener);
            Some([(); 3].map(|()| call(libc::SYS_getppid, [0; 6])))
        });
        let results = require!(results.ok_or("this host does not permit a listener"));
        assert_eq!(results, [-7, -i64::from(libc::ENOSYS), -i64::from(libc::ENOSYS)]);
        assert!(libc::WIFSIGNALED(supervisor.wait()));
    });
}
