//! The program, running and ended.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use butter::process::Pid;
use butter::signal::{self, Signal};
use temp_dir::TempDir;

use super::json;
use common::files;

/// What every run has, so that a test that fails does not hang: the tests that end otherwise see another status.
pub const AT_MOST: &str = "--timeout=120";

/// The example's program.
pub fn program() -> Result<PathBuf, String> {
    common::example("watch")
}

/// What a run has come to.
pub struct Ended {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ended {
    pub fn lines(&self) -> Vec<&str> {
        std::str::from_utf8(&self.stdout).expect("the output is UTF-8").lines().collect()
    }

    /// The lines of text without the time.
    pub fn told(&self) -> Vec<String> {
        let words = |line: &&str| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        self.lines().iter().map(words).collect()
    }

    pub fn objects(&self) -> Vec<json::Value> {
        self.lines()
            .iter()
            .map(|line| json::parse(line).unwrap_or_else(|| panic!("no JSON: {line}")))
            .collect()
    }
}

pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| panic!("ended with {status}"))
}

pub fn run(program: &Path, arguments: &[&OsStr]) -> Ended {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).expect("the errors are UTF-8");
    Ended { status: code(output.status), stdout: output.stdout, stderr }
}

/// The program with pipes for all that it writes, and with no signal ignored that ends it.
pub fn command(program: &Path, options: &[&str], paths: &[&Path]) -> Command {
    for ending in [Signal::INT, Signal::TERM, Signal::HUP] {
        // It has them from the tests, which may have been started with them ignored.
        signal::set_default(ending).unwrap();
    }
    let mut command = Command::new(program);
    command.args([AT_MOST]).args(options).arg("--").args(paths);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Sends a signal to a child that is not waited for yet, so that its number is its own.
pub fn send(child: &Child, signal: Signal) {
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

/// Stops a child, until it is sent `CONT`.
pub fn stop(child: &Child) {
    send(child, Signal::STOP);
    let mut status = 0;
    // SAFETY: writes an int; a child that has stopped is still there to be waited for.
    let stopped =
        unsafe { libc::waitpid(child.id().cast_signed(), &raw mut status, libc::WUNTRACED) };
    assert!(stopped > 0 && libc::WIFSTOPPED(status), "{status:#x}");
}

/// Makes a directory and renames it so often, between two long names, for two events each; returns its path then.
pub fn rename(path: &Path, times: usize) -> PathBuf {
    let names = ["a", "b"].map(|name| path.join(name.repeat(200)));
    fs::create_dir(&names[0]).unwrap();
    for time in 0..times {
        fs::rename(&names[time % 2], &names[(time + 1) % 2]).unwrap();
    }
    names[times % 2].clone()
}

/// How many events a queue has room for; an error where it takes too long to fill one.
pub fn queue_limit() -> Result<usize, &'static str> {
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit = limit.trim().parse().unwrap();
    if limit <= 200_000 { Ok(limit) } else { Err("the queue has room for more than 200000 events") }
}

/// A run that watches: every path is, from here on.
pub struct Running {
    child: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    pub fn start(program: &Path, options: &[&str], paths: &[&Path]) -> Self {
        Self::spawn(&mut command(program, options, paths))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = Arc::new(Mutex::new(Vec::new()));
        let (mut from, to) = (child.stdout.take().unwrap(), Arc::clone(&stdout));
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let count @ 1.. = from.read(&mut buffer).unwrap() {
                to.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, stdout, reader, stderr, said: String::new() };
        running.wait_for("watch: watching ");
        running
    }

    pub fn wait_for(&mut self, start: &str) {
        loop {
            let before = self.said.len();
            assert_ne!(
                self.stderr.read_line(&mut self.said).unwrap(),
                0,
                "it never said `{start}`:\n{}",
                self.said
            );
            if self.said[before..].starts_with(start) {
                return;
            }
        }
    }

    pub fn wait_for_output(&self, text: &str) {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        // What is looked for stands at the end of much else.
        while !has(self.stdout.lock().unwrap().rchunks(4096).next().unwrap_or_default()) {
            assert!(!self.reader.is_finished(), "it ended without `{text}`");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    pub fn stop(&self) {
        stop(&self.child);
    }

    pub fn end(mut self) -> Ended {
        self.stderr.read_to_string(&mut self.said).unwrap();
        let status = code(self.child.wait().unwrap());
        self.reader.join().unwrap();
        let stdout = std::mem::take(&mut *self.stdout.lock().unwrap());
        Ended { status, stdout, stderr: self.said }
    }
}

pub fn directory() -> (TempDir, PathBuf) {
    let directory = files::directory();
    let path = directory.path().to_owned();
    (directory, path)
}
