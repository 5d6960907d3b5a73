//! Targets that the example `copy` writes in place, because they cannot be replaced.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use butter::mount::{self, MountFlags};
use butter::namespace::{Namespaces, unshare};

use super::run::{
    WaitingCopy, create_source, is_root_with_other_users, mode, names, program, program_for_others,
    run, set_mode,
};
use common::{child, require};

/// Asserts that a copy replaces the content of a file, but not the file itself.
fn assert_written_in_place(program: &Path, source: &Path, target: &Path) {
    let older = "older and longer".repeat(10_000);
    fs::write(target, &older).unwrap();
    let before = (fs::metadata(target).unwrap().ino(), mode(target));
    let others = names(target.parent().unwrap());
    run(program, &[&"-q", &"--keep-partial", &source, &target]).assert_silent_success();
    assert!(fs::read(target).unwrap() == fs::read(source).unwrap(), "{}", target.display());
    assert_eq!((fs::metadata(target).unwrap().ino(), mode(target)), before);
    assert_eq!(names(target.parent().unwrap()), others);
}

#[test]
fn copy_writes_file_in_place_if_directory_is_not_writable() {
    let program = require!(program_for_others());
    let (folder, source, _, _) = create_source(10_000);
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    let target = directory.join("target");
    fs::write(&target, "older").unwrap();
    set_mode(&target, 0o666);
    set_mode(&source, 0o644);
    set_mode(folder.path(), 0o755);
    set_mode(&directory, 0o555);
    child::as_nobody(|| {
        assert_written_in_place(&program, &source, &target);
        run(&program, &[&source, &directory.join("new")]).assert_failed_with(&format!(
            "cannot create '{}/new': Permission denied (EACCES)",
            directory.display()
        ));
    });
    set_mode(&target, 0o444);
    child::as_nobody(|| {
        run(&program, &[&source, &target])
            .assert_failed_with("/target': Permission denied (EACCES)");
    });
    set_mode(&directory, 0o755);
    assert_eq!(names(&directory), ["target"]);
}

#[test]
fn copy_writes_file_of_another_user_in_sticky_directory_in_place() {
    let program = require!(program_for_others());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can create a file of another user"
    );
    let (folder, source, target, bytes) = create_source(10_000);
    set_mode(folder.path(), 0o1777);
    set_mode(&source, 0o644);
    fs::write(&target, "older").unwrap();
    set_mode(&target, 0o666);
    child::as_nobody(|| assert_written_in_place(&program, &source, &target));
    // The user who owns the file, and root, can replace it.
    for user in [65534, 61001] {
        std::os::unix::fs::chown(&target, Some(user), None).unwrap();
        let before = fs::metadata(&target).unwrap().ino();
        if user == 65534 {
            child::as_nobody(|| run(&program, &[&"-q", &source, &target])).assert_silent_success();
        } else {
            run(&program, &[&"-q", &source, &target]).assert_silent_success();
        }
        assert!(fs::read(&target).unwrap() == bytes);
        assert_ne!(fs::metadata(&target).unwrap().ino(), before);
    }
}

#[test]
fn copy_writes_bind_mounted_file_in_place() {
    let program = require!(program());
    require!(
        child::in_namespaces(|| {
            let (folder, source, target, bytes) = create_source(10_000);
            let mounted = folder.path().join("mounted");
            for file in [&target, &mounted] {
                fs::write(file, "older").unwrap();
            }
            set_mode(&mounted, 0o640);
            mount::bind_mount(&mounted, &target).unwrap();
            assert_written_in_place(&program, &source, &target);
            assert!(fs::read(&mounted).unwrap() == bytes);
            let completed = run(&program, &[&"/proc/self/mem", &target]);
            completed.assert_failed_with("cannot read '/proc/self/mem': ");
            assert!(!completed.stderr.contains("incomplete"), "{}", completed.stderr);
            mount::remount_bind(&target, MountFlags::RDONLY).unwrap();
            run(&program, &[&source, &target]).assert_failed_with("Read-only file system (EROFS)");
            mount::unmount(&target).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"older");
        }),
        "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces"
    );
}

#[test]
fn copy_writes_pseudo_files_of_proc_in_place() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(10);
    let waiting = WaitingCopy::start(&program, &target, folder.path());
    let adjustment = format!("/proc/{}/oom_score_adj", waiting.id().as_raw());
    fs::write(&source, "987\n").unwrap();
    let completed = run(&program, &[&"-q", &"--keep-partial", &source, &adjustment]);
    completed.assert_silent_success();
    assert_eq!(fs::read_to_string(&adjustment).unwrap(), "987\n");
    fs::write(&source, "1001\n").unwrap();
    run(&program, &[&"--keep-partial", &source, &adjustment]).assert_failed_with(&format!(
        "cannot write '{adjustment}': Invalid argument (EINVAL): write: "
    ));
    waiting.finish(b"");
    fs::write(&source, "99999").unwrap();
    run(&program, &[&"-q", &source, &"/proc/self/timerslack_ns"]).assert_silent_success();
    run(&program, &[&source, &"/proc/missing"])
        .assert_failed_with("cannot create '/proc/missing': No such file or directory (ENOENT)");
    run(&program, &[&source, &"/proc/version"]).assert_failed_with("cannot ");
}

#[test]
fn copy_writes_files_of_cgroup2_in_place() {
    let program = require!(program());
    let test = common::this_test!();
    let ran = test.in_namespaces_as_host_root(|| {
        let (folder, source, ..) = create_source(10);
        let root = folder.path().join("cgroup");
        fs::create_dir(&root).unwrap();
        require!(test; unshare(Namespaces::CGROUP), "a cgroup namespace cannot be created");
        let flags = MountFlags::empty();
        require!(test; mount::mount("none", &root, "cgroup2", flags, ""), "cgroup2");
        let group = root.join(format!("butter-test-{}", std::process::id()));
        require!(test; fs::create_dir(&group), "a cgroup cannot be created");
        let target = group.join("cgroup.max.depth");
        fs::write(&source, "7\n").unwrap();
        let completed = run(&program, &[&"-q", &"--keep-partial", &source, &target]);
        let written = fs::read_to_string(&target).unwrap();
        fs::remove_dir(&group).unwrap();
        completed.assert_silent_success();
        assert_eq!(written, "7\n");
        mount::unmount(&root).unwrap();
    });
    require!(ran, "only root can create a cgroup");
}

#[test]
fn copy_writes_to_named_pipe_without_replacing_it() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(300_000);
    let path = CString::new(target.as_os_str().as_bytes()).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    let reader = std::thread::spawn({
        let target = target.clone();
        move || {
            let mut received = Vec::new();
            File::open(target).unwrap().read_to_end(&mut received).unwrap();
            received
        }
    });
    run(&program, &[&"-q", &"--keep-partial", &source, &target]).assert_silent_success();
    assert!(reader.join().unwrap() == bytes);
    assert!(fs::metadata(&target).unwrap().file_type().is_fifo());
    assert_eq!(names(folder.path()), ["source", "target"]);
}

#[test]
fn copy_fails_with_enxio_if_target_is_a_socket() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(1000);
    let _listener = UnixListener::bind(&target).unwrap();
    run(&program, &[&"--keep-partial", &source, &target]).assert_failed_with(&format!(
        "cannot open '{}': No such device or address (ENXIO)",
        target.display()
    ));
    assert!(fs::metadata(&target).unwrap().file_type().is_socket());
    assert_eq!(names(folder.path()), ["source", "target"]);
}
