//! Attacks on the example `copy`: another process replaces the target, a directory or a link while
//! the copy runs, to redirect the copy to a file that the attacker may not write to.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::run::{
    WaitingCopy, create_source, is_root, mode, names, program, program_for_others, run, set_mode,
};
use common::child::as_nobody;
use common::require;
use temp_dir::TempDir;

/// The number of copies in each attack.
const COPIES: usize = 200;

/// Runs `attack` repeatedly in another thread, while `copies` runs.
fn while_attacked(attack: impl Fn() + Sync, copies: impl FnOnce()) {
    let (done, attacks) = (AtomicBool::new(false), std::sync::atomic::AtomicU64::new(0));
    let guard = SetOnDrop(&done);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                attack();
                attacks.fetch_add(1, Ordering::Relaxed);
            }
        });
        // If an assertion fails, the other thread must end as well.
        let _guard = guard;
        copies();
        assert!(attacks.load(Ordering::Relaxed) > 100, "the attack did not run");
    });
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Exchanges two files.
fn exchange(one: &Path, other: &Path) -> std::io::Result<()> {
    let path = |path: &Path| CString::new(path.as_os_str().as_bytes()).unwrap();
    let (one, other, cwd) = (path(one), path(other), libc::AT_FDCWD);
    let (call, flag) = (libc::SYS_renameat2, libc::RENAME_EXCHANGE);
    // SAFETY: reads the two paths.
    match unsafe { libc::syscall(call, cwd, one.as_ptr(), cwd, other.as_ptr(), flag) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Creates a source, a directory `attacked` with the file `target` that every user may write to,
/// and a directory `victims` with a write-protected file `target`.
fn create_victim() -> (TempDir, PathBuf, PathBuf, PathBuf) {
    let (folder, source, _, _) = create_source(100);
    let (attacked, victims) = (folder.path().join("attacked"), folder.path().join("victims"));
    set_mode(&source, 0o644);
    set_mode(folder.path(), 0o777);
    for directory in [&attacked, &victims] {
        fs::create_dir(directory).unwrap();
        set_mode(directory, 0o777);
        fs::write(directory.join("target"), "older").unwrap();
    }
    set_mode(&attacked.join("target"), 0o666);
    let victim = victims.join("target");
    set_mode(&victim, 0o444);
    (folder, source, attacked, victim)
}

fn assert_unchanged(victim: &Path) {
    assert_eq!(fs::read(victim).unwrap(), b"older");
    assert_eq!((mode(victim), names(victim.parent().unwrap())), (0o444, vec!["target".into()]));
}

/// Copies repeatedly as a user who may not write to the victim. Copies may fail, but at least one
/// copy must have replaced the harmless file.
fn assert_copies_do_not_change_victim(program: &Path, source: &Path, target: &Path, victim: &Path) {
    let mut succeeded = 0;
    for _ in 0..COPIES {
        let completed = run(program, &[&"-q", &source, &target]);
        succeeded += u32::from(completed.status.success());
        assert_unchanged(victim);
    }
    assert!(succeeded > 0, "no copy succeeded");
}

#[test]
fn copy_does_not_change_victim_if_target_is_swapped_for_link() {
    let program = require!(program_for_others());
    let (folder, source, attacked, victim) = create_victim();
    let (target, next) = (attacked.join("target"), folder.path().join("next"));
    let attack = || {
        symlink(&victim, &next).unwrap();
        fs::rename(&next, &target).unwrap();
        fs::write(&next, "harmless").unwrap();
        fs::rename(&next, &target).unwrap();
    };
    as_nobody(|| {
        while_attacked(attack, || {
            assert_copies_do_not_change_victim(&program, &source, &target, &victim);
        });
    });
}

#[test]
fn copy_does_not_change_victim_if_directory_is_swapped_for_link() {
    let program = require!(program_for_others());
    let (folder, source, attacked, victim) = create_victim();
    let link = folder.path().join("link");
    symlink("victims", &link).unwrap();
    require!(exchange(&attacked, &link), "the file system cannot exchange files");
    as_nobody(|| {
        while_attacked(
            || exchange(&attacked, &link).unwrap(),
            || {
                let target = attacked.join("target");
                assert_copies_do_not_change_victim(&program, &source, &target, &victim);
            },
        );
    });
}

#[test]
fn copy_does_not_change_victim_if_target_of_symlink_is_swapped() {
    let program = require!(program_for_others());
    let (folder, source, attacked, victim) = create_victim();
    let (target, other) = (folder.path().join("first"), folder.path().join("second"));
    symlink("attacked/target", &target).unwrap();
    symlink("victims/target", &other).unwrap();
    require!(exchange(&target, &other), "the file system cannot exchange files");
    as_nobody(|| {
        while_attacked(
            || exchange(&target, &other).unwrap(),
            || assert_copies_do_not_change_victim(&program, &source, &target, &victim),
        );
    });
    assert_eq!(names(&attacked), ["target"]);
}

#[test]
fn copy_does_not_change_victim_of_root_in_sticky_directory() {
    let program = require!(program());
    require!(is_root(), "only root can be attacked by a user without privileges");
    let (folder, source, attacked, victim) = create_victim();
    set_mode(&victim, 0o444);
    set_mode(folder.path(), 0o711);
    set_mode(&attacked, 0o1777);
    let target = attacked.join("target");
    fs::remove_file(&target).unwrap();
    let attack = || {
        let next = attacked.join("next");
        symlink(&victim, &next).unwrap();
        lchown(&next, Some(65534), Some(65534)).unwrap();
        fs::rename(&next, &target).unwrap();
        fs::write(&next, "harmless").unwrap();
        fs::rename(&next, &target).unwrap();
    };
    while_attacked(attack, || {
        assert_copies_do_not_change_victim(&program, &source, &target, &victim);
    });
}

/// If the target is a pipe, the copy writes to the file that it has found. If it has found the
/// link, it replaces the other file and never writes to it.
#[test]
fn copy_does_not_write_to_file_if_pipe_is_swapped_for_link() {
    let program = require!(program());
    let (folder, source, target, bytes) = create_source(100);
    let (victim, link) = (folder.path().join("victim"), folder.path().join("link"));
    let path = CString::new(target.as_os_str().as_bytes()).unwrap();
    // SAFETY: reads the path.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    symlink("victim", &link).unwrap();
    let mut options = File::options();
    let options = options.read(true).write(true).custom_flags(libc::O_NONBLOCK);
    let mut pipe = options.open(&target).unwrap();
    require!(exchange(&target, &link), "the file system cannot exchange files");
    while_attacked(
        || exchange(&target, &link).unwrap(),
        || {
            let mut written = 0;
            for _ in 0..COPIES {
                fs::write(&victim, "older").unwrap();
                let mut old = File::open(&victim).unwrap();
                run(&program, &[&"-q", &source, &target]).assert_silent_success();
                let mut content = String::new();
                old.read_to_string(&mut content).unwrap();
                assert_eq!(content, "older", "the copy has written to the file");
                let received = pipe.read(&mut [0; 200]).unwrap_or(0);
                let replaced =
                    fs::metadata(&victim).unwrap().ino() != old.metadata().unwrap().ino();
                assert_eq!(received, if replaced { 0 } else { bytes.len() });
                written += u32::from(!replaced);
                fs::remove_file(&victim).unwrap();
            }
            assert!(written > 0, "no copy has written to the pipe");
        },
    );
}

#[test]
fn copy_replaces_link_if_target_is_swapped_after_lookup() {
    let program = require!(program());
    let (_folder, _, attacked, victim) = create_victim();
    let target = attacked.join("target");
    let waiting = WaitingCopy::start(&program, &target, &attacked);
    fs::remove_file(&target).unwrap();
    symlink(&victim, &target).unwrap();
    waiting.finish(b"newer");
    assert_unchanged(&victim);
    assert!(!target.is_symlink());
    assert_eq!((fs::read(&target).unwrap(), mode(&target)), (b"newer".to_vec(), 0o666));
    assert_eq!(names(&attacked), ["target"]);
}

#[test]
fn copy_writes_to_first_directory_if_directory_is_swapped_after_lookup() {
    let program = require!(program());
    for terminate in [false, true] {
        let (folder, _, attacked, victim) = create_victim();
        let moved = folder.path().join("moved");
        let waiting = WaitingCopy::start(&program, &attacked.join("target"), &attacked);
        fs::rename(&attacked, &moved).unwrap();
        symlink("victims", &attacked).unwrap();
        let expected = if terminate {
            waiting.terminate();
            "older"
        } else {
            waiting.finish(b"newer");
            "newer"
        };
        assert_unchanged(&victim);
        assert_eq!(fs::read_to_string(moved.join("target")).unwrap(), expected);
        assert_eq!(names(&moved), ["target"]);
    }
}

#[test]
fn copy_writes_to_first_file_if_symlink_is_swapped_after_lookup() {
    let program = require!(program());
    let (folder, _, attacked, victim) = create_victim();
    let (link, middle) = (folder.path().join("link"), folder.path().join("middle"));
    symlink("middle/target", &link).unwrap();
    symlink("attacked", &middle).unwrap();
    let waiting = WaitingCopy::start(&program, &link, &attacked);
    for (link, text) in [(&link, "victims/target"), (&middle, "victims")] {
        fs::remove_file(link).unwrap();
        symlink(text, link).unwrap();
    }
    waiting.finish(b"newer");
    assert_unchanged(&victim);
    assert_eq!(fs::read(attacked.join("target")).unwrap(), b"newer");
    assert_eq!(names(&attacked), ["target"]);
}
