//! The rules of the example `supervise`.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};

use super::run::{c_path, errno, openat, program, run};
use common::{require, this_test};

fn append(path: &std::path::Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

#[test]
fn supervise_without_rules_performs_all_calls() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let file = directory.join("file");
        fs::write(&file, "first").unwrap();
        append(&file).unwrap().write_all(b" second").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "first second");
        File::create(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().len(), 0, "O_TRUNC");
        fs::create_dir(directory.join("d")).unwrap();
        assert_eq!(errno(fs::create_dir(directory.join("d"))), libc::EEXIST);
        assert_eq!(errno(File::open(directory.join("missing"))), libc::ENOENT);
        assert_eq!(errno(File::open(directory.join("file/x"))), libc::ENOTDIR);
        assert_eq!(errno(File::create(directory.join("d"))), libc::EISDIR);
        assert_eq!(errno(fs::create_dir(directory.join("missing/x"))), libc::ENOENT);
        assert_eq!(errno(File::create_new(&file)), libc::EEXIST);
        File::create_new(directory.join("new")).unwrap();
        assert_eq!(fs::read_dir(directory).unwrap().count(), 3);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn allow_read_permits_only_reading_below_the_prefix() {
    let program = require!(program());
    let options = ["--allow-read=/", "--deny=DIR=EROFS", "--allow-read=DIR/in"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let inside = directory.join("in");
        // Creating these files is denied.
        assert_eq!(errno(File::create(directory.join("file"))), libc::EROFS);
        assert_eq!(errno(fs::create_dir(&inside)), libc::EACCES);
        // Links are not subject to the rules.
        symlink("/", &inside).unwrap();
        assert_eq!(errno(File::open(&inside)), 0, "the link is below /");
        fs::remove_file(&inside).unwrap();
        assert_eq!(errno(File::open(&inside)), libc::ENOENT);
        assert_eq!(errno(File::open(directory)), libc::EROFS);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn allow_write_permits_all_calls_below_the_prefix() {
    let program = require!(program());
    let options = ["--allow-read=/", "--allow-write=DIR/a", "--deny=DIR/a/b=EDQUOT"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let a = directory.join("a");
        fs::create_dir(&a).unwrap();
        fs::write(a.join("file"), "text").unwrap();
        assert_eq!(fs::read_to_string(a.join("file")).unwrap(), "text");
        // A prefix consists of whole components.
        assert_eq!(errno(fs::create_dir(directory.join("ab"))), libc::EACCES);
        assert_eq!(errno(File::create(a.join("b"))), libc::EDQUOT);
        assert_eq!(errno(fs::create_dir(a.join("b/c"))), libc::ENOENT);
        fs::write(a.join("bc"), "").unwrap();
        // Every form of write access requires --allow-write.
        let outside = directory.join("outside");
        fs::rename(a.join("file"), &outside).unwrap();
        let path = c_path(directory, "outside");
        for flags in [
            libc::O_WRONLY,
            libc::O_RDWR,
            // An open for `ioctl` requests, which requires both permissions.
            libc::O_WRONLY | libc::O_RDWR,
            libc::O_RDONLY | libc::O_TRUNC,
            libc::O_WRONLY | libc::O_APPEND,
        ] {
            assert_eq!(openat(libc::AT_FDCWD, &path, flags, 0), -libc::EACCES, "{flags:#x}");
        }
        for flags in [libc::O_RDONLY, libc::O_PATH, libc::O_RDONLY | libc::O_CREAT] {
            assert!(openat(libc::AT_FDCWD, &path, flags, 0) >= 0, "{flags:#x}");
        }
        let tmpfile = libc::O_TMPFILE | libc::O_WRONLY;
        let path = c_path(directory, "");
        assert_eq!(openat(libc::AT_FDCWD, &path, tmpfile, 0o600), -libc::EACCES);
        assert_eq!(fs::read_to_string(&outside).unwrap(), "text");
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn deny_fails_with_the_errno_of_the_longest_prefix() {
    let program = require!(program());
    let options =
        ["--deny=DIR/d=ENODEV", "--deny=DIR/d/e=EIO", "--deny=DIR/f=EIO", "--deny=DIR/f=ENXIO"];
    let completed = run(this_test!(), &program, &options, |directory| {
        for (name, expected) in [
            ("d", libc::ENODEV),
            ("d/x", libc::ENOENT),
            ("dx", 0),
            // The last rule with the same prefix applies.
            ("f", libc::ENXIO),
        ] {
            assert_eq!(errno(File::create(directory.join(name))), expected, "{name}");
            let created = errno(fs::create_dir(directory.join(name)));
            let exists = if expected == 0 { libc::EEXIST } else { expected };
            assert_eq!(created, exists, "{name}");
        }
        fs::rename(directory.join("dx"), directory.join("d")).unwrap();
        assert_eq!(errno(File::open(directory.join("d"))), libc::ENODEV);
        fs::remove_file(directory.join("d")).unwrap();
        fs::create_dir(directory.join("g")).unwrap();
        fs::write(directory.join("g/e"), "").unwrap();
        fs::rename(directory.join("g"), directory.join("d")).unwrap();
        assert_eq!(errno(File::open(directory.join("d/e"))), libc::EIO);
        assert_eq!(errno(fs::create_dir(directory.join("d/e"))), libc::EIO);
        assert_eq!(errno(File::open(directory.join("d/x"))), libc::ENODEV);
        assert_eq!(errno(File::open(directory.join("d/e/x"))), libc::ENOTDIR);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn redirect_replaces_files_and_directories() {
    let program = require!(program());
    let options = ["--redirect=DIR/from=DIR/to", "--redirect=DIR/file=DIR/to/new"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let (from, to) = (directory.join("from"), directory.join("to"));
        assert_eq!(errno(File::open(&from)), libc::ENOENT);
        fs::create_dir(&from).unwrap();
        assert!(to.is_dir() && fs::symlink_metadata(&from).is_err(), "mkdir creates DIR/to");
        fs::write(from.join("x"), "text").unwrap();
        assert_eq!(fs::read_to_string(to.join("x")).unwrap(), "text");
        fs::create_dir(from.join("d")).unwrap();
        assert_eq!(fs::read_to_string(from.join("d/../x")).unwrap(), "text");
        assert_eq!(fs::read_dir(&from).unwrap().count(), 2);
        // The parent of DIR/from/.. is that of DIR/to.
        assert_eq!(fs::read_to_string(from.join("../to/x")).unwrap(), "text");
        // The redirect of a file creates its target, and is applied in spite of O_NOFOLLOW.
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY | libc::O_NOFOLLOW;
        assert!(openat(libc::AT_FDCWD, &c_path(directory, "file"), flags, 0o600) >= 0);
        assert!(to.join("new").is_file() && !directory.join("file").exists());
        // Symbolic links lead to redirects as well.
        symlink("from/x", directory.join("link")).unwrap();
        assert_eq!(fs::read_to_string(directory.join("link")).unwrap(), "text");
        // Relative paths, from a directory that was opened through a redirect.
        let opened = File::open(&from).unwrap();
        let fd = openat(opened.as_raw_fd(), c"x", libc::O_RDONLY, 0);
        assert_eq!(fs::read_link(format!("/proc/self/fd/{fd}")).unwrap(), to.join("x"));
        // The kernel cannot add a path-only descriptor to a process.
        let path = c_path(directory, "from/x");
        assert_eq!(openat(libc::AT_FDCWD, &path, libc::O_PATH, 0), -libc::EOPNOTSUPP);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
    assert!(completed.directory.path().join("to/new").exists());
}

#[test]
fn redirect_to_a_denied_file_is_denied() {
    let program = require!(program());
    let options = [
        "--redirect=DIR/from=DIR/to",
        "--redirect=DIR/loop=DIR/loop/x",
        "--deny=DIR/to=EPERM",
        "--deny=DIR/from=EIO",
    ];
    let completed = run(this_test!(), &program, &options, |directory| {
        assert_eq!(errno(File::create(directory.join("from"))), libc::EPERM);
        assert_eq!(errno(fs::create_dir(directory.join("from"))), libc::EPERM);
        assert_eq!(errno(File::open(directory.join("loop"))), libc::ELOOP);
        assert_eq!(fs::read_dir(directory).unwrap().count(), 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_creates_files_with_the_mode_and_the_umask_of_the_command() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        for umask in [0o022, 0o000, 0o077, 0o137] {
            // SAFETY: touches no memory.
            unsafe { libc::umask(umask) };
            let (file, sub) = (directory.join("file"), directory.join("sub"));
            let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o7777;
            drop(OpenOptions::new().write(true).create_new(true).mode(0o1766).open(&file));
            assert_eq!(mode(&file), 0o1766 & !umask, "{umask:o}");
            fs::create_dir(&sub).unwrap();
            assert_eq!(mode(&sub), 0o777 & !umask, "{umask:o}");
            let flags = libc::O_TMPFILE | libc::O_RDWR;
            let fd = openat(libc::AT_FDCWD, &c_path(directory, ""), flags, 0o666);
            let link = format!("/proc/self/fd/{fd}");
            assert_eq!(mode(link.as_ref()), 0o666 & !umask, "{umask:o}");
            fs::set_permissions(&sub, fs::Permissions::from_mode(0o700)).unwrap();
            fs::remove_file(&file).unwrap();
            fs::remove_dir(&sub).unwrap();
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_opens_files_with_the_flags_of_the_command() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let path = c_path(directory, "file");
        let created = libc::O_CREAT | libc::O_RDWR;
        for flags in [
            created,
            created | libc::O_CLOEXEC,
            libc::O_RDONLY,
            libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC,
            libc::O_RDWR | libc::O_NONBLOCK | libc::O_SYNC,
            libc::O_PATH | libc::O_CLOEXEC,
            libc::O_PATH,
        ] {
            let fd = openat(libc::AT_FDCWD, &path, flags, 0o600);
            assert!(fd >= 0, "{flags:#x}: {fd}");
            // SAFETY: touches no memory.
            let cloexec = unsafe { libc::fcntl(fd, libc::F_GETFD) };
            assert_eq!(cloexec == libc::FD_CLOEXEC, flags & libc::O_CLOEXEC != 0, "{flags:#x}");
            // SAFETY: touches no memory.
            let status = unsafe { libc::fcntl(fd, libc::F_GETFL) };
            let mask =
                libc::O_ACCMODE | libc::O_APPEND | libc::O_NONBLOCK | libc::O_SYNC | libc::O_PATH;
            assert_eq!(status & mask, flags & mask, "{flags:#x}");
        }
        assert_eq!(openat(libc::AT_FDCWD, &path, libc::O_TMPFILE, 0), -libc::EINVAL);
        let mut text = String::new();
        File::open("/proc/self/comm").unwrap().read_to_string(&mut text).unwrap();
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}
