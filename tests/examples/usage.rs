//! The options `--help` and `--version`, which all programs have.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use butter::Errno;
use common::describe;

fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Closes the standard output of the program to be run.
pub fn close_stdout(command: &mut Command) {
    let close = || {
        // SAFETY: no object owns the standard output of the new process.
        unsafe { libc::close(libc::STDOUT_FILENO) };
        Ok(())
    };
    // SAFETY: between fork and exec, the closure only makes one system call.
    unsafe { command.pre_exec(close) };
}

/// Asserts that the program prints its help text and its version even if other arguments precede
/// the option, in the same cluster of short options or before.
pub fn assert_prints_help_and_version(program: &Path, name: &str, operands: &[&str]) {
    let help = output(Command::new(program).arg("--help")).stdout;
    assert!(help.starts_with(format!("Usage: {name} [OPTION]").as_bytes()));
    let version = format!("{name} {}\n", env!("CARGO_PKG_VERSION")).into_bytes();
    for (options, text) in [
        (&["-h"] as &[_], &help),
        (&["-qh"], &help),
        (&["--quiet", "--help", "--frobnicate"], &help),
        (&["-V"], &version),
        (&["-qV"], &version),
        (&["-q", "--version", "-x"], &version),
    ] {
        let output = output(Command::new(program).args(operands).args(options));
        assert_eq!(output.status.code(), Some(0), "{options:?}");
        assert!(output.stdout == *text && output.stderr.is_empty(), "{options:?}: {output:?}");
    }
}

/// Asserts that the program reports a write error if it cannot print its help text or its version:
/// to a full device, and to a standard output that is closed.
pub fn assert_reports_write_error_of_help_and_version(program: &Path, name: &str) {
    for option in ["--help", "--version"] {
        let mut full = Command::new(program);
        full.stdout(File::options().write(true).open("/dev/full").unwrap());
        let mut closed = Command::new(program);
        close_stdout(&mut closed);
        for (mut command, errno) in [(full, Errno::NOSPC), (closed, Errno::BADF)] {
            let output = output(command.arg(option));
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr, format!("{name}: write error: {}\n", describe(errno)), "{option}");
            assert_eq!(output.status.code(), Some(1));
        }
    }
}
