//! The program, running and ended.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::{fs, io};

use butter::signal::{self, Signal};
use common::files;
use temp_dir::TempDir;

/// The example's program.
pub fn program() -> Result<PathBuf, String> {
    common::example("copy")
}

/// What a run has come to.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ended {
    /// It has failed, and has said so in one line that has this in it.
    pub fn failed_with(&self, text: &str) {
        assert_eq!((self.status.code(), self.stdout.len()), (Some(1), 0), "{}", self.stderr);
        let one_line = self.stderr.lines().count() == 1 && self.stderr.starts_with("copy: ");
        assert!(one_line && self.stderr.contains(text), "no `{text}`: {}", self.stderr);
    }

    /// It has copied, and said nothing.
    pub fn done(&self) {
        assert_eq!((self.status.code(), self.stderr.as_str(), self.stdout.len()), (Some(0), "", 0));
    }
}

/// The program with no signal ignored that ends it.
pub fn command(program: &Path) -> Command {
    for ending in [Signal::INT, Signal::TERM, Signal::HUP] {
        // It has them from the tests, which may have been started with them ignored.
        signal::set_default(ending).unwrap();
    }
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

pub fn run(program: &Path, arguments: &[&dyn AsRef<OsStr>]) -> Ended {
    let output =
        command(program).args(arguments.iter().map(|argument| argument.as_ref())).output().unwrap();
    let stderr = String::from_utf8(output.stderr).expect("the errors are UTF-8");
    Ended { status: output.status, stdout: output.stdout, stderr }
}

/// A directory, and in it a file `source` of so many bytes.
pub fn scene(count: usize) -> (TempDir, PathBuf, PathBuf, Vec<u8>) {
    let folder = files::directory();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    let bytes: Vec<u8> =
        (0..count as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    fs::write(&source, &bytes).unwrap();
    (folder, source, target, bytes)
}

/// The names in a directory, in order.
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
