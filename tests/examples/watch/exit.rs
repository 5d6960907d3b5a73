//! The reasons why the example `watch` exits, and the exit statuses.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use butter::Errno;
use butter::signal::Signal;

use super::json;
use super::run::{Running, TIMEOUT, code, directory, program, queue_limit, rename_repeatedly};
use crate::usage;
use common::{describe, require};

#[test]
fn watch_timeout_exits_with_0_or_with_5_if_count_is_not_reached() {
    let program = require!(program());
    let (_guard, path) = directory();
    let start = std::time::Instant::now();
    let completed = Running::start(&program, &["--timeout", "0.25"], &[&path]).end();
    assert!(start.elapsed().as_millis() >= 250);
    assert_eq!((completed.status, completed.lines().len()), (0, 0));
    assert!(
        completed.stderr.ends_with("watch: 0 events: timeout expired\n"),
        "{}",
        completed.stderr
    );

    let completed = Running::start(&program, &["--timeout=0.0005", "--count=1"], &[&path]).end();
    assert_eq!((completed.status, completed.lines().len()), (5, 0));
}

#[test]
fn watch_exits_with_3_if_no_watched_path_remains() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (one, two) = (path.join("one"), path.join("two"));
    fs::create_dir(&one).unwrap();
    fs::write(&two, "").unwrap();
    let watch = Running::start(&program, &["--events=delete_self"], &[&one, &two]);
    fs::remove_dir(&one).unwrap();
    fs::remove_file(&two).unwrap();
    let completed = watch.end();
    let (one, two) = (one.display(), two.display());
    assert_eq!(
        completed.events(),
        [
            format!("DELETE_SELF {one}"),
            format!("IGNORED {one}: watch removed"),
            format!("DELETE_SELF {two}"),
            format!("IGNORED {two}: watch removed"),
        ]
    );
    assert_eq!(completed.status, 3);
    assert!(
        completed.stderr.ends_with("watch: 2 events: no watched path remains\n"),
        "{}",
        completed.stderr
    );
}

#[test]
fn watch_reports_lost_events_and_exits_with_4() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let (full, other) = (path.join("full"), path.join("other"));
    fs::create_dir(&full).unwrap();
    fs::create_dir(&other).unwrap();
    let watch =
        Running::start(&program, &["--format=json", "--events=move,delete_self"], &[&full, &other]);
    watch.stop();
    // Rename a directory instead of opening and closing a file: a process that another test starts
    // may have a copy of the descriptor until it calls `execve`, which delays the close event.
    let last = rename_repeatedly(&full, limit / 2 + 1);
    // The IGNORED event of the watch on the directory `full` is lost, too.
    fs::remove_dir(last).unwrap();
    fs::remove_dir(&full).unwrap();
    watch.signal(Signal::CONT);
    // The program has read the full queue, so the following events are not lost.
    watch.wait_for_output("Q_OVERFLOW");
    fs::remove_dir(&other).unwrap();

    let completed = watch.end();
    let objects = completed.objects();
    let is = |object: &json::Value, event: &str| object["events"].joined() == format!("[{event}]");
    let (moves, others) = objects.split_at(limit);
    assert!(moves.iter().all(|object| is(object, "MOVED_FROM") || is(object, "MOVED_TO")));
    let [overflow, lost, deleted, ignored] = others else {
        panic!("expected 4 other events, got {}", others.len())
    };
    assert!(
        is(overflow, "Q_OVERFLOW")
            && overflow["path"].text().is_none()
            && overflow["watch"].literal() == "null"
    );
    assert!(is(lost, "IGNORED") && lost["path"].text() == full.to_str());
    assert!(is(deleted, "DELETE_SELF") && deleted["path"].text() == other.to_str());
    assert!(is(ignored, "IGNORED") && ignored["path"].text() == other.to_str());
    assert_eq!(completed.status, 4);
    assert!(
        completed.stderr.ends_with("no watched path remains; events were lost\n"),
        "{}",
        completed.stderr
    );
}

#[test]
fn watch_exits_with_3_if_file_system_is_unmounted() {
    let program = require!(program());
    require!(
        common::child::in_user_namespace(|| {
            let (_guard, path) = directory();
            let target = std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap();
            // SAFETY: moves this thread into a new mount namespace; touches no memory.
            let mut done = unsafe { libc::unshare(libc::CLONE_NEWNS) };
            if done == 0 {
                let kind = c"tmpfs".as_ptr();
                // SAFETY: reads the strings; the pointer to the options is null.
                done = unsafe { libc::mount(kind, target.as_ptr(), kind, 0, std::ptr::null()) };
            }
            let error = std::io::Error::last_os_error();
            require!(done == 0, "a tmpfs cannot be mounted: {error}");
            let watch = Running::start(&program, &["--events=create"], &[&path]);
            // SAFETY: reads the string.
            let done = unsafe { libc::umount2(target.as_ptr(), 0) };
            assert_eq!(done, 0, "umount2: {}", std::io::Error::last_os_error());
            let completed = watch.end();
            let path = path.display();
            let events = [
                format!("UNMOUNT {path}: file system unmounted"),
                format!("IGNORED {path}: watch removed"),
            ];
            assert_eq!((completed.events().as_slice(), completed.status), (&events[..], 3));
            assert!(completed.stderr.contains("watch: 0 events"), "{}", completed.stderr);
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

#[test]
fn watch_exits_if_output_is_closed() {
    let program = require!(program());
    let (_guard, path) = directory();
    let mut command = Command::new(program);
    command.args([TIMEOUT, "--count=1"]).arg(&path).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program should exit although no event occurs.
    drop(child.stdout.take());
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    assert_eq!((code(child.wait().unwrap()), messages.as_str()), (0, "watch: watching 1 path\n"));

    // The program should also exit if both standard output and standard error are closed.
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    drop(reader);
    assert_eq!(code(command.status().unwrap()), 0);
}

#[test]
fn watch_exits_with_1_on_write_error() {
    let program = require!(program());
    let (_guard, path) = directory();
    let full = require!(fs::File::options().write(true).open("/dev/full"), "/dev/full");
    let mut command = Command::new(program);
    command.args([TIMEOUT, "--events=create"]).arg(&path).stdin(Stdio::null());
    command.stdout(full).stderr(Stdio::piped());
    for (errno, name) in [(Errno::NOSPC, "one"), (Errno::BADF, "two")] {
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut messages = String::new();
        stderr.read_line(&mut messages).unwrap();
        fs::create_dir(path.join(name)).unwrap();
        stderr.read_to_string(&mut messages).unwrap();
        let message = format!("watch: write error: {}\n", describe(errno));
        assert!(messages.ends_with(&message), "{messages}");
        assert_eq!(code(child.wait().unwrap()), 1);
        usage::close_stdout(&mut command);
    }
}
