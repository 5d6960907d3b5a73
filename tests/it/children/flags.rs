//! The effect of each flag of `clone3` that does not create a thread.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use butter::error::{Call, Error};
use butter::fd::{AsRawFd, BorrowedFd, IntoRawFd};
use butter::fs::{Access, AtFlags, CWD, Mode, OFlags};
use butter::process::{self, CloneArgs, CloneFlags, Cloned, PidFd, clone_with, getpid};
use butter::signal::{self, Signal};
use butter::{Errno, Result, fs, io};
use common::child::in_child;
use common::forked::in_forked_child;
use common::require;

use super::{child, code};

#[test]
fn clone3_files_shares_the_table_of_descriptors() {
    in_child(|| {
        let null = common::fd(File::open("/dev/null").unwrap());
        for (flags, is_shared) in [(CloneFlags::empty(), false), (CloneFlags::FILES, true)] {
            let cloned = child(flags, || match io::fcntl_dupfd_cloexec(&null, 100) {
                Ok(fd) => i32::from(fd.into_raw_fd() != 100),
                Err(_) => 2,
            });
            assert_eq!(code(cloned.unwrap().pid), Some(0), "{flags:?}");
            // SAFETY: the call fails if the descriptor is not open.
            let open = io::fcntl_getfd(unsafe { BorrowedFd::borrow_raw(100) }).is_ok();
            assert_eq!(open, is_shared);
        }
    });
}

#[test]
fn clone3_fs_shares_the_umask() {
    in_child(|| {
        process::umask(Mode::WGRP);
        for (flags, expected) in [(CloneFlags::empty(), Mode::WGRP), (CloneFlags::FS, Mode::RWXO)] {
            let cloned = child(flags, || {
                process::umask(Mode::RWXO);
                0
            });
            assert_eq!(code(cloned.unwrap().pid), Some(0));
            assert_eq!(process::umask(expected), expected, "{flags:?}");
        }
    });
}

#[test]
fn clone3_sighand_shares_and_clear_sighand_resets_the_signal_actions() {
    extern "C" fn handler(_: libc::c_int) {}
    in_child(|| {
        common::signals::install_handler(libc::SIGUSR1, handler);
        let is_handled = || signal::action(Signal::USR1).unwrap().handler_address().is_some();
        let vfork = CloneFlags::VM | CloneFlags::VFORK;
        let ignore = || i32::from(signal::ignore(Signal::USR1).is_err());
        assert_eq!(code(child(vfork, ignore).unwrap().pid), Some(0));
        assert!(is_handled());
        assert_eq!(code(child(vfork | CloneFlags::SIGHAND, ignore).unwrap().pid), Some(0));
        assert!(!is_handled());
        common::signals::install_handler(libc::SIGUSR1, handler);
        let cloned = child(CloneFlags::empty(), || i32::from(is_handled()));
        assert_eq!(code(cloned.unwrap().pid), Some(1));
        let cloned = child(CloneFlags::CLEAR_SIGHAND, || i32::from(is_handled()));
        assert_eq!(code(cloned.unwrap().pid), Some(0));
    });
}

#[test]
fn clone3_parent_makes_the_child_a_sibling() {
    in_child(|| {
        let own = getpid();
        let pid = in_forked_child(move || {
            let mut args = CloneArgs::new(CloneFlags::PARENT);
            args.exit_signal = None;
            let mut has_parent = || i32::from(process::getppid() == Some(own));
            // SAFETY: the closure makes one system call.
            unsafe { clone_with(&args, &mut has_parent) }.map(|cloned| cloned.pid)
        });
        assert_eq!(code(pid.unwrap()), Some(1));
    });
}

/// Creates a child in new namespaces, of which the user namespace gives it the privileges. Returns
/// whether its namespace with this name in `/proc/self/ns` is new.
fn is_new(flags: CloneFlags, path: &std::ffi::CStr) -> Result<bool> {
    let name = path.to_str().unwrap();
    let own = std::fs::metadata(name).unwrap().ino();
    let cloned = child(flags | CloneFlags::NEWUSER, || {
        let file = fs::openat(CWD, path, OFlags::RDONLY, Mode::empty());
        file.and_then(|file| fs::fstat(&file)).map_or(2, |stat| i32::from(stat.ino() != own))
    })?;
    match code(cloned.pid) {
        Some(0) => Ok(false),
        Some(1) => Ok(true),
        status => panic!("{name}: {status:?}"),
    }
}

#[test]
fn clone3_creates_each_namespace() {
    in_child(|| {
        for (flags, path) in [
            (CloneFlags::NEWUSER, c"/proc/self/ns/user"),
            (CloneFlags::NEWNS, c"/proc/self/ns/mnt"),
            (CloneFlags::NEWCGROUP, c"/proc/self/ns/cgroup"),
            (CloneFlags::NEWUTS, c"/proc/self/ns/uts"),
            (CloneFlags::NEWIPC, c"/proc/self/ns/ipc"),
            (CloneFlags::NEWNET, c"/proc/self/ns/net"),
            (CloneFlags::NEWTIME, c"/proc/self/ns/time"),
            (CloneFlags::NEWPID, c"/proc/self/ns/pid"),
        ] {
            let is_new_with = require!(is_new(flags, path), "this host does not permit {flags:?}");
            assert!(is_new_with, "{flags:?}");
            let only_user = is_new(CloneFlags::NEWUSER, path).unwrap();
            assert_eq!(only_user, flags == CloneFlags::NEWUSER, "{flags:?}");
        }
        let flags = CloneFlags::NEWUSER | CloneFlags::NEWPID;
        let cloned = child(flags, || getpid().as_raw()).unwrap();
        assert_eq!(code(cloned.pid), Some(1));
    });
}

#[test]
fn clone3_nnp_sets_no_new_privs() {
    require!(kernel >= 7.1, "CLONE_NNP");
    in_child(|| {
        // SAFETY: touches no memory.
        let is_set = || unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) };
        assert_eq!(code(child(CloneFlags::empty(), is_set).unwrap().pid), Some(0));
        assert_eq!(code(child(CloneFlags::NNP, is_set).unwrap().pid), Some(1));
    });
}

#[test]
fn clone3_empty_mntns_creates_a_namespace_without_files() {
    require!(kernel >= 7.1, "CLONE_EMPTY_MNTNS");
    in_child(|| {
        let has_proc =
            || i32::from(fs::accessat(CWD, c"/proc", Access::EXISTS, AtFlags::empty()).is_ok());
        let flags = CloneFlags::NEWUSER | CloneFlags::NEWNS;
        let cloned = require!(child(flags, has_proc), "this host does not permit {flags:?}");
        assert_eq!(code(cloned.pid), Some(1));
        let cloned = child(flags | CloneFlags::EMPTY_MNTNS, has_proc).unwrap();
        assert_eq!(code(cloned.pid), Some(0));
    });
}

/// Creates a child without an exit signal, with a pidfd.
fn reaped_child(flags: CloneFlags, mut closure: impl FnMut() -> i32) -> Cloned {
    let mut args = CloneArgs::new(CloneFlags::PIDFD | CloneFlags::AUTOREAP | flags);
    args.exit_signal = None;
    // SAFETY: the closures make system calls, and use a copy of the memory.
    unsafe { clone_with(&args, &mut closure) }.unwrap()
}

#[test]
fn clone3_autoreap_leaves_no_zombie() {
    require!(kernel >= 7.1, "CLONE_AUTOREAP");
    in_child(|| {
        let cloned = reaped_child(CloneFlags::empty(), || 3);
        let pidfd = PidFd::try_from(cloned.pidfd.unwrap()).unwrap();
        assert!(pidfd.wait_readable(Duration::from_secs(60)).unwrap());
        let error = process::wait(cloned.pid, super::EXITED).unwrap_err();
        assert_eq!(error, Error::new(Call::WAITID, Errno::CHILD));
        // The pidfd becomes readable before the kernel stores the exit status.
        let status = loop {
            let info = pidfd.info(process::InfoMask::EXIT).unwrap();
            match info.exit_status() {
                Some(status) => break status,
                None => std::thread::yield_now(),
            }
        };
        assert_eq!(status.code(), Some(3));
    });
}

#[test]
fn clone3_pidfd_autokill_kills_the_child_when_the_pidfd_is_closed() {
    require!(kernel >= 7.1, "CLONE_PIDFD_AUTOKILL");
    in_child(|| {
        let pause = || {
            // SAFETY: touches no memory.
            unsafe { libc::pause() };
            0
        };
        for (flags, is_killed) in [(CloneFlags::PIDFD_AUTOKILL, true), (CloneFlags::empty(), false)]
        {
            let cloned = reaped_child(flags, pause);
            let other = PidFd::open(cloned.pid).unwrap();
            assert!(cloned.pidfd.as_ref().unwrap().as_raw_fd() >= 0);
            drop(cloned.pidfd);
            let limit = Duration::from_millis(if is_killed { 60_000 } else { 100 });
            assert_eq!(other.wait_readable(limit), Ok(is_killed), "{flags:?}");
            if !is_killed {
                other.send_signal(Signal::KILL).unwrap();
            }
        }
    });
}
