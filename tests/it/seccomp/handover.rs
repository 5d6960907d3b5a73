//! Passing the listener to a supervisor through a socket, by a helper process without the filter.

use std::sync::atomic::{AtomicI32, Ordering};

use butter::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use butter::fs::{CWD, Mode, OFlags};
use butter::net::{self, AddressFamily, SocketType};
use butter::process::{self, CloneArgs, CloneFlags, WaitFlags, WaitId};
use butter::seccomp::{Action, Filter, Listener, Rule, Syscall};
use butter::thread::Tid;
use butter::{Errno, io, pipe};
use common::forked::ForkedChild;
use common::require;

use super::compile;

/// The calls with which a process could pass the listener, and the errnos of the supervisor.
pub const CALLS: [(Syscall, Errno); 3] = [
    (Syscall::OPENAT, Errno::ROFS),
    (Syscall::WRITE, Errno::NOSPC),
    (Syscall::SENDMSG, Errno::CONNRESET),
];

/// Makes the system calls, and returns their errnos.
pub fn make_calls(writer: &OwnedFd, socket: &OwnedFd) -> [Option<Errno>; 3] {
    let opened = butter::fs::openat(CWD, c"/", OFlags::RDONLY, Mode::empty()).map(drop);
    let written = io::write(writer, b"x").map(drop);
    let sent = net::send_fds(socket, b"x", [writer.as_fd()]).map(drop);
    [opened, written, sent].map(|result| result.err().map(|error| error.errno()))
}

/// Responds to the calls of [`make_calls`].
pub fn respond(listener: &Listener, child: process::Pid) {
    for (call, errno) in CALLS {
        let notification = listener.receive().unwrap().unwrap();
        assert_eq!(notification.data().syscall(), Some(call));
        assert_eq!(notification.thread().map(Tid::as_raw), Some(child.as_raw()));
        let _ = listener.respond(notification.id(), errno).unwrap();
    }
}

/// Creates a process that shares the descriptors of the calling process, waits until `number` is
/// the number of the listener, and sends the listener through `socket`.
fn start_helper(number: &AtomicI32, socket: &OwnedFd) -> process::Pid {
    let mut helper = || {
        let number = loop {
            match number.load(Ordering::Acquire) {
                0 => butter::thread::sched_yield(),
                number => break number,
            }
        };
        if number < 0 {
            return i32::from(io::write(socket, b"none").is_err());
        }
        // SAFETY: the child keeps the descriptor open.
        let listener = unsafe { BorrowedFd::borrow_raw(number) };
        i32::from(net::send_fds(socket, b"listener", [listener]).is_err())
    };
    let args = CloneArgs::new(CloneFlags::FILES);
    // SAFETY: the closure only makes system calls, and uses a copy of the memory except for
    // `number`, which is in shared memory.
    unsafe { process::clone_with(&args, &mut helper) }.unwrap().pid
}

#[test]
fn listener_is_passed_through_a_socket_by_a_helper_without_the_filter() {
    // SAFETY: new memory of zeroes, which is shared with the child and the helper.
    let memory = unsafe {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        libc::mmap(std::ptr::null_mut(), 4, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    assert_ne!(memory, libc::MAP_FAILED);
    // SAFETY: as above; never unmapped: an atomic number, which is 0.
    let number: &'static AtomicI32 = unsafe { &*memory.cast::<AtomicI32>() };
    let (socket, peer) = net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    let (reader, writer) = pipe::pipe().unwrap();
    let program = compile(&CALLS.map(|(call, _)| Rule::new(call, Action::UserNotif)));
    let child = ForkedChild::start(|| {
        let helper = start_helper(number, &socket);
        let listener = Filter::new(&program).install_listener().ok();
        number.store(listener.as_ref().map_or(-1, AsRawFd::as_raw_fd), Ordering::Release);
        let status = process::wait(WaitId::Pid(helper), WaitFlags::EXITED).unwrap();
        assert!(status.exit_status().success());
        listener.map(|listener| {
            // The child has passed the listener, and does not require its own descriptor.
            drop(listener);
            make_calls(&writer, &socket)
        })
    });
    // The child has copies of the descriptors. At its end, the socket has no other end.
    drop(socket);
    let mut buffer = [0; 16];
    let received = net::recv_fds::<1>(&peer, &mut buffer);
    let listener = received.ok().and_then(|(_, [fd])| fd);
    let listener = require!(listener.ok_or("this host does not permit a listener"));
    let listener = Listener::try_from(listener).unwrap();
    respond(&listener, child.pid());
    assert_eq!(child.result(), Some(CALLS.map(|(_, errno)| Some(errno))));
    drop((child, writer));
    assert_eq!(io::read(&reader, &mut [0; 8]), Ok(0), "no byte was written");
    assert_eq!(listener.receive(), Ok(None), "the child has terminated");
}
