//! Commands of the example `supervise` with several threads and processes, and FIFOs.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use butter::fs::{CWD, Dev, FileType, Mode};

use super::run::{RETURNED, c_path, errno, openat, program, run, start};
use common::{require, this_test};

/// Creates a FIFO, which is not subject to the rules.
fn create_fifo(path: &Path) {
    let mode = Mode::RUSR | Mode::WUSR;
    butter::fs::mknodat(CWD, common::bytes(path), FileType::Fifo, mode, Dev::default()).unwrap();
}

/// Forks a process that runs `body` and exits with the status that it returns.
fn fork(body: impl FnOnce() -> i32) -> libc::pid_t {
    // SAFETY: the child makes system calls, and allocates memory only while no other thread of the
    // parent does.
    match unsafe { libc::fork() } {
        0 => {
            let status = body();
            // SAFETY: terminates the child.
            unsafe { libc::_exit(status) }
        }
        pid => pid,
    }
}

/// Waits for a child, and returns its wait status.
fn wait(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: writes one number.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    status
}

#[test]
fn supervise_serves_many_threads() {
    const THREADS: usize = 8;
    const FILES: usize = 50;
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    let directory = directory.join(thread.to_string());
                    fs::create_dir(&directory).unwrap();
                    for file in 0..FILES {
                        let (path, text) = (directory.join(file.to_string()), file.to_string());
                        fs::write(&path, &text).unwrap();
                        assert_eq!(fs::read_to_string(&path).unwrap(), text);
                    }
                });
            }
        });
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    for thread in 0..THREADS {
        let directory = completed.directory.path().join(thread.to_string());
        assert_eq!(fs::read_dir(directory).unwrap().count(), FILES);
    }
}

#[test]
fn supervise_serves_the_children_of_the_command() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &["--deny=DIR/denied=EIO"], |directory| {
        let [file, denied] = ["file", "denied"].map(|name| c_path(directory, name));
        let child = fork(|| {
            let flags = libc::O_CREAT | libc::O_WRONLY;
            let denied = openat(libc::AT_FDCWD, &denied, flags, 0o600);
            let created = openat(libc::AT_FDCWD, &file, flags, 0o600);
            i32::from(denied != -libc::EIO || created < 0)
        });
        assert_eq!(wait(child), 0);
        assert!(directory.join("file").exists() && !directory.join("denied").exists());
        // A program that a child executes.
        let executable = std::env::current_exe().unwrap();
        let output = std::process::Command::new(executable).arg("--list").output().unwrap();
        assert!(output.status.success() && output.stdout.len() > 100);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_fails_calls_in_another_user_namespace() {
    const NOT_PERMITTED: i32 = 77;
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let path = c_path(directory, "file");
        let child = fork(|| {
            // SAFETY: changes the user namespace of the child.
            if unsafe { libc::unshare(libc::CLONE_NEWUSER) } != 0 {
                return NOT_PERMITTED;
            }
            let created = openat(libc::AT_FDCWD, &path, libc::O_CREAT | libc::O_WRONLY, 0o600);
            i32::from(created != -libc::EPERM)
        });
        match libc::WEXITSTATUS(wait(child)) {
            NOT_PERMITTED => println!("unshare is not permitted"),
            status => assert_eq!(status, 0),
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    let is_permitted = !completed.stdout.contains("unshare is not permitted");
    require!(is_permitted, "this host does not permit user namespaces");
    assert!(!completed.directory.path().join("file").exists());
}

#[test]
fn supervise_opens_only_the_memory_of_the_calling_process() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |_| {
        let child = fork(|| {
            // SAFETY: touches no memory.
            unsafe { libc::pause() }
        });
        let (own, thread) = (std::process::id(), butter::thread::gettid());
        for flags in [libc::O_RDONLY, libc::O_RDWR] {
            let open = |path: &str| openat(libc::AT_FDCWD, &CString::new(path).unwrap(), flags, 0);
            for name in [
                "self".to_owned(),
                "thread-self".to_owned(),
                own.to_string(),
                format!("{own}/task/{thread}"),
                format!("self/task/{own}"),
            ] {
                assert!(open(&format!("/proc/{name}/mem")) >= 0, "{name}");
            }
            for name in [child.to_string(), format!("{child}/task/{child}")] {
                assert_eq!(open(&format!("/proc/{name}/mem")), -libc::EACCES, "{name}");
            }
        }
        File::open(format!("/proc/{child}/status")).unwrap();
        // SAFETY: touches no memory; the child has not been reaped.
        assert_eq!(unsafe { libc::kill(child, libc::SIGKILL) }, 0);
        assert_eq!(wait(child), libc::SIGKILL);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_serves_an_orphan_and_ends_after_it() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &["--deny=DIR/denied=EIO"], |directory| {
        let [file, denied] = ["file", "denied"].map(|name| c_path(directory, name));
        // SAFETY: touches no memory.
        let parent = unsafe { libc::getpid() };
        let child = fork(|| {
            fork(|| {
                // SAFETY: touches no memory.
                while unsafe { libc::kill(parent, 0) } == 0 {
                    std::thread::sleep(Duration::from_millis(5));
                }
                let flags = libc::O_CREAT | libc::O_WRONLY;
                let denied = openat(libc::AT_FDCWD, &denied, flags, 0o600);
                if denied == -libc::EIO {
                    openat(libc::AT_FDCWD, &file, flags, 0o600);
                }
                0
            });
            0
        });
        assert_eq!(wait(child), 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert!(completed.directory.path().join("file").exists());
}

#[test]
fn supervise_is_terminated_by_a_signal_after_the_command_has_ended() {
    let program = require!(program());
    let running = start(this_test!(), &program, &[], |directory| {
        let path = c_path(directory, "");
        fork(|| {
            // The orphan has the standard output of the test open until its calls fail.
            while openat(libc::AT_FDCWD, &path, libc::O_RDONLY | libc::O_CLOEXEC, 0) >= 0 {
                // SAFETY: the descriptors belong to no object.
                unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
                std::thread::sleep(Duration::from_millis(5));
            }
            0
        });
    });
    let Some(mut running) = running else { return };
    running.wait_for(RETURNED);
    let completed = running.terminate(libc::SIGTERM);
    assert_eq!(completed.status, 128 + libc::SIGTERM);
}

#[test]
fn fifo_that_waits_for_its_other_end_does_not_block_other_calls() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let fifo = directory.join("fifo");
        create_fifo(&fifo);
        let reader = std::thread::spawn({
            let fifo = fifo.clone();
            move || {
                let mut text = String::new();
                File::open(fifo).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        for number in 0..20 {
            fs::write(directory.join(number.to_string()), "").unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(!reader.is_finished());
        OpenOptions::new().write(true).open(&fifo).unwrap().write_all(b"text").unwrap();
        assert_eq!(reader.join().unwrap(), "text");
        // With O_NONBLOCK, the open does not wait.
        let path = c_path(directory, "fifo");
        let flags = libc::O_WRONLY | libc::O_NONBLOCK;
        // The supervisor has closed its descriptor for the reader before the open returned.
        assert_eq!(openat(libc::AT_FDCWD, &path, flags, 0), -libc::ENXIO);
        let reader = openat(libc::AT_FDCWD, &path, libc::O_NONBLOCK, 0);
        assert!(reader >= 0 && openat(libc::AT_FDCWD, &path, flags, 0) >= 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_closes_a_created_file_before_the_command_executes_it() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        for number in 0..50 {
            let script = directory.join(number.to_string());
            let mut file = OpenOptions::new();
            let file = file.write(true).create_new(true).mode(0o700).open(&script);
            file.unwrap().write_all(b"#!/nonexistent/interpreter\n").unwrap();
            // A file that is open for writing cannot be executed (ETXTBSY).
            let error = std::process::Command::new(&script).spawn().unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn killed_process_leaves_no_open_fifo_and_supervise_continues() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &["--log"], |directory| {
        create_fifo(&directory.join("fifo"));
        let path = c_path(directory, "fifo");
        for _ in 0..3 {
            let child = fork(|| openat(libc::AT_FDCWD, &path, libc::O_RDONLY, 0));
            // In an emulated virtual machine, the child takes longer until its open waits.
            let slow = cfg!(target_env = "musl");
            std::thread::sleep(Duration::from_millis(if slow { 500 } else { 20 }));
            // SAFETY: touches no memory; the child has not been reaped.
            assert_eq!(unsafe { libc::kill(child, libc::SIGKILL) }, 0);
            assert_eq!(wait(child), libc::SIGKILL);
            // The supervisor interrupts its own open. Until then, it is a reader of the FIFO.
            let start = Instant::now();
            let flags = libc::O_WRONLY | libc::O_NONBLOCK;
            loop {
                match openat(libc::AT_FDCWD, &path, flags, 0) {
                    number if number == -libc::ENXIO => break,
                    // SAFETY: a new descriptor, which has no other owner.
                    number => assert_eq!(unsafe { libc::close(number) }, 0),
                }
                assert!(start.elapsed() < Duration::from_secs(60), "the FIFO has a reader");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        fs::write(directory.join("file"), "text").unwrap();
        assert_eq!(errno(File::open(directory.join("file"))), 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    let gone = completed.log().iter().filter(|line| *line == "gone openat read fifo").count();
    assert!(gone >= 1, "{:#?}", completed.log());
}

#[test]
fn supervised_calls_fail_with_enosys_after_supervise_was_killed() {
    let program = require!(program());
    let running = start(this_test!(), &program, &[], |directory| {
        fs::write(directory.join("file"), "").unwrap();
        println!("ready");
        let start = Instant::now();
        loop {
            match errno(File::open(directory.join("file"))) {
                0 => assert!(start.elapsed() < Duration::from_secs(60)),
                number => break assert_eq!(number, libc::ENOSYS),
            }
        }
        assert_eq!(errno(fs::create_dir(directory.join("d"))), libc::ENOSYS);
        println!("unsupervised");
        // The test program cannot open the files that it needs to finish.
        std::process::exit(0);
    });
    let Some(mut running) = running else { return };
    running.wait_for("ready\n");
    running.send(libc::SIGKILL);
    let completed = running.finish();
    assert_eq!(completed.status, -libc::SIGKILL);
    assert!(completed.stdout.contains("unsupervised"), "{completed:?}");
}
