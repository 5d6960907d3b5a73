//! Tests of `signal`: sending, queueing, waiting, handlers and causes.

mod causes;
mod faults;
mod handlers;

use std::time::{Duration, Instant};

use butter::error::ErrorKind;
use butter::process::{Pgid, Uid, getpid, getuid};
use butter::signal::{self, Cause, SigSet, Signal, Target, Value};
use butter::thread::{self, gettid};
use butter::time::Timeout;
use butter::{Errno, io, pipe};
use common::child::{as_nobody, in_child, in_child_with_blocked};
use common::inject::pretend;
use common::processes::{ended_process, process_of_another_user};
use common::require;
use common::signals::interrupted;

#[test]
fn signal_wait_returns_the_sender_of_a_signal() {
    in_child_with_blocked(SigSet::all(), || {
        assert_eq!(signal::kill(getpid(), Signal::USR1), Ok(()));
        assert_eq!(signal::pending(), Ok([Signal::USR1].into()));
        let info = signal::wait(Signal::USR1, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.signal(), Signal::USR1);
        assert_eq!(info.cause(), Cause::Kill { pid: Some(getpid()), uid: getuid() });
        assert_eq!(
            signal::pending(),
            Ok(SigSet::empty()),
            "signal::wait should dequeue the signal"
        );
        assert_eq!(signal::kill(getpid(), None), Ok(()), "the process exists");
        assert_eq!(
            signal::pending(),
            Ok(SigSet::empty()),
            "kill without a signal should not send a signal"
        );
    });
}

#[test]
fn kill_sends_to_process_groups_and_fails_with_einval_for_group_1() {
    in_child_with_blocked(SigSet::all(), || {
        // SAFETY: moves this process to a new process group.
        assert_eq!(unsafe { libc::setpgid(0, 0) }, 0);
        let group = Pgid::from_raw(getpid().as_raw()).unwrap();
        for target in [Target::OwnGroup, Target::Group(group)] {
            signal::kill(target, Signal::USR2).unwrap();
            let info = signal::wait(Signal::USR2, Timeout::Zero).unwrap();
            assert!(info.is_some(), "{target:?}");
        }
        let first = Target::Group(Pgid::from_raw(1).unwrap());
        assert_eq!(signal::kill(first, None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    });
}

#[test]
fn kill_everyone_signals_all_other_processes_of_the_pid_namespace() {
    in_child(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        // The test makes the system call itself, because `fork` of libc in the first child could
        // wait for a lock that another thread of the parent process held.
        let fork = |namespaces: libc::c_int| {
            let flags = libc::c_long::from(namespaces | libc::SIGCHLD);
            // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
            unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) }
        };
        let first = fork(libc::CLONE_NEWUSER | libc::CLONE_NEWPID);
        require!(first >= 0, "a new PID namespace requires a host that permits user namespaces");
        if first == 0 {
            signal::set_mask(SigSet::all()).unwrap();
            if fork(0) == 0 {
                let received = signal::wait(Signal::USR1, Duration::from_secs(60)).unwrap();
                butter::process::exit_group(if received.is_some() { 7 } else { 1 });
            }
            // The signal is sent only if it cannot reach processes of the host: this process must
            // be the first of a PID namespace, and its parent must be outside the namespace.
            let alone = getpid().as_raw() == 1 && butter::process::getppid().is_none();
            let sent = if alone { signal::kill(Target::Everyone, Signal::USR1) } else { Ok(()) };
            let own_signal = signal::wait(Signal::USR1, Timeout::Zero).unwrap();
            let mut status = 0;
            // SAFETY: waits for a child; writes one number.
            unsafe { libc::wait(&raw mut status) };
            let report =
                [alone, sent.is_ok(), own_signal.is_none(), libc::WEXITSTATUS(status) == 7];
            io::write(&writer, &report.map(u8::from)).unwrap();
            butter::process::exit_group(0);
        }
        drop(writer);
        let mut report = [0; 4];
        assert_eq!(io::read(&reader, &mut report), Ok(4));
        assert_eq!(
            report, [1; 4],
            "expected: alone, sent, not received by the sender, received by the other process"
        );
        // SAFETY: waits for a child.
        unsafe { libc::waitpid(first as i32, std::ptr::null_mut(), 0) };
    });
}

#[test]
fn signal_wait_returns_values_in_order_and_the_lowest_signal_first() {
    in_child_with_blocked(SigSet::all(), || {
        let (low, high) = (Signal::rt(1).unwrap(), Signal::rt(3).unwrap());
        for number in 0..5_i32 {
            signal::queue(getpid(), high, -number).unwrap();
            signal::queue(getpid(), low, u64::MAX - number as u64).unwrap();
        }
        let take = || signal::wait([low, high], Timeout::Zero).unwrap().unwrap();
        for (signal, value) in (0..5_u64)
            .map(|number| (low, Value::new(u64::MAX - number)))
            .chain((0..5).map(|number: i32| (high, Value::from(-number))))
        {
            let info = take();
            assert_eq!(info.signal(), signal);
            assert_eq!(info.cause(), Cause::Queue { pid: Some(getpid()), uid: getuid(), value });
        }
        assert_eq!(Value::from(-3).int(), -3);
        assert!(signal::wait([low, high], Timeout::Zero).unwrap().is_none());
    });
}

#[test]
fn signal_wait_returns_signals_of_faults_first() {
    in_child_with_blocked(SigSet::all(), || {
        let sent = [Signal::HUP, Signal::TERM, Signal::SYS, Signal::SEGV];
        for signal in sent {
            signal::kill(getpid(), signal).unwrap();
        }
        let taken = [(); 4].map(|()| signal::wait(sent, Timeout::Zero).unwrap().unwrap().signal());
        assert_eq!(taken, [Signal::SEGV, Signal::SYS, Signal::HUP, Signal::TERM]);
    });
}

#[test]
fn set_default_and_ignore_discard_pending_signals_if_the_new_action_ignores_them() {
    in_child_with_blocked(SigSet::all(), || {
        for signal in [Signal::CHLD, Signal::CONT, Signal::URG, Signal::WINCH, Signal::USR1] {
            signal::kill(getpid(), signal).unwrap();
            assert_eq!(
                signal::pending(),
                Ok(signal.into()),
                "the blocked signal should be pending"
            );
            signal::set_default(signal).unwrap();
            let left = if signal == Signal::USR1 { signal.into() } else { SigSet::empty() };
            assert_eq!(signal::pending(), Ok(left), "{signal}");
        }
        signal::ignore(Signal::USR1).unwrap();
        assert_eq!(signal::pending(), Ok(SigSet::empty()));
    });
}

#[test]
fn signal_wait_returns_signals_of_the_thread_before_those_of_the_process() {
    in_child_with_blocked(SigSet::all(), || {
        let (low, high) = (Signal::rt(1).unwrap(), Signal::RTMAX);
        signal::queue(getpid(), low, 1).unwrap();
        thread::queue(getpid(), gettid(), high, 2).unwrap();
        let taken =
            [(); 2].map(|()| signal::wait([low, high], Timeout::Zero).unwrap().unwrap().signal());
        assert_eq!(taken, [high, low]);
    });
}

#[test]
fn signal_queue_loses_the_cause_of_a_standard_signal_at_the_limit_on_pending_signals() {
    in_child_with_blocked(SigSet::all(), || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const none) }, 0);
        signal::queue(getpid(), Signal::USR1, 42).unwrap();
        let info = signal::wait(Signal::USR1, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.cause(), Cause::Kill { pid: None, uid: Uid::ROOT });
    });
}

#[test]
fn signal_wait_fails_with_einval_if_a_filter_forges_its_result() {
    let error = pretend(libc::SYS_rt_sigtimedwait, || {
        signal::wait(SigSet::all(), Timeout::Zero).unwrap_err()
    });
    assert_eq!(error.errno(), Errno::INVAL);
}

#[test]
fn signal_wait_returns_one_instance_of_a_standard_signal() {
    in_child_with_blocked(SigSet::all(), || {
        for number in 0..3 {
            signal::queue(getpid(), Signal::USR1, number).unwrap();
        }
        let first = signal::wait(SigSet::all(), Timeout::Zero).unwrap().unwrap();
        assert!(matches!(first.cause(), Cause::Queue { value, .. } if value.int() == 0));
        assert!(signal::wait(SigSet::all(), Timeout::Zero).unwrap().is_none());
    });
}

#[test]
fn thread_kill_sends_signal_only_to_target_thread() {
    std::thread::scope(|scope| {
        let _blocked = signal::block(Signal::USR2).unwrap();
        thread::kill(getpid(), gettid(), Signal::USR2).unwrap();
        let other =
            scope.spawn(|| signal::wait(Signal::USR2, Timeout::Zero).unwrap()).join().unwrap();
        assert!(other.is_none());
        let info = signal::wait(Signal::USR2, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.cause(), Cause::ThreadKill { pid: Some(getpid()), uid: getuid() });
    });
    assert_eq!(thread::kill(getpid(), gettid(), None), Ok(()));
    assert_eq!(
        getuid().as_raw(),
        std::fs::metadata("/proc/self")
            .map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
            .unwrap()
    );
}

#[test]
fn thread_kill_fails_with_einval_for_signals_that_c_libraries_reserve() {
    for number in [32, 33, 34] {
        let signal = Signal::from_raw(number).unwrap();
        let error = thread::kill(getpid(), gettid(), signal).unwrap_err();
        assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument));
    }
}

#[test]
fn kill_fails_with_esrch_if_process_has_ended_and_eperm_if_not_permitted() {
    let ended = ended_process();
    assert_eq!(signal::kill(ended, None).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(signal::queue(ended, Signal::USR1, 1).unwrap_err().kind(), ErrorKind::NotFound);
    as_nobody(|| {
        let other = require!(
            process_of_another_user(),
            "process 1 belongs to the same user or is this process"
        );
        assert_eq!(signal::kill(other, None).unwrap_err().kind(), ErrorKind::PermissionDenied);
    });
}

#[test]
fn signal_wait_returns_after_a_signal_or_if_the_timeout_expires() {
    let _blocked = signal::block(Signal::USR2).unwrap();
    let began = Instant::now();
    assert!(signal::wait(Signal::USR2, Duration::from_millis(30)).unwrap().is_none());
    assert!(began.elapsed() >= Duration::from_millis(30));
    let me = gettid();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            thread::kill(getpid(), me, Signal::USR2).unwrap();
        });
        assert!(signal::wait(Signal::USR2, Timeout::Infinite).unwrap().is_some());
    });
}

#[test]
fn signal_wait_interruptible_fails_with_eintr_and_wait_retries() {
    let wanted = SigSet::from([Signal::USR2]);
    let error = interrupted(|| signal::wait_interruptible(wanted, Timeout::Infinite).unwrap_err());
    assert_eq!(error.errno(), Errno::INTR);
    let (time, began) = (Duration::from_millis(50), Instant::now());
    assert!(interrupted(|| signal::wait(wanted, time).unwrap()).is_none());
    assert!(began.elapsed() >= time);
    assert_eq!(interrupted(|| signal::suspend(signal::mask().unwrap())), Ok(()));
}
