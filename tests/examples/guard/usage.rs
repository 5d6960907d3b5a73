//! Command-line options of the example `guard`, and directories that cannot be guarded.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use butter::Errno;

use super::run::{in_tmpfs, program};
use crate::usage;
use common::inject::inject;
use common::{describe, require, this_test};

/// Runs the program, and returns its exit status and its messages. The output must be empty.
fn run(program: &Path, arguments: &[&OsStr]) -> (i32, String) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.stdout.is_empty());
    let status = output.status.code().expect("the program should not be killed");
    (status, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn guard_reports_every_directory_that_cannot_be_guarded() {
    in_tmpfs(this_test!(), |program, directory| {
        let file = directory.join("file");
        fs::write(&file, "").unwrap();
        let missing = directory.join(OsStr::from_bytes(b"missing\n"));
        let (status, messages) =
            run(program, &[directory.as_os_str(), file.as_os_str(), missing.as_os_str()]);
        let lines: Vec<_> = messages.lines().collect();
        let path = directory.display();
        for (line, name, errno) in [(0, "file", Errno::NOTDIR), (1, r"missing\n", Errno::NOENT)] {
            let start = format!("guard: cannot guard '{path}/{name}': {}", describe(errno));
            assert!(lines[line].starts_with(&start), "{messages}");
        }
        assert_eq!((status, lines.len()), (1, 2), "{messages}");
        assert!(fs::read(&file).is_ok());
    });
}

#[test]
fn guard_message_contains_call_errno_and_reason_if_a_call_fails() {
    let program = require!(program());
    for (call, errno, name) in [
        (libc::SYS_fanotify_init, Errno::PERM, "fanotify_init"),
        (libc::SYS_signalfd4, Errno::MFILE, "signalfd4"),
    ] {
        let (status, messages) = inject(call, errno, || run(&program, &["/proc/self".as_ref()]));
        let start = format!("guard: {}: {name}: ", describe(errno));
        assert!(messages.starts_with(&start), "{messages}");
        assert_eq!((status, messages.lines().count()), (1, 1), "{messages}");
    }
}

#[test]
fn guard_rejects_invalid_arguments() {
    let program = require!(program());
    let size = "(expected a size such as 4096 or 16M)";
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing DIR operand".to_owned()),
        (&[b"/", b""], "empty operand ''".to_owned()),
        (&[b"--frobnicate", b"/"], "unrecognized option '--frobnicate'".to_owned()),
        (
            &[b"--deny-prefix=tmp", b"/"],
            "invalid argument 'tmp' for '--deny-prefix' (expected an absolute path)".to_owned(),
        ),
        (
            &[b"--deny-suffix=", b"/"],
            "invalid argument '' for '--deny-suffix' (expected the end of a path)".to_owned(),
        ),
        (&[b"--deny-larger=", b"/"], format!("invalid argument '' for '--deny-larger' {size}")),
        (&[b"--deny-larger=+1", b"/"], format!("invalid argument '+1' for '--deny-larger' {size}")),
        (&[b"--deny-larger=1T", b"/"], format!("invalid argument '1T' for '--deny-larger' {size}")),
        (
            &[b"--deny-larger=99999999999G", b"/"],
            format!("invalid argument '99999999999G' for '--deny-larger' {size}"),
        ),
        (&[b"/", b"--deny-exec=yes"], "option '--deny-exec' doesn't allow an argument".to_owned()),
        (&[b"/", b"--deny-suffix"], "option '--deny-suffix' requires an argument".to_owned()),
    ] {
        let arguments: Vec<_> = arguments.iter().map(|it| OsStr::from_bytes(it)).collect();
        let (status, messages) = run(&program, &arguments);
        assert_eq!(status, 2, "{arguments:?}");
        assert!(messages.starts_with(&format!("guard: {message}\n")), "{messages}");
        assert_eq!(messages.lines().count(), 2, "{messages}");
    }
}

#[test]
fn guard_help_lists_options_and_exit_statuses() {
    let program = require!(program());
    let output = Command::new(&program).arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for option in [
        "--deny-prefix",
        "--deny-suffix",
        "--deny-larger",
        "--deny-exec",
        "--log-only",
        "--quiet",
        "--help",
        "--version",
    ] {
        assert!(text.contains(option), "the help text does not contain {option}");
    }
    for status in 0..=2 {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn guard_prints_help_and_version_even_after_other_arguments() {
    let program = require!(program());
    usage::assert_prints_help_and_version(&program, "guard", &["/"]);
}

#[test]
fn guard_reports_write_error_of_help_and_version() {
    let program = require!(program());
    usage::assert_reports_write_error_of_help_and_version(&program, "guard");
}
