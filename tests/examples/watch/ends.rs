//! What ends it, and how it says so.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use butter::signal::Signal;

use super::json;
use super::run::{AT_MOST, Running, code, directory, program, queue_limit, rename};
use common::require;

#[test]
fn a_time_ends_it_and_says_whether_the_count_was_reached() {
    let program = require!(program());
    let (_guard, path) = directory();
    let start = std::time::Instant::now();
    let ended = Running::start(&program, &["--timeout", "0.25"], &[&path]).end();
    assert!(start.elapsed().as_millis() >= 250);
    assert_eq!((ended.status, ended.lines().len()), (0, 0));
    assert!(ended.stderr.ends_with("watch: 0 events: timeout expired\n"), "{}", ended.stderr);

    let ended = Running::start(&program, &["--timeout=0.0005", "--count=1"], &[&path]).end();
    assert_eq!((ended.status, ended.lines().len()), (5, 0));
}

#[test]
fn it_ends_with_the_last_watched_path() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (one, two) = (path.join("one"), path.join("two"));
    fs::create_dir(&one).unwrap();
    fs::write(&two, "").unwrap();
    let watch = Running::start(&program, &["--events=delete_self"], &[&one, &two]);
    fs::remove_dir(&one).unwrap();
    fs::remove_file(&two).unwrap();
    let ended = watch.end();
    let (one, two) = (one.display(), two.display());
    assert_eq!(
        ended.told(),
        [
            format!("DELETE_SELF {one}"),
            format!("IGNORED {one}: watch removed"),
            format!("DELETE_SELF {two}"),
            format!("IGNORED {two}: watch removed"),
        ]
    );
    assert_eq!(ended.status, 3);
    assert!(
        ended.stderr.ends_with("watch: 2 events: no watched path remains\n"),
        "{}",
        ended.stderr
    );
}

#[test]
fn lost_events_are_told_and_the_status_says_so() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let (full, other) = (path.join("full"), path.join("other"));
    fs::create_dir(&full).unwrap();
    fs::create_dir(&other).unwrap();
    let watch =
        Running::start(&program, &["--format=json", "--events=move,delete_self"], &[&full, &other]);
    watch.stop();
    // Not by open and close: a file that another test's new program holds open until it runs is closed late.
    let last = rename(&full, limit / 2 + 1);
    // That its watch has ended is lost as well.
    fs::remove_dir(last).unwrap();
    fs::remove_dir(&full).unwrap();
    watch.signal(Signal::CONT);
    // Then the full queue is read, and what happens from now on is told again.
    watch.wait_for_output("Q_OVERFLOW");
    fs::remove_dir(&other).unwrap();

    let ended = watch.end();
    let objects = ended.objects();
    let is = |object: &json::Value, event: &str| {
        object["events"].literal_or_array() == format!("[{event}]")
    };
    let (moves, others) = objects.split_at(limit);
    assert!(moves.iter().all(|object| is(object, "MOVED_FROM") || is(object, "MOVED_TO")));
    let [overflow, unheard, deleted, ignored] = others else {
        panic!("other than four: {}", others.len())
    };
    assert!(
        is(overflow, "Q_OVERFLOW")
            && overflow["path"].text().is_none()
            && overflow["watch"].literal() == "null"
    );
    assert!(is(unheard, "IGNORED") && unheard["path"].text() == full.to_str());
    assert!(is(deleted, "DELETE_SELF") && deleted["path"].text() == other.to_str());
    assert!(is(ignored, "IGNORED") && ignored["path"].text() == other.to_str());
    assert_eq!(ended.status, 4);
    assert!(
        ended.stderr.ends_with("no watched path remains; events were lost\n"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_unmount_is_told() {
    let program = require!(program());
    require!(
        common::child::in_user_namespace(|| {
            let (_guard, path) = directory();
            let target = std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap();
            // SAFETY: gives this thread, and the program that it starts, a mount namespace of their own.
            let mut done = unsafe { libc::unshare(libc::CLONE_NEWNS) };
            if done == 0 {
                let kind = c"tmpfs".as_ptr();
                // SAFETY: reads the strings; the file system has no further options.
                done = unsafe { libc::mount(kind, target.as_ptr(), kind, 0, std::ptr::null()) };
            }
            let error = std::io::Error::last_os_error();
            require!(done == 0, "nothing can be mounted: {error}");
            let watch = Running::start(&program, &["--events=create"], &[&path]);
            // SAFETY: reads the string.
            let done = unsafe { libc::umount2(target.as_ptr(), 0) };
            assert_eq!(done, 0, "umount2: {}", std::io::Error::last_os_error());
            let ended = watch.end();
            let path = path.display();
            let told = [
                format!("UNMOUNT {path}: file system unmounted"),
                format!("IGNORED {path}: watch removed"),
            ];
            assert_eq!((ended.told().as_slice(), ended.status), (&told[..], 3));
            assert!(ended.stderr.contains("watch: 0 events"), "{}", ended.stderr);
        }),
        "this machine does not let the process have a user namespace"
    );
}

#[test]
fn it_ends_when_nobody_reads() {
    let program = require!(program());
    let (_guard, path) = directory();
    let mut command = Command::new(program);
    command.args([AT_MOST, "--count=1"]).arg(&path).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Nothing happens to the files: it ends nevertheless.
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((code(child.wait().unwrap()), said.as_str()), (0, "watch: watching 1 path\n"));

    // Where its errors go the same way, too.
    let (reader, writer) = std::io::pipe().unwrap();
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    drop(reader);
    assert_eq!(code(command.status().unwrap()), 0);
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let program = require!(program());
    let (_guard, path) = directory();
    let full = require!(fs::File::options().write(true).open("/dev/full"), "/dev/full");
    let mut command = Command::new(program);
    command.args([AT_MOST, "--events=create"]).arg(&path).stdin(Stdio::null());
    let mut child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    fs::create_dir(path.join("sub")).unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert!(said.contains("watch: write error: "), "{said}");
    assert_eq!(code(child.wait().unwrap()), 1);
}
