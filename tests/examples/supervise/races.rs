//! Commands of the example `supervise` that change a path while the supervisor looks it up.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::run::{c_path, program, result, run};
use common::{require, this_test};

/// The number of opens. CI runs the musl builds in an emulated virtual machine.
const OPENS: usize = if cfg!(target_env = "musl") { 300 } else { 3000 };

const OPTIONS: [&str; 2] = ["--deny=DIR/secret=EPERM", "--allow-write=/"];

/// Creates a permitted and a denied directory, each with a file that contains a letter.
fn create(directory: &Path) {
    for name in ["public", "secret"] {
        fs::create_dir(directory.join("new")).unwrap();
        fs::write(directory.join("new/file"), &name[..1]).unwrap();
        fs::rename(directory.join("new"), directory.join(name)).unwrap();
    }
}

/// Opens a path many times while another thread calls `change`. Asserts that each open succeeds
/// with a permitted file, or is denied, and that both occur.
fn race(change: impl Fn() + Sync, open: impl Fn() -> i32) {
    let (done, mut opened, mut denied) = (&AtomicBool::new(false), 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                change();
            }
        });
        let mut texts = Vec::new();
        for _ in 0..OPENS {
            let fd = open();
            if fd < 0 {
                assert!([-libc::EPERM, -libc::ENOENT].contains(&fd), "{fd}");
                denied += 1;
                continue;
            }
            // SAFETY: a new descriptor, which has no other owner.
            let mut file = unsafe { <File as std::os::fd::FromRawFd>::from_raw_fd(fd) };
            file.read_to_end(&mut texts).unwrap();
            opened += 1;
        }
        done.store(true, Ordering::Relaxed);
        assert_eq!(texts, b"p".repeat(opened), "a denied file was opened");
    });
    println!("{opened} opened, {denied} denied");
    assert!(opened > 0 && denied > 0);
}

#[test]
fn supervise_opens_no_denied_file_if_another_thread_changes_the_path() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &OPTIONS, |directory| {
        create(directory);
        let [public, secret] = ["public/file", "secret/file"]
            .map(|name| c_path(directory, name).into_bytes_with_nul());
        let path: Vec<_> = public.iter().map(|byte| AtomicU8::new(*byte)).collect();
        let change = || {
            for bytes in [&secret, &public] {
                for (byte, value) in path.iter().zip(bytes) {
                    byte.store(*value, Ordering::Relaxed);
                }
                std::thread::yield_now();
            }
        };
        race(change, || {
            let (cwd, path) = (libc::AT_FDCWD, path.as_ptr());
            // SAFETY: the supervisor reads the path, which always ends with a NUL byte.
            result(unsafe { libc::syscall(libc::SYS_openat, cwd, path, libc::O_RDONLY) })
        });
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_opens_no_denied_file_if_another_thread_replaces_a_link() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &OPTIONS, |directory| {
        create(directory);
        for name in ["public", "secret"] {
            symlink(name, directory.join(format!("to-{name}"))).unwrap();
        }
        let change = || {
            for name in ["to-public", "to-secret"] {
                let link = directory.join("link");
                fs::hard_link(directory.join(name), directory.join("next")).unwrap();
                fs::rename(directory.join("next"), &link).unwrap();
                // A rename between two names of the same file has no effect.
                let _ = fs::remove_file(directory.join("next"));
                std::thread::yield_now();
            }
        };
        change();
        let path = c_path(directory, "link/file");
        race(change, || super::run::openat(libc::AT_FDCWD, &path, libc::O_RDONLY, 0));
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}
