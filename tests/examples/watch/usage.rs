//! Command-line options of the example `watch`, and paths that cannot be watched.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use butter::Errno;

use super::run::{TIMEOUT, code, directory, program, run};
use crate::usage;
use common::inject::inject;
use common::{describe, require};

#[test]
fn watch_reports_every_path_that_cannot_be_watched() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (one, two) = (path.join("nowhere"), path.join(OsStr::from_bytes(b"neither\nhere\xff")));
    let completed = run(&program, &[TIMEOUT.as_ref(), path.as_ref(), one.as_ref(), two.as_ref()]);
    assert_eq!((completed.status, completed.stdout.len()), (1, 0));
    let lines: Vec<_> = completed.stderr.lines().collect();
    let path = path.display();
    assert_eq!(
        lines[0],
        format!(
            "watch: cannot watch '{path}/nowhere': {}: inotify_add_watch: a component of the path \
             does not exist or is a dangling symbolic link, or the path is empty",
            describe(Errno::NOENT)
        )
    );
    assert!(
        lines[1].starts_with(&format!(r"watch: cannot watch '{path}/neither\nhere\xff': ")),
        "{}",
        lines[1]
    );
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn watch_message_contains_call_description_errno_and_reason_if_call_fails() {
    let program = require!(program());
    let (_guard, path) = directory();
    for (call, errno, name, end) in [
        (
            libc::SYS_inotify_init1,
            Errno::MFILE,
            "inotify_init1",
            ": the per-user limit on inotify instances",
        ),
        // The reason of this errno would only repeat its description.
        (libc::SYS_epoll_create1, Errno::IO, "epoll_create1", "\n"),
    ] {
        let arguments = ["-q".as_ref(), TIMEOUT.as_ref(), path.as_ref()];
        let completed = inject(call, errno, || run(&program, &arguments));
        assert_eq!((completed.status, completed.stdout.len()), (1, 0));
        assert!(
            completed.stderr.starts_with(&format!("watch: {}: {name}{end}", describe(errno))),
            "{}",
            completed.stderr
        );
        assert_eq!(completed.stderr.lines().count(), 1, "{}", completed.stderr);
    }
}

#[test]
fn watch_fails_with_enospc_at_the_limit_on_watches() {
    let program = require!(program());
    require!(
        common::child::in_user_namespace(|| {
            require!(
                fs::write("/proc/sys/user/max_inotify_watches", "1"),
                "the limit on inotify watches cannot be lowered"
            );
            let (_guard, path) = directory();
            let paths = ["a", "b", "c"].map(|name| path.join(name));
            paths.iter().for_each(|path| fs::create_dir(path).unwrap());
            let mut arguments = vec![OsStr::new(TIMEOUT)];
            arguments.extend(paths.iter().map(|path| path.as_os_str()));
            let completed = run(&program, &arguments);
            let path = paths[1].display();
            let start = format!(
                "watch: cannot watch '{path}': {}: inotify_add_watch: the per-user",
                describe(Errno::NOSPC)
            );
            assert!(completed.stderr.starts_with(&start), "{}", completed.stderr);
            assert_eq!(
                (completed.status, completed.stderr.lines().count(), completed.stdout.len()),
                (1, 1, 0),
                "{}",
                completed.stderr
            );
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

#[test]
fn watch_rejects_invalid_arguments() {
    let program = require!(program());
    for (arguments, message) in [
        (&[] as &[&[u8]], "missing PATH operand"),
        (&[b"--"], "missing PATH operand"),
        (&[b"/", b""], "empty operand ''"),
        (&[b"--frobnicate", b"/"], "unrecognized option '--frobnicate'"),
        (&[b"-x\xff\x1b", b"/"], "unrecognized option '-x'"),
        (
            &[b"--events", b"create,frobnicate", b"/"],
            "invalid argument 'frobnicate' for '--events' (expected access, modify, attrib",
        ),
        (&[b"--events=", b"/"], "invalid argument '' for '--events'"),
        (&[b"--events=onlydir", b"/"], "invalid argument 'onlydir' for '--events'"),
        (&[b"--events"], "option '--events' requires an argument"),
        (&[b"--format=xml", b"/"], "invalid argument 'xml' for '--format' (expected text or json)"),
        (
            &[b"--color=blue", b"/"],
            "invalid argument 'blue' for '--color' (expected auto, always or never)",
        ),
        (&[b"--count=0", b"/"], "invalid argument '0' for '--count' (expected a positive integer)"),
        (
            &[b"--count=many", b"/"],
            "invalid argument 'many' for '--count' (expected a positive integer)",
        ),
        (
            &[b"--timeout=-1", b"/"],
            "invalid argument '-1' for '--timeout' (expected a number of seconds)",
        ),
        (
            &[b"--timeout=nan", b"/"],
            "invalid argument 'nan' for '--timeout' (expected a number of seconds)",
        ),
        (&[b"--timeout", b"\xff", b"/"], r"invalid argument '\xff' for '--timeout'"),
        (&[b"-t", b"--", b"/"], "invalid argument '--' for '--timeout'"),
        (&[b"-qn==5", b"/"], "invalid argument '=5' for '--count'"),
        (&[b"-n", b"/"], "invalid argument '/' for '--count'"),
        (&[b"/", b"-qn"], "option '-n' requires an argument"),
        (&[b"-q=yes", b"/"], "option '-q' doesn't allow an argument"),
        (
            &[b"--every=0", b"/"],
            "invalid argument '0' for '--every' (expected a positive number of seconds)",
        ),
        (
            &[b"--every=1e-10", b"/"],
            "invalid argument '1e-10' for '--every' (expected a positive number of seconds)",
        ),
        (
            &[b"--every=-1", b"/"],
            "invalid argument '-1' for '--every' (expected a positive number of seconds)",
        ),
        (
            &[b"--every=1e19", b"/"],
            "invalid argument '1e19' for '--every' (expected a positive number of seconds)",
        ),
        (
            &[b"--every", b"often", b"/"],
            "invalid argument 'often' for '--every' (expected a positive number of seconds)",
        ),
        (&[b"/", b"--every"], "option '--every' requires an argument"),
        (&[b"--quiet=yes", b"/"], "option '--quiet' doesn't allow an argument"),
    ] {
        let arguments: Vec<_> =
            arguments.iter().map(|argument| OsStr::from_bytes(argument)).collect();
        let completed = run(&program, &arguments);
        assert_eq!((completed.status, completed.stdout.len()), (2, 0), "{arguments:?}");
        assert!(
            completed.stderr.starts_with(&format!("watch: {message}")),
            "{arguments:?}: {}",
            completed.stderr
        );
        assert_eq!(completed.stderr.lines().count(), 2, "{arguments:?}: {}", completed.stderr);
    }
}

#[test]
fn watch_help_lists_options_and_exit_statuses() {
    let program = require!(program());
    let completed = run(&program, &["--help".as_ref()]);
    let text = String::from_utf8(completed.stdout).unwrap();
    assert_eq!((completed.status, completed.stderr.as_str()), (0, ""));
    for option in [
        "--events",
        "--format",
        "--color",
        "--count",
        "--timeout",
        "--every",
        "--quiet",
        "--help",
        "--version",
    ] {
        assert!(text.contains(option), "the help text does not contain {option}");
    }
    for status in 0..=5 {
        assert!(text.contains(&format!("\n  {status}  ")), "{status}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let version = run(&program, &["-V".as_ref()]);
    assert_eq!(version.stdout, concat!("watch ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn watch_accepts_clustered_short_options_attached_values_and_options_after_operands() {
    let program = require!(program());
    let (_guard, path) = directory();
    let path = path.to_str().unwrap();
    for arguments in [
        &["-qn5", "-t0", path] as &[&str],
        &["-qn", "5", "-t", "0", path],
        // As with a long option, lexopt accepts a value after `=`; getopt(3) does not.
        &["-qn=5", "-t=0", path],
        &["--count=5", "--timeout=0", "--quiet", path],
        &[path, "--count", "5", "--timeout", "0", "-q"],
        &["-q", path, "-t0", "-n5", "--", path],
    ] {
        let arguments: Vec<_> = arguments.iter().map(OsStr::new).collect();
        let completed = run(&program, &arguments);
        // With a count, status 5 means that the timeout has expired.
        assert_eq!(
            (completed.status, completed.stdout.as_slice(), completed.stderr.as_str()),
            (5, &b""[..], ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn watch_prints_help_and_version_after_other_arguments() {
    usage::assert_prints_help_and_version(&require!(program()), "watch", &["/", "-n5"]);
}

#[test]
fn watch_reports_write_error_of_help_and_version() {
    usage::assert_reports_write_error_of_help_and_version(&require!(program()), "watch");
}

#[test]
fn watch_accepts_paths_that_begin_with_a_dash() {
    let program = require!(program());
    let (_guard, path) = directory();
    fs::create_dir(path.join("--help")).unwrap();
    fs::create_dir(path.join("-")).unwrap();
    fs::create_dir(path.join("--")).unwrap();
    let arguments = ["--timeout=0", "-", "--", "--help", "--"];
    let output = Command::new(program).args(arguments).current_dir(&path).output().unwrap();
    assert_eq!(code(output.status), 0);
    assert!(output.stderr.starts_with(b"watch: watching 3 paths\n"));
}
