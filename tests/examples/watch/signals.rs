//! Termination of the example `watch` by signals.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use butter::signal::{self, Signal};

use super::run::{
    Running, code, command, directory, program, queue_limit, rename_repeatedly, send, stop,
};
use common::require;

/// A number of renames that causes more events than one read returns, and more output than a pipe
/// can contain.
const RENAMES: usize = 1000;

#[test]
fn watch_exits_with_0_and_prints_the_signal_if_terminated_by_signal() {
    let program = require!(program());
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let (_guard, path) = directory();
        // After a signal, the exit status is 0 although the count is not reached.
        let watch = Running::start(&program, &["--events=create", "--count=9"], &[&path]);
        fs::create_dir(path.join("before")).unwrap();
        watch.signal(signal);
        let completed = watch.end();
        assert_eq!(completed.events(), [format!("CREATE {}/before/", path.display())]);
        assert_eq!(
            completed.stderr,
            format!("watch: watching 1 path\nwatch: 1 event: terminated by SIG{signal}\n")
        );
        assert_eq!(completed.status, 0);

        let watch = Running::start(&program, &[], &[&path]);
        watch.signal(signal);
        let completed = watch.end();
        assert_eq!((completed.status, completed.stdout.len()), (0, 0));
    }
}

#[test]
fn watch_prints_events_that_precede_the_signal() {
    let program = require!(program());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=move"], &[&path]);
    watch.stop();
    rename_repeatedly(&path, RENAMES);
    watch.signal(Signal::TERM);
    watch.signal(Signal::CONT);
    let completed = watch.end();
    assert_eq!((completed.lines().len(), completed.status), (2 * RENAMES, 0));
    assert!(
        completed
            .stderr
            .ends_with(&format!("watch: {} events: terminated by SIGTERM\n", 2 * RENAMES)),
        "{}",
        completed.stderr
    );
}

#[test]
fn watch_reports_events_as_exit_reason_if_signal_is_also_pending() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (counted, removed) = (path.join("counted"), path.join("removed"));
    fs::create_dir(&counted).unwrap();
    fs::create_dir(&removed).unwrap();
    let counting = Running::start(&program, &["--events=create", "--count=1"], &[&counted]);
    let removing = Running::start(&program, &["--events=delete_self"], &[&removed]);
    counting.stop();
    removing.stop();
    fs::create_dir(counted.join("one")).unwrap();
    fs::remove_dir(&removed).unwrap();
    for watch in [&counting, &removing] {
        watch.signal(Signal::INT);
        watch.signal(Signal::CONT);
    }
    let (counting, removing) = (counting.end(), removing.end());
    assert!(counting.stderr.ends_with("requested count reached\n"), "{}", counting.stderr);
    assert!(removing.stderr.ends_with("no watched path remains\n"), "{}", removing.stderr);
    assert_eq!((counting.status, removing.status), (0, 3));
}

#[test]
fn watch_exits_with_4_if_events_were_lost_before_the_signal() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=move"], &[&path]);
    watch.stop();
    rename_repeatedly(&path, limit / 2 + 1);
    watch.signal(Signal::INT);
    watch.signal(Signal::CONT);
    let completed = watch.end();
    assert!(
        completed.stderr.ends_with(" events: terminated by SIGINT; events were lost\n"),
        "{}",
        completed.stderr
    );
    assert_eq!(completed.status, 4);
}

#[test]
fn watch_exits_with_0_if_signalled_while_events_occur() {
    let program = require!(program());
    let limit = require!(queue_limit());
    let (_guard, path) = directory();
    let watch = Running::start(&program, &["--events=create,delete"], &[&path]);
    let exited = AtomicBool::new(false);
    let completed = std::thread::scope(|scope| {
        scope.spawn(|| {
            // Cause fewer events than the queue's limit, so that no event is lost even if the
            // program reads no events.
            for _ in 0..limit / 4 {
                fs::create_dir(path.join("again")).unwrap();
                fs::remove_dir(path.join("again")).unwrap();
                if exited.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        watch.wait_for_output("DELETE");
        watch.signal(Signal::INT);
        let completed = watch.end();
        exited.store(true, Ordering::Relaxed);
        completed
    });
    let message = format!("watch: {} events: terminated by SIGINT\n", completed.lines().len());
    assert!(completed.stderr.ends_with(&message), "{message}{}", completed.stderr);
    assert_eq!(completed.status, 0);
}

#[test]
fn watch_ignores_signals_that_were_ignored_at_start() {
    let program = require!(program());
    let (_guard, path) = directory();
    let mut command = command(&program, &["--events=create"], &[&path]);
    let ignore = || {
        signal::ignore(Signal::INT)?;
        signal::ignore(Signal::HUP)?;
        Ok(())
    };
    // SAFETY: between fork and exec, the closure makes two system calls and does nothing else.
    unsafe { command.pre_exec(ignore) };
    let watch = Running::spawn(&mut command);
    watch.signal(Signal::INT);
    watch.signal(Signal::HUP);
    fs::create_dir(path.join("later")).unwrap();
    watch.wait_for_output("later");
    watch.signal(Signal::TERM);
    let completed = watch.end();
    assert!(
        completed.stderr.ends_with("watch: 1 event: terminated by SIGTERM\n"),
        "{}",
        completed.stderr
    );
    assert_eq!(completed.status, 0);
}

#[test]
fn watch_reports_signal_if_output_is_also_closed() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, mut stderr) = spawn_without_reader(&program, &path);
    stop(&child);
    drop(child.stdout.take());
    send(&child, Signal::INT);
    send(&child, Signal::CONT);
    let mut messages = String::new();
    stderr.read_to_string(&mut messages).unwrap();
    assert_eq!(
        (code(child.wait().unwrap()), messages.as_str()),
        (0, "watch: 0 events: terminated by SIGINT\n")
    );
}

#[test]
fn watch_writes_all_output_after_first_signal_if_output_is_blocked() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, mut stderr) = spawn_without_reader(&program, &path);
    rename_repeatedly(&path, RENAMES);
    send(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(child.try_wait().unwrap(), None);
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert_eq!(output.lines().count(), 2 * RENAMES);
    let mut messages = String::new();
    stderr.read_to_string(&mut messages).unwrap();
    assert_eq!(messages, format!("watch: {} events: terminated by SIGINT\n", 2 * RENAMES));
    assert_eq!(code(child.wait().unwrap()), 0);
}

#[test]
fn watch_terminates_on_second_signal_if_output_is_blocked() {
    let program = require!(program());
    let (_guard, path) = directory();
    let (mut child, _stderr) = spawn_without_reader(&program, &path);
    rename_repeatedly(&path, RENAMES);
    let completed = (0..12_000).find_map(|_| {
        send(&child, Signal::INT);
        // A signal that is sent while the previous signal is pending has no effect.
        std::thread::sleep(Duration::from_millis(10));
        child.try_wait().unwrap()
    });
    let status = completed.expect("a second signal should terminate the program");
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()));
}

/// Starts the program, which watches for renames, without reading its standard output.
fn spawn_without_reader(program: &Path, path: &Path) -> (Child, impl BufRead) {
    let mut child = command(program, &["--events=move"], &[path]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut messages = String::new();
    stderr.read_line(&mut messages).unwrap();
    assert_eq!(messages, "watch: watching 1 path\n");
    (child, stderr)
}
