//! Namespaces: made, entered, and what they tell of themselves.

mod entered;
mod made;
mod told;

use std::fs;
use std::os::unix::fs::MetadataExt;

use butter::fd::{AsRawFd, OwnedFd};
use butter::namespace::{Kind, Namespace};
use butter::process::Pid;
use butter::{Errno, Result};
use common::child::in_user_namespace;
use common::require;
use common::test::Test;

/// Every file of `/proc/<pid>/ns`, and what opens it.
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

/// Runs the body as the root of a user namespace of its own, where it may make others; or says that it cannot.
fn as_root_of_its_own(body: impl FnOnce()) {
    let test = Test::of(&body);
    require!(test; in_user_namespace(body), "no new user namespace is allowed here");
}

fn in_thread<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The inode of a namespace of a task: `thread-self`, or a number. 0 where the task has none.
fn inode_of(task: impl std::fmt::Display, file: &str) -> u64 {
    fs::metadata(format!("/proc/{task}/ns/{file}")).map_or(0, |file| file.ino())
}

fn inode(file: &str) -> u64 {
    inode_of("thread-self", file)
}

fn inodes() -> [u64; 10] {
    FILES.map(|(file, _)| inode(file))
}

/// The inode of what is open.
fn inode_behind(namespace: &Namespace) -> u64 {
    fs::metadata(format!("/proc/self/fd/{}", namespace.as_raw_fd())).unwrap().ino()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
    result.unwrap_err().errno()
}

fn pidfd(process: Pid) -> OwnedFd {
    // SAFETY: asks for a descriptor; touches no memory.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process.as_raw(), 0) };
    assert!(fd >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: new, and nobody else's.
    unsafe { butter::fd::FromRawFd::from_raw_fd(fd as i32) }
}
