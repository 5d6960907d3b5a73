//! The program, running and ended.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use butter::process::Pid;
use butter::signal::{self, Signal};
use temp_dir::TempDir;

use super::peers::{Kind, Stream, directory};

/// The example's program.
pub fn program() -> Result<PathBuf, String> {
    common::example("relay")
}

/// What a run that only says something comes to: its status, output and errors.
pub fn run(program: &Path, arguments: &[&OsStr]) -> (Option<i32>, String, String) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), stdout, stderr)
}

/// The numbers of the last line.
#[derive(Debug, PartialEq)]
pub struct Totals {
    pub accepted: u64,
    pub broken: u64,
    pub unreached: u64,
    pub cut: u64,
    pub there: u64,
    pub back: u64,
}

impl Totals {
    fn parse(line: &str) -> Self {
        let numbers: Vec<u64> = line
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(|digits| digits.parse().unwrap())
            .collect();
        let [accepted, broken, unreached, cut, there, back] = numbers[..] else {
            panic!("no totals: {line}")
        };
        Self { accepted, broken, unreached, cut, there, back }
    }
}

/// What a run has come to. Its directory is still there.
pub struct Ended {
    pub status: Option<i32>,
    /// All that it said, from the first line on.
    pub said: String,
    _directory: Option<TempDir>,
}

impl Ended {
    pub fn totals(&self) -> Totals {
        assert_eq!(self.status, Some(0), "{}", self.said);
        Totals::parse(self.said.lines().last().unwrap())
    }
}

/// The descriptors of the pipes that it keeps, at most.
const KEPT: usize = 16;

/// Descriptors.
#[derive(Debug)]
pub struct Held {
    pub all: usize,
    pub sockets: usize,
}

/// A run that listens. It is killed when a test fails.
pub struct Relay {
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
    pub address: String,
    directory: Option<TempDir>,
}

impl Relay {
    pub fn start(program: &Path, listen: Kind, target: &str) -> Self {
        Self::prepared(program, listen, target, |_| {})
    }

    /// As [`start`](Self::start), with more said of how.
    pub fn prepared(
        program: &Path,
        listen: Kind,
        target: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Self {
        for ending in [Signal::INT, Signal::TERM, Signal::HUP] {
            // It has them from the tests, which may have been started with them ignored.
            signal::set_default(ending).unwrap();
        }
        let (directory, path) = directory();
        let mut command = Command::new(program);
        match listen {
            Kind::Tcp => command.arg("127.0.0.1:0"),
            Kind::Unix => command.arg(path.join("relay")),
        };
        command.arg(target).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        prepare(&mut command);
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut relay = Self {
            child,
            stderr,
            said: String::new(),
            address: String::new(),
            directory: Some(directory),
        };
        relay.address =
            relay.wait_for("relay: listening on ").split_once(',').unwrap().0.to_owned();
        relay
    }

    /// The rest of the next line that starts so.
    pub fn wait_for(&mut self, start: &str) -> String {
        loop {
            let before = self.said.len();
            assert_ne!(
                self.stderr.read_line(&mut self.said).unwrap(),
                0,
                "it never said `{start}`:\n{}",
                self.said
            );
            if let Some(rest) = self.said[before..].strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    pub fn connect(&self) -> Stream {
        Stream::connect(&self.address)
    }

    pub fn path(&self) -> &Path {
        Path::new(self.address.strip_prefix("unix:").unwrap())
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed()).unwrap()
    }

    fn proc(&self, file: &str) -> PathBuf {
        format!("/proc/{}/{file}", self.child.id()).into()
    }

    /// The numbers of its descriptors.
    pub fn descriptors(&self) -> Vec<u64> {
        let names =
            std::fs::read_dir(self.proc("fd")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_str().unwrap().parse().unwrap()).collect()
    }

    pub fn held(&self) -> Held {
        let entries = std::fs::read_dir(self.proc("fd")).unwrap();
        let links = entries.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        links.fold(Held { all: 0, sockets: 0 }, |Held { all, sockets }, link| {
            let socket = link.as_os_str().as_bytes().starts_with(b"socket:");
            Held { all: all + 1, sockets: sockets + usize::from(socket) }
        })
    }

    /// Waits until no socket is open that was not before, and nothing else but the pipes that are kept.
    pub fn settles_at(&self, before: &Held) {
        self.comes_to(&format!("what it was, {before:?}"), || {
            let now = self.held();
            now.sockets == before.sockets && now.all <= before.all + KEPT
        });
    }

    /// Waits until it sleeps: that it need not do anything is seen at some time, if it is so.
    pub fn sleeps(&self) {
        let sleeps =
            || std::fs::read_to_string(self.proc("status")).unwrap().contains("\nState:\tS");
        self.comes_to("sleep", sleeps);
    }

    pub fn comes_to(&self, what: &str, is: impl Fn() -> bool) {
        for _ in 0..12_000 {
            if is() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not come to {what}: {:?}", self.held());
    }

    pub fn signal(&self, signal: Signal) {
        signal::kill(self.pid(), signal).unwrap();
    }

    pub fn end(mut self, signal: Signal) -> Ended {
        self.signal(signal);
        self.stderr.read_to_string(&mut self.said).unwrap();
        let status = self.child.wait().unwrap().code();
        Ended { status, said: std::mem::take(&mut self.said), _directory: self.directory.take() }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
