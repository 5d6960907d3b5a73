//! The effect of each step on the program.

use std::os::unix::fs::PermissionsExt;

use butter::fs::Mode;
use butter::process::{self, Gid, Pgid, Resource, Rlimit, SchedulingPolicy, Step, Uid};
use butter::signal::Signal;
use common::child::in_child;
use common::{files, require};

use super::{c_string, report};

#[test]
fn steps_set_the_directory_the_umask_and_the_nice_value() {
    in_child(|| {
        let directory = files::directory();
        let path = std::fs::canonicalize(directory.path()).unwrap();
        let (path, open) = (c_string(&path), common::fd(std::fs::File::open(&path).unwrap()));
        let expected = path.to_str().unwrap();
        assert_eq!(
            report(|command| {
                command.current_dir(&path);
            })
            .get("cwd"),
            expected
        );
        assert_eq!(
            report(|command| {
                command.step(Step::fchdir(&open));
            })
            .get("cwd"),
            expected
        );
        let report = report(|command| {
            command.current_dir(c"/").step(Step::chdir(c"proc")).step(Step::nice(7));
            command.step(Step::umask(Mode::from_bits_retain(0o27)));
        });
        assert_eq!((report.get("cwd"), report.get("nice")), ("/proc", "7"));
        assert_eq!(report.get("Umask"), "0027");
        let own = std::fs::read_link("/proc/self/cwd").unwrap();
        assert_ne!(own.to_str(), Some("/proc"), "the directory of the parent has changed");
    });
}

#[test]
fn steps_create_sessions_and_process_groups() {
    in_child(|| {
        let session = report(|command| {
            command.step(Step::setsid());
        });
        let pid = session.get("Pid");
        assert_eq!((session.get("session"), session.get("pgrp")), (pid, pid));
        let group = report(|command| {
            command.step(Step::setpgid(None));
        });
        assert_eq!(group.get("pgrp"), group.get("Pid"));
        assert_ne!(group.get("session"), group.get("Pid"));
        // The process group of this process can be in another PID namespace.
        process::raw::setpgid(None, None).unwrap();
        let own = process::getpid().as_raw();
        let report = report(|command| {
            command.step(Step::setpgid(Pgid::from_raw(own)));
        });
        assert_eq!(report.get("pgrp"), own.to_string());
    });
}

#[test]
fn step_limit_sets_the_limits_of_the_child_only() {
    in_child(|| {
        let own = process::getrlimit(Resource::Nofile);
        let report = report(|command| {
            let limit = Rlimit { current: Some(64), maximum: Some(65) };
            command.step(Step::limit(Resource::Nofile, limit));
        });
        assert_eq!(report.get("nofile"), "Some(64) Some(65)");
        assert_eq!(process::getrlimit(Resource::Nofile), own);
    });
}

#[test]
fn steps_set_no_new_privs_and_the_policy() {
    in_child(|| {
        let report = report(|command| {
            command.step(Step::no_new_privs());
            command.step(Step::scheduling(SchedulingPolicy::Batch));
        });
        assert_eq!(report.get("NoNewPrivs"), "1");
        assert_eq!(report.get("policy"), libc::SCHED_BATCH.to_string());
        let own = std::fs::read_to_string("/proc/self/status").unwrap();
        assert!(own.contains("NoNewPrivs:\t0"), "the parent has changed");
    });
}

#[test]
fn parent_death_signal_kills_the_child_when_the_thread_terminates() {
    use butter::process::{Command, WaitFlags, wait};
    in_child(|| {
        let program = super::Tiny::new(&common::tiny::pause());
        let pid = std::thread::scope(|scope| {
            let spawn = || {
                let mut command = Command::new(&program.path);
                command.parent_death_signal(Signal::USR1);
                command.spawn().unwrap().pid()
            };
            scope.spawn(spawn).join().unwrap()
        });
        let status = wait(pid, WaitFlags::EXITED).unwrap().exit_status();
        assert_eq!(status.signal(), Some(Signal::USR1));
    });
}

#[test]
fn steps_set_users_and_groups_without_changing_the_dumpable_flag_of_the_parent() {
    in_child(|| {
        require!(process::geteuid() == Uid::ROOT, "the caller is not root");
        let groups = [5, 6].map(Gid::from_raw);
        // The program must be readable for the new user.
        let directory = files::directory();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let result = super::try_report(|command| {
            command.step(Step::groups(&groups)).step(Step::group(Gid::from_raw(7)));
            command.step(Step::user(Uid::from_raw(8))).step(Step::no_new_privs());
        });
        let report = require!(result, "the caller may not change its IDs");
        assert_eq!(report.get("Uid"), "8\t8\t8\t8");
        assert_eq!(report.get("Gid"), "7\t7\t7\t7");
        assert_eq!(report.get("Groups"), "5 6");
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }, 1);
        assert_eq!(process::geteuid(), Uid::ROOT);
    });
}

/// Opens a pseudoterminal, which becomes the controlling terminal of this process. Returns the
/// slave.
fn controlling_terminal() -> butter::fd::OwnedFd {
    process::raw::setsid().unwrap();
    // SAFETY: opens a pseudoterminal, which is not closed.
    let master = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_CLOEXEC | libc::O_NOCTTY) };
    let unlock = 0;
    // SAFETY: reads one number.
    let unlocked = unsafe { libc::ioctl(master, libc::TIOCSPTLCK, &raw const unlock) };
    let flags = libc::O_RDWR | libc::O_CLOEXEC | libc::O_NOCTTY;
    // SAFETY: returns a new descriptor.
    let slave = unsafe { libc::ioctl(master, libc::TIOCGPTPEER, flags) };
    // SAFETY: changes the terminal of this process only.
    let controls = unsafe { libc::ioctl(slave, libc::TIOCSCTTY, 0) };
    assert!(master >= 0 && unlocked == 0 && slave >= 0 && controls == 0);
    // SAFETY: a new descriptor, which has no other owner.
    unsafe { butter::fd::FromRawFd::from_raw_fd(slave) }
}

#[test]
fn foreground_makes_the_process_group_of_the_child_the_foreground_group() {
    use butter::fd::AsRawFd;
    use butter::process::Command;
    in_child(|| {
        let terminal = controlling_terminal();
        let program = super::Tiny::new(&common::tiny::pause());
        let mut command = Command::new(&program.path);
        command.step(Step::setpgid(None)).step(Step::foreground(&terminal)).kill_on_drop();
        let child = command.spawn().unwrap();
        // SAFETY: touches no memory.
        let group = unsafe { libc::tcgetpgrp(terminal.as_raw_fd()) };
        assert_eq!(group, child.pid().as_raw());
        drop(child);
        // The second child is in a background process group: the first group still is in the
        // foreground. The kernel does not stop it.
        let child = command.spawn().unwrap();
        // SAFETY: touches no memory.
        let group = unsafe { libc::tcgetpgrp(terminal.as_raw_fd()) };
        assert_eq!(group, child.pid().as_raw());
    });
}
