//! The output of the example `guard`: escaped names, a blocked output, and a closed output.

use std::ffi::OsStr;
use std::fs;
use std::io::BufRead;
use std::os::unix::ffi::OsStrExt;

use super::run::{Running, assert_open, in_tmpfs};
use common::this_test;

#[test]
fn guard_escapes_special_characters_in_paths() {
    in_tmpfs(this_test!(), |program, directory| {
        let path = directory.join(OsStr::from_bytes(b"a\nb\xff"));
        fs::write(&path, "").unwrap();
        let guard = Running::start(program, &[], directory);
        assert_open(&path, true);
        let lines = guard.end().lines;
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].ends_with(r"/a\nb\xff"), "{lines:?}");
    });
}

#[test]
fn guard_with_quiet_prints_only_denials() {
    in_tmpfs(this_test!(), |program, directory| {
        for name in ["one", "two.pem"] {
            fs::write(directory.join(name), "").unwrap();
        }
        let mut command = super::run::command(program, &["--deny-suffix=.pem", "-q"], directory);
        let child = command.spawn().unwrap();
        let denied = directory.join("two.pem");
        // The program prints no message when it has added the mark.
        while super::run::open(&denied).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_open(&directory.join("one"), true);
        // SAFETY: touches no memory; the child has not been reaped.
        unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.starts_with("deny ") && stdout.lines().count() == 1, "{stdout}");
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    });
}

#[test]
fn guard_continues_to_respond_while_its_output_is_blocked() {
    in_tmpfs(this_test!(), |program, directory| {
        let path = directory.join("a".repeat(200));
        fs::write(&path, "").unwrap();
        let mut guard = Running::start(program, &[], directory);
        // More output than a pipe can contain.
        let count = 1000;
        (0..count).for_each(|_| assert_open(&path, true));
        let mut stdout = guard.stdout.take().unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        // After the reader continues, the next decision is printed again.
        let reader = std::thread::spawn(move || stdout.lines().map(Result::unwrap).count());
        let message = loop {
            assert_open(&path, true);
            std::thread::sleep(std::time::Duration::from_millis(1));
            let mut fds = [libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 }];
            fds[0].fd = std::os::fd::AsRawFd::as_raw_fd(guard.stderr());
            // SAFETY: reads and writes one struct.
            if unsafe { libc::poll(fds.as_mut_ptr(), 1, 0) } > 0 {
                break guard.message();
            }
        };
        let end = " decisions were not printed\n";
        let skipped = message.strip_prefix("guard: output was blocked: ");
        let skipped = skipped.and_then(|rest| rest.strip_suffix(end));
        let skipped: usize = skipped.expect(&message).parse().unwrap();
        assert!(skipped > 0 && skipped < count, "{message}");
        let completed = guard.end();
        let total = completed.stderr.split_once("guard: ").unwrap().1;
        let total: usize = total.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(1 + reader.join().unwrap() + skipped, total);
    });
}

#[test]
fn guard_exits_if_its_output_is_closed() {
    in_tmpfs(this_test!(), |program, directory| {
        fs::write(directory.join("key.pem"), "").unwrap();
        let mut guard = Running::start(program, &["--deny-suffix=.pem"], directory);
        drop(guard.stdout.take());
        assert_eq!(guard.child.wait().unwrap().code(), Some(0));
        assert_eq!(guard.message(), "guard: 0 decisions: the output was closed\n");
        assert_open(&directory.join("key.pem"), true);
    });
}
