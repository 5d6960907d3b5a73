//! Tests of `waitid` on the running kernel.

use std::time::{Duration, Instant};

use butter::Errno;
use butter::error::Call;
use butter::fd::AsFd;
use butter::process::{
    self, CloneArgs, CloneFlags, ExitStatus, Pgid, WaitFlags, WaitId, clone_with, getpid, raw,
    wait, wait_any_nonblocking, wait_interruptible, wait_nonblocking, wait_with_rusage,
};
use butter::signal::{self, ChildEvent, Signal};
use common::child::in_child;
use common::forked::ForkedChild;

use super::{EXITED, child, code};

#[test]
fn wait_returns_the_pid_the_user_and_the_event_of_the_child() {
    in_child(|| {
        for status in [0, 1, 255] {
            let pid = child(CloneFlags::empty(), || status).unwrap().pid;
            let waited = wait(pid, EXITED).unwrap();
            assert_eq!((waited.pid(), waited.uid()), (pid, process::getuid()));
            assert_eq!(waited.event(), ChildEvent::Exited(status));
            assert_eq!(waited.exit_status().code(), Some(status));
        }
        let pid = child(CloneFlags::empty(), pause).unwrap().pid;
        signal::kill(pid, Signal::KILL).unwrap();
        let event = wait(pid, EXITED).unwrap().event();
        assert_eq!(event, ChildEvent::Killed { signal: Signal::KILL, core_dumped: false });
    });
}

fn pause() -> i32 {
    loop {
        let _ = signal::raw::rt_sigsuspend(signal::SigSet::empty());
    }
}

#[test]
fn wait_selects_children_by_pid_group_any_and_pidfd() {
    in_child(|| {
        let start = |status| child(CloneFlags::PIDFD, move || status).unwrap();
        let [first, second, third] = [1, 2, 3].map(start);
        let grouped =
            child(CloneFlags::empty(), || i32::from(raw::setpgid(None, None).is_err()) + 4);
        let grouped = grouped.unwrap().pid;
        assert_eq!(code(second.pid), Some(2));
        let pidfd = third.pidfd.unwrap();
        assert_eq!(wait(pidfd.as_fd(), EXITED).unwrap().pid(), third.pid);
        let group = WaitId::Group(Pgid::from_raw(grouped.as_raw()));
        while wait_nonblocking(group, EXITED | WaitFlags::NOWAIT).is_err() {
            std::thread::yield_now(); // the child has not set its group yet
        }
        assert_eq!(wait(group, EXITED).unwrap().exit_status().code(), Some(4));
        assert_eq!(wait(WaitId::Group(None), EXITED).unwrap().pid(), first.pid);
        let last = start(5);
        assert_eq!(wait(WaitId::Any, EXITED).unwrap().pid(), last.pid);
        assert_eq!(wait(WaitId::Any, EXITED).unwrap_err().errno(), Errno::CHILD);
        assert_eq!(wait_any_nonblocking(), Ok(None));
    });
}

#[test]
fn wait_with_nowait_leaves_the_child_and_nohang_returns_none() {
    in_child(|| {
        let pid = child(CloneFlags::empty(), pause).unwrap().pid;
        assert_eq!(wait_nonblocking(pid, EXITED), Ok(None));
        assert_eq!(wait_any_nonblocking(), Ok(None));
        signal::kill(pid, Signal::TERM).unwrap();
        for _ in 0..3 {
            let status = wait(pid, EXITED | WaitFlags::NOWAIT).unwrap().exit_status();
            assert_eq!(status.signal(), Some(Signal::TERM));
        }
        assert_eq!(wait_any_nonblocking().unwrap().unwrap().pid(), pid);
        assert_eq!(wait(pid, EXITED).unwrap_err().errno(), Errno::CHILD);
    });
}

#[test]
fn wait_reports_stopped_and_continued_children_only_on_request() {
    in_child(|| {
        let pid = child(CloneFlags::empty(), pause).unwrap().pid;
        signal::kill(pid, Signal::STOP).unwrap();
        let stopped = wait(pid, WaitFlags::STOPPED).unwrap();
        assert_eq!(stopped.event(), ChildEvent::Stopped(Some(Signal::STOP)));
        assert_eq!(stopped.exit_status().stopped_signal(), Some(Signal::STOP));
        assert_eq!(wait_nonblocking(pid, EXITED | WaitFlags::CONTINUED), Ok(None));
        signal::kill(pid, Signal::CONT).unwrap();
        assert_eq!(wait_nonblocking(pid, EXITED | WaitFlags::STOPPED), Ok(None));
        let continued = wait(pid, EXITED | WaitFlags::CONTINUED).unwrap();
        assert!(continued.exit_status().continued());
        signal::kill(pid, Signal::KILL).unwrap();
        assert_eq!(
            wait(pid, EXITED | WaitFlags::STOPPED).unwrap().exit_status().signal(),
            Some(Signal::KILL)
        );
    });
}

#[test]
fn wait_selects_children_by_their_exit_signal() {
    in_child(|| {
        let mut args = CloneArgs::new(CloneFlags::empty());
        args.exit_signal = None;
        // SAFETY: the closure returns a number.
        let silent = unsafe { clone_with(&args, &mut || 6) }.unwrap().pid;
        assert_eq!(wait(silent, EXITED).unwrap_err().errno(), Errno::CHILD);
        assert_eq!(
            wait(silent, EXITED | WaitFlags::CLONE | WaitFlags::NOWAIT).unwrap().pid(),
            silent
        );
        assert_eq!(wait(silent, EXITED | WaitFlags::ALL).unwrap().exit_status().code(), Some(6));
        let usual = child(CloneFlags::empty(), || 7).unwrap().pid;
        assert_eq!(wait(usual, EXITED | WaitFlags::CLONE).unwrap_err().errno(), Errno::CHILD);
        assert_eq!(
            wait(usual, EXITED | WaitFlags::NOTHREAD | WaitFlags::NOWAIT).unwrap().pid(),
            usual
        );
        std::thread::spawn(move || {
            let error = wait(usual, EXITED | WaitFlags::NOTHREAD).unwrap_err();
            assert_eq!(error.errno(), Errno::CHILD);
            assert_eq!(code(usual), Some(7));
        })
        .join()
        .unwrap();
    });
}

#[test]
fn wait_with_rusage_returns_the_cpu_time_of_the_child() {
    in_child(|| {
        let pid = child(CloneFlags::empty(), || {
            // `clock_gettime` of libc is async-signal-safe.
            while process_time() < Duration::from_millis(60) {}
            0
        });
        let (status, rusage) = wait_with_rusage(pid.unwrap().pid, EXITED).unwrap();
        assert!(status.exit_status().success());
        let time = rusage.user_time() + rusage.system_time();
        assert!(time >= Duration::from_millis(40), "{rusage:?}");
        assert!(rusage.max_rss_kib() > 0, "{rusage:?}");
    });
}

fn process_time() -> Duration {
    use butter::time::{Clock, clock_gettime};
    clock_gettime(Clock::ProcessCpu).unwrap().try_into().unwrap()
}

extern "C" fn ignore(_: libc::c_int) {}

#[test]
fn wait_interruptible_returns_eintr_and_wait_continues() {
    in_child(|| {
        common::signals::install_handler(libc::SIGUSR1, ignore);
        let pid = child(CloneFlags::empty(), pause).unwrap().pid;
        let (waiter, start) = (butter::thread::gettid(), Instant::now());
        let interrupter = std::thread::spawn(move || {
            for _ in 0..3 {
                std::thread::sleep(Duration::from_millis(20));
                butter::thread::kill(getpid(), waiter, Signal::USR1).unwrap();
            }
            signal::kill(pid, Signal::KILL).unwrap();
        });
        let error = wait_interruptible(pid, EXITED).unwrap_err();
        assert_eq!(error.errno(), Errno::INTR);
        assert_eq!(wait(pid, EXITED).unwrap().exit_status().signal(), Some(Signal::KILL));
        assert!(start.elapsed() >= Duration::from_millis(60));
        interrupter.join().unwrap();
    });
}

#[test]
fn waitid_returns_a_record_that_only_a_filter_can_forge() {
    in_child(|| {
        common::inject::pretend(libc::SYS_waitid, || {
            assert!(matches!(raw::waitid(WaitId::Any, EXITED, None), Ok(None)));
            let error = wait(WaitId::Any, EXITED).unwrap_err();
            assert_eq!((error.call(), error.errno()), (Call::WAITID, Errno::IO));
        });
    });
}

#[test]
fn exit_status_converts_to_the_status_of_std() {
    let child = ForkedChild::start(|| ());
    let pidfd = process::PidFd::open(child.pid()).unwrap();
    pidfd.send_signal(Signal::TERM).unwrap();
    let status = wait(&pidfd, EXITED | WaitFlags::NOWAIT).unwrap().exit_status();
    assert_eq!(status, ExitStatus::from_raw(15));
    #[cfg(feature = "std")]
    assert_eq!(std::process::ExitStatus::from(status).to_string(), "signal: 15 (SIGTERM)");
}
