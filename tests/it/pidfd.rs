//! Tests of `process::PidFd` on the running kernel.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use butter::epoll::{self, Epoll, Interest, Token};
use butter::error::ErrorKind;
use butter::fd::{AsRawFd, OwnedFd};
use butter::io::DescriptorFlags;
use butter::namespace::{self, Kind, Namespace, Namespaces};
use butter::process::{
    self, CoredumpFlags, InfoMask, OpenFlags, PIDFD_SELF_THREAD, PIDFD_SELF_THREAD_GROUP, Pid,
    PidFd, Resource, Rlimit, SignalFlags, WaitFlags, getpid, raw,
};
use butter::signal::{self, Cause, Code, SigSet, Signal};
use butter::thread::gettid;
use butter::time::Timeout;
use butter::{Errno, poll};
use common::child::{in_child, in_child_with_blocked, in_namespaces};
use common::files;
use common::forked::ForkedChild;
use common::require;

/// Returns the ID of the calling thread as a process ID.
fn own_thread() -> Pid {
    Pid::from_raw(gettid().as_raw()).unwrap()
}

#[test]
fn pidfd_is_close_on_exec_and_refers_to_the_process() {
    let pidfd = PidFd::open(getpid()).unwrap();
    let flags = butter::io::fcntl_getfd(&pidfd).unwrap();
    assert_eq!(flags, DescriptorFlags::CLOEXEC);
    let fdinfo = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).unwrap();
    let pid = fdinfo.lines().find_map(|line| line.strip_prefix("Pid:")).unwrap();
    assert_eq!(pid.trim(), getpid().to_string());
    assert_eq!(pidfd.send_signal(None), Ok(()));
}

#[test]
fn try_from_accepts_pidfds_of_any_process_and_rejects_other_descriptors() {
    for pid in [getpid(), Pid::from_raw(1).unwrap()] {
        let fd = OwnedFd::from(PidFd::open(pid).unwrap());
        assert!(PidFd::try_from(fd).is_ok());
    }
    let child = ForkedChild::start(|| ());
    let fd = PidFd::with_flags(child.pid(), OpenFlags::NONBLOCK).unwrap();
    let fd = PidFd::try_from(OwnedFd::from(fd)).unwrap();
    drop(child);
    assert!(PidFd::try_from(OwnedFd::from(fd)).is_ok());
    for path in ["/dev/null", "/proc/self", "/proc/self/ns/uts"] {
        let error = PidFd::try_from(common::fd(fs::File::open(path).unwrap())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadDescriptor, "{path}");
    }
}

#[test]
fn with_flags_nonblock_makes_wait_fail_with_eagain() {
    let child = ForkedChild::start(|| ());
    let pidfd = PidFd::with_flags(child.pid(), OpenFlags::NONBLOCK).unwrap();
    let error = process::wait(&pidfd, WaitFlags::EXITED).unwrap_err();
    assert_eq!(error.errno(), Errno::AGAIN);
    let blocking = PidFd::open(child.pid()).unwrap();
    assert_eq!(process::wait_nonblocking(&blocking, WaitFlags::EXITED), Ok(None));
}

#[test]
fn with_flags_thread_opens_a_thread() {
    std::thread::spawn(|| {
        let error = PidFd::open(own_thread()).unwrap_err();
        assert!([Errno::NOENT, Errno::INVAL].contains(&error.errno()), "{error}");
        let pidfd = PidFd::with_flags(own_thread(), OpenFlags::THREAD);
        let pidfd = require!(pidfd, "PIDFD_THREAD requires Linux 6.9");
        let _blocked = signal::block(Signal::USR2).unwrap();
        pidfd.send_signal(Signal::USR2).unwrap();
        let pending = signal::wait(SigSet::from(Signal::USR2), Duration::ZERO).unwrap().unwrap();
        assert!(matches!(pending.cause(), Cause::ThreadKill { .. }), "{pending:?}");
    })
    .join()
    .unwrap();
}

#[test]
fn send_signal_to_selects_thread_process_or_group() {
    in_child_with_blocked(SigSet::from([Signal::USR1, Signal::USR2]), || {
        std::thread::spawn(|| {
            let pidfd = PidFd::open(getpid()).unwrap();
            let sent = pidfd.send_signal_to(SignalFlags::THREAD_GROUP, Signal::USR1);
            require!(sent, "the scopes of signals require Linux 6.9");
            let info = signal::wait(Signal::USR1, Duration::ZERO).unwrap().unwrap();
            assert_eq!(info.pid(), Some(getpid()));
            // The signal is pending only for the first thread, which the pidfd refers to.
            pidfd.send_signal_to(SignalFlags::THREAD, Signal::USR2).unwrap();
            assert!(signal::wait(Signal::USR2, Duration::ZERO).unwrap().is_none());
            let pending =
                fs::read_to_string(format!("/proc/self/task/{}/status", getpid())).unwrap();
            let set = 1_u64 << (Signal::USR2.as_raw() - 1);
            assert!(pending.contains(&format!("SigPnd:\t{set:016x}")), "{pending}");
        })
        .join()
        .unwrap();
        let child = ForkedChild::start(|| raw::setpgid(None, None).is_ok());
        assert!(child.result());
        let pidfd = PidFd::open(child.pid()).unwrap();
        let sent = pidfd.send_signal_to(SignalFlags::PROCESS_GROUP, Signal::TERM);
        require!(sent, "the scopes of signals require Linux 6.9");
        // The signals that this process blocks remain blocked in the child, but TERM does not.
        let flags = WaitFlags::EXITED | WaitFlags::NOWAIT;
        let status = process::wait(&pidfd, flags).unwrap().exit_status();
        assert_eq!(status.signal(), Some(Signal::TERM));
    });
}

#[test]
fn pidfd_self_refers_to_the_caller_without_a_descriptor() {
    in_child_with_blocked(SigSet::from([Signal::USR1, Signal::USR2]), || {
        std::thread::spawn(|| {
            let none = SignalFlags::empty();
            let sent = raw::pidfd_send_signal(PIDFD_SELF_THREAD, Some(Signal::USR1), none);
            require!(sent, "PIDFD_SELF requires Linux 6.14");
            let info = signal::wait(Signal::USR1, Duration::ZERO).unwrap().unwrap();
            assert!(matches!(info.cause(), Cause::ThreadKill { .. }), "{info:?}");
            raw::pidfd_send_signal(PIDFD_SELF_THREAD_GROUP, Some(Signal::USR2), none).unwrap();
            let info = signal::wait(Signal::USR2, Duration::ZERO).unwrap().unwrap();
            assert!(matches!(info.cause(), Cause::Kill { .. }), "{info:?}");
        })
        .join()
        .unwrap();
    });
}

#[test]
fn queue_sends_a_value_with_the_true_sender() {
    // musl does not block the signal `RTMIN`, which it reserves.
    let signal = Signal::rt(1).unwrap();
    in_child_with_blocked(SigSet::from(signal), || {
        let pidfd = PidFd::open(getpid()).unwrap();
        for value in [1, 2] {
            pidfd.queue(signal, value).unwrap();
        }
        for expected in [1, 2] {
            let info = signal::wait(signal, Timeout::Infinite).unwrap().unwrap();
            let Cause::Queue { pid, uid, value } = info.cause() else { panic!("{info:?}") };
            assert_eq!((pid, uid), (Some(getpid()), process::getuid()));
            assert_eq!(value.int(), expected);
        }
    });
}

#[test]
fn getfd_duplicates_a_descriptor_of_another_process() {
    let (reader, writer) = butter::pipe::pipe().unwrap();
    let child = ForkedChild::start(|| reader.as_raw_fd());
    let target = child.result();
    let pidfd = PidFd::open(child.pid()).unwrap();
    let fd = require!(pidfd.getfd(target), "the host does not permit ptrace");
    assert_eq!(butter::io::fcntl_getfd(&fd), Ok(DescriptorFlags::CLOEXEC));
    drop(reader);
    common::file(writer).write_all(b"message").unwrap();
    let mut bytes = [0; 7];
    common::file(fd).read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"message");
}

#[test]
fn info_returns_the_ids_of_the_process_and_its_parent() {
    let child = ForkedChild::start(|| ());
    let pidfd = PidFd::open(child.pid()).unwrap();
    let info = pidfd.info(InfoMask::CGROUPID);
    let info = require!(info, "PIDFD_GET_INFO requires Linux 6.13");
    assert!(info.mask().contains(InfoMask::PID | InfoMask::CREDS));
    assert_eq!(
        (info.pid(), info.tgid(), info.ppid()),
        (Some(child.pid()), Some(child.pid()), Some(getpid()))
    );
    let (user, effective) = (process::getuid(), process::geteuid());
    assert_eq!(info.uids().map(|ids| [ids[0], ids[1]]), Some([user, effective]));
    let (group, effective) = (process::getgid(), process::getegid());
    assert_eq!(info.gids().map(|ids| [ids[0], ids[1]]), Some([group, effective]));
    assert!(info.cgroup_id().is_none_or(|id| id > 0));
    assert_eq!(info.exit_status(), None);
}

#[test]
fn info_returns_the_wait_status_after_the_process_was_reaped() {
    let child = ForkedChild::start(|| ());
    let pidfd = PidFd::open(child.pid()).unwrap();
    require!(pidfd.info(InfoMask::EXIT), "PIDFD_GET_INFO requires Linux 6.13");
    pidfd.send_signal(Signal::TERM).unwrap();
    assert!(pidfd.wait_readable(Timeout::Infinite).unwrap());
    assert_eq!(pidfd.info(InfoMask::EXIT).unwrap().exit_status(), None, "not reaped");
    drop(child);
    let info = require!(pidfd.info(InfoMask::EXIT), "PIDFD_INFO_EXIT requires Linux 6.15");
    assert_eq!(info.exit_status().and_then(|status| status.signal()), Some(Signal::TERM));
    assert_eq!(info.pid(), None);
}

#[test]
fn info_returns_how_the_process_dumped_core() {
    require!(
        common::is_dedicated_vm(),
        "the test sets kernel.core_pattern, and BUTTER_DEDICATED_VM is not set"
    );
    require!(kernel >= 6.16, "a core dump to a socket");
    in_child(|| {
        const PATTERN: &str = "/proc/sys/kernel/core_pattern";
        let directory = files::directory();
        let path = directory.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        // The thread also receives the dumps of other tests.
        std::thread::spawn(move || {
            for dump in listener.incoming() {
                std::io::copy(&mut dump.unwrap(), &mut std::io::sink()).unwrap();
            }
        });
        let previous = fs::read(PATTERN).unwrap();
        fs::write(PATTERN, format!("@{}", path.display())).unwrap();
        let unlimited = Rlimit { current: None, maximum: None };
        process::setrlimit(Resource::Core, unlimited).unwrap();
        let child = ForkedChild::start(|| ());
        let pidfd = PidFd::open(child.pid()).unwrap();
        pidfd.send_signal(Signal::ABRT).unwrap();
        assert!(pidfd.wait_readable(Timeout::Infinite).unwrap());
        fs::write(PATTERN, previous).unwrap();
        drop(child);

        let wanted = InfoMask::EXIT | InfoMask::SUPPORTED_MASK | InfoMask::COREDUMP;
        let wanted = wanted | InfoMask::COREDUMP_SIGNAL | InfoMask::COREDUMP_CODE;
        let info = pidfd.info(wanted).unwrap();
        assert!(info.exit_status().unwrap().core_dumped());
        let flags = info.coredump().unwrap();
        assert!(flags.contains(CoredumpFlags::COREDUMPED), "{info:?}");
        assert!(!flags.contains(CoredumpFlags::COREDUMP_SKIP), "{info:?}");
        assert!(
            flags.intersects(CoredumpFlags::COREDUMP_USER | CoredumpFlags::COREDUMP_ROOT),
            "{info:?}"
        );
        let supported = info.supported_mask().unwrap_or(InfoMask::COREDUMP);
        let signal = supported.contains(InfoMask::COREDUMP_SIGNAL).then_some(Signal::ABRT);
        assert_eq!(info.coredump_signal(), signal);
        let code = supported.contains(InfoMask::COREDUMP_CODE).then_some(Code::SI_USER);
        assert_eq!(info.coredump_code(), code);
    });
}

#[test]
fn namespace_opens_each_namespace_of_the_process() {
    let pidfd = PidFd::open(getpid()).unwrap();
    let supported = pidfd.namespace(Kind::Uts);
    require!(supported, "PIDFD_GET_UTS_NAMESPACE requires Linux 6.11");
    for (kind, name) in [
        (Kind::Mount, "mnt"),
        (Kind::Cgroup, "cgroup"),
        (Kind::Uts, "uts"),
        (Kind::Ipc, "ipc"),
        (Kind::User, "user"),
        (Kind::Pid, "pid"),
        (Kind::PidForChildren, "pid_for_children"),
        (Kind::Net, "net"),
        (Kind::Time, "time"),
        (Kind::TimeForChildren, "time_for_children"),
    ] {
        let path = format!("/proc/self/ns/{name}");
        let (Ok(namespace), Ok(file)) = (pidfd.namespace(kind), fs::metadata(&path)) else {
            continue; // the kernel is built without these namespaces
        };
        let stat = butter::fs::fstat(&namespace).unwrap();
        assert_eq!(stat.ino(), std::os::unix::fs::MetadataExt::ino(&file), "{name}");
        assert_eq!(butter::io::fcntl_getfd(&namespace), Ok(DescriptorFlags::CLOEXEC));
    }
}

#[test]
fn namespace_enter_accepts_a_pidfd() {
    require!(
        in_namespaces(|| {
            let child = ForkedChild::start(|| {
                namespace::unshare(Namespaces::UTS)
                    .and_then(|()| butter::uts::set_hostname("inner"))
            });
            child.result().unwrap();
            let pidfd = PidFd::open(child.pid()).unwrap();
            namespace::enter(&pidfd, Namespaces::UTS).unwrap();
            let name = butter::uts::hostname().unwrap();
            assert_eq!(name.as_bytes(), b"inner");
            let own = Namespace::own(Kind::Uts).unwrap();
            assert_eq!(own.kind(), Ok(Namespaces::UTS));
        }),
        "the host does not permit new namespaces"
    );
}

#[test]
fn pidfd_becomes_readable_in_poll_and_epoll_when_the_process_terminates() {
    let child = ForkedChild::start(|| ());
    let pidfd = PidFd::open(child.pid()).unwrap();
    let epoll = Epoll::new().unwrap();
    epoll.add(&pidfd, Token(9), Interest::IN).unwrap();
    let mut events = [epoll::Event::default(); 2];
    assert_eq!(epoll.wait(&mut events, Duration::ZERO).unwrap().len(), 0);
    assert_eq!(pidfd.wait_readable(Duration::from_millis(5)), Ok(false));
    pidfd.send_signal(Signal::KILL).unwrap();
    let event = epoll.wait(&mut events, Timeout::Infinite).unwrap()[0];
    assert_eq!(event.token(), Token(9));
    assert_eq!(pidfd.wait_readable(Timeout::Infinite), Ok(true));
    drop(child);
    let mut fds = [poll::PollFd::new(&pidfd, poll::PollFlags::IN)];
    assert_eq!(poll::wait(&mut fds, Duration::ZERO), Ok(1), "readable also after it was reaped");
    assert_eq!(pidfd.send_signal(None).unwrap_err().errno(), Errno::SRCH);
}
