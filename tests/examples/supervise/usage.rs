//! Command-line options of the example `supervise`.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use butter::Errno;

use super::run::program;
use crate::usage;
use common::{describe, require};

#[test]
fn supervise_rejects_invalid_arguments() {
    let program = require!(program());
    let absolute = "(expected an absolute path)";
    let deny = "(expected PREFIX=ERRNO, such as /srv=EACCES)";
    let redirect = "(expected FROM=TO, two absolute paths)";
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing COMMAND operand".to_owned()),
        (&[b"--log"], "missing COMMAND operand".to_owned()),
        (&[b"--frobnicate", b"x"], "unrecognized option '--frobnicate'".to_owned()),
        (
            &[b"--allow-read=tmp", b"x"],
            format!("invalid argument 'tmp' for '--allow-read' {absolute}"),
        ),
        (
            &[b"--allow-write", b"", b"x"],
            format!("invalid argument '' for '--allow-write' {absolute}"),
        ),
        (&[b"--deny=/srv", b"x"], format!("invalid argument '/srv' for '--deny' {deny}")),
        (&[b"--deny=srv=EIO", b"x"], format!("invalid argument 'srv=EIO' for '--deny' {deny}")),
        (&[b"--deny=/srv=0", b"x"], format!("invalid argument '/srv=0' for '--deny' {deny}")),
        (
            &[b"--deny=/\xFF=EFOO", b"x"],
            format!(r"invalid argument '/\xff=EFOO' for '--deny' {deny}"),
        ),
        (&[b"--redirect=/a", b"x"], format!("invalid argument '/a' for '--redirect' {redirect}")),
        (
            &[b"--redirect=/a=b", b"x"],
            format!("invalid argument '/a=b' for '--redirect' {redirect}"),
        ),
        (&[b"--log=x", b"x"], "option '--log' doesn't allow an argument".to_owned()),
        (&[b"--deny"], "option '--deny' requires an argument".to_owned()),
    ] {
        let arguments: Vec<_> = arguments.iter().map(|it| OsStr::from_bytes(it)).collect();
        let output = Command::new(&program).args(&arguments).stdin(Stdio::null()).output().unwrap();
        let messages = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(125), "{arguments:?}");
        assert!(messages.starts_with(&format!("supervise: {message}\n")), "{messages}");
        assert_eq!(messages.lines().count(), 2, "{messages}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn supervise_help_lists_options_and_exit_statuses() {
    let program = require!(program());
    let output = Command::new(&program).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for option in
        ["--allow-read", "--allow-write", "--deny", "--redirect", "--log", "--help", "--version"]
    {
        assert!(text.contains(option), "the help text does not contain {option}");
    }
    for status in ["125", "126", "127", "128+N"] {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn supervise_prints_help_and_version_before_a_command() {
    let program = require!(program());
    for (options, start) in [
        (&["-h"] as &[_], "Usage: supervise [OPTION]... COMMAND [ARG]...\n"),
        (&["--log", "--help", "--frobnicate"], "Usage: supervise [OPTION]... COMMAND [ARG]...\n"),
        (&["-V"], concat!("supervise ", env!("CARGO_PKG_VERSION"), "\n")),
        (&["-lV"], concat!("supervise ", env!("CARGO_PKG_VERSION"), "\n")),
    ] {
        let output = Command::new(&program).args(options).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.starts_with(start), "{options:?}: {text}");
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn supervise_reports_write_error_of_help_and_version() {
    let program = require!(program());
    for option in ["--help", "--version"] {
        let mut full = Command::new(&program);
        full.stdout(File::options().write(true).open("/dev/full").unwrap());
        let mut closed = Command::new(&program);
        usage::close_stdout(&mut closed);
        for (mut command, errno) in [(full, Errno::NOSPC), (closed, Errno::BADF)] {
            let output = command.arg(option).stdin(Stdio::null()).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr, format!("supervise: write error: {}\n", describe(errno)));
            assert_eq!(output.status.code(), Some(125), "{option}");
        }
    }
}
