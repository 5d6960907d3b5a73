//! The rules of the example `guard`, and the lines that it prints.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::run::{Running, assert_open, in_tmpfs, open};
use common::this_test;

/// Returns the line without the process ID, and asserts that it is the ID of this process.
fn without_pid(line: &str) -> String {
    let pid = format!(" {} ", std::process::id());
    assert!(line.contains(&pid), "{line}");
    line.replacen(&pid, " PID ", 1)
}

/// Returns the command of this thread, as the kernel reports it for the process.
fn command() -> String {
    fs::read_to_string("/proc/self/comm").unwrap().trim_end().to_owned()
}

fn create(directory: &Path, files: &[(&str, usize)]) {
    for (name, size) in files {
        fs::write(directory.join(name), vec![0; *size]).unwrap();
    }
}

#[test]
fn guard_denies_files_by_prefix_suffix_and_size() {
    in_tmpfs(this_test!(), |program, directory| {
        let files =
            [("notes", 10), ("secret-1", 10), ("key.pem", 10), ("x.key", 10), ("big", 2049)];
        create(directory, &files);
        create(directory, &[("limit", 2048)]);
        let prefix = format!("--deny-prefix={}/secret-", directory.display());
        let suffixes = ["--deny-suffix=.pem", "--deny-suffix", ".key"];
        let options = [&[&*prefix, "--deny-larger=2K"][..], &suffixes].concat();
        let guard = Running::start(program, &options, directory);
        let names = ["notes", "secret-1", "key.pem", "x.key", "big", "limit"];
        for name in names {
            assert_open(&directory.join(name), ["notes", "limit"].contains(&name));
        }
        let completed = guard.end();
        let (path, command) = (directory.display(), command());
        let rule = |rule: &str| format!(" ({rule})");
        let expected = [
            ("allow", "notes", String::new()),
            ("deny", "secret-1", rule(&format!("--deny-prefix {path}/secret-"))),
            ("deny", "key.pem", rule("--deny-suffix .pem")),
            ("deny", "x.key", rule("--deny-suffix .key")),
            ("deny", "big", rule("--deny-larger 2048")),
            ("allow", "limit", String::new()),
        ];
        let expected = expected.map(|(decision, name, rule)| {
            format!("{decision} PID {command} open {path}/{name}{rule}")
        });
        let lines: Vec<_> = completed.lines.iter().map(|line| without_pid(line)).collect();
        assert_eq!(lines, expected);
        assert_eq!(completed.status, 0);
        assert_eq!(completed.stderr, "guard: 6 decisions: terminated by SIGTERM\n");
        // The kernel permits everything after the program has ended.
        names.iter().for_each(|name| assert_open(&directory.join(name), true));
    });
}

#[test]
fn guard_denies_execution_but_not_reading() {
    in_tmpfs(this_test!(), |program, directory| {
        // The program prints its version, and does not depend on other programs of the host.
        let tool = directory.join("tool");
        fs::copy(program, &tool).unwrap();
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o700)).unwrap();
        let run = || Command::new(&tool).arg("--version").output();
        let guard = Running::start(program, &["--deny-exec"], directory);
        assert_eq!(run().unwrap_err().raw_os_error(), Some(libc::EPERM));
        assert_open(&tool, true);
        let completed = guard.end();
        let tool = tool.display();
        assert!(completed.lines[0].starts_with("deny "), "{:?}", completed.lines);
        assert!(completed.lines[0].ends_with(&format!(" exec {tool} (--deny-exec)")));
        assert!(completed.lines.last().unwrap().ends_with(&format!(" open {tool}")));
        assert!(run().unwrap().status.success());

        let guard = Running::start(program, &[], directory);
        assert!(run().unwrap().status.success());
        assert!(guard.end().lines[0].starts_with("allow "));
    });
}

#[test]
fn guard_with_log_only_permits_everything() {
    in_tmpfs(this_test!(), |program, directory| {
        create(directory, &[("key.pem", 1), ("notes", 1)]);
        let guard = Running::start(program, &["--log-only", "--deny-suffix=.pem"], directory);
        assert_open(&directory.join("key.pem"), true);
        assert_open(&directory.join("notes"), true);
        let (path, command) = (directory.display(), command());
        let lines: Vec<_> = guard.end().lines.iter().map(|line| without_pid(line)).collect();
        let expected = [
            format!("would-deny PID {command} open {path}/key.pem (--deny-suffix .pem)"),
            format!("allow PID {command} open {path}/notes"),
        ];
        assert_eq!(lines, expected);
    });
}

#[test]
fn guard_marks_only_its_directories() {
    in_tmpfs(this_test!(), |program, directory| {
        let subdirectory = directory.join("sub");
        fs::create_dir(&subdirectory).unwrap();
        let outside = directory.parent().unwrap().join("outside.pem");
        for path in [&subdirectory.join("inside.pem"), &outside] {
            fs::write(path, "").unwrap();
        }
        let guard = Running::start(program, &["--deny-suffix=.pem"], directory);
        assert_open(&subdirectory.join("inside.pem"), true);
        assert_open(&outside, true);
        assert!(fs::read_dir(directory).unwrap().next().is_some());
        assert_eq!(guard.end().lines, [""; 0]);
    });
}

#[test]
fn guard_applies_suffixes_to_deleted_files() {
    in_tmpfs(this_test!(), |program, directory| {
        let path = directory.join("key.pem");
        fs::write(&path, "").unwrap();
        let file = open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let guard = Running::start(program, &["--deny-suffix=.pem"], directory);
        let again = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&file));
        assert_open(Path::new(&again), false);
        drop(guard);
        assert_open(Path::new(&again), true);
    });
}

#[test]
fn guard_can_guard_the_directory_that_contains_it() {
    in_tmpfs(this_test!(), |program, directory| {
        let copied = directory.join("guard");
        fs::copy(program, &copied).unwrap();
        fs::set_permissions(&copied, fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(directory.join("key.pem"), "").unwrap();
        let guard = Running::start(&copied, &["--deny-suffix=.pem"], directory);
        assert_open(&copied, true);
        assert_open(&directory.join("key.pem"), false);
        assert_eq!(guard.end().status, 0);
    });
}
