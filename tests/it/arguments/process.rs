//! Arguments of calls that return IDs and change directories.

use butter::fd::AsFd;
use butter::fs::Mode;
use butter::process::{self, Gid, Pid, Uid};
use butter::thread::{self, Tid};

use super::recorder::*;
use super::{Row, each, long_path, open};

const ID: i32 = 0x1234_5678;

pub const ROWS: &[Row] = &[
    Row("ids::getpid", &[libc::SYS_getpid], |it| {
        let result = it.call(libc::SYS_getpid, [], ID.into(), process::getpid);
        it.output("ID", result, Pid::from_raw(ID).unwrap());
    }),
    Row("ids::getppid", &[libc::SYS_getppid], |it| {
        for parent in [0, ID] {
            let result = it.call(libc::SYS_getppid, [], parent.into(), process::getppid);
            it.output("ID", result, Pid::from_raw(parent));
        }
    }),
    Row("ids::gettid", &[libc::SYS_gettid], |it| {
        let result = it.call(libc::SYS_gettid, [], ID.into(), thread::gettid);
        it.output("ID", result, Tid::from_raw(ID).unwrap());
    }),
    Row("ids::getuid", &[libc::SYS_getuid], |it| user(it, libc::SYS_getuid, process::getuid)),
    Row("ids::geteuid", &[libc::SYS_geteuid], |it| user(it, libc::SYS_geteuid, process::geteuid)),
    Row("ids::getgid", &[libc::SYS_getgid], |it| group(it, libc::SYS_getgid, process::getgid)),
    Row("ids::getegid", &[libc::SYS_getegid], |it| group(it, libc::SYS_getegid, process::getegid)),
    Row("process::raw::getpid", &[libc::SYS_getpid], |it| {
        let result = it.call(libc::SYS_getpid, [], ID.into(), process::raw::getpid);
        it.output("ID", result, Ok(Pid::from_raw(ID).unwrap()));
    }),
    Row("process::raw::getppid", &[libc::SYS_getppid], |it| {
        for parent in [0, ID] {
            let result = it.call(libc::SYS_getppid, [], parent.into(), process::raw::getppid);
            it.output("ID", result, Ok(Pid::from_raw(parent)));
        }
    }),
    Row("process::raw::chdir", &[libc::SYS_chdir], |it| {
        let call = |path: &str, call: &dyn Fn() -> butter::Result<()>| {
            enters(it, libc::SYS_chdir, path, call);
        };
        let long = long_path();
        call("/nonexistent/c", &|| process::raw::chdir(c"/nonexistent/c"));
        call("/nonexistent/str", &|| process::raw::chdir("/nonexistent/str"));
        call(&long, &|| process::raw::chdir(long.as_str()));
    }),
    Row("process::raw::fchdir", &[libc::SYS_fchdir], |it| {
        let directory = open(500);
        let result = it.call(libc::SYS_fchdir, [("fd", fd(&directory))], 0, || {
            process::raw::fchdir(directory.as_fd())
        });
        it.output("success", result, Ok(()));
    }),
    Row("process::raw::getcwd", &[libc::SYS_getcwd], |it| {
        let mut buffer = [0; 300];
        let arguments = [("buf", output(b"/a path\0")), ("size", size(300))];
        let result = it.call(libc::SYS_getcwd, arguments, 8, || process::raw::getcwd(&mut buffer));
        it.output("path", result, Ok(c"/a path"));
    }),
    Row("process::raw::umask", &[libc::SYS_umask], |it| {
        for mask in each::<Mode>() {
            let arguments = [("mask", int(mask.bits()))];
            let result = it.call(libc::SYS_umask, arguments, 0o123, || process::raw::umask(mask));
            it.output("previous mask", result, Mode::from_bits_retain(0o123));
        }
    }),
    Row("process::raw::chroot", &[libc::SYS_chroot], |it| {
        let call = |path: &str, call: &dyn Fn() -> butter::Result<()>| {
            enters(it, libc::SYS_chroot, path, call);
        };
        let long = long_path();
        call("/nonexistent/c", &|| process::raw::chroot(c"/nonexistent/c"));
        call("/nonexistent/str", &|| process::raw::chroot("/nonexistent/str"));
        call(&long, &|| process::raw::chroot(long.as_str()));
    }),
];

fn user(it: &Recorder, number: libc::c_long, function: fn() -> Uid) {
    for id in [0, 0x1234_5678, 0xFEDC_BA98] {
        let result = it.call(number, [], i64::from(id), function);
        it.output("ID", result, Uid::from_raw(id));
    }
}

fn group(it: &Recorder, number: libc::c_long, function: fn() -> Gid) {
    for id in [0, 0x1234_5678, 0xFEDC_BA98] {
        let result = it.call(number, [], i64::from(id), function);
        it.output("ID", result, Gid::from_raw(id));
    }
}

fn enters(
    it: &Recorder,
    number: libc::c_long,
    path: &str,
    function: impl FnOnce() -> butter::Result<()>,
) {
    let path = input([path.as_bytes(), b"\0"].concat());
    let result = it.call(number, [("path", path)], 0, function);
    it.output("success", result, Ok(()));
}
