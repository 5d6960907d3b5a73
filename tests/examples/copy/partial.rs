//! The option `--keep-partial` of the example `copy`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use butter::Errno;

use super::run::{command, create_source, names, program};
use common::inject::inject;
use common::require;

/// Runs a copy that fails after it has created the temporary file. Returns the message.
fn fail_and_keep_partial(program: &Path, target: &Path) -> String {
    let mut command = command(program);
    command.args(["--keep-partial", "-m", "sendfile", "-"]).arg(target);
    // `sendfile` does not support a pipe as the source.
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program can terminate before it reads the data.
    let _ = child.stdin.take().unwrap().write_all(b"data");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn copy_keep_partial_replaces_no_existing_file() {
    let program = require!(program());
    let (folder, _, target, _) = create_source(10);
    let path = |suffix: &str| folder.path().join(format!("target.partial{suffix}"));
    fs::write(&target, "target").unwrap();
    fs::write(folder.path().join("victim"), "victim").unwrap();
    fs::write(path(""), "older").unwrap();
    symlink("victim", path(".1")).unwrap();
    fs::create_dir(path(".2")).unwrap();
    symlink("missing", path(".3")).unwrap();
    for number in [".4", ".5"] {
        let message = fail_and_keep_partial(&program, &target);
        let kept = path(number);
        let expected = format!("; incomplete copy kept as '{}'\n", kept.display());
        assert!(message.ends_with(&expected), "{message}");
        assert_eq!(fs::read(&kept).unwrap(), b"");
    }
    assert_eq!(fs::read(path("")).unwrap(), b"older");
    assert_eq!(fs::read_link(path(".1")).unwrap(), Path::new("victim"));
    assert_eq!(names(&path(".2")), Vec::<String>::new());
    assert_eq!(fs::read_link(path(".3")).unwrap(), Path::new("missing"));
    assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"victim");
    assert_eq!(fs::read(&target).unwrap(), b"target");
    assert!(!names(folder.path()).iter().any(|name| name.starts_with(".copy-")));
}

#[test]
fn copy_keep_partial_uses_linkat_if_renameat2_does_not_support_the_flag() {
    let program = require!(program());
    for errno in [Errno::INVAL, Errno::NOSYS] {
        let (folder, _, target, _) = create_source(10);
        let partial = folder.path().join("target.partial");
        fs::write(&partial, "older").unwrap();
        let message =
            inject(libc::SYS_renameat2, errno, || fail_and_keep_partial(&program, &target));
        assert!(message.ends_with("/target.partial.1'\n"), "{message}");
        assert_eq!(names(folder.path()), ["source", "target.partial", "target.partial.1"]);
        assert_eq!(fs::read(&partial).unwrap(), b"older");
    }
}

#[test]
fn copy_keep_partial_keeps_temporary_name_if_name_is_too_long() {
    let program = require!(program());
    let (folder, ..) = create_source(10);
    let message = fail_and_keep_partial(&program, &folder.path().join("x".repeat(255)));
    let [temporary, source] = &names(folder.path())[..] else { panic!("{message}") };
    assert!(temporary.starts_with(".copy-") && source == "source", "{temporary}");
    let expected = format!("; incomplete copy kept as '{}/{temporary}'\n", folder.path().display());
    assert!(message.ends_with(&expected), "{message}");
}
