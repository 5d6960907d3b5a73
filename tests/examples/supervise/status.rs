//! Exit statuses of the example `supervise`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use butter::Errno;

use super::run::{errno, program, run};
use common::child::as_nobody;
use common::inject::inject;
use common::{describe, files, require, this_test};

/// Runs the program, and returns its exit status and its messages.
fn supervise(program: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program);
    // In a directory that this user cannot search, every command would fail with EACCES.
    command.args(arguments).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn exit_status_is_that_of_the_command() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |_| std::process::exit(42));
    let Some(completed) = completed else { return };
    assert_eq!(completed.status, 42, "{completed:?}");
}

#[test]
fn exit_status_contains_the_signal_that_terminated_the_command() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |_| {
        // SAFETY: terminates the process.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    let Some(completed) = completed else { return };
    assert_eq!(completed.status, 128 + libc::SIGKILL, "{completed:?}");
}

#[test]
fn exit_status_is_126_or_127_if_the_command_cannot_be_executed() {
    let program = require!(program());
    let directory = files::directory();
    let file = directory.path().join("file\n");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let file = file.to_str().unwrap();
    let missing = directory.path().join("missing");
    let missing = missing.to_str().unwrap();
    for (command, status, errno) in [
        (file, 126, Errno::ACCES),
        ("/", 126, Errno::ACCES),
        (missing, 127, Errno::NOENT),
        ("butter-no-such-command", 127, Errno::NOENT),
    ] {
        let expected = format!(
            "supervise: cannot execute '{}': {}\n",
            command.replace('\n', "\\n"),
            describe(errno)
        );
        assert_eq!(supervise(&program, &[command]), (Some(status), expected));
    }
}

#[test]
fn exit_status_is_125_if_the_filter_cannot_be_installed() {
    let program = require!(program());
    for (call, errno) in [
        (libc::SYS_seccomp, Errno::BUSY),
        (libc::SYS_signalfd4, Errno::MFILE),
        (libc::SYS_prctl, Errno::PERM),
    ] {
        let (status, messages) = inject(call, errno, || supervise(&program, &["/"]));
        assert_eq!(status, Some(125), "{messages}");
        assert!(messages.starts_with(&format!("supervise: {}", describe(errno))), "{messages}");
        assert_eq!(messages.lines().count(), 1, "{messages}");
    }
}

#[test]
fn command_cannot_install_a_filter_with_a_listener() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |_| {
        let nested = common::example("supervise").unwrap();
        let (status, messages) = supervise(&nested, &["/"]);
        assert_eq!(status, Some(125));
        assert!(messages.contains("EBUSY"), "{messages}");
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_fails_calls_of_threads_with_fewer_rights() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        // SAFETY: touches no memory.
        let has_rights = unsafe { libc::geteuid() } == 0;
        let expected = if has_rights { libc::EPERM } else { 0 };
        let path = directory.join("file");
        assert_eq!(as_nobody(|| errno(fs::File::create(&path))), expected);
        assert_eq!(as_nobody(|| errno(fs::create_dir(directory.join("d")))), expected);
        assert_eq!(path.exists(), !has_rights);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_serves_threads_whose_names_are_not_utf_8() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let path = directory.join("file");
        let thread = std::thread::spawn(move || {
            // SAFETY: reads the name.
            let named = unsafe { libc::prctl(libc::PR_SET_NAME, c"\xff\nUid:\xc3".as_ptr()) };
            assert_eq!(named, 0);
            fs::write(path, "text").unwrap();
        });
        thread.join().unwrap();
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert!(completed.directory.path().join("file").exists());
}

#[test]
fn calls_that_would_bypass_the_rules_fail() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |_| {
        for (call, expected) in [
            (libc::SYS_chroot, libc::EPERM),
            (libc::SYS_pivot_root, libc::EPERM),
            (libc::SYS_setns, libc::EPERM),
            (libc::SYS_mount, libc::EPERM),
            (libc::SYS_umount2, libc::EPERM),
            (libc::SYS_move_mount, libc::EPERM),
            (libc::SYS_open_tree, libc::EPERM),
            (libc::SYS_fsopen, libc::EPERM),
            (libc::SYS_fspick, libc::EPERM),
            (libc::SYS_fsmount, libc::EPERM),
            (libc::SYS_mount_setattr, libc::EPERM),
            (libc::SYS_open_by_handle_at, libc::EPERM),
            (libc::SYS_io_uring_setup, libc::ENOSYS),
        ] {
            // SAFETY: the filter fails the call, which would otherwise fail with another errno.
            let result = unsafe { libc::syscall(call, 0, 0, 0, 0, 0, 0) };
            let error = std::io::Error::last_os_error().raw_os_error();
            assert_eq!((result, error), (-1, Some(expected)), "{call}");
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}
