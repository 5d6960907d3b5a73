//! The system call `openat2` of commands of the example `supervise`.

use std::ffi::CStr;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;

use super::run::{c_path, openat, program, result, run};
use common::{require, this_test};

const BENEATH: u64 = libc::RESOLVE_BENEATH;
const IN_ROOT: u64 = libc::RESOLVE_IN_ROOT;
const NO_SYMLINKS: u64 = libc::RESOLVE_NO_SYMLINKS;
const NO_MAGICLINKS: u64 = libc::RESOLVE_NO_MAGICLINKS;
const NO_XDEV: u64 = libc::RESOLVE_NO_XDEV;
const CACHED: u64 = 0x20;

/// Calls `openat2` with a struct of `size` bytes, which contains `words`.
fn openat2_sized(directory: i32, path: &CStr, words: &[u64], size: usize) -> i32 {
    assert!(size_of_val(words) >= size.min(4096));
    let path = path.as_ptr();
    // SAFETY: reads the path and at most `size` bytes of the struct.
    result(unsafe { libc::syscall(libc::SYS_openat2, directory, path, words.as_ptr(), size) })
}

fn openat2(directory: i32, path: &CStr, flags: i32, mode: u64, resolve: u64) -> i32 {
    openat2_sized(directory, path, &[u64::from(flags as u32), mode, resolve], 24)
}

#[test]
fn openat2_checks_the_size_and_the_fields_of_the_struct() {
    let program = require!(program());
    let completed = run(this_test!(), &program, &[], |directory| {
        let path = c_path(directory, "file");
        fs::write(directory.join("file"), "").unwrap();
        let mut words = [0; 1024];
        // SAFETY: touches no memory.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        for (size, expected) in [
            (0, -libc::EINVAL),
            (23, -libc::EINVAL),
            (24, 0),
            (25, 0),
            (32, 0),
            (4096, 0),
            (page + 1, -libc::E2BIG),
            (usize::MAX, -libc::E2BIG),
        ] {
            let opened = openat2_sized(libc::AT_FDCWD, &path, &words, size);
            assert_eq!(opened.min(0), expected, "{size}");
        }
        words[3] = 1 << 56;
        assert_eq!(openat2_sized(libc::AT_FDCWD, &path, &words, 32), -libc::E2BIG);
        assert!(openat2_sized(libc::AT_FDCWD, &path, &words, 31) >= 0);
        for (flags, mode, resolve, expected) in [
            (libc::O_RDONLY, 0, 0, 0),
            (libc::O_RDONLY, 0o600, 0, -libc::EINVAL),
            (libc::O_RDONLY | libc::O_CREAT, 0o600, 0, 0),
            (libc::O_RDONLY | libc::O_CREAT, 0o10000, 0, -libc::EINVAL),
            (libc::O_RDONLY | libc::O_CREAT, 1 << 32, 0, -libc::EINVAL),
            (1 << 30, 0, 0, -libc::EINVAL),
            (libc::O_PATH | libc::O_RDWR, 0, 0, -libc::EINVAL),
            (libc::O_RDONLY, 0, 1 << 40, -libc::EINVAL),
            (libc::O_RDONLY, 0, BENEATH | IN_ROOT, -libc::EINVAL),
        ] {
            let opened = openat2(libc::AT_FDCWD, &path, flags, mode, resolve);
            assert_eq!(opened.min(0), expected, "{flags:#x} {mode:o} {resolve:#x}");
        }
        // SAFETY: the address is not mapped, and the supervisor reads it.
        let opened = unsafe {
            libc::syscall(libc::SYS_openat2, libc::AT_FDCWD, path.as_ptr(), 8_usize, 24_usize)
        };
        assert_eq!(result(opened), -libc::EFAULT);
        let fd = openat2(libc::AT_FDCWD, &path, libc::O_CLOEXEC, 0, 0);
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::fcntl(fd, libc::F_GETFD) }, libc::FD_CLOEXEC);
        let fd = openat2(libc::AT_FDCWD, &path, libc::O_RDWR, 0, 0);
        // SAFETY: touches no memory.
        assert_eq!(unsafe { libc::fcntl(fd, libc::F_GETFD) }, 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}

#[test]
fn openat2_restricts_the_resolution_of_the_path() {
    let program = require!(program());
    let options = ["--redirect=DIR/in/redirected=DIR/out"];
    let completed = run(this_test!(), &program, &options, |directory| {
        let inside = directory.join("in");
        fs::create_dir(&inside).unwrap();
        fs::create_dir(inside.join("sub")).unwrap();
        fs::write(inside.join("sub/file"), "").unwrap();
        fs::write(directory.join("out"), "").unwrap();
        for (target, link) in [
            ("sub/file", "link"),
            ("/sub/file", "absolute"),
            ("../out", "outside"),
            ("/proc/self/exe", "magic"),
        ] {
            symlink(target, inside.join(link)).unwrap();
        }
        let start = File::open(&inside).unwrap();
        let start = start.as_raw_fd();
        let exdev = -libc::EXDEV;
        let rows = [
            (c"sub/file", BENEATH, 0),
            (c"sub/../link", BENEATH, 0),
            (c"../out", BENEATH, exdev),
            (c"outside", BENEATH, exdev),
            (c"/sub/file", BENEATH, exdev),
            (c"absolute", BENEATH, exdev),
            (c"redirected", BENEATH, exdev),
            (c"/sub/file", IN_ROOT, 0),
            (c"absolute", IN_ROOT, 0),
            (c"../../sub/file", IN_ROOT, 0),
            (c"outside", IN_ROOT, -libc::ENOENT),
            (c"redirected", IN_ROOT, exdev),
            (c"redirected", 0, 0),
            (c"absolute", 0, -libc::ENOENT),
            (c"sub/file", NO_SYMLINKS, 0),
            (c"link", NO_SYMLINKS, -libc::ELOOP),
            (c"link", NO_MAGICLINKS, 0),
            (c"magic", NO_MAGICLINKS, -libc::ELOOP),
            (c"magic", 0, 0),
            (c"magic", BENEATH, exdev),
            (c"sub/file", NO_XDEV, 0),
            (c"magic", NO_XDEV, exdev),
            (c"/proc/self", NO_XDEV, exdev),
        ];
        for (path, resolve, expected) in rows {
            let opened = openat2(start, path, libc::O_RDONLY, 0, resolve);
            assert_eq!(opened.min(0), expected, "{path:?} {resolve:#x}");
        }
        // The supervisor also supports the flag if the kernel is older than Linux 5.12.
        let cached = openat2(start, c"link", libc::O_RDONLY, 0, CACHED);
        assert_eq!(cached, -libc::EAGAIN);
        let created = openat2(start, c"sub/new", libc::O_CREAT | libc::O_WRONLY, 0o600, BENEATH);
        assert!(created >= 0 && inside.join("sub/new").exists());
        // The supervisor cannot let the kernel read the flags again.
        let flags = libc::O_PATH | libc::O_NOFOLLOW;
        for resolve in [0, NO_SYMLINKS] {
            assert_eq!(openat2(start, c"link", flags, 0, resolve), -libc::EOPNOTSUPP);
        }
        assert_eq!(openat2(start, c"nothing", flags, 0, 0), -libc::ENOENT);
        assert!(openat(start, c"link", flags, 0) >= 0);
    });
    let Some(completed) = completed else { return };
    completed.assert_success();
}
