//! Attacks on the example `copy`: another process replaces the target, a directory or a link while
//! the copy runs, to redirect the copy to a file that the attacker may not write to.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::run::{
    WaitingCopy, create_source, is_root_with_other_users, mode, names, program, program_for_others,
    run, set_mode,
};
use common::child::as_nobody;
use common::require;
use temp_dir::TempDir;

/// The minimum number of copies, and of swaps, in each attack.
const COUNT: usize = 150;

/// Runs `attack` repeatedly in another thread, and `copy` repeatedly in this thread. `copy` returns
/// whether the program has found the harmless file, which must happen at least once.
fn while_attacked(attack: impl Fn() + Sync, mut copy: impl FnMut() -> bool) {
    let (done, attacks) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                attack();
                attacks.fetch_add(1, Ordering::Relaxed);
            }
        });
        // If an assertion fails, the other thread must end as well.
        let _guard = SetOnDrop(&done);
        let (mut copies, mut found) = (0, false);
        while copies < COUNT || attacks.load(Ordering::Relaxed) < COUNT || !found {
            assert!(copies < 100 * COUNT, "{attacks:?} swaps, harmless file found: {found}");
            found |= copy();
            copies += 1;
        }
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

/// Copies as a user who may not write to the victim. Returns whether the copy has succeeded; it
/// fails if it has found the victim.
fn copy_without_change_of_victim(
    program: &Path,
    source: &Path,
    target: &Path,
    victim: &Path,
) -> bool {
    let completed = run(program, &[&"-q", &source, &target]);
    assert_unchanged(victim);
    completed.status.success()
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
            copy_without_change_of_victim(&program, &source, &target, &victim)
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
                copy_without_change_of_victim(&program, &source, &target, &victim)
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
            || copy_without_change_of_victim(&program, &source, &target, &victim),
        );
    });
    assert_eq!(names(&attacked), ["target"]);
}

#[test]
fn copy_resolves_link_in_the_directory_in_which_it_was_found() {
    let program = require!(program());
    let (folder, source, ..) = create_source(100);
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    for directory in [&one, &other] {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("file"), "older").unwrap();
    }
    // Only one of the two directories has the link.
    symlink("file", one.join("link")).unwrap();
    let target = one.join("link");
    require!(exchange(&one, &other), "the file system cannot exchange files");
    while_attacked(
        || exchange(&one, &other).unwrap(),
        || {
            run(&program, &[&"-q", &source, &target]).assert_silent_success();
            true
        },
    );
    let without_link = [&one, &other].into_iter().find(|path| !path.join("link").is_symlink());
    let file = without_link.unwrap().join("file");
    assert_eq!(fs::read(file).unwrap(), b"older");
}

#[test]
fn copy_keeps_permissions_of_the_file_that_it_has_found_if_target_is_swapped() {
    let program = require!(program());
    let (folder, source, target, _) = create_source(100);
    let (linked, other) = (folder.path().join("linked"), folder.path().join("other"));
    fs::write(&linked, "older").unwrap();
    set_mode(&linked, 0o640);
    let place = || {
        for path in [&target, &other] {
            let _ = fs::remove_file(path);
        }
        fs::write(&target, "older").unwrap();
        set_mode(&target, 0o600);
        symlink("linked", &other).unwrap();
    };
    place();
    require!(exchange(&target, &other), "the file system cannot exchange files");
    let swaps = Mutex::new(());
    let attack = || {
        let _swap = swaps.lock();
        exchange(&target, &other).unwrap();
    };
    while_attacked(attack, || {
        run(&program, &[&"-q", &source, &target]).assert_silent_success();
        let _no_swap = swaps.lock();
        assert_eq!(mode(&linked), 0o640);
        let files = [&target, &other].into_iter().filter(|path| !path.is_symlink());
        assert!(files.clone().all(|path| mode(path) == 0o600));
        // The copy replaces the link if the files were swapped after the lookup.
        if files.count() == 2 {
            place();
        }
        true
    });
}

#[test]
fn copy_does_not_open_existing_file_as_temporary_file() {
    let program = require!(program());
    require!(std::path::Path::new("/bin/sh").exists(), "no shell is installed");
    let (folder, _, _, bytes) = create_source(100);
    fs::write(folder.path().join("victim"), "older").unwrap();
    // The shell has the process ID of the program that it executes.
    let script = "ln -s victim .copy-$$-0; echo older > .copy-$$-1; exec \"$0\" -q source target";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script]).arg(&program).current_dir(folder.path());
    assert!(shell.status().unwrap().success());
    let names = names(folder.path());
    let [link, file, _, target, victim] = &names[..] else { panic!("{names:?}") };
    let read = |name| fs::read(folder.path().join(name)).unwrap();
    assert_eq!((read(victim), read(file)), (b"older".to_vec(), b"older\n".to_vec()));
    assert!(folder.path().join(link).is_symlink() && read(target) == bytes);
}

#[test]
fn copy_does_not_change_victim_of_root_in_sticky_directory() {
    let program = require!(program());
    require!(
        is_root_with_other_users(),
        "only root with several mapped IDs can be attacked by a user without privileges"
    );
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
    while_attacked(attack, || copy_without_change_of_victim(&program, &source, &target, &victim));
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
            fs::write(&victim, "older").unwrap();
            let mut old = File::open(&victim).unwrap();
            run(&program, &[&"-q", &source, &target]).assert_silent_success();
            let mut content = String::new();
            old.read_to_string(&mut content).unwrap();
            assert_eq!(content, "older", "the copy has written to the file");
            let received = pipe.read(&mut [0; 200]).unwrap_or(0);
            let replaced = fs::metadata(&victim).unwrap().ino() != old.metadata().unwrap().ino();
            assert_eq!(received, if replaced { 0 } else { bytes.len() });
            fs::remove_file(&victim).unwrap();
            !replaced
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
