//! Processes to which a call must fail: processes that have ended, that belong to another user, or
//! that are not dumpable.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use butter::process::{Pid, geteuid, getpid};

use crate::child::spawn;
use crate::forked::ForkedChild;

/// Returns the ID of a process that has been reaped.
pub fn ended_process() -> Pid {
    let mut program = Command::new("/proc/self/exe");
    let mut child = spawn(program.arg("--help").stdout(Stdio::null())).unwrap();
    child.wait().unwrap();
    Pid::from_raw(child.id().cast_signed()).unwrap()
}

/// Returns the ID of a process of another user, to which the calling thread may not send signals
/// unless it has `CAP_KILL`. Returns `None` if process 1 belongs to the same user or is this
/// process: any other process can terminate during a test.
pub fn process_of_another_user() -> Option<Pid> {
    let owner = fs::metadata("/proc/1").ok()?.uid();
    (owner != geteuid().as_raw()).then_some(Pid::from_raw(1)?).filter(|init| *init != getpid())
}

/// Starts a process that is not dumpable: a thread without capabilities cannot open the namespaces
/// of the process, even if both belong to the same user.
pub fn undumpable_process() -> ForkedChild<i32> {
    let child = ForkedChild::start(|| {
        // SAFETY: touches no memory.
        unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) }
    });
    assert_eq!(child.result(), 0, "prctl(PR_SET_DUMPABLE)");
    child
}
