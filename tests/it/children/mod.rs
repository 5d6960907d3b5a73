//! Tests of the calls that create children and wait for them.

mod clone;
mod flags;
mod wait;

use butter::Result;
use butter::process::{CloneArgs, CloneFlags, Cloned, Pid, WaitFlags, clone_with, wait};

const EXITED: WaitFlags = WaitFlags::EXITED;

/// Creates a child that runs a closure on a copy of the memory.
fn child(flags: CloneFlags, mut closure: impl FnMut() -> i32) -> Result<Cloned> {
    // SAFETY: the closures make system calls, and use a copy of the memory.
    unsafe { clone_with(&CloneArgs::new(flags), &mut closure) }
}

fn code(pid: Pid) -> Option<i32> {
    wait(pid, EXITED).unwrap().exit_status().code()
}
