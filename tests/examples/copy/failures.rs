//! Failures of the example `copy`: the program prints one line, and leaves no incomplete file.

use std::fs;
use std::os::unix::process::CommandExt;

use super::run::{
    command, create_source, is_root, is_root_with_other_users, mode, names, program,
    program_for_others, run, set_mode,
};
use common::child;
use common::files;
use common::inject::pretend;
use common::require;

#[test]
fn copy_fails_with_enospc_on_full_device() {
    let program = require!(program_for_others());
    let (folder, source, _, _) = create_source(100_000);
    set_mode(folder.path(), 0o755);
    // A defect of the program must not replace the device.
    child::as_nobody(|| {
        run(&program, &[&source, &"/dev/full"]).assert_failed_with(
            "cannot write '/dev/full': No space left on device (ENOSPC): write: ",
        );
        run(&program, &[&"--keep-partial", &source, &"/dev/full"])
            .assert_failed_with(" (after 0 bytes, with ");
    });
}

#[test]
fn copy_leaves_no_incomplete_file_on_enospc_unless_keep_partial_is_set() {
    let program = require!(program());
    require!(
        child::in_user_namespace(|| {
            let (_folder, source, _, bytes) = create_source(3_000_000);
            let small = files::directory();
            require!(child::mount_tmpfs(small.path(), 1 << 20), "a tmpfs cannot be mounted");
            let target = small.path().join("target");
            for method in ["auto", "sendfile", "splice", "read_write"] {
                fs::write(&target, "older").unwrap();
                let completed = run(&program, &[&"-m", &method, &source, &target]);
                completed.assert_failed_with("ENOSPC");
                assert_eq!(
                    (names(small.path()), fs::read(&target).unwrap()),
                    (vec!["target".into()], b"older".to_vec())
                );

                fs::remove_file(&target).unwrap();
                let completed =
                    run(&program, &[&"-m", &method, &"--keep-partial", &source, &target]);
                completed.assert_failed_with("; incomplete copy kept as ");
                assert_eq!(names(small.path()), ["target.partial"]);
                let kept = small.path().join("target.partial");
                let arrived = fs::read(&kept).unwrap();
                assert!(
                    arrived.len() > 500_000 && arrived == bytes[..arrived.len()],
                    "{method}: the incomplete copy has wrong content"
                );
                assert!(
                    completed.stderr.contains(&format!(" (after {} bytes", arrived.len())),
                    "{}",
                    completed.stderr
                );
                fs::remove_file(&kept).unwrap();
            }
        }),
        "the host does not permit user namespaces (sysctl, security module or seccomp)"
    );
}

#[test]
fn copy_fails_with_efbig_at_the_file_size_limit() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(300_000);
    let mut command = command(&program);
    let set_limit = || {
        let limit = libc::rlimit { rlim_cur: 100_000, rlim_max: 100_000 };
        // SAFETY: reads one struct.
        match unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec, the closure makes one system call and does nothing else.
    unsafe { command.pre_exec(set_limit) };
    let output = command.args([&source, &target]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("EFBIG") && stderr.ends_with(" (after 100000 bytes)\n"), "{stderr}");
    assert_eq!((output.status.code(), names(folder.path())), (Some(1), vec!["source".into()]));
}

#[test]
fn copy_reports_paths_that_cannot_be_opened_or_read() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(1000);
    let missing = folder.path().join("missing");
    run(&program, &[&missing, &target]).assert_failed_with(&format!(
        "cannot open '{}': No such file or directory (ENOENT)",
        missing.display()
    ));
    run(&program, &[&source, &missing.join("target")]).assert_failed_with(&format!(
        "cannot open directory '{}': No such file or directory (ENOENT)",
        missing.display()
    ));
    run(&program, &[&folder.path(), &target]).assert_failed_with("' is a directory");
    run(&program, &[&"/proc/self/mem", &target]).assert_failed_with("EIO");
    assert_eq!(names(folder.path()), ["source"]);
}

#[test]
fn copy_fails_with_eacces_if_source_is_not_readable() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(1000);
    set_mode(&source, 0o000);
    require!(!is_root(), "root may read every file");
    run(&program, &[&source, &target]).assert_failed_with(&format!(
        "cannot open '{}': Permission denied (EACCES)",
        source.display()
    ));
    assert_eq!(names(folder.path()), ["source"]);
}

#[test]
fn copy_fails_with_einval_if_method_does_not_support_source() {
    let program = require!(program());
    let (folder, _, target, _) = create_source(1000);
    let (reader, writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut &writer, b"!").unwrap();
    drop(writer);
    let output = command(&program)
        .args(["-m", "sendfile", "/proc/self/fd/0"])
        .arg(&target)
        .stdin(reader)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("(EINVAL): sendfile: "), "{stderr}");
    assert_eq!((output.status.code(), names(folder.path())), (Some(1), vec!["source".into()]));
}

#[test]
fn copy_fails_if_method_copies_only_part_of_source() {
    let program = require!(program());
    for (method, call) in
        [("copy_file_range", libc::SYS_copy_file_range), ("sendfile", libc::SYS_sendfile)]
    {
        let (folder, source, target, _) = create_source(1000);
        let message = format!("source' contains more data than {method} returns");
        // Some kernels report the end of a file in /proc immediately, because its size is 0.
        pretend(call, || {
            run(&program, &[&"-m", &method, &source, &target]).assert_failed_with(&message)
        });
        assert_eq!(names(folder.path()), ["source"]);
        pretend(call, || {
            run(&program, &[&"-m", &method, &"--keep-partial", &source, &target])
                .assert_failed_with(&message)
        });
        assert_eq!(names(folder.path()), ["source", "target.partial"]);

        fs::write(&source, "").unwrap();
        pretend(call, || {
            run(&program, &[&"-q", &"-m", &method, &source, &target]).assert_silent_success()
        });
        assert_eq!(fs::read(&target).unwrap(), b"");
    }
}

#[test]
fn copy_does_not_replace_write_protected_target() {
    let program = require!(program_for_others());
    let (folder, source, target, bytes) = create_source(1000);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("target", &link).unwrap();
    set_mode(folder.path(), 0o777);
    fs::write(&target, "older").unwrap();
    set_mode(&target, 0o444);
    child::as_nobody(|| {
        for name in [&target, &link] {
            run(&program, &[&source, name]).assert_failed_with(&format!(
                "cannot write '{}': Permission denied (EACCES)",
                target.display()
            ));
            run(&program, &[&"--keep-partial", &source, name]).assert_failed_with(&format!(
                "cannot write '{}': Permission denied (EACCES)",
                target.display()
            ));
        }
    });
    assert_eq!(names(folder.path()), ["link", "source", "target"]);
    assert_eq!(fs::read(&target).unwrap(), b"older");

    // Root may write to a write-protected target, and the copy preserves the permissions of the
    // target.
    if fs::OpenOptions::new().write(true).open(&target).is_ok() {
        run(&program, &[&"-q", &source, &target]).assert_silent_success();
        assert!(fs::read(&target).unwrap() == bytes && mode(&target) == 0o444);
    }
    fs::write(&source, "newer").unwrap();
    set_mode(&target, 0o666);
    child::as_nobody(|| run(&program, &[&"-q", &source, &link]).assert_silent_success());
    // If the test runs as root, the other user is not a member of the target's group.
    let expected = if is_root_with_other_users() { 0o606 } else { 0o666 };
    assert_eq!((fs::read(&target).unwrap(), mode(&target)), (b"newer".to_vec(), expected));
}
