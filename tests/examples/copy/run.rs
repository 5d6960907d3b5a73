//! Functions that run the example `copy`.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use butter::process::Pid;
use butter::signal::{self, Signal};
use common::{child, files};
use temp_dir::TempDir;

/// Returns the path of the built example `copy`.
pub fn program() -> Result<PathBuf, String> {
    common::example("copy")
}

/// Like [`program`], but requires that other users may execute the program.
pub fn program_for_others() -> Result<PathBuf, String> {
    let program = program()?;
    match child::as_nobody(|| fs::File::open(&program)) {
        Ok(_) => Ok(program),
        Err(error) => Err(format!("other users cannot execute the example: {error}")),
    }
}

/// Returns whether the tests run as root.
pub fn is_root() -> bool {
    butter::process::geteuid().as_raw() == 0
}

/// Returns whether the tests run as root and may give files to other users, and become other users.
/// In a user namespace, this requires that the IDs of these users are mapped.
pub fn is_root_with_other_users() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap();
    let ids: u64 =
        map.lines().filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum();
    is_root() && ids > 65_535
}

/// The result of a completed run of `copy`.
pub struct Completed {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Completed {
    /// Asserts that the program failed with a one-line message that contains `text`.
    pub fn assert_failed_with(&self, text: &str) {
        assert_eq!((self.status.code(), self.stdout.len()), (Some(1), 0), "{}", self.stderr);
        let one_line = self.stderr.lines().count() == 1 && self.stderr.starts_with("copy: ");
        assert!(one_line && self.stderr.contains(text), "`{text}` is missing: {}", self.stderr);
    }

    /// Asserts that the program succeeded without output.
    pub fn assert_silent_success(&self) {
        assert_eq!((self.status.code(), self.stderr.as_str(), self.stdout.len()), (Some(0), "", 0));
    }
}

/// Returns a command that runs the program with the default actions of the termination signals.
pub fn command(program: &Path) -> Command {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        // A child inherits ignored signals, and the test process may ignore termination signals.
        signal::set_default(signal).unwrap();
    }
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

pub fn run(program: &Path, arguments: &[&dyn AsRef<OsStr>]) -> Completed {
    let output =
        command(program).args(arguments.iter().map(|argument| argument.as_ref())).output().unwrap();
    let stderr = String::from_utf8(output.stderr).expect("the messages should be UTF-8");
    Completed { status: output.status, stdout: output.stdout, stderr }
}

/// A copy from a pipe to which nothing was written yet. The copy has opened the directory of its
/// target, and has created the temporary file in this directory.
pub struct WaitingCopy {
    child: Child,
    stdin: ChildStdin,
}

impl WaitingCopy {
    /// Starts a copy whose temporary file is in `folder`.
    pub fn start(program: &Path, target: &Path, folder: &Path) -> Self {
        let mut command = command(program);
        command.args(["-q", "-"]).arg(target).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        wait_for_temporary_file(folder);
        Self { child, stdin }
    }

    pub fn id(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed()).unwrap()
    }

    /// Writes the data of the source, and waits until the copy is complete.
    pub fn finish(mut self, data: &[u8]) {
        self.stdin.write_all(data).unwrap();
        drop(self.stdin);
        let output = self.child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Terminates the copy by a signal.
    pub fn terminate(mut self) {
        signal::kill(self.id(), Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

/// Waits until the temporary file of a copy exists.
pub fn wait_for_temporary_file(folder: &Path) {
    for _ in 0..12_000 {
        if names(folder).iter().any(|name| name.starts_with(".copy-")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no temporary file exists: {:?}", names(folder));
}

/// Creates a directory with a file `source` of `count` bytes. Returns the directory, the paths of
/// `source` and of a file `target` that does not exist, and the bytes.
pub fn create_source(count: usize) -> (TempDir, PathBuf, PathBuf, Vec<u8>) {
    let folder = files::directory();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    let bytes: Vec<u8> =
        (0..count as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    fs::write(&source, &bytes).unwrap();
    (folder, source, target, bytes)
}

/// Returns the sorted names of a directory's entries.
pub fn names(folder: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
