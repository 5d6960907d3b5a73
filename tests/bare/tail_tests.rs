//! Tests of the log tailer `tail.rs`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use common::require;

use super::{Library, run_in_vm, size, small};

#[test]
fn tail_without_std_follows_the_name_of_a_log_file() {
    let library = require!(Library::build("tail", small("x86_64-unknown-none")));
    let program = library.compile("tail", &[]);
    println!("{} bytes", size(&program));
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    let directory = temp_dir::TempDir::new().unwrap();
    let (log, renamed) = (directory.child("log"), directory.child("log.1"));
    let append = |path: &Path, text: &str| {
        File::options().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    };

    fs::write(&log, "before the start\n").unwrap();
    let mut tail = Tail::spawn(&program, &log);
    append(&log, "appended\n");
    assert_eq!(tail.line(), "appended");
    fs::write(&log, "truncated\n").unwrap();
    assert_eq!(tail.line(), "truncated");
    fs::rename(&log, &renamed).unwrap();
    append(&renamed, "renamed\n");
    assert_eq!(tail.line(), "renamed");
    fs::write(&log, "created\n").unwrap();
    assert_eq!(tail.line(), "created");
    fs::remove_file(&log).unwrap();
    fs::write(&log, "created again\n").unwrap();
    assert_eq!(tail.line(), "created again");
    tail.finish();

    fs::remove_file(&log).unwrap();
    let mut tail = Tail::spawn(&program, &log);
    fs::write(&log, "first\n").unwrap();
    assert_eq!(tail.line(), "first");
    tail.finish();
}

#[test]
fn tail_without_std_reports_errors() {
    let library = require!(Library::build("tail-errors", small("x86_64-unknown-none")));
    let program = library.compile("tail", &[]);
    require!(cfg!(target_arch = "x86_64"), "the host has another architecture");
    let run = |arguments: &[&str]| Command::new(&program).args(arguments).output().unwrap();
    let usage = run(&[]);
    assert_eq!((usage.status.code(), &*usage.stderr), (Some(2), &b"usage: tail PATH\n"[..]));
    let failed = run(&["/nowhere/log"]);
    let expected = b"inotify_add_watch /nowhere/log: ENOENT\n";
    assert_eq!((failed.status.code(), &*failed.stderr), (Some(1), &expected[..]));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let directory = temp_dir::TempDir::new().unwrap();
    let mut tail = Command::new(&program)
        .arg(directory.child("log"))
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_sleeping(&tail);
    fs::write(directory.child("log"), "text\n").unwrap();
    let mut error = String::new();
    tail.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert!(error.starts_with("write ") && error.ends_with(": ENOSPC\n"), "{error}");
    assert_eq!(tail.wait().unwrap().code(), Some(1));
}

#[test]
fn tail_without_std_runs_on_aarch64() {
    let library = require!(Library::build("tail", small("aarch64-unknown-none")));
    let output = require!(run_in_vm(&[], &library.compile("tail", &[]), &[]));
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!((output.status.code(), text.trim_end()), (Some(2), "usage: tail PATH"));
}

/// A running program `tail`.
struct Tail {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Tail {
    /// Starts the program, and waits until it has read the size of the file.
    fn spawn(program: &Path, log: &Path) -> Self {
        let mut child = Command::new(program)
            .arg(log)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until_sleeping(&child);
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Returns the next line that the program prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().into()
    }

    /// Closes the standard input, and checks that the program exits with status 0 and prints
    /// nothing else.
    fn finish(mut self) {
        drop(self.child.stdin.take());
        let (mut rest, mut error) = (String::new(), String::new());
        self.output.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert_eq!((rest.as_str(), error.as_str()), ("", ""));
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

/// Waits until a process has an inotify watch and sleeps.
fn wait_until_sleeping(child: &Child) {
    let process = Path::new("/proc").join(child.id().to_string());
    let has_watch = || {
        fs::read_dir(process.join("fdinfo")).unwrap().flatten().any(|entry| {
            fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("inotify wd:"))
        })
    };
    let sleeps = || {
        let stat = fs::read_to_string(process.join("stat")).unwrap();
        stat.rsplit_once(") ").unwrap().1.starts_with('S')
    };
    while !(has_watch() && sleeps()) {
        thread::sleep(Duration::from_millis(1));
    }
}
