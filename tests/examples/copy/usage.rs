//! Command-line options of the example `copy`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::run::{command, create_source, names, program, run};
use crate::usage;
use common::require;

#[test]
fn copy_rejects_invalid_arguments() {
    let program = require!(program());
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing SOURCE operand"),
        (&[b"one"], "missing TARGET operand after 'one'"),
        (&[b"--", b"-a", b"-b", b"-c"], "extra operand '-c'"),
        (&[b"", b"target"], "empty operand ''"),
        (&[b"--frobnicate", b"one", b"two"], "unrecognized option '--frobnicate'"),
        (&[b"-x\xff\x1b"], "unrecognized option '-x'"),
        (
            &[b"--method=fast", b"one", b"two"],
            "invalid argument 'fast' for '--method' (expected auto, copy_file_range, sendfile",
        ),
        (&[b"-m"], "option '-m' requires an argument"),
        (&[b"--quiet=yes"], "option '--quiet' doesn't allow an argument"),
        (&[b"--keep-partial=no"], "option '--keep-partial' doesn't allow an argument"),
    ] {
        let arguments: Vec<_> =
            arguments.iter().map(|argument| OsStr::from_bytes(argument)).collect();
        let output = command(&program).args(&arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{arguments:?}: {stderr}"
        );
        assert!(
            stderr.starts_with(&format!("copy: {message}")) && stderr.lines().count() == 2,
            "{stderr}"
        );
    }
}

#[test]
fn copy_help_lists_options_methods_and_exit_statuses() {
    let program = require!(program());
    let completed = run(&program, &[&"--help"]);
    let text = String::from_utf8(completed.stdout).unwrap();
    assert_eq!((completed.status.code(), completed.stderr.as_str()), (Some(0), ""));
    for word in [
        "--method",
        "--keep-partial",
        "--quiet",
        "--help",
        "--version",
        "copy_file_range",
        "read_write",
    ] {
        assert!(text.contains(word), "the help text does not contain {word}");
    }
    for status in 0..=2 {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let version = run(&program, &[&"-V"]);
    assert_eq!(version.stdout, concat!("copy ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn copy_accepts_paths_that_begin_with_a_dash() {
    let program = require!(program());
    let (folder, _, _, bytes) = create_source(100);
    let arguments = ["--quiet", "--", "source", "--help"];
    assert!(
        command(&program).args(arguments).current_dir(folder.path()).status().unwrap().success()
    );
    assert_eq!(std::fs::read(folder.path().join("--help")).unwrap(), bytes);
    assert_eq!(names(folder.path()), ["--help", "source"]);
}

#[test]
fn copy_accepts_clustered_short_options_attached_values_and_options_after_operands() {
    let program = require!(program());
    let (_folder, source, target, bytes) = create_source(100);
    for arguments in [
        [&"-qmread_write" as &dyn AsRef<OsStr>, &source, &target].as_slice(),
        &[&"-qm", &"read_write", &source, &target],
        // As with a long option, lexopt accepts a value after `=`; getopt(3) does not.
        &[&"-qm=read_write", &source, &target],
        &[&source, &"-q", &target, &"--method=read_write"],
        &[&source, &"--method", &"read_write", &"--quiet", &"--", &target],
    ] {
        run(&program, arguments).assert_silent_success();
        assert_eq!(std::fs::read(&target).unwrap(), bytes);
        std::fs::remove_file(&target).unwrap();
    }
}

#[test]
fn copy_prints_help_and_version_after_other_arguments() {
    usage::assert_prints_help_and_version(&require!(program()), "copy", &["one", "two", "three"]);
}

#[test]
fn copy_reports_write_error_of_help_and_version() {
    usage::assert_reports_write_error_of_help_and_version(&require!(program()), "copy");
}
