//! The options `--ro` and `--rw`.

use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;

use butter::Errno;
use butter::landlock;

use super::run::{
    Completed, call, call_in_sandbox, command_or_body, complete, print, program, run_with,
};
use common::inject::inject;
use common::test::Test;
use common::{describe, files, require, this_test};

/// The directories that contain libraries and the files that a test program opens.
const SYSTEM: [&str; 9] =
    ["/usr", "/lib", "/lib64", "/bin", "/etc", "/proc", "/dev", "/nix", "/sys"];

/// The environment variable with the directory that the body uses.
const DIRECTORY: &str = "BUTTER_SANDBOX_DIRECTORY";

/// The environment variable with the name of an abstract socket to which the body connects.
const SOCKET: &str = "BUTTER_SANDBOX_SOCKET";

fn result(result: std::io::Result<()>) -> String {
    match result {
        Ok(()) => "OK".to_owned(),
        Err(error) => Errno::from_io_error(&error).unwrap().to_string(),
    }
}

/// Prints the results of accesses to the process of `sandbox`, and of a connection.
fn access_processes() {
    let parent = std::os::unix::process::parent_id();
    // Requires the right to trace the process.
    print(format_args!("read {}", result(fs::read_link(format!("/proc/{parent}/exe")).map(drop))));
    let signal = |process: u32| call(libc::SYS_kill, [process.into(), 0, 0]);
    print(format_args!("signal {}", signal(parent)));
    print(format_args!("own signal {}", signal(std::process::id())));
    let address = SocketAddr::from_abstract_name(std::env::var(SOCKET).unwrap()).unwrap();
    print(format_args!("connect {}", result(UnixStream::connect_addr(&address).map(drop))));
}

/// Prints the results of reading, writing, listing and creating files in `DIRECTORY`.
fn access_directory() {
    let directory = std::env::var(DIRECTORY).unwrap();
    let path = |name| Path::new(&directory).join(name);
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
    let messages =
        |arguments: &[&str]| String::from_utf8(run_with(&program, arguments).stderr).unwrap();
    let abi = landlock::abi().unwrap();
    require!(abi > 0, "the kernel does not support Landlock");
    let text = messages(&arguments);
    let start = "sandbox: the kernel does not restrict these accesses";
    assert_eq!(text.contains(&format!("{start}: ")), abi < 9, "{text}");
    let processes = format!("{start} to other processes: {}\n", landlock::Scope::KNOWN);
    assert_eq!(text.contains(&processes), abi < 6, "{text}");
    let quiet = messages(&["-q", "--ro=/", "--", "/nonexistent"]);
    assert!(quiet.starts_with("sandbox: cannot execute"), "{quiet}");
}

#[test]
fn sandbox_does_not_run_the_command_without_landlock() {
    let program = require!(program());
    for option in ["-q", "--ro=/", "--rw=/"] {
        let arguments = ["--ro=/", option, "--", "/nonexistent"];
        let create = libc::SYS_landlock_create_ruleset;
        for errno in [Errno::NOSYS, Errno::OPNOTSUPP] {
            let output = inject(create, errno, || run_with(&program, &arguments));
            let cause = "the kernel does not support Landlock";
            let text = format!("sandbox: cannot restrict the access to files: {cause}\n");
            assert_eq!(String::from_utf8(output.stderr).unwrap(), text);
            assert_eq!(output.status.code(), Some(125));
        }
    }
}

#[test]
fn sandbox_with_ro_denies_access_to_processes_outside() {
    let program = require!(program());
    let test = this_test!();
    call_in_sandbox(test, access_processes);
    require!(landlock::abi().unwrap() > 0, "the kernel does not support Landlock");
    let name = format!("butter-sandbox-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let with = |options: &[String]| {
        let options: Vec<_> = options.iter().map(|option| &**option).collect();
        let mut command = command_or_body(&program, test, &options, access_processes);
        command.env(SOCKET, &name);
        complete(command).lines
    };
    assert_eq!(with(&[]), ["read OK", "signal 0", "own signal 0", "connect OK"]);
    let scoped = if landlock::abi().unwrap() >= 6 { ["EPERM"; 2] } else { ["0", "OK"] };
    let [signal, connect] = scoped;
    let denied = ["read EACCES", &format!("signal {signal}"), "own signal 0"];
    assert_eq!(with(&system_options()), [&denied[..], &[&format!("connect {connect}")]].concat());
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
