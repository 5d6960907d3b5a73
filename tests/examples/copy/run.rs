//! Functions that run the example `copy`.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::{fs, io};

use butter::signal::{self, Signal};
use common::files;
use temp_dir::TempDir;

/// Returns the path of the built example `copy`.
pub fn program() -> Result<PathBuf, String> {
    common::example("copy")
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
