//! Notifications, responses, descriptors and memory of targets.

use std::collections::HashSet;
use std::sync::mpsc::channel;

use butter::Errno;
use butter::error::Call;
use butter::fd::{AsRawFd, FromRawFd, OwnedFd};
use butter::fs::{CWD, Mode, OFlags};
use butter::seccomp::{Delivery, Listener, ListenerFlags, Notification, NotificationId, Syscall};
use butter::thread::gettid;
use butter::time::Clock;
use butter::timerfd::CreateFlags;
use butter::timerfd::raw::timerfd_create;
use common::test::Test;
use common::{kernel_is_at_least, require};

use super::supervised;

/// Calls `getppid` with arguments.
fn getppid_with(args: [u64; 6]) -> Result<i64, Errno> {
    let [a, b, c, d, e, f] = args;
    // SAFETY: the kernel ignores the arguments.
    match unsafe { libc::syscall(libc::SYS_getppid, a, b, c, d, e, f) } {
        -1 => Err(std::io::Error::last_os_error()),
        number => Ok(number),
    }
    .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap()).unwrap())
}

#[test]
fn listener_receive_returns_every_field_of_the_system_call() {
    let args = [1, u64::MAX, 3 << 40, 4, 5, 0x8000_0000_0000_0006];
    let (sender, receiver) = channel();
    let target = move || {
        sender.send(gettid()).unwrap();
        getppid_with(args)
    };
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let notification = listener.receive().unwrap().unwrap();
            let data = notification.data();
            assert_eq!(notification.thread(), Some(receiver.recv().unwrap()));
            assert_eq!((data.syscall(), data.args), (Some(Syscall::GETPPID), args));
            assert_ne!(data.instruction_pointer, 0);
            assert_eq!(notification.flags(), 0);
            assert!(listener.is_valid(notification.id()).unwrap());
            let sent = listener.respond(notification.id(), Errno::TOOBIG).unwrap();
            assert_eq!(sent, Delivery::Done(()));
            assert!(!listener.is_valid(notification.id()).unwrap());
            assert_eq!(listener.receive().unwrap(), None, "the target has terminated");
            assert_eq!(listener.receive().unwrap(), None);
        },
    );
    assert_eq!(require!(result), Err(Errno::TOOBIG));
}

#[test]
fn listener_responds_with_a_value_or_continues_the_call() {
    let target = || [getppid_with([0; 6]), getppid_with([1; 6])];
    let results = supervised(
        &[Syscall::GETPPID],
        |it| it.log().spec_allow(),
        target,
        |listener| {
            let id = listener.receive().unwrap().unwrap().id();
            // SAFETY: the target compares the result.
            assert_eq!(unsafe { listener.respond_value(id, 1 << 40) }, Ok(Delivery::Done(())));
            let id = listener.receive().unwrap().unwrap().id();
            assert_eq!(listener.respond_continue(id), Ok(Delivery::Done(())));
        },
    );
    let parent = getppid_with([0; 6]);
    assert_eq!(require!(results), [Ok(1 << 40), parent]);
}

#[test]
fn listener_reports_targets_that_are_gone() {
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        || (),
        |listener| {
            let id = NotificationId::from_raw(1);
            assert_eq!(listener.respond(id, Errno::PERM), Ok(Delivery::TargetGone));
            assert_eq!(listener.respond_continue(id), Ok(Delivery::TargetGone));
            assert_eq!(listener.add_fd(id, &listener, true), Ok(Delivery::TargetGone));
            assert_eq!(listener.is_valid(id), Ok(false));
        },
    );
    require!(result);
}

#[test]
fn calls_fail_with_enosys_if_the_listener_is_closed() {
    let target = || getppid_with([0; 6]);
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let _ = listener.receive().unwrap().unwrap();
            drop(listener);
        },
    );
    assert_eq!(require!(result), Err(Errno::NOSYS));
}

/// Opens a file, and returns the number and the close-on-exec flag of the descriptor.
fn open() -> butter::Result<(i32, bool, String)> {
    let file = butter::fs::openat(CWD, "/nonexistent", OFlags::RDONLY, Mode::empty())?;
    let flags = butter::io::fcntl_getfd(&file)?;
    let link = std::fs::read_link(format!("/proc/thread-self/fd/{}", file.as_raw_fd())).unwrap();
    let cloexec = flags.contains(butter::io::DescriptorFlags::CLOEXEC);
    Ok((file.as_raw_fd(), cloexec, link.to_str().unwrap().to_owned()))
}

#[test]
fn respond_fd_returns_a_descriptor_of_the_supervisor_as_the_result() {
    check_descriptor(|listener, notification, fd, cloexec| {
        listener.respond_fd(notification, fd, cloexec)
    });
}

#[test]
fn respond_fd_unchecked_returns_a_descriptor_of_the_supervisor_as_the_result() {
    check_descriptor(|listener, notification, fd, cloexec| {
        // SAFETY: the target accepts any new descriptor.
        unsafe { listener.respond_fd_unchecked(notification.id(), fd, cloexec) }
    });
}

type RespondFd = fn(&Listener, &Notification, &OwnedFd, bool) -> butter::Result<Delivery<i32>>;

fn check_descriptor(respond: RespondFd) {
    let null = common::fd(std::fs::File::open("/dev/null").unwrap());
    for cloexec in [false, true] {
        let mut number = None;
        let result = supervised(
            &[Syscall::OPENAT],
            |it| it,
            open,
            |listener| {
                let notification = listener.receive().unwrap().unwrap();
                let path = listener.memory(&notification).unwrap();
                let mut buffer = [0; 100];
                let path = path.read_c_str(notification.data().args[1], &mut buffer).unwrap();
                assert_eq!(path, Delivery::Done(Some(c"/nonexistent")));
                number = respond(&listener, &notification, &null, cloexec).unwrap().done();
            },
        );
        let (opened, flag, link) = require!(Test::from_environment(); result).unwrap();
        assert_eq!((Some(opened), flag, &*link), (number, cloexec, "/dev/null"));
    }
}

/// The other calls return no descriptor, or their callers rely on more than a new descriptor.
#[test]
fn respond_fd_accepts_only_calls_whose_result_is_any_new_descriptor() {
    let calls = [
        (Syscall::OPENAT, 0_i64, true),
        (Syscall::OPENAT2, 0, true),
        (Syscall::SOCKET, 0, true),
        (Syscall::ACCEPT, 0, true),
        (Syscall::ACCEPT4, 0, true),
        (Syscall::ACCEPT, 1, false),
        (Syscall::ACCEPT4, 1, false),
        (Syscall::GETPPID, 0, false),
        (Syscall::DUP, 0, false),
        (Syscall::MEMFD_CREATE, 0, false),
        (Syscall::FANOTIFY_INIT, 0, false),
        (Syscall::IO_URING_SETUP, 0, false),
        (Syscall::PERF_EVENT_OPEN, 0, false),
    ];
    let older = [(Syscall::OPEN, 0, true), (Syscall::CREAT, 0, true)];
    let older = older.into_iter().filter(|(call, ..)| call.as_raw().is_some());
    let calls: Vec<_> = calls.into_iter().chain(older).collect();
    let numbers: Vec<_> = calls.iter().map(|(call, ..)| *call).collect();
    let (_reader, writer) = butter::pipe::pipe().unwrap();
    let target = || {
        let mut results = Vec::new();
        for (call, address, _) in &calls {
            let number = call.as_raw().unwrap();
            // SAFETY: the system call is not executed.
            let result = unsafe { libc::syscall(number.into(), -1_i64, *address, 0, 0) };
            if result >= 0 {
                // SAFETY: the supervisor has added the descriptor for this call.
                drop(unsafe { OwnedFd::from_raw_fd(result as i32) });
            }
            results.push(result >= 0);
        }
        results
    };
    let result = supervised(
        &numbers,
        |it| it,
        target,
        |listener| {
            while let Some(notification) = listener.receive().unwrap() {
                if let Err(error) = listener.respond_fd(&notification, &writer, true) {
                    let expected = (Call::SECCOMP_LISTENER, Errno::INVAL);
                    assert_eq!((error.call(), error.errno()), expected);
                    let _ = listener.respond(notification.id(), Errno::PERM).unwrap();
                }
            }
        },
    );
    let expected: Vec<_> = calls.iter().map(|(.., is_accepted)| *is_accepted).collect();
    assert_eq!(require!(result), expected);
}

#[test]
fn add_fd_at_replaces_a_descriptor_of_the_target() {
    let null = common::fd(std::fs::File::open("/dev/null").unwrap());
    let (_reader, writer) = butter::pipe::pipe().unwrap();
    // The supervisor and the target share the table of descriptors.
    let replaced = butter::io::fcntl_dupfd_cloexec(&writer, 700).unwrap();
    let target = || getppid_with([0; 6]);
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let id = listener.receive().unwrap().unwrap().id();
            let number = replaced.as_raw_fd();
            // SAFETY: no code relies on the file to which the descriptor refers.
            let added = unsafe { listener.add_fd_at(id, &null, number, true) };
            assert_eq!(added, Ok(Delivery::Done(number)));
            let Delivery::Done(other) = listener.add_fd(id, &null, false).unwrap() else {
                panic!("the target is gone")
            };
            // SAFETY: a new descriptor, which has no other owner.
            drop(unsafe { <OwnedFd as butter::fd::FromRawFd>::from_raw_fd(other) });
            let _ = listener.respond(id, Errno::PERM).unwrap();
        },
    );
    assert_eq!(require!(result), Err(Errno::PERM));
    let link = std::fs::read_link(format!("/proc/thread-self/fd/{}", replaced.as_raw_fd()));
    assert_eq!(link.unwrap().to_str(), Some("/dev/null"));
}

#[test]
fn target_memory_reads_up_to_the_end_of_readable_memory() {
    // The last byte of a page, which is followed by a page that is not accessible.
    let page = butter::mm::page_size();
    // SAFETY: new memory.
    let memory = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            2 * page,
            3,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert_ne!(memory, libc::MAP_FAILED);
    // SAFETY: the second page of the mapping above.
    assert_eq!(unsafe { libc::mprotect(memory.wrapping_byte_add(page), page, 0) }, 0);
    let text = memory.wrapping_byte_add(page - 3).cast::<[u8; 3]>();
    // SAFETY: the last three bytes of the first page.
    unsafe { text.write(*b"ab\0") };
    let end = memory.addr() as u64 + page as u64;
    let target = || getppid_with([0; 6]);
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let notification = listener.receive().unwrap().unwrap();
            let memory = listener.memory(&notification).unwrap();
            let mut buffer = [0; 100];
            assert_eq!(memory.read(end - 2, &mut buffer), Ok(Delivery::Done(&b"b\0"[..])));
            assert_eq!(memory.read_c_str(end - 3, &mut buffer), Ok(Delivery::Done(Some(c"ab"))));
            assert_eq!(memory.read_c_str(end - 3, &mut buffer[..2]), Ok(Delivery::Done(None)));
            assert!(memory.read(end, &mut buffer).unwrap_err().is(Errno::FAULT));
            let _ = listener.respond(notification.id(), Errno::PERM).unwrap();
            let read = memory.read(end - 2, &mut buffer);
            assert_eq!(read, Ok(Delivery::TargetGone), "after the response");
        },
    );
    assert_eq!(require!(result), Err(Errno::PERM));
}

#[test]
fn listener_set_flags_and_wait_killable_recv_are_accepted_by_newer_kernels() {
    require!(kernel_is_at_least("6.6"), "the kernel is older than Linux 6.6");
    let target = || getppid_with([0; 6]);
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it.wait_killable_recv(),
        target,
        |listener| {
            listener.set_flags(ListenerFlags::SYNC_WAKE_UP).unwrap();
            let id = listener.receive().unwrap().unwrap().id();
            let _ = listener.respond(id, Errno::PERM).unwrap();
        },
    );
    assert_eq!(require!(result), Err(Errno::PERM));
}

#[test]
fn listener_is_converted_from_a_descriptor() {
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        || (),
        |listener| {
            let (fd, sizes) = listener.into_parts();
            assert!(sizes.notif >= 80 && sizes.resp >= 24 && sizes.data >= 64, "{sizes:?}");
            let listener = Listener::try_from(fd).unwrap();
            assert_eq!(listener.receive(), Ok(None));
        },
    );
    require!(result);
    let (reader, _writer) = butter::pipe::pipe().unwrap();
    // Objects of the same file system as listeners.
    let epoll = butter::epoll::Epoll::new().unwrap().into();
    let timer = timerfd_create(Clock::Monotonic, CreateFlags::empty()).unwrap();
    for other in [reader, epoll, timer] {
        let error = Listener::try_from(other).unwrap_err();
        assert_eq!((error.call(), error.errno()), (Call::SECCOMP_LISTENER, Errno::INVAL));
    }
}

#[test]
fn listener_receives_each_of_many_notifications_of_several_threads_once() {
    const THREADS: u64 = 4;
    /// The number of calls of each thread: 100,000 calls together. CI runs the musl builds in an
    /// emulated virtual machine.
    const CALLS: u64 = if cfg!(target_env = "musl") { 1000 } else { 25_000 };
    println!("{} notifications", THREADS * CALLS);
    let target = || {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    for call in 0..CALLS {
                        let args = [thread, call, 0, 0, 0, 0];
                        let errno = Errno::from_raw((call % 4000 + 1) as i32).unwrap();
                        assert_eq!(getppid_with(args), Err(errno));
                    }
                });
            }
        });
    };
    let result = supervised(
        &[Syscall::GETPPID],
        |it| it,
        target,
        |listener| {
            let (mut next, mut ids) = ([0; THREADS as usize], HashSet::new());
            while let Some(notification) = listener.receive().unwrap() {
                let [thread, call, ..] = notification.data().args;
                assert_eq!(call, next[thread as usize], "thread {thread}");
                next[thread as usize] += 1;
                let errno = Errno::from_raw((call % 4000 + 1) as i32).unwrap();
                let id = notification.id();
                assert!(ids.insert(id), "{id:?} was received twice");
                assert_eq!(listener.respond(id, errno), Ok(Delivery::Done(())));
                // The target has a response, and may already have continued.
                match listener.respond(id, Errno::NOSPC) {
                    Ok(sent) => assert_eq!(sent, Delivery::TargetGone),
                    Err(error) => assert!(error.is(Errno::INPROGRESS), "{error}"),
                }
            }
            assert_eq!(next, [CALLS; THREADS as usize]);
        },
    );
    require!(result);
}
