//! Tests of `signal::Cause`: each test receives a signal with `rt_sigtimedwait` and with a
//! `signalfd`, and checks its cause.

use std::time::Duration;

use butter::fd::AsRawFd;
use butter::poll::PollFlags;
use butter::process::{Pid, Uid, getpid, getuid};
use butter::signal::{self, Cause, ChildEvent, Code, SigInfo, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::time::Timeout;
use butter::{io, pipe};
use common::child::{in_child, in_child_with_blocked};
use common::require;

const EVENT_SIZE: usize = 128;

/// A real-time signal that no C library reserves.
const RT: Signal = Signal::rt(1).unwrap();

/// Triggers a signal twice, and receives the first instance with `signal::wait` and the second
/// instance with a `SignalFd`. Asserts that both instances have the same code and errno, and
/// returns their causes.
pub(super) fn received_causes(signal: Signal, mut trigger: impl FnMut()) -> [Cause; 2] {
    let wanted = SigSet::from([signal]);
    trigger();
    let info = signal::wait(wanted, Duration::from_secs(60))
        .unwrap()
        .expect("the signal should be received");
    assert_eq!(info.signal(), signal);
    let signals = SignalFd::nonblocking(wanted).unwrap();
    trigger();
    assert_eq!(signals.wait(Duration::from_secs(60)), Ok(true), "the signal should be received");
    let event = signals.read().unwrap();
    assert_eq!((event.signal(), event.code(), event.errno()), (signal, info.code(), info.errno()));
    [info.cause(), event.cause()]
}

/// Runs a test in a child process in which all signals are blocked.
pub(super) fn with_blocked_signals(body: impl FnOnce()) {
    in_child_with_blocked(SigSet::all(), body);
}

#[test]
fn cause_of_a_posix_timer_signal_contains_timer_id_overrun_and_value() {
    with_blocked_signals(|| {
        let mut timers: Vec<i32> = Vec::new();
        let causes = received_causes(RT, || {
            if let Some(last) = timers.last() {
                // SAFETY: touches no memory.
                assert_eq!(unsafe { libc::syscall(libc::SYS_timer_delete, *last) }, 0);
                // Signals of the deleted timer can still be pending.
                while signal::wait(RT, Timeout::Zero).unwrap().is_some() {}
            }
            // SAFETY: all zeroes is a valid event; its fields are set below.
            let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
            event.sigev_notify = libc::SIGEV_SIGNAL;
            event.sigev_signo = RT.as_raw();
            event.sigev_value.sival_ptr = std::ptr::without_provenance_mut(0x1234_5678_9ABC);
            let (event, mut timer) = (&raw const event, 0);
            // SAFETY: the kernel reads the event and writes the ID of the timer.
            let created = unsafe {
                libc::syscall(libc::SYS_timer_create, libc::CLOCK_MONOTONIC, event, &raw mut timer)
            };
            assert_eq!(created, 0);
            timers.push(timer);
            let millisecond = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
            let period = libc::itimerspec { it_interval: millisecond, it_value: millisecond };
            // SAFETY: reads the setting.
            let set =
                unsafe { libc::syscall(libc::SYS_timer_settime, timer, 0, &raw const period, 0) };
            assert_eq!(set, 0);
            std::thread::sleep(Duration::from_millis(20));
        });
        for (cause, timer) in causes.into_iter().zip(timers) {
            let Cause::Timer { id, overrun, value } = cause else { panic!("{cause:?}") };
            assert_eq!((id, value.get()), (timer, 0x1234_5678_9ABC));
            assert!(overrun >= 10, "{overrun}");
        }
    });
}

#[test]
fn cause_of_sigchld_contains_exit_status_or_killing_signal() {
    with_blocked_signals(|| {
        let events = |body: fn()| {
            let mut pids = Vec::new();
            let causes = received_causes(Signal::CHLD, || pids.push(fork_child(body)));
            for (cause, pid) in causes.into_iter().zip(pids) {
                let Cause::Child { pid: reported, uid, user_time, system_time, .. } = cause else {
                    panic!("{cause:?}")
                };
                assert_eq!((reported, uid), (Pid::from_raw(pid), getuid()));
                assert!(
                    user_time < Duration::from_secs(60) && system_time < Duration::from_secs(60)
                );
                // SAFETY: waits for a child that has ended.
                assert_eq!(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }, pid);
            }
            causes.map(|cause| match cause {
                Cause::Child { event, .. } => event,
                _ => unreachable!(),
            })
        };
        assert_eq!(events(|| butter::process::exit_group(42)), [ChildEvent::Exited(42); 2]);
        let killed = events(|| {
            signal::kill(getpid(), Signal::KILL).unwrap();
        });
        assert_eq!(killed, [ChildEvent::Killed { signal: Signal::KILL, core_dumped: false }; 2]);

        let user_time = |body: fn()| -> Duration {
            fork_child(body);
            match signal::wait(Signal::CHLD, Duration::from_secs(60)).unwrap().unwrap().cause() {
                Cause::Child { user_time, .. } => user_time,
                other => panic!("{other:?}"),
            }
        };
        let time = user_time(|| {
            let limit = libc::rlimit { rlim_cur: 1, rlim_max: 1 };
            signal::set_mask(SigSet::empty()).unwrap();
            // SAFETY: reads one struct: the kernel ends the process after a second of CPU time.
            unsafe { libc::setrlimit(libc::RLIMIT_CPU, &raw const limit) };
            loop {
                std::hint::spin_loop();
            }
        });
        assert!(time >= Duration::from_millis(500), "{time:?}");
    });
}

#[test]
fn cause_of_sigchld_reports_stopped_and_continued() {
    with_blocked_signals(|| {
        let sleeper = fork_child(|| {
            signal::set_mask(SigSet::empty()).unwrap();
            let _ = signal::suspend(SigSet::empty());
        });
        let pid = Pid::from_raw(sleeper).unwrap();
        let event = |sent| match signal::wait(Signal::CHLD, Duration::from_secs(60))
            .unwrap()
            .unwrap()
            .cause()
        {
            Cause::Child { pid: Some(reported), event, .. } if reported == pid => event,
            other => panic!("{sent}: {other:?}"),
        };
        signal::kill(pid, Signal::STOP).unwrap();
        assert_eq!(event("STOP"), ChildEvent::Stopped(Some(Signal::STOP)));
        signal::kill(pid, Signal::CONT).unwrap();
        assert_eq!(event("CONT"), ChildEvent::Continued);
        signal::kill(pid, Signal::STOP).unwrap();
        assert_eq!(event("STOP"), ChildEvent::Stopped(Some(Signal::STOP)));
        signal::kill(pid, Signal::KILL).unwrap();
        assert_eq!(event("KILL"), ChildEvent::Killed { signal: Signal::KILL, core_dumped: false });
    });
}

/// Forks a child that runs a function and exits.
fn fork_child(body: fn()) -> i32 {
    // SAFETY: the child makes system calls and ends.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: touches no memory; the kernel kills the child when the forking thread ends.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            body();
            butter::process::exit_group(0)
        }
        pid => pid,
    }
}

/// Makes the kernel send a signal to this process when a descriptor becomes ready.
fn enable_async_signal(fd: i32, signal: Signal) {
    const F_SETSIG: i32 = 10;
    for (command, argument) in [
        (libc::F_SETOWN, std::process::id().cast_signed()),
        (F_SETSIG, signal.as_raw()),
        (libc::F_SETFL, libc::O_ASYNC),
    ] {
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::fcntl(fd, command, argument) }, 0);
    }
}

#[test]
fn cause_of_a_signal_driven_io_signal_contains_descriptor_and_readiness() {
    with_blocked_signals(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let fd = reader.as_raw_fd();
        enable_async_signal(fd, Signal::RTMAX);
        for cause in received_causes(Signal::RTMAX, || assert_eq!(io::write(&writer, b"!"), Ok(1)))
        {
            let Cause::Poll { code, band, fd: reported } = cause else { panic!("{cause:?}") };
            assert_eq!((code, reported), (Code::POLL_IN, fd));
            let band = PollFlags::from_bits_retain(band);
            assert!(band.contains(PollFlags::IN), "{band}");
        }
    });
}

#[test]
fn cause_of_a_signal_driven_io_signal_has_code_si_sigio_if_the_signal_defines_codes() {
    with_blocked_signals(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let fd = reader.as_raw_fd();
        enable_async_signal(fd, Signal::CHLD);
        for cause in received_causes(Signal::CHLD, || assert_eq!(io::write(&writer, b"!"), Ok(1))) {
            let Cause::Poll { code, fd: reported, .. } = cause else { panic!("{cause:?}") };
            assert_eq!((code, reported), (Code::SI_SIGIO, fd));
        }
    });
}

#[test]
fn cause_of_sigchld_reports_a_trapped_tracee() {
    with_blocked_signals(|| {
        let [Cause::Child { event, .. }, _] = received_causes(Signal::CHLD, || {
            fork_child(|| {
                // SAFETY: touches no memory; the parent becomes the tracer.
                unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
                let _ = signal::kill(getpid(), Signal::STOP);
            });
        }) else {
            panic!()
        };
        assert_eq!(event, ChildEvent::Trapped(Some(Signal::STOP)));
    });
}

#[test]
fn cause_of_a_setitimer_signal_is_kernel() {
    with_blocked_signals(|| {
        let causes = received_causes(Signal::ALRM, || {
            let millisecond = libc::timeval { tv_sec: 0, tv_usec: 1000 };
            let timer = libc::itimerval {
                it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
                it_value: millisecond,
            };
            // SAFETY: reads one struct.
            unsafe { libc::syscall(libc::SYS_setitimer, libc::ITIMER_REAL, &raw const timer, 0) };
        });
        assert_eq!(causes, [Cause::Kernel; 2]);
    });
}

#[test]
fn cause_of_a_message_queue_signal_contains_sender_and_value() {
    with_blocked_signals(|| {
        let name = format!("butter-{}\0", std::process::id());
        let attributes = [0_i64, 4, 8, 0, 0, 0, 0, 0];
        let (flags, mode) = (libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | libc::O_CLOEXEC, 0o600);
        // SAFETY: reads the name and the attributes.
        let queue = unsafe {
            libc::syscall(libc::SYS_mq_open, name.as_ptr(), flags, mode, attributes.as_ptr())
        };
        require!(queue >= 0, "mq_open: {}", std::io::Error::last_os_error());
        // SAFETY: reads the name. The queue exists until its descriptor is closed.
        unsafe { libc::syscall(libc::SYS_mq_unlink, name.as_ptr()) };
        let causes = received_causes(RT, || {
            // SAFETY: all zeroes is a valid event; its fields are set below.
            let mut event: libc::sigevent = unsafe { std::mem::zeroed() };
            event.sigev_notify = libc::SIGEV_SIGNAL;
            event.sigev_signo = RT.as_raw();
            event.sigev_value.sival_ptr = std::ptr::without_provenance_mut(77);
            // SAFETY: reads the event.
            assert_eq!(unsafe { libc::syscall(libc::SYS_mq_notify, queue, &raw const event) }, 0);
            // SAFETY: reads nothing: the message is empty.
            let sent =
                unsafe { libc::syscall(libc::SYS_mq_timedsend, queue, c"".as_ptr(), 0, 0, 0) };
            assert_eq!(sent, 0);
            let mut buffer = [0_u8; 8];
            // SAFETY: writes at most the length of the buffer.
            unsafe {
                libc::syscall(
                    libc::SYS_mq_timedreceive,
                    queue,
                    buffer.as_mut_ptr(),
                    buffer.len(),
                    0,
                    0,
                )
            };
        });
        for cause in causes {
            let Cause::MessageQueue { pid, uid, value } = cause else { panic!("{cause:?}") };
            assert_eq!((pid, uid, value.get()), (Some(getpid()), getuid(), 77));
        }
    });
}

#[test]
fn cause_of_a_sender_outside_the_pid_namespace_has_no_pid() {
    in_child(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        let (ready_reader, ready_writer) = pipe::pipe().unwrap();
        let flags = libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::SIGCHLD;
        // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
        let first =
            unsafe { libc::syscall(libc::SYS_clone, libc::c_long::from(flags), 0, 0, 0, 0) };
        require!(first >= 0, "a new PID namespace requires a host that permits user namespaces");
        if first == 0 {
            signal::set_mask(SigSet::all()).unwrap();
            io::write(&ready_writer, b"!").unwrap();
            let info = signal::wait(Signal::USR1, Duration::from_secs(60)).unwrap();
            let without_pid =
                info.is_some_and(|info| matches!(info.cause(), Cause::Kill { pid: None, .. }));
            io::write(&writer, &[u8::from(without_pid)]).unwrap();
            butter::process::exit_group(0);
        }
        assert_eq!(io::read(&ready_reader, &mut [0]), Ok(1));
        signal::kill(Pid::from_raw(first as i32).unwrap(), Signal::USR1).unwrap();
        let mut report = [0];
        assert_eq!(io::read(&reader, &mut report), Ok(1));
        assert_eq!(report, [1]);
        // SAFETY: waits for a child.
        unsafe { libc::waitpid(first as i32, std::ptr::null_mut(), 0) };
    });
}

#[test]
fn cause_with_an_unknown_code_contains_pid_uid_and_value() {
    with_blocked_signals(|| {
        let mut bytes = [0; EVENT_SIZE];
        bytes[0] = RT.as_raw() as u8;
        bytes[8..12].copy_from_slice(&(-99_i32).to_ne_bytes());
        bytes[16..24].copy_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0]);
        bytes[24..32].copy_from_slice(&3_u64.to_ne_bytes());
        let info = SigInfo::from_bytes(bytes).unwrap();
        let sent = Cause::Other {
            code: Code::from_raw(-99),
            pid: Pid::from_raw(1),
            uid: Uid::from_raw(2),
            value: 3_u64.into(),
        };
        let causes = received_causes(RT, || {
            // SAFETY: the signal is blocked, so no handler receives the record.
            unsafe { signal::raw::rt_sigqueueinfo(getpid(), Some(RT), &info) }.unwrap();
        });
        assert_eq!(causes, [sent; 2]);
    });
}
