//! Command-line options of the example `sandbox`, and commands that cannot be executed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use butter::Errno;

use super::run::{program, run_with};
use crate::usage;
use common::inject::inject;
use common::{describe, files, require};

#[test]
fn sandbox_rejects_invalid_arguments() {
    let program = require!(program());
    let call = "(expected a system call such as mkdirat, or mkdirat=EROFS)";
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing COMMAND operand".to_owned()),
        (&[b"--"], "missing COMMAND operand".to_owned()),
        (&[b""], "empty operand ''".to_owned()),
        (&[b"--frobnicate", b"x"], "unrecognized option '--frobnicate'".to_owned()),
        (
            &[b"--profile=docker", b"x"],
            "invalid argument 'docker' for '--profile' (expected container, compute or none)"
                .to_owned(),
        ),
        (
            &[b"--profile=none", b"--rules=x", b"x"],
            "only one of '--profile', '--rules' and '--oci' can be given, once".to_owned(),
        ),
        (&[b"--deny=x", b"x"], format!("invalid argument 'x' for '--deny' {call}")),
        (&[b"--deny=read=EX", b"x"], format!("invalid argument 'read=EX' for '--deny' {call}")),
        (&[b"--deny=read=0", b"x"], format!("invalid argument 'read=0' for '--deny' {call}")),
        (&[b"--deny=\xff", b"x"], format!("invalid argument '\\xff' for '--deny' {call}")),
        (
            &[b"--log=0x40000000", b"x"],
            "invalid argument '0x40000000' for '--log' (expected a system call such as mkdirat)"
                .to_owned(),
        ),
        (
            &[b"--allow=read=EPERM", b"x"],
            "invalid argument 'read=EPERM' for '--allow' (expected a system call such as mkdirat)"
                .to_owned(),
        ),
        (&[b"--ro=", b"x"], "invalid argument '' for '--ro' (expected a path)".to_owned()),
        (&[b"--rw=", b"x"], "invalid argument '' for '--rw' (expected a path)".to_owned()),
        (&[b"--rules=", b"x"], "invalid argument '' for '--rules' (expected a path)".to_owned()),
        (&[b"--oci=", b"x"], "invalid argument '' for '--oci' (expected a path)".to_owned()),
        (&[b"--trace=yes", b"x"], "option '--trace' doesn't allow an argument".to_owned()),
        (&[b"--deny"], "option '--deny' requires an argument".to_owned()),
    ] {
        let arguments: Vec<_> = arguments.iter().map(|it| OsStr::from_bytes(it)).collect();
        let output = run_with(&program, &arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(125), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with(&format!("sandbox: {message}\n")), "{stderr}");
        assert!(stderr.lines().count() == 2 && output.stdout.is_empty(), "{stderr}");
    }
}

#[test]
fn sandbox_reports_commands_that_cannot_be_executed() {
    let program = require!(program());
    let directory = files::directory();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("text"), "").unwrap();
    fs::write(path("program"), "no program").unwrap();
    fs::set_permissions(path("program"), fs::Permissions::from_mode(0o700)).unwrap();
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    for (command, errno, status) in [
        (text("missing\n"), Errno::NOENT, 127),
        (text("text/x"), Errno::NOTDIR, 126),
        (text("text"), Errno::ACCES, 126),
        (text("program"), Errno::NOEXEC, 126),
        ("a-name-that-no-program-has".to_owned(), Errno::NOENT, 127),
    ] {
        // A directory in the PATH of the tests may be inaccessible.
        let path = directory.path();
        let run = || Command::new(&program).args(["--", &command]).env("PATH", path).output();
        let mut output = run().unwrap();
        // A process that another test has started can have a copy of the descriptor to which the
        // file was written, until it executes its program.
        while String::from_utf8_lossy(&output.stderr).contains("ETXTBSY") {
            output = run().unwrap();
        }
        let stderr = String::from_utf8(output.stderr).unwrap();
        let name = command.replace('\n', "\\n");
        let start = format!("sandbox: cannot execute '{name}': {}", describe(errno));
        assert!(stderr.starts_with(&start) && stderr.lines().count() == 1, "{start}: {stderr}");
        assert_eq!(output.status.code(), Some(status));
    }
}

#[test]
fn sandbox_searches_the_command_in_path() {
    let program = require!(program());
    let directory = files::directory();
    let (first, second) = (directory.path().join("1"), directory.path().join("2"));
    for path in [&first, &second] {
        fs::create_dir(path).unwrap();
    }
    // The program in the first directory cannot be executed.
    fs::write(first.join("tool"), "").unwrap();
    symlink(&program, second.join("tool")).unwrap();
    let run = |directories: &[&std::path::Path]| {
        let path = std::env::join_paths(directories).unwrap();
        let mut command = Command::new(&program);
        command.args(["tool", "--version"]).env("PATH", path).output().unwrap()
    };
    let output = run(&[&first, &second]);
    assert!(output.stdout.starts_with(b"sandbox ") && output.status.success(), "{output:?}");
    assert_eq!(run(&[&first]).status.code(), Some(126));
    assert_eq!(run(&[]).status.code(), Some(127));
}

#[test]
fn sandbox_reports_that_a_rule_denies_the_execution() {
    let program = require!(program());
    for options in [&["--deny=execve=ENXIO"] as &[_], &["--deny=execve=ENXIO", "--trace"]] {
        let mut arguments = options.to_vec();
        // The failing child also cannot terminate by the usual system call.
        arguments.extend(["--deny=exit_group", "--", "/nonexistent"]);
        let output = run_with(&program, &arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let cause = describe(Errno::NXIO);
        let last = format!("sandbox: cannot execute '/nonexistent': a rule denies execve: {cause}");
        assert_eq!(stderr.lines().last(), Some(&*last), "{stderr}");
        assert_eq!(output.status.code(), Some(126));
    }
}

#[test]
fn sandbox_message_contains_call_errno_and_reason_if_a_call_fails() {
    let program = require!(program());
    for (call, errno, message) in [
        (libc::SYS_signalfd4, Errno::MFILE, "{}: signalfd4: "),
        (libc::SYS_seccomp, Errno::NOMEM, "cannot install the filter: {}: seccomp"),
    ] {
        let output = inject(call, errno, || run_with(&program, &["--", "/nonexistent"]));
        let stderr = String::from_utf8(output.stderr).unwrap();
        let start = format!("sandbox: {}", message.replace("{}", &describe(errno)));
        assert!(stderr.starts_with(&start) && stderr.lines().count() == 1, "{stderr}");
        assert_eq!(output.status.code(), Some(125));
    }
}

#[test]
fn sandbox_help_lists_options_and_exit_statuses() {
    let program = require!(program());
    let text = String::from_utf8(run_with(&program, &["--help"]).stdout).unwrap();
    for option in [
        "--profile",
        "--rules",
        "--oci",
        "--deny",
        "--log",
        "--allow",
        "--trace",
        "--ro",
        "--rw",
        "--print",
        "--quiet",
        "--help",
        "--version",
    ] {
        assert!(text.contains(option), "the help text does not contain {option}");
    }
    for status in ["125", "126", "127", "128+N"] {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn sandbox_prints_help_and_version() {
    let program = require!(program());
    usage::assert_prints_help_and_version(&program, "sandbox", &[]);
}

#[test]
fn sandbox_reports_write_error_of_help_and_filter() {
    let program = require!(program());
    for option in ["--help", "--version", "--print"] {
        let mut full = Command::new(&program);
        full.stdout(File::options().write(true).open("/dev/full").unwrap());
        let mut closed = Command::new(&program);
        usage::close_stdout(&mut closed);
        for (mut command, errno) in [(full, Errno::NOSPC), (closed, Errno::BADF)] {
            let output = command.arg(option).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr, format!("sandbox: write error: {}\n", describe(errno)), "{option}");
            assert_eq!(output.status.code(), Some(125));
        }
    }
}
