//! What it is asked for.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::run::{command, names, program, run, scene};
use common::require;

#[test]
fn wrong_use_is_told() {
    let program = require!(program());
    for (arguments, told) in [
        (&[] as &[&[u8]], "a SOURCE and a TARGET are wanted, and 0 paths are given"),
        (&[b"one"], "a SOURCE and a TARGET are wanted, and 1 paths are given"),
        (&[b"--", b"-a", b"-b", b"-c"], "a SOURCE and a TARGET are wanted, and 3 paths are given"),
        (&[b"", b"target"], "a path is empty"),
        (&[b"--frobnicate", b"one", b"two"], "there is no option --frobnicate"),
        (&[b"-x\xff\x1b"], r"there is no option -x\xff\u{1b}"),
        (
            &[b"--method=fast", b"one", b"two"],
            "there is no method `fast`; there are auto, copy_file_range, sendfile",
        ),
        (&[b"-m"], "-m takes a value"),
        (&[b"--quiet=yes"], "--quiet takes no value"),
        (&[b"--keep-partial=no"], "--keep-partial takes no value"),
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
            stderr.starts_with(&format!("copy: {told}")) && stderr.lines().count() == 1,
            "{stderr}"
        );
    }
}

#[test]
fn help_names_everything() {
    let program = require!(program());
    let ended = run(&program, &[&"--help"]);
    let text = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""));
    for word in [
        "--method",
        "--keep-partial",
        "--quiet",
        "--help",
        "--version",
        "copy_file_range",
        "read_write",
    ] {
        assert!(text.contains(word), "{word}");
    }
    for status in 0..=2 {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let version = run(&program, &[&"-V"]);
    assert_eq!(version.stdout, concat!("copy ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn what_looks_like_an_option_can_be_a_path() {
    let program = require!(program());
    let (folder, _, _, bytes) = scene(100);
    let arguments = ["--quiet", "--", "source", "--help"];
    assert!(
        command(&program).args(arguments).current_dir(folder.path()).status().unwrap().success()
    );
    assert_eq!(std::fs::read(folder.path().join("--help")).unwrap(), bytes);
    assert_eq!(names(folder.path()), ["--help", "source"]);
}
