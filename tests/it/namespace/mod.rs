//! Tests of `namespace`: creating, joining and querying namespaces.

mod creation;
mod joining;
mod queries;

use std::fs;
use std::os::unix::fs::MetadataExt;

use butter::fd::{AsRawFd, OwnedFd};
use butter::namespace::{Kind, Namespace};
use butter::process::Pid;
use butter::{Errno, Result};
use common::child::in_user_namespace;
use common::require;
use common::test::Test;

/// Each file in `/proc/<pid>/ns`, and the `Kind` with which the crate opens the file.
const FILES: [(&str, Kind); 10] = [
    ("mnt", Kind::Mount),
    ("cgroup", Kind::Cgroup),
    ("uts", Kind::Uts),
    ("ipc", Kind::Ipc),
    ("user", Kind::User),
    ("pid", Kind::Pid),
    ("pid_for_children", Kind::PidForChildren),
    ("net", Kind::Net),
    ("time", Kind::Time),
    ("time_for_children", Kind::TimeForChildren),
];

/// Runs `body` as root of a new user namespace, where `body` can create other namespaces. Skips the
/// test if no user namespace can be created.
fn as_root_of_new_user_namespace(body: impl FnOnce()) {
    let test = Test::of(&body);
    require!(test; in_user_namespace(body), "the host does not permit user namespaces (sysctl, security module or seccomp)");
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Returns the inode number of `/proc/<task>/ns/<file>`, where the task is `thread-self` or an ID,
/// or 0 if the file does not exist.
fn inode_of(task: impl std::fmt::Display, file: &str) -> u64 {
    fs::metadata(format!("/proc/{task}/ns/{file}")).map_or(0, |file| file.ino())
}

fn inode(file: &str) -> u64 {
    inode_of("thread-self", file)
}

fn inodes() -> [u64; 10] {
    FILES.map(|(file, _)| inode(file))
}

/// Returns the inode number of an open namespace.
fn inode_of_fd(namespace: &Namespace) -> u64 {
    fs::metadata(format!("/proc/self/fd/{}", namespace.as_raw_fd())).unwrap().ino()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
    result.unwrap_err().errno()
}

fn pidfd(process: Pid) -> OwnedFd {
    // SAFETY: returns a descriptor; touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process.as_raw(), 0) };
    assert!(fd >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: the descriptor is new, and no other object owns it.
    unsafe { butter::fd::FromRawFd::from_raw_fd(fd as i32) }
}
