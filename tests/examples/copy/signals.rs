//! Signals end it, and nothing half is left.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Stdio};
use std::time::Duration;

use butter::process::Pid;
use butter::signal::{self, Signal};

use super::run::{command, names, program, scene};
use common::require;

fn send(child: &Child, signal: Signal) {
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

/// Waits until something of the copy is there.
fn wait_for_a_half_file(folder: &std::path::Path) {
    for _ in 0..12_000 {
        if names(folder).iter().any(|name| name.starts_with(".copy-")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no half file is there: {:?}", names(folder));
}

#[test]
fn a_signal_removes_the_half_file_and_ends_it() {
    let program = require!(program());
    for (signal, keep) in [(Signal::INT, false), (Signal::TERM, true), (Signal::HUP, false)] {
        let (folder, _, target, bytes) = scene(5000);
        let mut command = command(&program);
        command.args(keep.then_some("--keep-partial")).arg("/proc/self/fd/0").arg(&target);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It waits for more, which never comes.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&bytes).unwrap();
        wait_for_a_half_file(folder.path());
        send(&child, signal);
        let (mut told, status) = (String::new(), child.wait().unwrap());
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()), "{told}");
        assert!(
            told.starts_with(&format!("copy: terminated by SIG{signal}"))
                && told.lines().count() == 1,
            "{told}"
        );
        let left = if keep { vec!["source", "target.partial"] } else { vec!["source"] };
        assert_eq!(names(folder.path()), left);
        drop(stdin);
    }
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let program = require!(program());
    let (folder, _, target, bytes) = scene(5000);
    let mut command = command(&program);
    let ignore = || Ok(signal::ignore(Signal::HUP).map(drop)?);
    // SAFETY: between fork and exec it makes one system call and does nothing else.
    unsafe { command.pre_exec(ignore) };
    let mut child =
        command.args(["-q", "/proc/self/fd/0"]).arg(&target).stdin(Stdio::piped()).spawn().unwrap();
    wait_for_a_half_file(folder.path());
    send(&child, Signal::HUP);
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(std::fs::read(&target).unwrap() == bytes);
}
