//! The log of the example `supervise`.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;

use super::run::{errno, program, run};
use common::{require, this_test};

#[test]
fn log_contains_one_line_per_call() {
    let program = require!(program());
    let options = ["--log", "--allow-read=/", "--allow-write=DIR/w", "--deny=DIR/d=EIO"];
    let completed = run(this_test!(), &program, &options, |directory| {
        fs::create_dir(directory.join("w")).unwrap();
        fs::write(directory.join("w/file"), "").unwrap();
        File::open(directory.join("w/file")).unwrap();
        assert_eq!(errno(File::open(directory.join("d"))), libc::EIO);
        assert_eq!(errno(File::open(directory.join("x"))), libc::ENOENT);
        assert_eq!(errno(File::create(directory.join("x"))), libc::EACCES);
        assert_eq!(errno(File::open(directory.join("w/file/y"))), libc::ENOTDIR);
        let name = std::ffi::OsStr::from_bytes(b"\n\xFF");
        assert_eq!(errno(File::open(directory.join(name))), libc::ENOENT);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    let mkdir = if completed.stderr.contains(" mkdirat ") { "mkdirat" } else { "mkdir" };
    let w = "(--allow-write w)";
    let expected = [
        format!("allow {mkdir} write w {w}"),
        format!("allow openat write w/file {w}"),
        format!("allow openat read w/file {w}"),
        "deny openat read d: EIO (--deny d=EIO)".to_owned(),
        "fail openat read x: ENOENT (--allow-read /)".to_owned(),
        "deny openat write x: EACCES (--allow-read /)".to_owned(),
        "fail openat read w/file/y: ENOTDIR".to_owned(),
        r"fail openat read \n\xff: ENOENT (--allow-read /)".to_owned(),
    ];
    // A C library can make the older calls.
    let log: Vec<_> =
        completed.log().iter().map(|line| line.replace(" open ", " openat ")).collect();
    assert_eq!(log, expected);
}

#[test]
fn supervise_prints_nothing_without_log() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &["--deny=DIR=EIO"], |directory| {
        assert_eq!(errno(File::open(directory)), libc::EIO);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert!(!completed.stderr.contains("supervise:"), "{}", completed.stderr);
}
