//! Copies that fail: one line says why, and nothing half is left.

use std::fs;
use std::os::unix::process::CommandExt;

use super::run::{command, mode, names, program, run, scene, set_mode};
use common::child;
use common::files;
use common::inject::pretend;
use common::require;

#[test]
fn a_full_device_is_told() {
    let program = require!(program());
    let (_folder, source, _, _) = scene(100_000);
    run(&program, &[&source, &"/dev/full"]).failed_with("ENOSPC");
    run(&program, &[&"--keep-partial", &source, &"/dev/full"]).failed_with("after 0 bytes");
}

#[test]
fn a_full_file_system_keeps_nothing_half_unless_it_is_asked_to() {
    let program = require!(program());
    require!(
        child::in_user_namespace(|| {
            let (_folder, source, _, bytes) = scene(3_000_000);
            let small = files::directory();
            require!(child::mount_tmpfs(small.path(), 1 << 20), "no file system can be mounted");
            let target = small.path().join("target");
            for method in ["auto", "sendfile", "splice", "read_write"] {
                fs::write(&target, "older").unwrap();
                let ended = run(&program, &[&"-m", &method, &source, &target]);
                ended.failed_with("ENOSPC");
                assert_eq!(
                    (names(small.path()), fs::read(&target).unwrap()),
                    (vec!["target".into()], b"older".to_vec())
                );

                fs::remove_file(&target).unwrap();
                let ended = run(&program, &[&"-m", &method, &"--keep-partial", &source, &target]);
                ended.failed_with("; incomplete copy kept as ");
                assert_eq!(names(small.path()), ["target.partial"]);
                let kept = small.path().join("target.partial");
                let arrived = fs::read(&kept).unwrap();
                assert!(
                    arrived.len() > 500_000 && arrived == bytes[..arrived.len()],
                    "{method}: other bytes"
                );
                assert!(
                    ended.stderr.contains(&format!("after {} bytes", arrived.len())),
                    "{}",
                    ended.stderr
                );
                fs::remove_file(&kept).unwrap();
            }
        }),
        "this machine does not let the process have a user namespace"
    );
}

#[test]
fn the_largest_file_that_is_allowed_is_told() {
    let program = require!(program());
    let (folder, source, target, _) = scene(300_000);
    let mut command = command(&program);
    let set_limit = || {
        let limit = libc::rlimit { rlim_cur: 100_000, rlim_max: 100_000 };
        // SAFETY: reads one struct.
        match unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: between fork and exec it makes one system call and does nothing else.
    unsafe { command.pre_exec(set_limit) };
    let output = command.args([&source, &target]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("EFBIG") && told.ends_with("after 100000 bytes\n"), "{told}");
    assert_eq!((output.status.code(), names(folder.path())), (Some(1), vec!["source".into()]));
}

#[test]
fn what_cannot_be_read_or_written_is_told() {
    let program = require!(program());
    let (folder, source, target, _) = scene(1000);
    let missing = folder.path().join("missing");
    run(&program, &[&missing, &target]).failed_with(&format!(
        "cannot open '{}': No such file or directory (ENOENT)",
        missing.display()
    ));
    run(&program, &[&source, &missing.join("target")]).failed_with(&format!(
        "cannot create '{}/target': No such file or directory (ENOENT)",
        missing.display()
    ));
    run(&program, &[&folder.path(), &target]).failed_with("' is a directory");
    run(&program, &[&"/proc/self/mem", &target]).failed_with("EIO");
    assert_eq!(names(folder.path()), ["source"]);
}

#[test]
fn a_source_without_permission_is_told() {
    let program = require!(program());
    let (folder, source, target, _) = scene(1000);
    set_mode(&source, 0o000);
    // SAFETY: asks for a number.
    require!(unsafe { libc::geteuid() } != 0, "root may read everything");
    run(&program, &[&source, &target])
        .failed_with(&format!("cannot open '{}': Permission denied (EACCES)", source.display()));
    assert_eq!(names(folder.path()), ["source"]);
}

#[test]
fn a_method_that_the_two_do_not_allow_is_told() {
    let program = require!(program());
    let (folder, _, target, _) = scene(1000);
    let (reader, writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut &writer, b"!").unwrap();
    drop(writer);
    let output = command(&program)
        .args(["-m", "sendfile", "/proc/self/fd/0"])
        .arg(&target)
        .stdin(reader)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("sendfile: EINVAL"), "{told}");
    assert_eq!((output.status.code(), names(folder.path())), (Some(1), vec!["source".into()]));
}

#[test]
fn a_method_that_finds_an_end_where_none_is_is_told() {
    let program = require!(program());
    for (method, call) in
        [("copy_file_range", libc::SYS_copy_file_range), ("sendfile", libc::SYS_sendfile)]
    {
        let (folder, source, target, _) = scene(1000);
        let told = format!("source' contains more data than {method} returns");
        // As some kernels do it with a file in /proc, whose size is 0.
        pretend(call, || run(&program, &[&"-m", &method, &source, &target]).failed_with(&told));
        assert_eq!(names(folder.path()), ["source"]);
        pretend(call, || {
            run(&program, &[&"-m", &method, &"--keep-partial", &source, &target]).failed_with(&told)
        });
        assert_eq!(names(folder.path()), ["source", "target.partial"]);

        fs::write(&source, "").unwrap();
        pretend(call, || run(&program, &[&"-q", &"-m", &method, &source, &target]).done());
        assert_eq!(fs::read(&target).unwrap(), b"");
    }
}

#[test]
fn a_target_that_is_write_protected_is_not_replaced() {
    let program = require!(program());
    require!(child::as_nobody(|| fs::File::open(&program)), "not everybody can run the example");
    let (folder, source, target, bytes) = scene(1000);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("target", &link).unwrap();
    set_mode(folder.path(), 0o777);
    fs::write(&target, "older").unwrap();
    set_mode(&target, 0o444);
    child::as_nobody(|| {
        for name in [&target, &link] {
            run(&program, &[&source, name]).failed_with(&format!(
                "cannot replace '{}': Permission denied (EACCES)",
                target.display()
            ));
            run(&program, &[&"--keep-partial", &source, name]).failed_with(&format!(
                "cannot replace '{}': Permission denied (EACCES)",
                target.display()
            ));
        }
    });
    assert_eq!(names(folder.path()), ["link", "source", "target"]);
    assert_eq!(fs::read(&target).unwrap(), b"older");

    // Root may write to it all the same, and it stays as protected as it was.
    if fs::OpenOptions::new().write(true).open(&target).is_ok() {
        run(&program, &[&"-q", &source, &target]).done();
        assert!(fs::read(&target).unwrap() == bytes && mode(&target) == 0o444);
    }
    fs::write(&source, "newer").unwrap();
    set_mode(&target, 0o666);
    child::as_nobody(|| run(&program, &[&"-q", &source, &link]).done());
    assert_eq!((fs::read(&target).unwrap(), mode(&target)), (b"newer".to_vec(), 0o666));
}
