//! The signals that end it in order.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use butter::signal::{self, Signal};

use super::run::{Running, code, command, directory, program, queue_limit, rename, send, stop};
use common::require;

/// So many renames are more events than one read gives, and more output than a pipe holds.
const RENAMES: usize = 1000;

#[test]
fn a_signal_ends_it_and_is_named() {
    let program = require!(program());
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let (_guard, path) = directory();
        // As few as came do not matter then.
        let watch = Running::start(&program, &["--events=create", "--count=9"], &[&path]);
        fs::create_dir(path.join("before")).unwrap();
        watch.signal(signal);
        let ended = watch.end();
        assert_eq!(ended.told(), [format!("CREATE {}/before/", path.display())]);
        assert_eq!(
            ended.stderr,
            format!("watch: watching 1 path\nwatch: 1 event: terminated by SIG{signal}\n")
        );
        assert_eq!(ended.status, 0);

        let watch = Running::start(&program, &[], &[&path]);
        watch.signal(signal);
        let ended = watch.end();
        assert_eq!((ended.status, ended.stdout.len()), (0, 0));
    }
}

#[test]
fn what_happened_before_the_signal_is_told() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=move"], &[&path]);
    watch.stop();
    rename(&path, RENAMES);
    watch.signal(Signal::TERM);
    watch.signal(Signal::CONT);
    let ended = watch.end();
    assert_eq!((ended.lines().len(), ended.status), (2 * RENAMES, 0));
    assert!(
        ended.stderr.ends_with(&format!("watch: {} events: terminated by SIGTERM\n", 2 * RENAMES)),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_the_events_say_has_precedence() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (counts, gone) = (path.join("counts"), path.join("gone"));
    fs::create_dir(&counts).unwrap();
    fs::create_dir(&gone).unwrap();
    let counting = Running::start(&program, &["--events=create", "--count=1"], &[&counts]);
    let going = Running::start(&program, &["--events=delete_self"], &[&gone]);
    counting.stop();
    going.stop();
    fs::create_dir(counts.join("one")).unwrap();
    fs::remove_dir(&gone).unwrap();
    for watch in [&counting, &going] {
        watch.signal(Signal::INT);
        watch.signal(Signal::CONT);
    }
    let (counting, going) = (counting.end(), going.end());
    assert!(counting.stderr.ends_with("requested count reached\n"), "{}", counting.stderr);
    assert!(going.stderr.ends_with("no watched path remains\n"), "{}", going.stderr);
    assert_eq!((counting.status, going.status), (0, 3));
}

#[test]
fn events_that_were_lost_have_precedence() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=move"], &[&path]);
    watch.stop();
    rename(&path, limit / 2 + 1);
    watch.signal(Signal::INT);
    watch.signal(Signal::CONT);
    let ended = watch.end();
    assert!(
        ended.stderr.ends_with(" events: terminated by SIGINT; events were lost\n"),
        "{}",
        ended.stderr
    );
    assert_eq!(ended.status, 4);
}

#[test]
fn a_signal_ends_it_while_events_pour_in() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=create,delete"], &[&path]);
    let ended = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            // None is lost, should the program not come to read any.
            for _ in 0..limit / 4 {
                fs::create_dir(path.join("again")).unwrap();
                fs::remove_dir(path.join("again")).unwrap();
                if ended.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        watch.wait_for_output("DELETE");
        watch.signal(Signal::INT);
        let run = watch.end();
        ended.store(true, Ordering::Relaxed);
        run
    });
    let said = format!("watch: {} events: terminated by SIGINT\n", ended.lines().len());
    assert!(ended.stderr.ends_with(&said), "{said}{}", ended.stderr);
    assert_eq!(ended.status, 0);
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let program = require!(program());
    let (_guard, path) = directory();
    let mut command = command(&program, &["--events=create"], &[&path]);
    let ignore = || {
        signal::ignore(Signal::INT)?;
        signal::ignore(Signal::HUP)?;
        Ok(())
    };
    // SAFETY: between fork and exec it makes two system calls and does nothing else.
    unsafe { command.pre_exec(ignore) };
    let watch = Running::spawn(&mut command);
    watch.signal(Signal::INT);
    watch.signal(Signal::HUP);
    fs::create_dir(path.join("behind")).unwrap();
    watch.wait_for_output("behind");
    watch.signal(Signal::TERM);
    let ended = watch.end();
    assert!(ended.stderr.ends_with("watch: 1 event: terminated by SIGTERM\n"), "{}", ended.stderr);
    assert_eq!(ended.status, 0);
}

#[test]
fn a_signal_for_the_reader_too_is_told() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, mut stderr) = unread(&program, &path);
    stop(&child);
    drop(child.stdout.take());
    send(&child, Signal::INT);
    send(&child, Signal::CONT);
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(
        (code(child.wait().unwrap()), said.as_str()),
        (0, "watch: 0 events: terminated by SIGINT\n")
    );
}

#[test]
fn the_first_signal_waits_for_the_reader() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, mut stderr) = unread(&program, &path);
    rename(&path, RENAMES);
    send(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(child.try_wait().unwrap(), None);
    let mut told = String::new();
    child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(told.lines().count(), 2 * RENAMES);
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(said, format!("watch: {} events: terminated by SIGINT\n", 2 * RENAMES));
    assert_eq!(code(child.wait().unwrap()), 0);
}

#[test]
fn a_second_signal_does_not_wait_for_the_reader() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, _stderr) = unread(&program, &path);
    rename(&path, RENAMES);
    let ended = (0..12_000).find_map(|_| {
        send(&child, Signal::INT);
        // One that comes before the last was taken is none.
        std::thread::sleep(Duration::from_millis(10));
        child.try_wait().unwrap()
    });
    let status = ended.expect("it ends at some time");
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()));
}

/// The program, watching, while nobody reads its output: one for renames.
fn unread(program: &Path, path: &Path) -> (Child, impl BufRead) {
    let mut child = command(program, &["--events=move"], &[path]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert_eq!(said, "watch: watching 1 path\n");
    (child, stderr)
}
