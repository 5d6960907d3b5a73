//! Functions that run the example `relay`.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use butter::process::{Pid, PidFd};
use butter::signal::{self, Signal};
use temp_dir::TempDir;

use super::peers::{Kind, Stream, directory};

/// Returns the path of the built example `relay`.
pub fn program() -> Result<PathBuf, String> {
    common::example("relay")
}

/// Runs `relay` until it exits. Returns the exit status, standard output and standard error.
pub fn run(program: &Path, arguments: &[&OsStr]) -> (Option<i32>, String, String) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), stdout, stderr)
}

/// The totals in the last message of a relay.
#[derive(Debug, PartialEq)]
pub struct Totals {
    pub accepted: u64,
    pub failed: u64,
    pub unreachable: u64,
    pub aborted: u64,
    pub to_target: u64,
    pub to_client: u64,
}

impl Totals {
    fn parse(line: &str) -> Self {
        let numbers: Vec<u64> = line
            .split(|c: char| !c.is_ascii_digit())
            .filter(|digits| !digits.is_empty())
            .map(|digits| digits.parse().unwrap())
            .collect();
        let [accepted, failed, unreachable, aborted, to_target, to_client] = numbers[..] else {
            panic!("the line does not contain the totals: {line}")
        };
        Self { accepted, failed, unreachable, aborted, to_target, to_client }
    }
}

/// The result of a completed run of `relay`. The directory of the socket is removed on drop.
pub struct Completed {
    pub status: Option<i32>,
    /// All lines that the relay has written to standard error.
    pub messages: String,
    _directory: Option<TempDir>,
}

impl Completed {
    pub fn totals(&self) -> Totals {
        assert_eq!(self.status, Some(0), "{}", self.messages);
        Totals::parse(self.messages.lines().last().unwrap())
    }
}

/// The maximum number of descriptors of idle pipes.
const IDLE_PIPE_DESCRIPTORS: usize = 16;

/// The number of open descriptors of a relay, and the number of sockets among them.
#[derive(Debug)]
pub struct DescriptorCounts {
    pub all: usize,
    pub sockets: usize,
}

/// Returns a command that runs the program with the default actions of the termination signals.
fn command(program: &Path) -> Command {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Adds the option `--log` to a command. Returns the standard output of the program.
pub fn log_to_pipe(command: &mut Command) -> BufReader<PipeReader> {
    let (reader, writer) = std::io::pipe().unwrap();
    command.arg("--log").stdout(writer);
    BufReader::new(reader)
}

/// A running relay that listens. The relay is killed on drop.
pub struct Relay {
    child: Child,
    stderr: BufReader<ChildStderr>,
    messages: String,
    pub address: String,
    directory: Option<TempDir>,
}

impl Relay {
    pub fn start(program: &Path, listen: Kind, target: &str) -> Self {
        Self::start_with(program, listen, target, |_| {})
    }

    /// Like [`start`](Self::start), but `prepare` can change the command before it is run.
    pub fn start_with(
        program: &Path,
        listen: Kind,
        target: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Self {
        let (directory, path) = directory();
        let mut command = command(program);
        match listen {
            Kind::Tcp => command.arg("127.0.0.1:0"),
            Kind::Unix => command.arg(path.join("relay")),
        };
        prepare(command.arg(target));
        Self::spawn(command, Some(directory))
    }

    /// Like [`start`](Self::start), but listens on the address `listen`.
    pub fn listen_on(program: &Path, listen: &str, target: &str) -> Self {
        Self::listen_on_with_options(program, listen, target, &[])
    }

    pub fn listen_on_with_options(
        program: &Path,
        listen: &str,
        target: &str,
        options: &[&str],
    ) -> Self {
        let mut command = command(program);
        command.args([listen, target]).args(options);
        Self::spawn(command, None)
    }

    /// Like [`start`](Self::start), but with options, and with any number of targets.
    pub fn start_with_options(
        program: &Path,
        listen: Kind,
        targets: &[&str],
        options: &[&str],
    ) -> Self {
        let (first, others) = targets.split_first().unwrap();
        Self::start_with(program, listen, first, |command| {
            command.args(others).args(options);
        })
    }

    fn spawn(mut command: Command, directory: Option<TempDir>) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut relay =
            Self { child, stderr, messages: String::new(), address: String::new(), directory };
        relay.address =
            relay.wait_for("relay: listening on ").split_once(',').unwrap().0.to_owned();
        relay
    }

    /// Waits for a message that begins with `start`, and returns the rest of the line.
    pub fn wait_for(&mut self, start: &str) -> String {
        loop {
            let before = self.messages.len();
            assert_ne!(
                self.stderr.read_line(&mut self.messages).unwrap(),
                0,
                "the relay exited before it printed `{start}`:\n{}",
                self.messages
            );
            if let Some(rest) = self.messages[before..].strip_prefix(start) {
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

    /// Returns duplicates of the relay's descriptors of the type `kind`, such as `socket` or
    /// `pipe`, in the order of their numbers. Omits the descriptors with the numbers `before`,
    /// which are not those of connections.
    pub fn duplicates(&self, kind: &str, before: &[u64]) -> butter::Result<Vec<OwnedFd>> {
        let process = PidFd::open(self.pid())?;
        let mut numbers = self.descriptor_numbers();
        numbers.sort_unstable();
        numbers.retain(|number| {
            let link = std::fs::read_link(self.proc(&format!("fd/{number}")));
            let is_kind = |link: PathBuf| link.as_os_str().as_bytes().starts_with(kind.as_bytes());
            !before.contains(number) && link.is_ok_and(is_kind)
        });
        numbers.iter().map(|number| process.getfd(*number as RawFd)).collect()
    }

    /// Returns the CPU time that the relay has used, in clock ticks, and the number of times that
    /// it has waited.
    pub fn activity(&self) -> (u64, u64) {
        let stat = std::fs::read_to_string(self.proc("stat")).unwrap();
        // The fields after the name, which is in parentheses, begin with the third field. The 14th
        // and the 15th field are the times in user mode and in kernel mode.
        let fields = stat.rsplit_once(") ").unwrap().1.split(' ').skip(11).take(2);
        let ticks = fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        let status = std::fs::read_to_string(self.proc("status")).unwrap();
        let waits = status.split("\nvoluntary_ctxt_switches:\t").nth(1).unwrap();
        (ticks, waits.lines().next().unwrap().parse().unwrap())
    }

    /// Returns the numbers of the relay's open descriptors.
    pub fn descriptor_numbers(&self) -> Vec<u64> {
        let names =
            std::fs::read_dir(self.proc("fd")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.to_str().unwrap().parse().unwrap()).collect()
    }

    pub fn descriptor_counts(&self) -> DescriptorCounts {
        let entries = std::fs::read_dir(self.proc("fd")).unwrap();
        let links = entries.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
        links.fold(
            DescriptorCounts { all: 0, sockets: 0 },
            |DescriptorCounts { all, sockets }, link| {
                let socket = link.as_os_str().as_bytes().starts_with(b"socket:");
                DescriptorCounts { all: all + 1, sockets: sockets + usize::from(socket) }
            },
        )
    }

    /// Waits until the relay has as many open sockets as in `before`, and no additional descriptors
    /// except those of idle pipes.
    pub fn wait_until_closed(&self, before: &DescriptorCounts) {
        self.wait_until(&format!("{before:?}"), || {
            let now = self.descriptor_counts();
            now.sockets == before.sockets && now.all <= before.all + IDLE_PIPE_DESCRIPTORS
        });
    }

    /// Waits until the relay sleeps while it waits for events.
    pub fn wait_until_asleep(&self) {
        let sleeps =
            || std::fs::read_to_string(self.proc("status")).unwrap().contains("\nState:\tS");
        self.wait_until("sleeping", sleeps);
    }

    /// Waits for a condition. The description appears in the panic message.
    pub fn wait_until(&self, description: &str, condition: impl Fn() -> bool) {
        for _ in 0..12_000 {
            if condition() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("timed out waiting for: {description}; now {:?}", self.descriptor_counts());
    }

    pub fn signal(&self, signal: Signal) {
        signal::kill(self.pid(), signal).unwrap();
    }

    pub fn end(mut self, signal: Signal) -> Completed {
        self.signal(signal);
        self.stderr.read_to_string(&mut self.messages).unwrap();
        let status = self.child.wait().unwrap().code();
        Completed {
            status,
            messages: std::mem::take(&mut self.messages),
            _directory: self.directory.take(),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
