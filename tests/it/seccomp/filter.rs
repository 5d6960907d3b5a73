//! Installed filters.

use butter::error::Call;
use butter::process::{getppid, getuid};
use butter::seccomp::{
    Action, Filter, Instruction, Program, Rule, Syscall, SyscallData, arg32, arg64, raw,
};
use butter::{Errno, io};

use super::{compile, in_thread};
use common::forked::ForkedChild;

/// Makes a system call with arguments, and returns the result or the negated errno.
pub fn call(number: libc::c_long, args: [u64; 6]) -> i64 {
    let [a, b, c, d, e, f] = args;
    // SAFETY: the filter of each test determines the result of the call, or the call has no
    // effect on memory.
    let result = unsafe { libc::syscall(number, a, b, c, d, e, f) };
    if result == -1 {
        -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap())
    } else {
        result
    }
}

#[test]
fn filter_install_applies_errno_rules_to_the_calling_thread_only() {
    let program = compile(&[Rule::new(Syscall::GETPPID, Action::Errno(Errno::TOOBIG))]);
    let expected = call(libc::SYS_getppid, [0; 6]);
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        assert_eq!(call(libc::SYS_getppid, [0; 6]), -7);
        assert_eq!(in_thread(|| call(libc::SYS_getppid, [0; 6])), -7, "a new thread");
        assert_eq!(call(libc::SYS_getuid, [0; 6]), getuid().as_raw().into());
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) }, 1);
    });
    assert_eq!(call(libc::SYS_getppid, [0; 6]), expected);
    let _ = getppid();
}

/// The interpreter returns the verdict of the kernel for conditions with boundary values.
#[test]
fn filter_verdicts_of_the_kernel_equal_those_of_the_interpreter() {
    let errno = |number| Action::Errno(Errno::from_raw(number).unwrap());
    let conditions = [
        arg32(0).eq(5),
        arg32(1).ne(0xFFFF_FFFF),
        arg32(2).lt(7),
        arg64(0).eq(1 << 32),
        arg64(1).ge(u64::MAX - 1),
        arg64(2).gt(0x8000_0000_0000_0000),
        arg64(3).le(0xFFFF_FFFF),
        arg32(4).masked_eq(0xF0, 0x10),
        arg64(5).masked_eq(0xFF00_0000_0000_00FF, 0x0100_0000_0000_0002),
    ];
    let rules: Vec<_> = conditions
        .iter()
        .enumerate()
        .map(|(at, condition)| {
            Rule::new(Syscall::GETPPID, errno(at as i32 + 1)).when(std::slice::from_ref(condition))
        })
        .collect();
    let program = compile(&rules);
    const VALUES: [u64; 12] = [
        0,
        5,
        6,
        7,
        0x10,
        1 << 32,
        (1 << 32) | 5,
        0xFFFF_FFFF,
        0x8000_0000_0000_0000,
        0x8000_0000_0000_0001,
        u64::MAX - 1,
        0x0100_0000_0000_0012,
    ];
    in_thread(|| {
        Filter::new(&program).install().unwrap();
        for argument in 0..6 {
            for value in VALUES {
                let mut args = [0x8000_0000_0000_0000 | 8; 6];
                args[argument] = value;
                let data = SyscallData::new(libc::SYS_getppid as i32, args);
                let result = call(libc::SYS_getppid, args);
                match program.action(&data).unwrap() {
                    Action::Errno(errno) => assert_eq!(result, -i64::from(errno.as_raw())),
                    _ => assert!(result >= 0),
                }
            }
        }
    });
}

#[test]
fn filter_kill_process_terminates_the_process_with_sigsys() {
    let program = compile(&[Rule::new(Syscall::GETPPID, Action::KillProcess)]);
    let child = ForkedChild::start(|| {
        Filter::new(&program).install().unwrap();
        call(libc::SYS_getppid, [0; 6]);
    });
    let status = child.wait();
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGSYS, "{status:#x}");
}

#[test]
fn filter_install_rejects_programs_that_are_not_safe() {
    const ALLOW: Instruction = Instruction::new(6, 0, 0, 0x7FFF_0000);
    let rejected = [
        vec![Instruction::new(6, 0, 0, 0x0005_0000)],
        vec![Instruction::new(6, 0, 0, 0), ALLOW],
        vec![Instruction::new(0, 0, 0, 0x7FFF_0000), Instruction::new(0x16, 0, 0, 0)],
        // All system calls fail, also those whose failure the C library does not expect.
        vec![Instruction::new(6, 0, 0, 0x0005_0001)],
    ];
    in_thread(|| {
        for program in &rejected {
            let program = Program::new(program).unwrap();
            for result in [
                Filter::new(program).install(),
                Filter::new(program).install_all_threads().map_err(Into::into),
                Filter::new(program).install_listener().map(drop),
            ] {
                let error = result.unwrap_err();
                assert_eq!((error.call(), error.errno()), (Call::SECCOMP_PROGRAM, Errno::INVAL));
            }
        }
        let computed = Program::new(&rejected[2]).unwrap();
        // SAFETY: the program allows all system calls.
        unsafe { Filter::new(computed).assume_safe() }.install().unwrap();
        let notify = [Instruction::new(6, 0, 0, 0x7FC0_0000)];
        // SAFETY: the program is rejected, because it requires a listener.
        let notify = unsafe { Filter::new(Program::new(&notify).unwrap()).assume_safe() };
        assert_eq!(notify.install().unwrap_err().call(), Call::SECCOMP_PROGRAM);
    });
}

#[test]
fn get_action_avail_accepts_all_actions() {
    let errno = Action::Errno(Errno::PERM);
    for action in [
        Action::KillProcess,
        Action::KillThread,
        Action::Trap(1),
        errno,
        Action::UserNotif,
        Action::Trace(1),
        Action::Log,
        Action::Allow,
    ] {
        raw::seccomp_get_action_avail(action).unwrap();
    }
}

#[test]
fn set_mode_strict_permits_write_and_terminates_the_process_at_other_calls() {
    let (reader, writer) = butter::pipe::pipe().unwrap();
    let child = ForkedChild::start(|| {
        // SAFETY: the child has a single thread.
        unsafe { raw::seccomp_set_mode_strict() }.unwrap();
        let _ = io::write(&writer, b"x");
        call(libc::SYS_getppid, [0; 6]);
    });
    let status = child.wait();
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL, "{status:#x}");
    let mut buffer = [0; 2];
    assert_eq!((io::read(&reader, &mut buffer[..]).unwrap(), buffer), (1, *b"x\0"));
}
