//! Functions that run the example `watch`.

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

/// An option that is passed to every run, so that a failing test does not block indefinitely. The
/// tests check the exit status, which shows whether the timeout expired.
pub const TIMEOUT: &str = "--timeout=120";

/// Returns the path of the built example `watch`.
pub fn program() -> Result<PathBuf, String> {
    common::example("watch")
}

/// The result of a completed run of `watch`.
pub struct Completed {
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Completed {
    pub fn lines(&self) -> Vec<&str> {
        std::str::from_utf8(&self.stdout).expect("the output should be UTF-8").lines().collect()
    }

    /// Returns the lines of the text output without their timestamps.
    pub fn events(&self) -> Vec<String> {
        let words = |line: &&str| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        self.lines().iter().map(words).collect()
    }

    pub fn objects(&self) -> Vec<json::Value> {
        self.lines()
            .iter()
            .map(|line| json::parse(line).unwrap_or_else(|| panic!("invalid JSON: {line}")))
            .collect()
    }
}

pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| panic!("the program was terminated: {status}"))
}

pub fn run(program: &Path, arguments: &[&OsStr]) -> Completed {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).expect("the messages should be UTF-8");
    Completed { status: code(output.status), stdout: output.stdout, stderr }
}

/// Returns a command that runs the program with pipes for its output, and with the default actions
/// of the termination signals.
pub fn command(program: &Path, options: &[&str], paths: &[&Path]) -> Command {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let mut command = Command::new(program);
    command.args([TIMEOUT]).args(options).arg("--").args(paths);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Sends a signal to a child. The caller has not waited for the child, so its process ID has not
/// been reused.
pub fn send(child: &Child, signal: Signal) {
    signal::kill(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

/// Stops a child until it receives `SIGCONT`.
pub fn stop(child: &Child) {
    send(child, Signal::STOP);
    let mut status = 0;
    // SAFETY: writes an int. A stopped child is not reaped.
    let stopped =
        unsafe { libc::waitpid(child.id().cast_signed(), &raw mut status, libc::WUNTRACED) };
    assert!(stopped > 0 && libc::WIFSTOPPED(status), "{status:#x}");
}

/// Creates a directory, and renames the directory `count` times between two long names. Each rename
/// causes two events. Returns the final path of the directory.
pub fn rename_repeatedly(path: &Path, count: usize) -> PathBuf {
    let names = ["a", "b"].map(|name| path.join(name.repeat(200)));
    fs::create_dir(&names[0]).unwrap();
    for number in 0..count {
        fs::rename(&names[number % 2], &names[(number + 1) % 2]).unwrap();
    }
    names[count % 2].clone()
}

/// Returns the maximum number of queued events, or an error if filling the queue would take too
/// long.
pub fn queue_limit() -> Result<usize, &'static str> {
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit = limit.trim().parse().unwrap();
    if limit <= 200_000 { Ok(limit) } else { Err("max_queued_events is greater than 200000") }
}

/// A running `watch`, which has added a watch for each path.
pub struct Running {
    child: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    stderr: BufReader<ChildStderr>,
    messages: String,
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
        let mut running = Self { child, stdout, reader, stderr, messages: String::new() };
        running.wait_for("watch: watching ");
        running
    }

    pub fn wait_for(&mut self, start: &str) {
        loop {
            let before = self.messages.len();
            assert_ne!(
                self.stderr.read_line(&mut self.messages).unwrap(),
                0,
                "the program exited before it printed `{start}`:\n{}",
                self.messages
            );
            if self.messages[before..].starts_with(start) {
                return;
            }
        }
    }

    pub fn wait_for_output(&self, text: &str) {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        // The output can be large, and the text appears at its end.
        while !has(self.stdout.lock().unwrap().rchunks(4096).next().unwrap_or_default()) {
            assert!(!self.reader.is_finished(), "the program did not print `{text}`");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    pub fn stop(&self) {
        stop(&self.child);
    }

    pub fn end(mut self) -> Completed {
        self.stderr.read_to_string(&mut self.messages).unwrap();
        let status = code(self.child.wait().unwrap());
        self.reader.join().unwrap();
        let stdout = std::mem::take(&mut *self.stdout.lock().unwrap());
        Completed { status, stdout, stderr: self.messages }
    }
}

pub fn directory() -> (TempDir, PathBuf) {
    let directory = files::directory();
    let path = directory.path().to_owned();
    (directory, path)
}
