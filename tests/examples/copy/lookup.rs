//! Paths of targets of the example `copy`: missing directories, trailing slashes, symbolic links.

use std::fs::{self, File};
use std::io::Seek;
use std::os::unix::fs::{MetadataExt, chown, lchown, symlink};

use super::run::{
    command, create_source, is_root_with_other_users, names, program, program_for_others, run,
    set_mode,
};
use common::child;
use common::require;

#[test]
fn copy_fails_before_it_reads_source_if_directory_of_target_is_missing() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(1000);
    fs::write(&target, "older").unwrap();
    symlink("target", folder.path().join("link")).unwrap();
    symlink("missing", folder.path().join("dangling")).unwrap();
    symlink("missing/file", folder.path().join("nowhere")).unwrap();
    let before = names(folder.path());
    for (name, message) in [
        ("missing/", "missing/': No such file or directory (ENOENT)"),
        ("missing/file", "missing': No such file or directory (ENOENT)"),
        ("missing/file/", "missing/file/': No such file or directory (ENOENT)"),
        ("missing/.", "No such file or directory (ENOENT)"),
        ("nowhere", "missing': No such file or directory (ENOENT)"),
        ("dangling", "missing': No such file or directory (ENOENT)"),
        ("dangling/", "dangling/': No such file or directory (ENOENT)"),
        ("target/", "target/': Not a directory (ENOTDIR)"),
        ("target/file", "target': Not a directory (ENOTDIR)"),
        ("link/", "link/': Not a directory (ENOTDIR)"),
    ] {
        let mut stdin = File::open(&source).unwrap();
        let path = format!("{}/{name}", folder.path().display());
        let mut command = command(&program);
        command.args(["--keep-partial", "-", &path]).stdin(stdin.try_clone().unwrap());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(
            stderr.starts_with("copy: cannot open") && stderr.ends_with(&format!("{message}\n")),
            "{name}: {stderr}"
        );
        assert_eq!(stdin.stream_position().unwrap(), 0, "{name}: the program has read the source");
        assert_eq!(names(folder.path()), before, "{name}");
    }
    assert_eq!(fs::read(&target).unwrap(), b"older");

    fs::create_dir(folder.path().join("missing")).unwrap();
    for name in ["missing/", "missing/.", "dangling", "dangling/", "missing/../missing//"] {
        let path = format!("{}/{name}", folder.path().display());
        run(&program, &[&"-q", &source, &path]).assert_silent_success();
        let copy = folder.path().join("missing/source");
        assert!(fs::read(&copy).unwrap() == bytes, "{name}");
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn copy_follows_chains_of_symlinks_and_replaces_the_last_file() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(1000);
    let path = |name: &str| folder.path().join(name);
    for directory in ["a", "b", "b/c"] {
        fs::create_dir(path(directory)).unwrap();
    }
    fs::write(path("b/c/file"), "older").unwrap();
    symlink("../b/second", path("a/first")).unwrap();
    symlink(path("b/third"), path("b/second")).unwrap();
    symlink("d/file", path("b/third")).unwrap();
    symlink("c", path("b/d")).unwrap();
    run(&program, &[&"-q", &source, &path("a/first")]).assert_silent_success();
    assert!(fs::read(path("b/c/file")).unwrap() == bytes);
    assert_eq!(names(&path("b/c")), ["file"]);
    for link in ["a/first", "b/second", "b/third", "b/d"] {
        assert!(path(link).is_symlink(), "{link}");
    }
    symlink("loop", path("loop")).unwrap();
    run(&program, &[&source, &path("loop")]).assert_failed_with("(ELOOP)");
}

#[test]
fn copy_into_directory_follows_symlinks_of_proc() {
    let program = require!(program());
    let (folder, source, _, bytes) = create_source(1000);
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    let mut command = command(&program);
    command.arg("-q").arg(&source).arg("/proc/self/cwd").current_dir(&directory);
    assert!(command.status().unwrap().success());
    assert!(fs::read(directory.join("source")).unwrap() == bytes);
}

#[test]
fn copy_does_not_follow_symlink_of_another_user_in_sticky_directory() {
    let program = require!(program_for_others());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a link of another user"
    );
    let (folder, source, _, bytes) = create_source(1000);
    let (shared, victim) = (folder.path().join("shared"), folder.path().join("victim"));
    let (theirs, mine) = (shared.join("theirs"), shared.join("mine"));
    fs::create_dir(&shared).unwrap();
    fs::write(&victim, "older").unwrap();
    set_mode(folder.path(), 0o777);
    for link in [&theirs, &mine] {
        symlink("../victim", link).unwrap();
    }
    lchown(&theirs, Some(65534), Some(65534)).unwrap();
    for mode in [0o1777, 0o1757] {
        set_mode(&shared, mode);
        run(&program, &[&source, &theirs]).assert_failed_with(&format!(
            "cannot follow '{}': Permission denied (EACCES)",
            theirs.display()
        ));
        assert_eq!(fs::read(&victim).unwrap(), b"older");
    }
    let replaces = |link| {
        run(&program, &[&"-q", &source, link]).assert_silent_success();
        assert!(fs::read(&victim).unwrap() == bytes);
        fs::write(&victim, "older").unwrap();
    };
    // The owner of the link or of the directory, or a directory without the sticky bit or in which
    // only its group may create files.
    replaces(&mine);
    set_mode(&shared, 0o777);
    replaces(&theirs);
    set_mode(&shared, 0o1775);
    replaces(&theirs);
    set_mode(&shared, 0o1777);
    chown(&victim, Some(65534), Some(65534)).unwrap();
    for link in [&theirs, &mine] {
        child::as_nobody(|| {
            run(&program, &[&"-q", &source, link]).assert_silent_success();
        });
        assert!(fs::read(&victim).unwrap() == bytes);
        fs::write(&victim, "older").unwrap();
    }
    chown(&shared, Some(65534), Some(65534)).unwrap();
    replaces(&theirs);
    assert_eq!(fs::metadata(&victim).unwrap().uid(), 65534);
}
