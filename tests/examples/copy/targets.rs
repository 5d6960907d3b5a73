//! What becomes of each kind of target.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use super::run::{command, mode, names, program, run, scene, set_mode};
use common::require;
use common::this_test;

#[test]
fn the_copy_is_identical_by_each_method() {
    let program = require!(program());
    let (folder, source, target, bytes) = scene(3_000_001);
    for method in ["auto", "copy_file_range", "sendfile", "splice", "read_write"] {
        let ended = run(&program, &[&"--quiet", &"--method", &method, &source, &target]);
        if method == "copy_file_range" && ended.stderr.contains("unsupported") {
            this_test!().skip(method, format_args!("{}", ended.stderr.trim_end()));
            continue;
        }
        ended.done();
        assert!(fs::read(&target).unwrap() == bytes, "{method}: other bytes");
        assert_eq!(names(folder.path()), ["source", "target"], "{method}");
        fs::remove_file(&target).unwrap();
    }
}

#[test]
fn permissions_are_those_of_the_source_less_the_umask() {
    let program = require!(program());
    let (_folder, source, target, _) = scene(10);
    for (its, umask, expected) in [
        (0o644, 0o022, 0o644),
        (0o777, 0o027, 0o750),
        (0o600, 0o000, 0o600),
        (0o4755, 0o022, 0o755),
        (0o666, 0o077, 0o600),
    ] {
        set_mode(&source, its);
        let mut command = command(&program);
        let set_umask = move || {
            // SAFETY: touches no memory.
            unsafe { libc::umask(umask) };
            Ok(())
        };
        // SAFETY: between fork and exec it makes one system call and does nothing else.
        unsafe { command.pre_exec(set_umask) };
        assert!(command.arg("-q").args([&source, &target]).status().unwrap().success());
        assert_eq!(mode(&target), expected, "{its:o} under {umask:o}");
        fs::remove_file(&target).unwrap();
    }
}

#[test]
fn an_older_target_is_replaced_and_its_permissions_and_links_stay() {
    let program = require!(program());
    let (folder, source, target, bytes) = scene(10_000);
    fs::write(&target, "older and longer".repeat(10_000)).unwrap();
    set_mode(&target, 0o640);
    let link = folder.path().join("link");
    symlink("target", &link).unwrap();
    run(&program, &[&"-q", &source, &link]).done();
    assert!(fs::read(&target).unwrap() == bytes && link.is_symlink());
    assert_eq!(mode(&target), 0o640);
    assert_eq!(names(folder.path()), ["link", "source", "target"]);

    let nowhere = folder.path().join("nowhere");
    symlink("missing", &nowhere).unwrap();
    run(&program, &[&source, &nowhere]).failed_with("ENOENT");
    assert!(!folder.path().join("missing").exists());
}

#[test]
fn into_a_directory_it_goes_under_its_own_name() {
    let program = require!(program());
    let (folder, source, _, bytes) = scene(10_000);
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    run(&program, &[&"-q", &source, &directory]).done();
    assert!(fs::read(directory.join("source")).unwrap() == bytes);
    fs::remove_file(directory.join("source")).unwrap();
    fs::create_dir(directory.join("source")).unwrap();
    run(&program, &[&source, &directory]).failed_with("directory/source' is a directory");
    // Without a directory in front, it is the one that the program runs in.
    let status = command(&program)
        .args(["-q", "source", "here"])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(status.success() && fs::read(folder.path().join("here")).unwrap() == bytes);
}

#[test]
fn the_same_file_is_refused() {
    let program = require!(program());
    let (folder, source, target, bytes) = scene(1000);
    fs::hard_link(&source, &target).unwrap();
    let link = folder.path().join("link");
    symlink("source", &link).unwrap();
    for same in [&source, &target, &link, &folder.path().to_owned()] {
        run(&program, &[&source, same]).failed_with("are the same file");
    }
    assert!(fs::read(&source).unwrap() == bytes);
    assert_eq!(names(folder.path()), ["link", "source", "target"]);
}

#[test]
fn pipes_and_devices_are_written_to_as_they_are() {
    let program = require!(program());
    let (_folder, source, _, bytes) = scene(300_000);
    let output = command(&program)
        .arg("-q")
        .arg(&source)
        .arg("/proc/self/fd/1")
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout == bytes);
    run(&program, &[&"-q", &source, &"/dev/null"]).done();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn a_source_may_be_a_pipe_or_made_up() {
    let program = require!(program());
    let (_folder, _, target, bytes) = scene(300_000);
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
    run(&program, &[&"-q", &"/proc/filesystems", &target]).done();
    assert_eq!(fs::read(&target).unwrap(), fs::read("/proc/filesystems").unwrap());
}

#[test]
fn what_is_made_up_is_copied_whole_by_each_method_or_not_at_all() {
    let program = require!(program());
    let (folder, _, target, _) = scene(1000);
    for method in ["auto", "copy_file_range", "sendfile", "splice", "read_write"] {
        let ended = run(&program, &[&"-q", &"-m", &method, &"/proc/filesystems", &target]);
        if ended.status.success() {
            assert!(
                fs::read(&target).unwrap() == fs::read("/proc/filesystems").unwrap(),
                "{method}: other bytes"
            );
            fs::remove_file(&target).unwrap();
        } else {
            assert!(!["auto", "read_write"].contains(&method), "{}", ended.stderr);
            ended.failed_with("/proc/filesystems");
        }
        assert_eq!(names(folder.path()), ["source"], "{method}");
    }
}

#[test]
fn a_program_that_runs_is_replaced_and_runs_on() {
    let program = require!(program());
    let (folder, source, target, bytes) = scene(10_000);
    run(&program, &[&"-q", &program, &target]).done();
    let late = folder.path().join("late");
    let mut child = command(&target)
        .args(["-q", "/proc/self/fd/0"])
        .arg(&late)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    run(&program, &[&"-q", &source, &target]).done();
    assert!(fs::read(&target).unwrap() == bytes);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"late").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read(&late).unwrap(), b"late");
}

#[test]
fn an_empty_file_is_a_file() {
    let program = require!(program());
    let (_folder, source, target, _) = scene(0);
    let ended = run(&program, &[&source, &target]);
    assert!(
        ended.status.success() && ended.stderr.starts_with("copy: 0 B copied in "),
        "{}",
        ended.stderr
    );
    assert_eq!(fs::metadata(&target).unwrap().size(), 0);
}
