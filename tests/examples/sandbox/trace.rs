//! The option `--trace`.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use super::run::{call, command_or_body, print, program, run, start};
use common::{require, this_test};

/// Returns the arguments and the errno of the lines for a system call.
fn lines_for<'m>(messages: &'m [String], call: &str) -> Vec<(&'m str, Vec<&'m str>, &'m str)> {
    let lines = messages.iter().filter_map(|line| {
        let (thread, rest) = line.split_once(' ')?;
        let (arguments, errno) = rest.strip_prefix(call)?.strip_prefix('(')?.split_once(") = ")?;
        Some((thread, arguments.split(", ").collect(), errno))
    });
    lines.collect()
}

fn mkdirat(mode: u64) -> String {
    call(libc::SYS_mkdirat, [u64::MAX, c"/nonexistent/x".as_ptr() as u64, mode])
}

#[test]
fn trace_prints_name_arguments_and_errno_of_denied_calls() {
    let program = require!(program());
    let options = ["--trace", "--deny=mkdirat=EROFS", "--deny=5000=EXFULL"];
    let completed = run(&program, this_test!(), &options, || {
        print(butter::thread::gettid());
        print(mkdirat(0o123));
        print(call(5000, [7, 1 << 40, 0]));
        print(call(libc::SYS_getppid, [0; 3]).parse::<u32>().is_ok());
    });
    let [thread_id, first, second, third] = &completed.lines[..] else { panic!("{completed:?}") };
    assert_eq!((&**first, &**second, &**third), ("EROFS", "EXFULL", "true"));
    assert_eq!(completed.status, 0);
    let [(thread, arguments, errno)] = &lines_for(&completed.messages, "mkdirat")[..] else {
        panic!("{completed:?}")
    };
    assert_eq!((thread, errno), (&&**thread_id, &"EROFS"));
    assert_eq!(
        [0, 2, 3, 4, 5].map(|at| arguments[at]),
        ["0xffffffffffffffff", "0x53", "0x4", "0x5", "0x6"]
    );
    let unknown = lines_for(&completed.messages, "5000");
    let arguments = vec!["0x7", "0x10000000000", "0x0", "0x4", "0x5", "0x6"];
    assert_eq!(unknown, [(&**thread_id, arguments, "EXFULL")], "{completed:?}");
    assert!(lines_for(&completed.messages, "getppid").is_empty());
}

#[test]
fn trace_prints_each_call_of_several_threads() {
    const THREADS: u64 = 4;
    const CALLS: u64 = 50;
    let program = require!(program());
    let completed = run(&program, this_test!(), &["--trace", "--deny=mkdirat"], || {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    (0..CALLS).for_each(|index| assert_eq!(mkdirat(thread << 16 | index), "EPERM"));
                });
            }
        });
    });
    assert_eq!(completed.status, 0, "{completed:?}");
    let lines = lines_for(&completed.messages, "mkdirat");
    let mut modes: Vec<_> = lines.iter().map(|(_, arguments, _)| arguments[2].to_owned()).collect();
    modes.sort();
    let expected =
        (0..THREADS).flat_map(|it| (0..CALLS).map(move |at| format!("{:#x}", it << 16 | at)));
    let mut expected: Vec<_> = expected.collect();
    expected.sort();
    assert_eq!(modes, expected);
}

#[test]
fn trace_continues_until_the_last_process_has_ended() {
    let program = require!(program());
    let completed = run(&program, this_test!(), &["--trace", "--deny=mkdirat"], || {
        // SAFETY: the child only sleeps, makes system calls and exits.
        let child = unsafe { libc::fork() };
        if child == 0 {
            std::thread::sleep(Duration::from_millis(200));
            let denied = mkdirat(0o777) == "EPERM";
            // SAFETY: terminates the child.
            unsafe { libc::_exit(if denied { mkdirat(0o770).len() as i32 } else { 1 }) };
        }
        assert!(child > 0);
        std::process::exit(3);
    });
    assert_eq!(completed.status, 3, "{completed:?}");
    assert_eq!(lines_for(&completed.messages, "mkdirat").len(), 2, "{completed:?}");
}

#[test]
fn trace_is_terminated_by_a_signal_after_the_command_has_ended() {
    let program = require!(program());
    let options = ["--trace", "--deny=mkdirat"];
    let mut command = command_or_body(&program, this_test!(), &options, || {
        // SAFETY: the child only sleeps and exits.
        let child = unsafe { libc::fork() };
        if child == 0 {
            std::thread::sleep(Duration::from_secs(60));
            // SAFETY: terminates the child.
            unsafe { libc::_exit(0) };
        }
        print(child);
    });
    let (mut sandbox, line) = start(&mut command);
    let remaining: i32 = line.parse().unwrap();
    // The first signals can be forwarded to the command.
    let status = loop {
        // SAFETY: touches no memory; the process has not been reaped.
        unsafe { libc::kill(sandbox.id().cast_signed(), libc::SIGTERM) };
        std::thread::sleep(Duration::from_millis(5));
        if let Some(status) = sandbox.try_wait().unwrap() {
            break status;
        }
    };
    // SAFETY: touches no memory; the process sleeps.
    assert_eq!(unsafe { libc::kill(remaining, libc::SIGKILL) }, 0);
    assert_eq!(status.signal(), Some(libc::SIGTERM), "{status:?}");
}

#[test]
fn trace_applies_to_the_errnos_of_a_profile() {
    let program = require!(program());
    let completed = run(&program, this_test!(), &["--trace"], || {
        print(call(libc::SYS_acct, [0, 0, 0]));
        print(call(libc::SYS_clone3, [0, 0, 0]));
    });
    assert_eq!(completed.lines, ["EPERM", "ENOSYS"]);
    let lines = ["acct", "clone3"].map(|name| lines_for(&completed.messages, name));
    assert!(lines.iter().all(|lines| !lines.is_empty()), "{completed:?}");
    assert_eq!(lines[1].last().unwrap().2, "ENOSYS");
}
