//! Signals to the example `sandbox`, and signals that terminate the command.

use butter::signal::Signal;

use super::run::{Completed, call_in_sandbox, command_or_body, print, program, run, start};
use crate::terminal;
use common::{require, this_test};

#[test]
fn sandbox_forwards_signals_and_returns_128_plus_the_signal() {
    let program = require!(program());
    let test = this_test!();
    for options in [&[] as &[_], &["--trace"]] {
        for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
            let mut command = command_or_body(&program, test, options, || {
                // The command inherits neither a blocked nor an ignored signal.
                print("ready");
                std::thread::sleep(std::time::Duration::from_secs(60));
            });
            let (child, line) = start(&mut command);
            assert_eq!(line, "ready");
            // SAFETY: touches no memory; the child has not been reaped.
            unsafe { libc::kill(child.id().cast_signed(), signal.as_raw()) };
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(128 + signal.as_raw()), "{output:?}");
        }
    }
}

#[test]
fn sandbox_forwards_the_hangup_of_its_terminal() {
    let program = require!(program());
    let mut command = command_or_body(&program, this_test!(), &[], || {
        print("ready");
        std::thread::sleep(std::time::Duration::from_secs(60));
    });
    let (master, slave) = require!(terminal::open());
    terminal::control(&mut command, slave);
    let (child, line) = start(&mut command);
    assert_eq!(line, "ready");
    drop(master);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(128 + libc::SIGHUP), "{output:?}");
}

#[test]
fn sandbox_returns_128_plus_the_signal_that_terminates_the_command() {
    let program = require!(program());
    let completed = run(&program, this_test!(), &[], || {
        // SAFETY: terminates this process.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    assert_eq!((completed.status, completed.messages.len()), (128 + 9, 0), "{completed:?}");
}

#[test]
fn sandbox_reports_that_a_rule_terminated_the_command() {
    let program = require!(program());
    let test = this_test!();
    let body = || drop(super::run::call(libc::SYS_getppid, [0; 3]));
    call_in_sandbox(test, body);
    let rules = common::files::directory();
    let path = rules.path().join("rules");
    std::fs::write(&path, "default allow\ngetppid -> kill-process\n").unwrap();
    let file = format!("--rules={}", path.display());
    for (quiet, count) in [("--quiet", 0), ("--trace", 1)] {
        let command = command_or_body(&program, test, &[&file, quiet], body);
        let completed: Completed = super::run::complete(command);
        assert_eq!(completed.status, 128 + libc::SIGSYS, "{completed:?}");
        let line = "a rule terminated the command because of a system call";
        assert_eq!(completed.messages, vec![line; count], "{completed:?}");
    }
}
