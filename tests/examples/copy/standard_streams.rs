//! Standard input and output of the example `copy`: `-` and links in `/proc/self/fd`.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::run::{
    command, create_source, is_root, names, program, program_for_others, run, set_mode,
};
use common::{child, files, require, this_test};
use temp_dir::TempDir;

/// Runs `test` with each path that refers to standard output. The path is not in `folder`.
///
/// A defect of the program could replace the links in `/dev`. The test therefore runs without
/// privileges if the path is in `/dev`.
fn with_each_stdout(folder: &TempDir, test: impl Fn(&str) + Sync) {
    let links = files::directory();
    let link = links.path().join("stdout");
    symlink("/proc/self/fd/1", &link).unwrap();
    let link = link.to_str().unwrap();
    for path in ["-", "/proc/self/fd/1", "/proc/self/fd/../fd/1", link] {
        test(path);
    }
    if is_root()
        && let Err(reason) = program_for_others()
    {
        this_test!().skip("/dev/stdout", format_args!("{reason}"));
        return;
    }
    set_mode(folder.path(), 0o777);
    for path in ["/dev/stdout", "/dev/fd/1"] {
        child::as_nobody(|| test(path));
    }
}

/// Runs a copy to standard output, and asserts that it succeeds.
fn copy_to_stdout(program: &Path, source: &Path, target: &str, stdout: impl Into<Stdio>) {
    let mut command = command(program);
    let output = command.arg("-q").arg(source).arg(target).stdout(stdout).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{target}");
}

#[test]
fn copy_to_stdout_writes_to_pipes_and_sockets() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(300_000);
    with_each_stdout(&folder, |target| {
        let mut command = command(&program);
        let output = command.arg("-q").arg(&source).arg(target).output().unwrap();
        assert!(output.status.success() && output.stdout == bytes, "{target}");

        let (mut reader, writer) = UnixStream::pair().unwrap();
        let received = std::thread::spawn(move || {
            let mut received = Vec::new();
            reader.read_to_end(&mut received).unwrap();
            received
        });
        copy_to_stdout(&program, &source, target, OwnedFd::from(writer));
        assert!(received.join().unwrap() == bytes, "{target}");
    });
}

#[test]
fn copy_to_stdout_keeps_earlier_and_later_output_in_regular_file() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(10_000);
    let path = folder.path().join("output");
    for append in [false, true] {
        with_each_stdout(&folder, |target| {
            // As the shell does for `(echo earlier; copy SOURCE TARGET; echo later) >> output`.
            fs::write(&path, "oldest ").unwrap();
            let mut file = File::options().write(true).append(append).open(&path).unwrap();
            let inode = file.metadata().unwrap().ino();
            file.write_all(b"earlier").unwrap();
            copy_to_stdout(&program, &source, target, file.try_clone().unwrap());
            file.write_all(b"later").unwrap();
            let before: &[u8] = if append { b"oldest earlier" } else { b"earlier" };
            let expected = [before, &bytes, b"later"].concat();
            assert!(fs::read(&path).unwrap() == expected, "{target}, append: {append}");
            assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
            assert_eq!(names(folder.path()), ["output", "source"]);
            fs::remove_file(&path).unwrap();
        });
    }
}

#[test]
fn copy_to_stdout_writes_to_deleted_file() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(10_000);
    with_each_stdout(&folder, |name| {
        let mut options = File::options();
        let mut file = options.read(true).write(true).create_new(true).open(&target).unwrap();
        fs::remove_file(&target).unwrap();
        copy_to_stdout(&program, &source, name, file.try_clone().unwrap());
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut content).unwrap();
        assert!(content == bytes, "{name}");
        // The text of the link is now `PATH (deleted)`: a file with this name is not the target.
        let decoy = folder.path().join("target (deleted)");
        fs::write(&decoy, "older").unwrap();
        copy_to_stdout(&program, &source, name, file);
        assert_eq!(fs::read(&decoy).unwrap(), b"older");
        assert_eq!(names(folder.path()), ["source", "target (deleted)"]);
        fs::remove_file(&decoy).unwrap();
    });
}

#[test]
fn copy_to_stdout_does_not_replace_another_file_with_the_same_path() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(10_000);
    with_each_stdout(&folder, |name| {
        let moved = folder.path().join("moved");
        let file = File::create(&target).unwrap();
        fs::rename(&target, &moved).unwrap();
        fs::write(&target, "older").unwrap();
        copy_to_stdout(&program, &source, name, file);
        assert!(fs::read(&moved).unwrap() == bytes, "{name}");
        assert_eq!(fs::read(&target).unwrap(), b"older");
        assert_eq!(names(folder.path()), ["moved", "source", "target"]);
        fs::remove_file(&target).unwrap();
        fs::remove_file(&moved).unwrap();
    });
}

#[test]
fn copy_to_stdout_does_not_write_to_directory_of_file() {
    let program = require!(program_for_others());
    let (folder, source, _, bytes) = create_source(10_000);
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    set_mode(folder.path(), 0o755);
    let path = directory.join("output");
    for target in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let file = File::create(&path).unwrap();
        set_mode(&directory, 0o555);
        child::as_nobody(|| copy_to_stdout(&program, &source, target, file));
        set_mode(&directory, 0o755);
        assert!(fs::read(&path).unwrap() == bytes, "{target}");
        assert_eq!(names(&directory), ["output"]);
    }
}

#[test]
fn copy_truncates_file_of_read_only_or_foreign_descriptor_like_cp() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(1000);
    fs::write(&target, "").unwrap();
    let file = File::options().append(true).open(&target).unwrap();
    let foreign = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    for path in ["/proc/self/fd/0", &foreign] {
        fs::write(&target, "older and longer".repeat(1000)).unwrap();
        let inode = fs::metadata(&target).unwrap().ino();
        let mut command = command(&program);
        command.arg("-q").arg(&source).arg(path).stdin(File::open(&target).unwrap());
        assert!(command.status().unwrap().success(), "{path}");
        assert!(fs::read(&target).unwrap() == bytes, "{path}");
        assert_eq!(fs::metadata(&target).unwrap().ino(), inode);
        assert_eq!(names(folder.path()), ["source", "target"]);
    }
}

#[test]
fn copy_does_not_write_to_descriptors_that_it_has_opened() {
    let program = require!(program());
    let (_folder, source, ..) = create_source(1000);
    for number in 3..10 {
        let target = format!("/proc/self/fd/{number}");
        let output = command(&program).arg(&source).arg(&target).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("No such file or directory (ENOENT)"), "{stderr}");
        assert_eq!(output.status.code(), Some(1), "{target}");
    }
}

#[test]
fn copy_reads_stdin_from_current_position_with_each_method() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(10_000);
    for method in ["auto", "copy_file_range", "sendfile", "splice", "read_write"] {
        let mut stdin = File::open(&source).unwrap();
        stdin.seek(SeekFrom::Start(9000)).unwrap();
        let mut command = command(&program);
        command.args(["-q", "-m", method, "-"]).arg(&target).stdin(stdin);
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        if method == "copy_file_range" && stderr.contains("unsupported") {
            this_test!().skip(method, format_args!("{}", stderr.trim_end()));
            continue;
        }
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{method}");
        assert!(fs::read(&target).unwrap() == bytes[9000..], "{method}");
        fs::remove_file(&target).unwrap();
    }
    // `-` for both operands.
    let mut command = command(&program);
    command.args(["-q", "-", "-"]).stdin(File::open(&source).unwrap());
    let output = command.output().unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    assert_eq!(names(folder.path()), ["source"]);
}

#[test]
fn copy_dash_is_not_the_name_of_a_file() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(1000);
    let dash = folder.path().join("-");
    fs::write(&dash, "file").unwrap();
    let output =
        command(&program).args(["-q", "source", "-"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    let output =
        command(&program).args(["-q", "./-", "-"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success() && output.stdout == b"file");
    run(&program, &[&"-q", &source, &dash]).assert_silent_success();
    assert!(fs::read(&dash).unwrap() == bytes);
    run(&program, &[&"-", &folder.path()])
        .assert_failed_with("cannot determine a file name from 'standard input'");
}

#[test]
fn copy_fails_if_stdin_and_stdout_are_the_same_file() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(1000);
    set_mode(&source, 0o666);
    let read = || Stdio::from(File::open(&source).unwrap());
    let append = || Stdio::from(File::options().append(true).open(&source).unwrap());
    let assert_same = |command: &mut Command| {
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.ends_with(" are the same file\n"), "{stderr}");
        assert_eq!(output.status.code(), Some(1));
        assert!(fs::read(&source).unwrap() == bytes);
        assert_eq!(names(folder.path()), ["source"]);
    };
    assert_same(command(&program).arg("-").arg(&source).stdin(read()));
    with_each_stdout(&folder, |target| {
        assert_same(command(&program).args(["-", target]).stdin(read()).stdout(append()));
        assert_same(command(&program).arg(&source).arg(target).stdout(append()));
    });
    assert_same(command(&program).args(["-", "/proc/self/fd/0"]).stdin(read()));
    // The two directions of a socket are different data.
    let (mut peer, socket) = UnixStream::pair().unwrap();
    peer.write_all(b"echo").unwrap();
    peer.shutdown(std::net::Shutdown::Write).unwrap();
    let duplicate = OwnedFd::from(socket.try_clone().unwrap());
    let mut command = command(&program);
    command.args(["-q", "-", "-"]).stdin(duplicate).stdout(OwnedFd::from(socket));
    assert!(command.status().unwrap().success());
    drop(command);
    let mut received = String::new();
    peer.read_to_string(&mut received).unwrap();
    assert_eq!(received, "echo");
}

#[test]
fn copy_to_stdout_reports_enospc_and_epipe() {
    let program = require!(program());
    let (folder, source, ..) = create_source(1000);
    with_each_stdout(&folder, |target| {
        let shown = if target == "-" { "standard output" } else { target };
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        common::wait_until_reader_is_closed(&writer);
        for (stdout, text) in [
            (Stdio::from(full), "No space left on device (ENOSPC): write: "),
            (Stdio::from(writer), "Broken pipe (EPIPE): write: "),
        ] {
            let output =
                command(&program).arg(&source).arg(target).stdout(stdout).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            let expected = format!("copy: cannot write '{shown}': {text}");
            assert!(stderr.starts_with(&expected), "{stderr}");
            assert_eq!(output.status.code(), Some(1));
        }
    });
}
