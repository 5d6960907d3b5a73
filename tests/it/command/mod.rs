//! Tests of `process::Command` on the running kernel.
//!
//! The tests run in separate processes, because a child has copies of the descriptors of other
//! tests until it executes its program. The spawned program is this test program, which prints its
//! state, or a tiny static program.

mod descriptors;
mod failures;
mod fallbacks;
mod make;
mod many;
mod namespaces;
mod signals;
mod spawn;
mod steps;

use std::ffi::{CStr, CString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use butter::process::{Command, ExitStatus, Resource, SpawnError, Stdio, getrlimit};
use butter::signal::{self, SigSet};
use temp_dir::TempDir;

use common::{files, tiny};

/// The variable that makes [`command_prints_the_state_of_the_process`] print the state.
const REPORT: &CStr = c"BUTTER_TEST_REPORT=1";

/// Prints the state in which this process was spawned, if it was spawned by [`report`].
#[test]
fn command_prints_the_state_of_the_process() {
    if std::env::var_os("BUTTER_TEST_REPORT").is_none() {
        return;
    }
    let mut text = String::from("\n");
    for (name, value) in std::env::vars() {
        text += &format!("env {name}={value}\n");
    }
    for argument in std::env::args() {
        text += &format!("arg {argument}\n");
    }
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    // The state of the first thread: this thread is a thread of the test harness.
    for line in read("/proc/self/status").lines() {
        text += &format!("{}\n", line.replace(":\t", " "));
    }
    let stat = read("/proc/self/stat");
    let fields: Vec<_> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    text += &format!("pgrp {}\nsession {}\nnice {}\n", fields[2], fields[3], fields[16]);
    let target = |path: &str| {
        std::fs::read_link(path).map(|path| path.display().to_string()).unwrap_or_default()
    };
    text += &format!("cwd {}\n", target("/proc/self/cwd"));
    for entry in std::fs::read_dir("/proc/self/fd").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let link = target(&format!("/proc/self/fd/{name}"));
        if !link.contains("/fd") {
            text += &format!("fd {name} {link}\n");
        }
    }
    let nofile = getrlimit(Resource::Nofile).unwrap();
    text += &format!("nofile {:?} {:?}\n", nofile.current, nofile.maximum);
    // SAFETY: touches no memory.
    text += &format!("policy {}\n", unsafe { libc::syscall(libc::SYS_sched_getscheduler, 0) });
    print!("{text}");
}

/// The state of a spawned program.
struct Report(String);

impl Report {
    /// Returns the values of all lines that begin with a name.
    fn all<'r>(&'r self, name: &str) -> Vec<&'r str> {
        let values = self.0.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        values.map(str::trim).collect()
    }

    fn get(&self, name: &str) -> &str {
        self.all(name).first().unwrap_or_else(|| panic!("no {name} in {}", self.0))
    }
}

/// Spawns this test program with a command that a function changes, and returns the state that the
/// program prints.
fn report<'c>(change: impl FnOnce(&mut Command<'c>)) -> Report {
    try_report(change).unwrap()
}

fn try_report<'c>(change: impl FnOnce(&mut Command<'c>)) -> Result<Report, SpawnError<'c>> {
    let mut command = Command::new(c"/proc/self/exe");
    command
        .args([c"command::command_prints_the_state_of_the_process", c"--exact", c"--nocapture"])
        .arg(c"--test-threads=1")
        .env(REPORT)
        .stdout(Stdio::Piped);
    change(&mut command);
    let mut child = command.spawn()?;
    let mut text = String::new();
    common::file(child.stdout.take().unwrap()).read_to_string(&mut text).unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}: {text}");
    Ok(Report(text))
}

/// Restores the default actions of the signals that this process has ignored since its start, such
/// as `SIGHUP` if `nohup` has started the tests.
fn restore_default_actions() {
    for signal in SigSet::all().iter() {
        if signal::action(signal).unwrap().is_ignored() {
            signal::set_default(signal).unwrap();
        }
    }
}

/// The signals 32 to 34.
const RESERVED: u64 = 0b111 << 31;

// Children of `std` and of the C library can ignore the signals that C libraries reserve: the
// `posix_spawn` of glibc ignores them in a child of a process that handles them.
/// Returns the signals that a tiny program blocks, ignores and handles after its start.
fn signals_of(change: impl FnOnce(&mut Command<'_>)) -> [u64; 3] {
    let program = Tiny::new(&tiny::pause());
    let mut command = Command::new(&program.path);
    change(&mut command);
    let mut child = command.spawn().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.pid())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    ["SigBlk:", "SigIgn:", "SigCgt:"].map(|name| {
        let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let bits = u64::from_str_radix(value.trim(), 16).unwrap();
        if name == "SigIgn:" { bits & !RESERVED } else { bits }
    })
}

/// A directory with an executable file `program`.
struct Tiny {
    directory: TempDir,
    path: CString,
}

impl Tiny {
    fn new(program: &[u8]) -> Self {
        let directory = files::directory();
        let path = directory.path().join("program");
        tiny::install(&path, program);
        Self { path: c_string(&path), directory }
    }
}

fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

/// Spawns a tiny program, and returns its wait status.
fn status<'c>(path: &'c CStr, change: impl FnOnce(&mut Command<'c>)) -> ExitStatus {
    let mut command = Command::new(path);
    change(&mut command);
    command.status().unwrap()
}
