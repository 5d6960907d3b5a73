//! Paths that the example `supervise` looks up.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::run::{c_path, errno, openat, program, result, run};
use common::{require, this_test};

const CWD: i32 = libc::AT_FDCWD;
const RDONLY: i32 = libc::O_RDONLY;

/// Reads a file through a descriptor, which is closed.
fn read(fd: i32) -> String {
    assert!(fd >= 0, "{fd}");
    // SAFETY: a new descriptor, which has no other owner.
    let mut file = unsafe { <File as std::os::fd::FromRawFd>::from_raw_fd(fd) };
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn supervise_resolves_relative_paths_like_the_kernel() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        for name in ["a", "b"] {
            fs::create_dir(directory.join(name)).unwrap();
            fs::write(directory.join(name).join("file"), name).unwrap();
        }
        std::env::set_current_dir(directory.join("a")).unwrap();
        let b = File::open(directory.join("b")).unwrap();
        let b = b.as_raw_fd();
        assert_eq!(read(openat(CWD, c"file", RDONLY, 0)), "a");
        assert_eq!(read(openat(b, c"file", RDONLY, 0)), "b");
        assert_eq!(read(openat(b, c"../a/./file", RDONLY, 0)), "a");
        assert_eq!(read(openat(b, &c_path(directory, "a//file"), RDONLY, 0)), "a", "absolute");
        assert_eq!(read(openat(-1, &c_path(directory, "a/file"), RDONLY, 0)), "a", "absolute");
        assert_eq!(openat(-1, c"file", RDONLY, 0), -libc::EBADF);
        assert_eq!(openat(999, c"file", RDONLY, 0), -libc::EBADF);
        let file = File::open("file").unwrap();
        assert_eq!(openat(file.as_raw_fd(), c"file", RDONLY, 0), -libc::ENOTDIR);
        assert_eq!(openat(file.as_raw_fd(), c".", RDONLY, 0), -libc::ENOTDIR);
        // SAFETY: reads the path.
        let created = unsafe { libc::syscall(libc::SYS_mkdirat, b, c"new///".as_ptr(), 0o700) };
        assert_eq!(result(created), 0);
        assert!(directory.join("b/new").is_dir());
        // The thread has a separate working directory.
        let path = directory.join("b");
        std::thread::spawn(move || {
            // SAFETY: affects only this thread.
            assert_eq!(unsafe { libc::unshare(libc::CLONE_FS) }, 0);
            std::env::set_current_dir(path).unwrap();
            assert_eq!(read(openat(CWD, c"file", RDONLY, 0)), "b");
        })
        .join()
        .unwrap();
        assert_eq!(read(openat(CWD, c"file", RDONLY, 0)), "a");
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_applies_rules_to_targets_of_links_and_to_parents() {
    let program = require!(program());
    let options = ["--allow-read=/", "--deny=DIR=EPERM", "--allow-write=DIR/in"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let inside = directory.join("in");
        fs::create_dir(&inside).unwrap();
        fs::create_dir(inside.join("sub")).unwrap();
        for (target, link) in [
            ("sub/new", "relative"),
            ("../out", "outside"),
            ("..", "parent"),
            ("loop", "loop"),
            ("outside", "chain"),
            (directory.join("out").to_str().unwrap(), "absolute"),
            (inside.join("sub/abs").to_str().unwrap(), "absolute-inside"),
        ] {
            symlink(target, inside.join(link)).unwrap();
        }
        for (path, expected) in [
            ("relative", 0),
            ("absolute-inside", 0),
            ("sub/../created", 0),
            ("parent/in/created", 0),
            ("outside", libc::EPERM),
            ("absolute", libc::EPERM),
            ("chain", libc::EPERM),
            ("../out", libc::EPERM),
            ("parent/out", libc::EPERM),
            ("sub/../../out", libc::EPERM),
            ("loop", libc::ELOOP),
            ("loop/x", libc::ELOOP),
        ] {
            assert_eq!(errno(File::create(inside.join(path))), expected, "{path}");
            let is_link = fs::symlink_metadata(inside.join(path)).is_ok();
            let expected = if is_link { libc::EEXIST } else { expected };
            let denied = path.contains("..") || path == "parent/out";
            let expected = if denied && expected != libc::EEXIST { libc::EPERM } else { expected };
            assert_eq!(errno(fs::create_dir(inside.join(path))), expected, "{path}");
        }
        assert!(!directory.join("out").exists());
        assert!(inside.join("sub/new").is_file() && inside.join("sub/abs").is_file());
        for (path, flags, expected) in [
            ("relative", libc::O_NOFOLLOW, -libc::ELOOP),
            ("relative", libc::O_NOFOLLOW | libc::O_DIRECTORY, -libc::ENOTDIR),
            ("relative", libc::O_CREAT | libc::O_EXCL, -libc::EEXIST),
            ("relative", libc::O_DIRECTORY, -libc::ENOTDIR),
            ("relative/", 0, -libc::ENOTDIR),
            ("missing/", 0, -libc::ENOENT),
            ("missing/", libc::O_CREAT, -libc::EISDIR),
            ("sub", libc::O_CREAT, -libc::EISDIR),
            ("sub/", libc::O_WRONLY, -libc::EISDIR),
            ("sub/.", libc::O_CREAT | libc::O_EXCL, -libc::EEXIST),
        ] {
            let opened = openat(CWD, &c_path(&inside, path), flags, 0o600);
            assert_eq!(opened, expected, "{path} {flags:#x}");
        }
        let link = openat(CWD, &c_path(&inside, "outside"), libc::O_PATH | libc::O_NOFOLLOW, 0);
        let link = fs::read_link(format!("/proc/self/fd/{link}")).unwrap();
        assert_eq!(link, inside.join("outside"));
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_fails_hostile_paths_with_the_errno_of_the_kernel() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let name = OsStr::from_bytes(b"\xFF\xFE \n\\");
        fs::write(directory.join(name), "text").unwrap();
        assert_eq!(fs::read_to_string(directory.join(name)).unwrap(), "text");
        assert_eq!(openat(CWD, c"", RDONLY, 0), -libc::ENOENT);
        let long = |length: usize| {
            let mut path = c_path(directory, "").into_bytes();
            while path.len() < length {
                path.extend(b"/");
            }
            std::ffi::CString::new(path).unwrap()
        };
        assert!(openat(CWD, &long(4095), RDONLY, 0) >= 0);
        assert_eq!(openat(CWD, &long(4096), RDONLY, 0), -libc::ENAMETOOLONG);
        assert_eq!(openat(CWD, &long(10_000), RDONLY, 0), -libc::ENAMETOOLONG);
        let name = "x".repeat(256);
        assert_eq!(errno(File::create(directory.join(&name))), libc::ENAMETOOLONG);
        assert_eq!(errno(fs::create_dir(directory.join(&name))), libc::ENAMETOOLONG);
        for address in [0_usize, 1, 8192, usize::MAX] {
            // SAFETY: the supervisor does not access the memory of this process through a pointer.
            let opened = unsafe { libc::syscall(libc::SYS_openat, CWD, address, RDONLY, 0) };
            assert_eq!(result(opened), -libc::EFAULT, "{address:#x}");
            // SAFETY: as above.
            let created = unsafe { libc::syscall(libc::SYS_mkdirat, CWD, address, 0) };
            assert_eq!(result(created), -libc::EFAULT, "{address:#x}");
        }
        // The kernel ignores the upper halves of `int` arguments.
        let (upper, path) = (0xDEAD_BEEF_u64 << 32, c_path(directory, "upper"));
        let flags = upper | (libc::O_CREAT | libc::O_WRONLY) as u64;
        let cwd = upper | u64::from(CWD as u32);
        // SAFETY: reads the path.
        let opened =
            unsafe { libc::syscall(libc::SYS_openat, cwd, path.as_ptr(), flags, upper | 0o600) };
        assert!(result(opened) >= 0);
        // `openat` ignores unknown flags.
        assert!(openat(CWD, &path, 1 << 30, 0) >= 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[cfg(target_arch = "x86_64")]
#[test]
fn supervise_serves_open_creat_and_mkdir() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &["--deny=DIR/d=EIO"], |directory| {
        let call = |number: libc::c_long, path: &std::ffi::CStr, second: i32, third: i32| {
            // SAFETY: reads the path.
            result(unsafe { libc::syscall(number, path.as_ptr(), second, third) })
        };
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| c_path(directory, name));
        // SAFETY: touches no memory.
        unsafe { libc::umask(0o027) };
        assert!(call(libc::SYS_open, &a, libc::O_CREAT | libc::O_RDWR, 0o666) >= 0);
        assert!(call(libc::SYS_creat, &b, 0o777, 0) >= 0);
        fs::write(directory.join("b"), "text").unwrap();
        assert!(call(libc::SYS_creat, &b, 0, 0) >= 0);
        assert_eq!(fs::metadata(directory.join("b")).unwrap().len(), 0, "creat truncates");
        assert_eq!(call(libc::SYS_mkdir, &c, 0o777, 0), 0);
        let modes = ["a", "b", "c"].map(|name| {
            let status = fs::metadata(directory.join(name)).unwrap();
            std::os::unix::fs::MetadataExt::mode(&status) & 0o777
        });
        assert_eq!(modes, [0o640, 0o750, 0o750]);
        for number in [libc::SYS_open, libc::SYS_creat, libc::SYS_mkdir] {
            assert_eq!(call(number, &d, 0, 0), -libc::EIO);
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn proc_self_of_supervise_refers_to_the_command() {
    let program = require!(program());
    let options = ["--allow-read=/", "--allow-write=DIR", "--deny=DIR/secret=EPERM"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let id = std::process::id();
        assert!(status.contains(&format!("\nPid:\t{id}\n")), "{status}");
        symlink("/proc/self/status", directory.join("link")).unwrap();
        assert!(fs::read_to_string(directory.join("link")).unwrap().contains(&id.to_string()));
        let thread = std::thread::spawn(|| {
            let comm = fs::read_to_string("/proc/thread-self/status").unwrap();
            (comm, butter::thread::gettid().to_string())
        });
        let (status, thread) = thread.join().unwrap();
        assert!(status.contains(&format!("\nPid:\t{thread}\n")), "{status}");
        // Magic links of the command can be followed.
        fs::write(directory.join("file"), "text").unwrap();
        let file = File::open(directory.join("file")).unwrap();
        for start in ["/proc/self/fd", "/dev/fd", &format!("/proc/{id}/fd")] {
            let text = fs::read_to_string(format!("{start}/{}", file.as_raw_fd())).unwrap();
            assert_eq!(text, "text", "{start}");
        }
        let executable = File::open("/proc/self/exe").unwrap();
        let link = fs::read_link(format!("/proc/self/fd/{}", executable.as_raw_fd())).unwrap();
        assert_eq!(link, std::env::current_exe().unwrap().canonicalize().unwrap());
        let (mut reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"pipe").unwrap();
        // A file without a path is not subject to the rules.
        let again = format!("/dev/fd/{}", writer.as_raw_fd());
        fs::OpenOptions::new().write(true).open(again).unwrap();
        let pipe = format!("/proc/self/fd/{}", reader.as_raw_fd());
        let mut second = File::open(pipe).unwrap();
        let mut buffer = [0; 2];
        second.read_exact(&mut buffer).unwrap();
        reader.read_exact(&mut buffer).unwrap();
        assert_eq!(&buffer, b"pe");
        // The rules apply to the file, not to the link.
        fs::write(directory.join("hidden"), "").unwrap();
        let hidden = File::open(directory.join("hidden")).unwrap();
        fs::rename(directory.join("hidden"), directory.join("secret")).unwrap();
        let link = format!("/proc/self/fd/{}", hidden.as_raw_fd());
        assert_eq!(errno(File::open(link)), libc::EPERM);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn supervise_does_not_open_its_own_files_in_proc() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let supervisor = std::os::unix::process::parent_id();
        let own = std::process::id();
        let directory_of = format!("/proc/{supervisor}");
        let denied = |path: &str| {
            for flags in [RDONLY, libc::O_WRONLY, libc::O_PATH] {
                let path = std::ffi::CString::new(path).unwrap();
                assert_eq!(openat(CWD, &path, flags, 0), -libc::EACCES, "{path:?} {flags:#x}");
            }
        };
        for name in ["mem", "maps", "root/etc", "fd/0", "exe", "cwd", "task", "status"] {
            denied(&format!("{directory_of}/{name}"));
            denied(&format!("/proc/self/../{supervisor}/{name}"));
        }
        denied(&directory_of);
        denied(&format!("{directory_of}/task/{supervisor}/mem"));
        symlink(&directory_of, directory.join("link")).unwrap();
        denied(directory.join("link/mem").to_str().unwrap());
        std::env::set_current_dir(&directory_of).unwrap();
        denied("mem");
        denied("task/../status");
        // Other processes are visible, but their links are not.
        assert!(Path::new("/proc/1").exists());
        File::open(format!("/proc/{own}/status")).unwrap();
        if fs::read_link("/proc/1/exe").is_ok() && own != 1 && supervisor != 1 {
            denied("/proc/1/exe");
        }
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}
