//! Targets that are other processes, whose listener the supervisor duplicates.

use std::sync::atomic::{AtomicI32, Ordering};

use butter::fd::AsRawFd;
use butter::fs::{CWD, Mode, OFlags};
use butter::net::{self, AddressFamily, SocketType};
use butter::process::PidFd;
use butter::seccomp::{Action, Delivery, Filter, Listener, Rule, Syscall};
use butter::{Errno, io, pipe};
use common::forked::ForkedChild;
use common::require;

use super::compile;
use super::handover::{CALLS, make_calls, respond};

/// Forks a child that installs a filter with a listener, and runs `body`. The parent duplicates the
/// listener. Returns `None` if this host does not permit a listener.
pub fn child_with_listener<T: Copy + 'static>(
    calls: &[Syscall],
    body: impl FnOnce() -> T,
) -> Option<(ForkedChild<Option<T>>, Listener)> {
    // SAFETY: new memory of zeroes, which is shared with the child and never unmapped.
    let memory = unsafe {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        libc::mmap(std::ptr::null_mut(), 4, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    assert_ne!(memory, libc::MAP_FAILED);
    // SAFETY: as above: an atomic number, which is 0.
    let number = unsafe { &*memory.cast::<AtomicI32>() };
    let rules: Vec<_> = calls.iter().map(|call| Rule::new(*call, Action::UserNotif)).collect();
    let program = compile(&rules);
    let child = ForkedChild::start(|| {
        let listener = Filter::new(&program).install_listener().ok();
        number.store(listener.as_ref().map_or(-1, AsRawFd::as_raw_fd), Ordering::Release);
        // The descriptor remains open until the child terminates.
        std::mem::forget(listener?);
        Some(body())
    });
    let number = loop {
        match number.load(Ordering::Acquire) {
            0 => std::thread::yield_now(),
            -1 => return None,
            number => break number,
        }
    };
    let fd = PidFd::open(child.pid()).unwrap().getfd(number).unwrap();
    Some((child, Listener::try_from(fd).unwrap()))
}

/// The filter notifies of the system calls with which a process could pass the listener. The
/// supervisor, which is the parent, duplicates the descriptor.
#[test]
fn listener_is_passed_to_the_parent_by_pidfd_getfd() {
    let (reader, writer) = pipe::pipe().unwrap();
    let (socket, _peer) =
        net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    let child = child_with_listener(&CALLS.map(|(call, _)| call), || make_calls(&writer, &socket));
    let (child, listener) = require!(child.ok_or("this host does not permit a listener"));
    respond(&listener, child.pid());
    assert_eq!(child.result(), Some(CALLS.map(|(_, errno)| Some(errno))));
    drop((child, writer));
    assert_eq!(io::read(&reader, &mut [0; 8]), Ok(0), "no byte was written");
    assert_eq!(listener.receive(), Ok(None), "the child has terminated");
}

#[test]
fn listener_operations_report_a_target_that_was_killed() {
    let child = child_with_listener(&[Syscall::OPENAT], || {
        let _ = butter::fs::openat(CWD, c"/", OFlags::RDONLY, Mode::empty());
    });
    let (child, listener) = require!(child.ok_or("this host does not permit a listener"));
    let notification = listener.receive().unwrap().unwrap();
    let (id, address) = (notification.id(), notification.data().args[1]);
    let memory = listener.memory(&notification).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(memory.read_c_str(address, &mut buffer), Ok(Delivery::Done(Some(c"/"))));
    assert_eq!(listener.is_valid(id), Ok(true));
    // Drop kills and reaps the child.
    drop(child);
    assert_eq!(listener.is_valid(id), Ok(false));
    assert_eq!(memory.read(address, &mut buffer), Ok(Delivery::TargetGone));
    assert_eq!(listener.add_fd(id, &listener, true), Ok(Delivery::TargetGone));
    assert_eq!(listener.respond_fd(&notification, &listener, true), Ok(Delivery::TargetGone));
    // SAFETY: the target has terminated.
    let sent = unsafe { listener.respond_fd_unchecked(id, &listener, true) };
    assert_eq!(sent, Ok(Delivery::TargetGone));
    assert_eq!(listener.respond(id, Errno::PERM), Ok(Delivery::TargetGone));
    assert_eq!(listener.receive(), Ok(None));
}
