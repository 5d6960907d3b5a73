//! Copies of files, pipes and pseudo-files to files, directories, pipes and devices.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use super::run::{command, create_source, mode, names, program, program_for_others, run, set_mode};
use common::child;
use common::require;
use common::this_test;

#[test]
fn copy_writes_identical_content_with_each_method() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(3_000_001);
    for method in ["auto", "copy_file_range", "sendfile", "splice", "read_write"] {
        let completed = run(&program, &[&"--quiet", &"--method", &method, &source, &target]);
        if method == "copy_file_range" && completed.stderr.contains("unsupported") {
            this_test!().skip(method, format_args!("{}", completed.stderr.trim_end()));
            continue;
        }
        completed.assert_silent_success();
        assert!(fs::read(&target).unwrap() == bytes, "{method}: the copy has wrong content");
        assert_eq!(names(folder.path()), ["source", "target"], "{method}");
        fs::remove_file(&target).unwrap();
    }
}

#[test]
fn copy_applies_umask_to_permissions_of_source() {
    let program = require!(program());
    let (_folder, source, target, _) = create_source(10);
    for (source_mode, umask, expected) in [
        (0o644, 0o022, 0o644),
        (0o777, 0o027, 0o750),
        (0o600, 0o000, 0o600),
        (0o4755, 0o022, 0o755),
        (0o666, 0o077, 0o600),
    ] {
        set_mode(&source, source_mode);
        let mut command = command(&program);
        let set_umask = move || {
            // SAFETY: touches no memory.
            unsafe { libc::umask(umask) };
            Ok(())
        };
        // SAFETY: between fork and exec, the closure makes one system call and does nothing else.
        unsafe { command.pre_exec(set_umask) };
        assert!(command.arg("-q").args([&source, &target]).status().unwrap().success());
        assert_eq!(mode(&target), expected, "mode {source_mode:o}, umask {umask:o}");
        fs::remove_file(&target).unwrap();
    }
}

#[test]
fn copy_preserves_permissions_and_symlinks_of_existing_target() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(10_000);
    fs::write(&target, "older and longer".repeat(10_000)).unwrap();
    set_mode(&target, 0o640);
    let link = folder.path().join("link");
    symlink("target", &link).unwrap();
    run(&program, &[&"-q", &source, &link]).assert_silent_success();
    assert!(fs::read(&target).unwrap() == bytes && link.is_symlink());
    assert_eq!(mode(&target), 0o640);
    assert_eq!(names(folder.path()), ["link", "source", "target"]);

    let dangling = folder.path().join("dangling");
    symlink("missing", &dangling).unwrap();
    run(&program, &[&source, &dangling]).assert_failed_with("ENOENT");
    assert!(!folder.path().join("missing").exists());
}

#[test]
fn copy_into_directory_keeps_file_name() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(10_000);
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    run(&program, &[&"-q", &source, &directory]).assert_silent_success();
    assert!(fs::read(directory.join("source")).unwrap() == bytes);
    fs::remove_file(directory.join("source")).unwrap();
    fs::create_dir(directory.join("source")).unwrap();
    run(&program, &[&source, &directory]).assert_failed_with("directory/source' is a directory");
    // Relative paths refer to the program's working directory.
    let status = command(&program)
        .args(["-q", "source", "relative"])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success() && fs::read(folder.path().join("relative")).unwrap() == bytes);
}

#[test]
fn copy_fails_if_source_and_target_are_the_same_file() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(1000);
    fs::hard_link(&source, &target).unwrap();
    let link = folder.path().join("link");
    symlink("source", &link).unwrap();
    for same in [&source, &target, &link, &folder.path().to_owned()] {
        run(&program, &[&source, same]).assert_failed_with("are the same file");
    }
    assert!(fs::read(&source).unwrap() == bytes);
    assert_eq!(names(folder.path()), ["link", "source", "target"]);
}

#[test]
fn copy_writes_to_pipes_and_devices_without_replacing_them() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(300_000);
    let output = command(&program)
        .arg("-q")
        .arg(&source)
        .arg("/proc/self/fd/1")
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    let program = require!(program_for_others());
    set_mode(folder.path(), 0o755);
    // A defect of the program must not replace the device.
    child::as_nobody(|| run(&program, &[&"-q", &source, &"/dev/null"])).assert_silent_success();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn copy_accepts_pipe_or_pseudo_file_as_source() {
    let program = require!(program());
    let (_folder, _, target, bytes) = create_source(300_000);
    let mut child = command(&program)
        .args(["-q", "/proc/self/fd/0"])
        .arg(&target)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &bytes).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(fs::read(&target).unwrap() == bytes);
    fs::remove_file(&target).unwrap();
    run(&program, &[&"-q", &"/proc/filesystems", &target]).assert_silent_success();
    assert_eq!(fs::read(&target).unwrap(), fs::read("/proc/filesystems").unwrap());
}

#[test]
fn copy_of_pseudo_file_is_complete_or_fails_with_each_method() {
    let program = require!(program());
    let (folder, _, target, _) = create_source(1000);
    for method in ["auto", "copy_file_range", "sendfile", "splice", "read_write"] {
        let completed = run(&program, &[&"-q", &"-m", &method, &"/proc/filesystems", &target]);
        if completed.status.success() {
            assert!(
                fs::read(&target).unwrap() == fs::read("/proc/filesystems").unwrap(),
                "{method}: the copy has wrong content"
            );
            fs::remove_file(&target).unwrap();
        } else {
            assert!(!["auto", "read_write"].contains(&method), "{}", completed.stderr);
            completed.assert_failed_with("/proc/filesystems");
        }
        assert_eq!(names(folder.path()), ["source"], "{method}");
    }
}

#[test]
fn copy_replaces_target_that_is_being_executed() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(10_000);
    run(&program, &[&"-q", &program, &target]).assert_silent_success();
    let output = folder.path().join("output");
    let mut child = command(&target)
        .args(["-q", "/proc/self/fd/0"])
        .arg(&output)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    run(&program, &[&"-q", &source, &target]).assert_silent_success();
    assert!(fs::read(&target).unwrap() == bytes);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"output").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read(&output).unwrap(), b"output");
}

#[test]
fn copy_of_empty_file_creates_empty_file() {
    let program = require!(program());
    let (_folder, source, target, _) = create_source(0);
    let completed = run(&program, &[&source, &target]);
    assert!(
        completed.status.success() && completed.stderr.starts_with("copy: 0 B copied in "),
        "{}",
        completed.stderr
    );
    assert_eq!(fs::metadata(&target).unwrap().size(), 0);
}
