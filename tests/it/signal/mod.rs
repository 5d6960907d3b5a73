//! Signals sent, waited for and handled.

mod causes;
mod handlers;

use std::time::{Duration, Instant};

use butter::error::ErrorKind;
use butter::process::{Pgid, Uid, getpid, getuid};
use butter::signal::{self, Cause, SigSet, Signal, Target, Value};
use butter::thread::{self, gettid};
use butter::time::Timeout;
use butter::{Errno, io, pipe};
use common::child::{
    as_nobody, ended_process, in_child, in_child_with_blocked, process_of_another_user,
};
use common::inject::pretend;
use common::require;
use common::signals::interrupted;

#[test]
fn a_signal_to_a_process_is_told_with_its_sender() {
    in_child_with_blocked(SigSet::all(), || {
        assert_eq!(signal::kill(getpid(), Signal::USR1), Ok(()));
        assert_eq!(signal::pending(), Ok([Signal::USR1].into()));
        let info = signal::wait(Signal::USR1, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.signal(), Signal::USR1);
        assert_eq!(info.cause(), Cause::Kill { pid: Some(getpid()), uid: getuid() });
        assert_eq!(signal::pending(), Ok(SigSet::empty()), "it was taken");
        assert_eq!(signal::kill(getpid(), None), Ok(()), "there is somebody");
        assert_eq!(signal::pending(), Ok(SigSet::empty()), "and nothing was sent");
    });
}

#[test]
fn groups_are_sent_to_and_the_first_one_is_not_everyone() {
    in_child_with_blocked(SigSet::all(), || {
        // SAFETY: puts this process in a group of its own.
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
fn everyone_is_all_others_of_the_pid_namespace() {
    in_child(|| {
        let (reader, writer) = pipe::pipe().unwrap();
        // The system call both times: libc's fork waits for locks that another thread may have held when the first was
        // made.
        let fork = |namespaces: libc::c_int| {
            let flags = libc::c_long::from(namespaces | libc::SIGCHLD);
            // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
            unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) }
        };
        let first = fork(libc::CLONE_NEWUSER | libc::CLONE_NEWPID);
        require!(first >= 0, "no new PID namespace is allowed here");
        if first == 0 {
            signal::set_mask(SigSet::all()).unwrap();
            if fork(0) == 0 {
                let came = signal::wait(Signal::USR1, Duration::from_secs(60)).unwrap();
                butter::process::exit_group(if came.is_some() { 7 } else { 1 });
            }
            // Only where it reaches nobody else: the first process of a namespace, and no parent in it.
            let alone = getpid().as_raw() == 1 && butter::process::getppid().is_none();
            let sent = if alone { signal::kill(Target::Everyone, Signal::USR1) } else { Ok(()) };
            let own = signal::wait(Signal::USR1, Timeout::Zero).unwrap();
            let mut status = 0;
            // SAFETY: waits for a child; writes one number.
            unsafe { libc::wait(&raw mut status) };
            let report = [alone, sent.is_ok(), own.is_none(), libc::WEXITSTATUS(status) == 7];
            io::write(&writer, &report.map(u8::from)).unwrap();
            butter::process::exit_group(0);
        }
        drop(writer);
        let mut report = [0; 4];
        assert_eq!(io::read(&reader, &mut report), Ok(4));
        assert_eq!(
            report, [1; 4],
            "it was alone, it could be sent, not to the sender, but to the other"
        );
        // SAFETY: waits for a child.
        unsafe { libc::waitpid(first as i32, std::ptr::null_mut(), 0) };
    });
}

#[test]
fn queued_values_come_in_order_and_the_lowest_signal_first() {
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
fn those_of_faults_come_first() {
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
fn what_comes_to_nothing_is_forgotten() {
    in_child_with_blocked(SigSet::all(), || {
        for signal in [Signal::CHLD, Signal::CONT, Signal::URG, Signal::WINCH, Signal::USR1] {
            signal::kill(getpid(), signal).unwrap();
            assert_eq!(signal::pending(), Ok(signal.into()), "it is held back");
            signal::set_default(signal).unwrap();
            let left = if signal == Signal::USR1 { signal.into() } else { SigSet::empty() };
            assert_eq!(signal::pending(), Ok(left), "{signal}");
        }
        signal::ignore(Signal::USR1).unwrap();
        assert_eq!(signal::pending(), Ok(SigSet::empty()));
    });
}

#[test]
fn the_threads_own_come_before_the_process_s() {
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
fn without_room_a_standard_signal_comes_without_what_is_known_of_it() {
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
fn a_wait_that_somebody_else_answers_is_no_signal() {
    let error = pretend(libc::SYS_rt_sigtimedwait, || {
        signal::wait(SigSet::all(), Timeout::Zero).unwrap_err()
    });
    assert_eq!(error.errno(), Errno::INVAL);
}

#[test]
fn of_a_standard_signal_one_is_held_back() {
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
fn a_signal_to_a_thread_is_that_threads() {
    std::thread::scope(|scope| {
        let _blocked = signal::block(Signal::USR2).unwrap();
        thread::kill(getpid(), gettid(), Signal::USR2).unwrap();
        let of_another =
            scope.spawn(|| signal::wait(Signal::USR2, Timeout::Zero).unwrap()).join().unwrap();
        assert!(of_another.is_none());
        let info = signal::wait(Signal::USR2, Timeout::Zero).unwrap().unwrap();
        assert_eq!(info.cause(), Cause::ThreadKill { pid: Some(getpid()), uid: getuid() });
    });
    assert_eq!(thread::kill(getpid(), gettid(), None), Ok(()));
    assert_eq!(
        getuid().as_raw(),
        std::fs::metadata("/proc/self").map(|of| std::os::unix::fs::MetadataExt::uid(&of)).unwrap()
    );
}

#[test]
fn a_c_librarys_signals_are_not_sent_to_threads() {
    for number in [32, 33, 34] {
        let signal = Signal::from_raw(number).unwrap();
        let error = thread::kill(getpid(), gettid(), signal).unwrap_err();
        assert_eq!((error.errno(), error.kind()), (Errno::INVAL, ErrorKind::InvalidArgument));
    }
}

#[test]
fn who_is_not_there_and_who_may_not_be_sent_to_are_told() {
    let gone = ended_process();
    assert_eq!(signal::kill(gone, None).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(signal::queue(gone, Signal::USR1, 1).unwrap_err().kind(), ErrorKind::NotFound);
    as_nobody(|| {
        let other = require!(process_of_another_user(), "the first process is this user's own");
        assert_eq!(signal::kill(other, None).unwrap_err().kind(), ErrorKind::PermissionDenied);
    });
}

#[test]
fn a_wait_ends_with_the_signal_or_the_time() {
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
fn other_signals_end_only_the_wait_that_asks_for_it() {
    let wanted = SigSet::from([Signal::USR2]);
    let error = interrupted(|| signal::wait_interruptible(wanted, Timeout::Infinite).unwrap_err());
    assert_eq!(error.errno(), Errno::INTR);
    let (time, began) = (Duration::from_millis(50), Instant::now());
    assert!(interrupted(|| signal::wait(wanted, time).unwrap()).is_none());
    assert!(began.elapsed() >= time);
    assert_eq!(interrupted(|| signal::suspend(signal::mask().unwrap())), Ok(()));
}
