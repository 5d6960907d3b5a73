//! Tests of `process`: IDs of processes and threads, and the working and root directories.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;

use butter::process::{self, Pgid, chdir, chroot, fchdir, getpid, getppid};
use butter::signal::{self, Target};
use butter::thread::{self, gettid};
use butter::{Errno, Result};
use common::child::{in_child, in_namespaces, with_own_mount_namespace, with_own_root_and_cwd};
use common::files;
use common::inject::{forge, inject, pretend};
use common::require;
use common::{bytes, fd};

#[test]
fn getpid_gettid_and_getppid_return_the_ids_in_proc_status() {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<i32>().unwrap()
    };
    assert_eq!(getpid().as_raw(), field("Tgid:"));
    assert_eq!(gettid().as_raw(), field("Pid:"));
    assert_eq!(getppid().map_or(0, |parent| parent.as_raw()), field("PPid:"));
    assert_eq!(getpid().as_raw(), std::process::id().cast_signed());
}

#[test]
fn gettid_differs_between_threads_and_getpid_does_not() {
    let other = std::thread::spawn(|| (getpid(), gettid())).join().unwrap();
    assert_eq!(other.0, getpid());
    assert_ne!(other.1.as_raw(), getpid().as_raw());
    assert_ne!(other.1, gettid());
}

#[test]
fn getcwd_returns_the_path_of_the_working_directory_in_the_buffer() {
    let directory = files::directory();
    with_own_root_and_cwd(|| {
        let path = fs::canonicalize(directory.path()).unwrap();
        chdir(bytes(&path)).unwrap();
        let size = bytes(&path).len() + 1;
        let mut buffer = vec![0; size];
        assert_eq!(process::getcwd(&mut buffer[..]).unwrap().to_bytes(), bytes(&path));
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        assert_eq!(process::getcwd(&mut buffer).unwrap().to_bytes(), bytes(&path));
        let error = process::getcwd(&mut vec![0; size - 1][..]).unwrap_err();
        assert_eq!(error.errno(), Errno::RANGE);
    });
}

/// The kernel never returns such a size, but a tracer or a seccomp filter can.
#[test]
fn getcwd_fails_with_eio_if_the_returned_size_exceeds_the_buffer() {
    in_child(|| {
        let mut bytes = *b"/directory\0";
        let (buffer, _) = bytes.split_at_mut(10);
        let getcwd = || process::getcwd(buffer).map(drop);
        let result = forge(libc::SYS_getcwd, |[_, size, ..]| size as isize + 1, getcwd);
        assert_eq!(result.unwrap_err().errno(), Errno::IO);
    });
}

#[test]
fn umask_sets_the_mask_and_returns_the_previous_mask() {
    use butter::fs::Mode;
    with_own_root_and_cwd(|| {
        let (first, second) = (Mode::from_bits_retain(0o1427), Mode::RWXO);
        process::umask(first);
        assert_eq!(process::umask(second), Mode::from_bits_retain(0o427));
        assert_eq!(process::umask(Mode::empty()), second);
    });
}

/// Runs a closure in the child of a raw `clone`. Returns the result of the closure and the PID of
/// the child, or `None` if `clone` fails. The child writes the result to a pipe, because it must
/// not allocate or unwind.
fn in_raw_clone(flags: i32, child: impl Fn() -> [i32; 3]) -> Option<([i32; 3], i32)> {
    let (reader, writer) = butter::pipe::pipe().unwrap();
    // SAFETY: as fork: the child has a copy of the memory, makes system calls and ends.
    let pid = unsafe {
        libc::syscall(libc::SYS_clone, libc::c_long::from(flags | libc::SIGCHLD), 0, 0, 0, 0)
    };
    if pid == 0 {
        let mut bytes = [0; 12];
        for (field, number) in bytes.chunks_exact_mut(4).zip(child()) {
            field.copy_from_slice(&number.to_ne_bytes());
        }
        let written = butter::io::write(&writer, &bytes);
        butter::process::exit_group(i32::from(written != Ok(12)));
    }
    if pid < 0 {
        return None;
    }
    drop(writer);
    let mut bytes = [0; 12];
    assert_eq!(butter::io::read(&reader, &mut bytes), Ok(12));
    let mut status = 0;
    // SAFETY: waits for the child; writes one number.
    assert_eq!(unsafe { libc::waitpid(pid as i32, &raw mut status, 0) }, pid as i32);
    assert_eq!(status, 0);
    let number = |at: usize| i32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap());
    Some(([number(0), number(4), number(8)], pid as i32))
}

#[test]
fn getpid_and_getppid_are_not_cached_in_a_raw_clone() {
    let child = || {
        let parent = getppid().map_or(0, |parent| parent.as_raw());
        // `getpid` of the C library can return a cached ID: the ID of the parent process.
        // SAFETY: touches no memory.
        [getpid().as_raw(), parent, unsafe { libc::getpid() }]
    };
    in_child(|| {
        let ([pid, parent, libc_pid], returned) = in_raw_clone(0, child).unwrap();
        assert_eq!((pid, parent), (returned, getpid().as_raw()));
        if libc_pid != pid {
            eprintln!("getpid of libc returns {libc_pid}, and the system call returns {pid}");
        }
    });
}

#[test]
fn getpid_and_getppid_return_the_ids_in_a_new_pid_namespace() {
    let child =
        || [getpid().as_raw(), getppid().map_or(0, |parent| parent.as_raw()), gettid().as_raw()];
    in_child(|| {
        let child = in_raw_clone(libc::CLONE_NEWUSER | libc::CLONE_NEWPID, child);
        let (ids, _) =
            require!(child, "a new PID namespace requires a host that permits user namespaces");
        assert_eq!(ids, [1, 0, 1]);
    });
}

/// An ID that no process, thread or process group has.
const NO_ID: i32 = i32::MAX;

/// Returns the errno of a `kill` without a signal, which only checks whether a signal can be sent.
fn errno(checked: Result<()>) -> Option<Errno> {
    checked.err().map(butter::Error::errno)
}

/// If a filter forges `EPERM`, `getpid` returns -1, which `kill` would interpret as every process.
#[test]
fn getpid_returns_an_unused_id_if_a_filter_forges_its_result() {
    let check = || {
        assert_eq!(getpid().as_raw(), NO_ID);
        assert_eq!(errno(signal::kill(getpid(), None)), Some(Errno::SRCH));
        assert_eq!(errno(thread::kill(getpid(), gettid(), None)), Some(Errno::SRCH));
    };
    for forged in [Errno::PERM, Errno::NOSYS, Errno::from_raw(4095).unwrap()] {
        inject(libc::SYS_getpid, forged, || {
            check();
            assert_eq!(process::raw::getpid().map_err(butter::Error::errno), Err(forged));
        });
    }
    // `kill` would interpret the forged result 0 as the caller's process group.
    pretend(libc::SYS_getpid, check);
}

#[test]
fn gettid_returns_an_unused_id_if_a_filter_forges_its_result() {
    let check = || {
        assert_eq!(gettid().as_raw(), NO_ID);
        assert_eq!(errno(thread::kill(getpid(), gettid(), None)), Some(Errno::SRCH));
    };
    inject(libc::SYS_gettid, Errno::PERM, check);
    pretend(libc::SYS_gettid, check);
}

#[test]
fn getppid_returns_none_if_a_filter_forges_its_result() {
    inject(libc::SYS_getppid, Errno::PERM, || {
        assert_eq!(getppid(), None);
        assert_eq!(process::raw::getppid().map_err(butter::Error::errno), Err(Errno::PERM));
    });
    pretend(libc::SYS_getppid, || assert_eq!(getppid(), None));
}

#[test]
fn process_group_id_from_raw_returns_none_unless_positive() {
    assert_eq!([i32::MIN, -1, 0].map(Pgid::from_raw), [None; 3]);
    let group = |id| Target::Group(Pgid::from_raw(id).unwrap());
    assert_eq!(errno(signal::kill(group(NO_ID), None)), Some(Errno::SRCH));
    assert_eq!(
        errno(signal::kill(group(1), None)),
        Some(Errno::INVAL),
        "kill of group 1 should fail, because kill(-1) would signal every process"
    );
}

/// Returns the sorted names in a directory.
fn names(path: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn chdir_and_fchdir_change_the_working_directory() {
    let directory = files::directory();
    let odd = directory.path().join(OsStr::from_bytes(b"\xFF"));
    fs::create_dir_all(odd.join("inner")).unwrap();
    let before = std::env::current_dir().unwrap();
    with_own_root_and_cwd(|| {
        chdir(bytes(&odd)).unwrap();
        assert_eq!(std::env::current_dir().unwrap(), odd);
        assert_eq!(names("."), ["inner"]);
        chdir("inner").unwrap();
        chdir(c"..").unwrap();
        assert_eq!(std::env::current_dir().unwrap(), odd);

        fchdir(fd(File::open(directory.path()).unwrap())).unwrap();
        assert_eq!(std::env::current_dir().unwrap(), directory.path());
        // SAFETY: reads the path; a success is a new descriptor.
        let proc = unsafe { libc::open(c"/proc".as_ptr(), libc::O_PATH | libc::O_CLOEXEC) };
        // SAFETY: the descriptor is new, and has no other owner.
        let proc: butter::fd::OwnedFd = unsafe { butter::fd::FromRawFd::from_raw_fd(proc) };
        fchdir(&proc).unwrap();
        assert_eq!(std::env::current_dir().unwrap().as_os_str(), "/proc");

        // This path is longer than the buffer that `chdir` uses for short paths.
        let long = format!("/{}proc", "./".repeat(1000));
        chdir(long.as_str()).unwrap();
        assert_eq!(std::env::current_dir().unwrap().as_os_str(), "/proc");
    });
    assert_eq!(
        std::env::current_dir().unwrap(),
        before,
        "chdir in the thread should not change the working directory of the caller"
    );
}

#[test]
fn chdir_changes_the_working_directory_of_all_threads() {
    in_child(|| {
        std::thread::spawn(|| chdir("/proc").unwrap()).join().unwrap();
        assert_eq!(std::env::current_dir().unwrap().as_os_str(), "/proc");
    });
}

#[test]
fn chroot_changes_root_directory_but_not_working_directory() {
    require!(
        in_namespaces(|| {
            let directory = files::directory();
            for name in ["root", "beside", "root/in", "root/in/deep"] {
                fs::create_dir(directory.path().join(name)).unwrap();
            }
            with_own_mount_namespace(|| {
                chdir(bytes(directory.path())).unwrap();
                chroot("root").unwrap();
                assert_eq!(
                    (names("/"), names("/..")),
                    (vec!["in".to_owned()], vec!["in".to_owned()])
                );
                assert_eq!(
                    names("."),
                    ["beside", "root"],
                    "chroot should not change the working directory"
                );
                let name = directory.path().file_name().unwrap().to_str().unwrap();
                assert!(
                    names("..").contains(&name.to_owned()),
                    "`..` should resolve outside of the root directory"
                );

                chdir("/").unwrap();
                assert_eq!(
                    (names("."), names(".."), names("in/..")),
                    (names("/"), names("/"), names("/"))
                );

                // The root directory is now below the working directory, so `..` resolves outside
                // of the root directory.
                chroot("in").unwrap();
                assert_eq!(names("/"), ["deep"]);
                chdir("..").unwrap();
                assert_eq!(names("."), ["beside", "root"]);
            });
            assert_eq!(names(directory.path().to_str().unwrap()), ["beside", "root"]);
        }),
        "new namespaces require CAP_SYS_ADMIN or a host that permits user namespaces"
    );
}

#[cfg(feature = "std")]
#[test]
fn pid_is_created_from_a_child_of_std() {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.arg("--help").stdout(std::process::Stdio::null());
    let mut child = common::child::spawn(&mut command).unwrap();
    assert_eq!(process::Pid::from(&child).as_raw().cast_unsigned(), child.id());
    child.wait().unwrap();
}

#[cfg(feature = "std")]
#[test]
fn command_signal_mask_replaces_the_inherited_mask() {
    use butter::process::CommandExt;
    use butter::signal::{SigSet, Signal};

    let is_installed = |path: &str| std::path::Path::new(path).exists();
    require!(is_installed("/bin/grep") || is_installed("/usr/bin/grep"), "grep is not installed");
    let _mask = signal::block([Signal::USR1, Signal::USR2]).unwrap();
    let blocked = |command: &mut std::process::Command| {
        let output = command.args(["SigBlk", "/proc/self/status"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        u64::from_str_radix(text.trim_start_matches("SigBlk:").trim(), 16).unwrap()
    };
    let bit = |signal: Signal| 1_u64 << (signal.as_raw() - 1);
    let grep = || std::process::Command::new("grep");
    let inherited = bit(Signal::USR1) | bit(Signal::USR2);
    assert_eq!(blocked(&mut grep()) & inherited, inherited, "the child should inherit the mask");
    assert_eq!(blocked(grep().signal_mask(SigSet::empty())), 0);
    assert_eq!(blocked(grep().signal_mask(Signal::HUP)), bit(Signal::HUP));
    assert_eq!(
        blocked(grep().signal_mask(Signal::HUP).signal_mask(Signal::INT)),
        bit(Signal::INT),
        "the last setting should apply"
    );
}
