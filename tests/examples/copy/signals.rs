//! Termination of the example `copy` by signals: no incomplete file remains.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Stdio};

use butter::process::Pid;
use butter::signal::{self, Signal};

use super::run::{command, create_source, names, program, wait_for_temporary_file};
use common::require;

fn send(child: &Child, signal: Signal) {
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

#[test]
fn copy_removes_temporary_file_if_terminated_by_signal() {
    let program = require!(program());
    for (signal, keep) in [(Signal::INT, false), (Signal::TERM, true), (Signal::HUP, false)] {
        let (folder, _, target, bytes) = create_source(5000);
        let mut command = command(&program);
        command.args(keep.then_some("--keep-partial")).arg("/proc/self/fd/0").arg(&target);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The pipe stays open, so that the program waits for more input.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&bytes).unwrap();
        wait_for_temporary_file(folder.path());
        send(&child, signal);
        let (mut stderr, status) = (String::new(), child.wait().unwrap());
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{stderr}");
        assert!(
            stderr.starts_with(&format!("copy: terminated by SIG{signal}"))
                && stderr.lines().count() == 1,
            "{stderr}"
        );
        let remaining = if keep { vec!["source", "target.partial"] } else { vec!["source"] };
        assert_eq!(names(folder.path()), remaining);
        drop(stdin);
    }
}

#[test]
fn copy_ignores_signals_that_were_ignored_at_start() {
    let program = require!(program());
    let (folder, _, target, bytes) = create_source(5000);
    let mut command = command(&program);
    let ignore = || Ok(signal::ignore(Signal::HUP).map(drop)?);
    // SAFETY: between fork and exec, the closure makes one system call and does nothing else.
    unsafe { command.pre_exec(ignore) };
    let mut child =
        command.args(["-q", "/proc/self/fd/0"]).arg(&target).stdin(Stdio::piped()).spawn().unwrap();
    wait_for_temporary_file(folder.path());
    send(&child, Signal::HUP);
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(std::fs::read(&target).unwrap() == bytes);
}
