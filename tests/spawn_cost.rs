//! The number of instructions and system calls of a spawn, in the parent and in the child before
//! `execve`, in an optimized build.
//!
//! A tracer single-steps a process that spawns programs, and its children. The process calls
//! `getpid` before each spawn, and the cost of the last spawn is counted.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::hint::black_box;
use std::os::unix::ffi::OsStrExt;

use butter::process::{self, Command, exit_group};
use common::test::Test;
use common::{files, require, this_test, tiny};

common::watchdog!();

/// The numbers of instructions and of system calls of a spawn, and of the instructions before
/// `execve`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cost {
    before_exec: u64,
    instructions: u64,
    calls: u64,
}

/// Runs `body` in a new process, and counts its instructions and those of its children before
/// `execve`. Returns `None` if the host does not permit a process to trace its children.
fn count(body: &dyn Fn()) -> Option<Cost> {
    // SAFETY: the child runs the body, which neither allocates nor locks, and exits.
    let tracee = unsafe { libc::fork() };
    if tracee == 0 {
        // SAFETY: lets the parent trace this process.
        let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        if traced == 0 {
            // SAFETY: stops the process until the parent continues it.
            unsafe { libc::raise(libc::SIGSTOP) };
            body();
        }
        exit_group(i32::from(traced != 0));
    }
    let mut cost = Cost::default();
    let mut known = BTreeSet::from([tracee]);
    let mut status = 0;
    let mut is_first = true;
    loop {
        // SAFETY: waits for a child; writes one number.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL) };
        assert!(pid > 0, "{}", std::io::Error::last_os_error());
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            if pid == tracee {
                return (status == 0).then_some(cost);
            }
            continue;
        }
        if is_first {
            is_first = false;
            let options = libc::PTRACE_O_TRACEVFORK
                | libc::PTRACE_O_TRACEFORK
                | libc::PTRACE_O_TRACECLONE
                | libc::PTRACE_O_TRACEEXEC
                | libc::PTRACE_O_EXITKILL;
            // SAFETY: sets options of the stopped child.
            unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, options) };
        }
        if status >> 16 == libc::PTRACE_EVENT_EXEC {
            cost.before_exec = cost.instructions;
            // SAFETY: lets the program of the child run without tracing.
            unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, 0, 0) };
            continue;
        }
        // A stop that an event causes is not that of an instruction.
        if status >> 16 == 0 && known.contains(&pid) {
            match call_at(pid)? {
                Some(libc::SYS_getpid) => cost = Cost::default(),
                Some(libc::SYS_exit_group) => {}
                Some(_) => {
                    cost.calls += 1;
                    // On aarch64, Linux stops the process a second time after a system call.
                    cost.instructions += u64::from(cfg!(target_arch = "x86_64"));
                }
                None => cost.instructions += 1,
            }
        }
        known.insert(pid);
        // SAFETY: runs one instruction of the stopped process.
        if unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, pid, 0, 0) } != 0 {
            // SAFETY: kills the child, which is not reaped yet.
            unsafe { libc::kill(tracee, libc::SIGKILL) };
            // SAFETY: reaps it.
            unsafe { libc::waitpid(tracee, &raw mut status, 0) };
            return None;
        }
    }
}

/// Returns the number of the system call that is the next instruction of a stopped process.
fn call_at(pid: libc::pid_t) -> Option<Option<libc::c_long>> {
    let mut registers = [0_u64; 64];
    let mut vector =
        libc::iovec { iov_base: registers.as_mut_ptr().cast(), iov_len: size_of_val(&registers) };
    // SAFETY: writes at most the size of the array.
    let read = unsafe { libc::ptrace(libc::PTRACE_GETREGSET, pid, 1, &raw mut vector) };
    let (counter, number, call, mask) = if cfg!(target_arch = "x86_64") {
        (registers[16], registers[10], 0x050F, 0xFFFF)
    } else {
        (registers[32], registers[8], 0xD400_0001, 0xFFFF_FFFF)
    };
    // SAFETY: reads one word of the stopped process.
    let word = unsafe { libc::ptrace(libc::PTRACE_PEEKTEXT, pid, counter, 0) };
    (read == 0).then_some((word & mask == call).then_some(number as libc::c_long))
}

#[test]
fn spawn_wait_and_drop_take_at_most_7_calls_and_300_instructions() {
    let test: Test = this_test!();
    let optimized = cfg!(not(debug_assertions));
    require!(test; optimized, "instructions are counted only in an optimized build (--release)");
    let directory = files::directory();
    let path = directory.path().join("program");
    tiny::install(&path, &tiny::exit(0));
    let path = CString::new(path.as_os_str().as_bytes()).unwrap();
    let spawn = |path| {
        let _ = process::getpid();
        let Ok(mut child) = Command::new(path).spawn() else { exit_group(2) };
        if !child.wait().is_ok_and(|status| status.success()) {
            exit_group(3);
        }
    };
    let cost = count(&|| (0..3).for_each(|_| spawn(black_box(&path))));
    let cost = require!(test; cost, "the host does not permit ptrace");
    println!("{cost:?}");
    // clone3, rt_sigaction, close_range, rt_sigprocmask, execve, waitid and close.
    assert_eq!(cost.calls, 7, "{cost:?}");
    let bound = if cfg!(target_arch = "aarch64") { 400 } else { 300 };
    assert!((50..=bound).contains(&cost.before_exec), "{cost:?}");
    assert!(cost.instructions <= bound + 200, "{cost:?}");
}
