//! The options `--ro` and `--rw`.

use std::fs;
use std::path::Path;

use butter::Errno;
use butter::landlock;

use super::run::{Completed, call_in_sandbox, command_or_body, complete, print, program, run_with};
use common::inject::inject;
use common::test::Test;
use common::{describe, files, require, this_test};

/// The directories that contain libraries and the files that a test program opens.
const SYSTEM: [&str; 9] =
    ["/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/dev", "/nix", "/sys"];

/// The environment variable with the directory that the body uses.
const DIRECTORY: &str = "BUTTER_SANDBOX_DIRECTORY";

/// Prints the results of reading, writing, listing and creating files in `DIRECTORY`.
fn access_directory() {
    let directory = std::env::var(DIRECTORY).unwrap();
    let path = |name| Path::new(&directory).join(name);
    let result = |result: std::io::Result<()>| match result {
        Ok(()) => "OK".to_owned(),
        Err(error) => Errno::from_io_error(&error).unwrap().to_string(),
    };
    print(format_args!("read {}", result(fs::read(path("file")).map(drop))));
    print(format_args!("list {}", result(fs::read_dir(&directory).map(drop))));
    let write = fs::OpenOptions::new().append(true).open(path("file"));
    print(format_args!("write {}", result(write.map(drop))));
    print(format_args!("create {}", result(fs::write(path("new"), ""))));
    print(format_args!("mkdir {}", result(fs::create_dir(path("directory")))));
}

fn run_in(program: &Path, test: Test, directory: &Path, options: &[String]) -> Completed {
    let options: Vec<_> = options.iter().map(|option| &**option).collect();
    let mut command = command_or_body(program, test, &options, access_directory);
    command.env(DIRECTORY, directory);
    complete(command)
}

/// Returns options that permit the execution of the test program.
fn system_options() -> Vec<String> {
    let existing = SYSTEM.iter().filter(|path| Path::new(path).exists());
    let mut options: Vec<_> = existing.map(|path| format!("--ro={path}")).collect();
    options.push(format!("--ro={}", std::env::current_exe().unwrap().display()));
    options.push("-q".to_owned());
    options
}

#[test]
fn sandbox_restricts_access_to_the_paths_of_ro_and_rw() {
    let program = require!(program());
    let test = this_test!();
    call_in_sandbox(test, access_directory);
    require!(landlock::abi().unwrap() > 0, "the kernel does not support Landlock");
    let directory = files::directory();
    let path = directory.path();
    fs::write(path.join("file"), "text").unwrap();
    let with = |option: &str| {
        let mut options = system_options();
        if !option.is_empty() {
            options.push(format!("{option}={}", path.display()));
        }
        let completed = run_in(&program, test, path, &options);
        assert_eq!((completed.status, completed.messages.len()), (0, 0), "{completed:?}");
        let created = [path.join("new"), path.join("directory")].map(|path| path.exists());
        (completed.lines.join(", "), created)
    };
    let (denied, nothing) = (Errno::ACCES, [false, false]);
    let all =
        format!("read {denied}, list {denied}, write {denied}, create {denied}, mkdir {denied}");
    assert_eq!(with(""), (all, nothing));
    let changes = format!("read OK, list OK, write {denied}, create {denied}, mkdir {denied}");
    assert_eq!(with("--ro"), (changes, nothing));
    let none = "read OK, list OK, write OK, create OK, mkdir OK".to_owned();
    assert_eq!(with("--rw"), (none, [true, true]));
}

#[test]
fn sandbox_permits_access_to_single_files() {
    let program = require!(program());
    let test = this_test!();
    call_in_sandbox(test, access_directory);
    require!(landlock::abi().unwrap() > 0, "the kernel does not support Landlock");
    let directory = files::directory();
    fs::write(directory.path().join("file"), "text").unwrap();
    for (option, write) in [("--ro", "EACCES"), ("--rw", "OK")] {
        let mut options = system_options();
        options.push(format!("{option}={}", directory.path().join("file").display()));
        let completed = run_in(&program, test, directory.path(), &options);
        let expected =
            ["read OK", "list EACCES", &format!("write {write}"), "create EACCES", "mkdir EACCES"];
        assert_eq!(completed.lines, expected, "{completed:?}");
    }
}

#[test]
fn sandbox_reports_accesses_that_the_kernel_does_not_restrict() {
    let program = require!(program());
    let arguments = ["--ro=/", "--", "/nonexistent"];
    let messages = |arguments: &[&str], call| {
        let output = inject(call, Errno::NOSYS, || run_with(&program, arguments));
        String::from_utf8(output.stderr).unwrap()
    };
    let create = libc::SYS_landlock_create_ruleset;
    let text = messages(&arguments, create);
    let line = "sandbox: the kernel does not support Landlock: no access is restricted\n";
    assert!(text.starts_with(line) && text.lines().count() == 2, "{text}");
    let quiet = messages(&["-q", "--ro=/", "--", "/nonexistent"], create);
    assert!(quiet.starts_with("sandbox: cannot execute"), "{quiet}");
    let abi = landlock::abi().unwrap();
    let restricts_all = (1..10).contains(&abi);
    let text = messages(&arguments, libc::SYS_acct);
    let start = "sandbox: the kernel does not restrict these accesses: ";
    assert_eq!(text.starts_with(start), restricts_all, "{text}");
}

#[test]
fn sandbox_reports_paths_that_do_not_exist() {
    let program = require!(program());
    for option in ["--ro", "--rw"] {
        let output = run_with(&program, &["-q", option, "/nonexistent\n", "--", "/nonexistent"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let start = "sandbox: cannot permit access to '/nonexistent\\n': ";
        let start = format!("{start}{}", describe(Errno::NOENT));
        assert!(stderr.starts_with(&start) && stderr.lines().count() == 1, "{stderr}");
        assert_eq!(output.status.code(), Some(125));
    }
}
