//! Arguments of calls on namespaces, ID maps, and host and domain names.

use std::mem::offset_of;

use butter::fd::AsFd;
use butter::idmap::IdRange;
use butter::idmap::raw::*;
use butter::io::AccessMode;
use butter::namespace::raw::*;
use butter::namespace::{Kind, Namespaces, Task, UnshareFlags};
use butter::process::{Pid, Uid};
use butter::thread::Tid;
use butter::uts;

use super::recorder::*;
use super::{Row, creates, each, open, pattern};

pub const ROWS: &[Row] = &[
    Row("namespace::raw::unshare", &[libc::SYS_unshare], |it| {
        for flags in each::<UnshareFlags>() {
            let arguments = [("flags", int(flags.bits()))];
            let result = it.call(libc::SYS_unshare, arguments, 0, || {
                // SAFETY: the recorder answers the call; nothing changes.
                unsafe { unshare(flags) }
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("namespace::raw::setns", &[libc::SYS_setns], |it| {
        let file = open(500);
        for kinds in each::<Namespaces>() {
            let arguments = [("fd", fd(&file)), ("nstype", int(kinds.bits()))];
            let result = it.call(libc::SYS_setns, arguments, 0, || setns(file.as_fd(), kinds));
            it.output("success", result, Ok(()));
        }
    }),
    Row("namespace::raw::openat_ns", &[libc::SYS_openat], |it| {
        for (task, directory) in tasks() {
            for (kind, name) in [
                (Kind::Mount, "mnt"),
                (Kind::Cgroup, "cgroup"),
                (Kind::Uts, "uts"),
                (Kind::Ipc, "ipc"),
                (Kind::User, "user"),
                (Kind::Pid, "pid"),
                (Kind::PidForChildren, "pid_for_children"),
                (Kind::Net, "net"),
                (Kind::Time, "time"),
                (Kind::TimeForChildren, "time_for_children"),
            ] {
                let path = format!("/proc/{directory}/ns/{name}");
                let arguments = openat(&path, libc::O_RDONLY);
                creates(it, |fd| {
                    it.call(libc::SYS_openat, arguments, fd, || openat_ns(task, kind))
                });
            }
        }
    }),
    Row("namespace::raw::fstatfs_is_nsfs", &[libc::SYS_fstatfs], |it| {
        let file = open(500);
        for (kind, is_nsfs) in
            [(NSFS_MAGIC, true), (NSFS_MAGIC | 1 << 32, false), (PROC_SUPER_MAGIC, false)]
        {
            let arguments = [("fd", fd(&file)), ("buf", output(statfs(kind)))];
            let result = it.call(libc::SYS_fstatfs, arguments, 0, || fstatfs_is_nsfs(file.as_fd()));
            it.output("f_type", result, Ok(is_nsfs));
        }
    }),
    Row("namespace::raw::ioctl_ns_get_userns", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        let arguments = [("fd", fd(&file)), ("op", int(NS_GET_USERNS)), ("argp", NULL)];
        creates(it, |fd| {
            it.call(libc::SYS_ioctl, arguments, fd, || {
                // SAFETY: the recorder answers with a new descriptor.
                unsafe { ioctl_ns_get_userns(file.as_fd()) }
            })
        });
    }),
    Row("namespace::raw::ioctl_ns_get_parent", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        let arguments = [("fd", fd(&file)), ("op", int(NS_GET_PARENT)), ("argp", NULL)];
        creates(it, |fd| {
            it.call(libc::SYS_ioctl, arguments, fd, || {
                // SAFETY: the recorder answers with a new descriptor.
                unsafe { ioctl_ns_get_parent(file.as_fd()) }
            })
        });
    }),
    Row("namespace::raw::ioctl_ns_get_nstype", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        for kind in each::<Namespaces>().filter(|kind| kind.bits() <= i32::MAX.cast_unsigned()) {
            let arguments = [("fd", fd(&file)), ("op", int(NS_GET_NSTYPE)), ("argp", NULL)];
            let returned = kind.bits().into();
            let result =
                it.call(libc::SYS_ioctl, arguments, returned, || ioctl_ns_get_nstype(file.as_fd()));
            it.output("kind", result, Ok(kind));
        }
    }),
    Row("namespace::raw::ioctl_ns_get_owner_uid", &[libc::SYS_ioctl], |it| {
        let file = open(500);
        for owner in [0_u32, 0x1234_5678, 0xFEDC_BA98] {
            let written = output(owner.to_ne_bytes());
            let arguments = [("fd", fd(&file)), ("op", int(NS_GET_OWNER_UID)), ("argp", written)];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                // SAFETY: the recorder writes one number, the user ID.
                unsafe { ioctl_ns_get_owner_uid(file.as_fd()) }
            });
            it.output("owner", result, Ok(Uid::from_raw(owner)));
        }
    }),
    Row("idmap::raw::openat_uid_map", &OPEN, |it| {
        opens(it, "uid_map", openat_uid_map);
    }),
    Row("idmap::raw::openat_gid_map", &OPEN, |it| {
        opens(it, "gid_map", openat_gid_map);
    }),
    Row("idmap::raw::openat_setgroups", &OPEN, |it| {
        opens(it, "setgroups", openat_setgroups);
    }),
    Row("idmap::raw::write_uid_map", &[libc::SYS_write], |it| {
        writes(it, MAP, |fd| write_uid_map(fd.as_fd(), &RANGES));
    }),
    Row("idmap::raw::write_gid_map", &[libc::SYS_write], |it| {
        writes(it, MAP, |fd| write_gid_map(fd.as_fd(), &RANGES));
    }),
    Row("idmap::raw::write_setgroups_deny", &[libc::SYS_write], |it| {
        writes(it, "deny", |fd| write_setgroups_deny(fd.as_fd()));
    }),
    Row("uts::raw::uname", &[libc::SYS_uname], |it| {
        let fields = ["sysname", "nodename", "release", "version", "machine", "domainname"];
        let mut written = [0; 6 * 65];
        for (at, name) in fields.iter().enumerate() {
            written[at * 65..][..name.len()].copy_from_slice(name.as_bytes());
        }
        let result =
            it.call(libc::SYS_uname, [("buf", output(written))], 0, uts::raw::uname).unwrap();
        let names = [
            result.sysname(),
            result.nodename(),
            result.release(),
            result.version(),
            result.machine(),
            result.domainname(),
        ];
        it.output("names", names.map(|name| name.as_bytes().to_vec()), fields.map(Vec::from));
    }),
    Row("uts::raw::sethostname", &[libc::SYS_sethostname], |it| {
        names(it, libc::SYS_sethostname, uts::raw::sethostname);
    }),
    Row("uts::raw::setdomainname", &[libc::SYS_setdomainname], |it| {
        names(it, libc::SYS_setdomainname, uts::raw::setdomainname);
    }),
];

const NS_GET_USERNS: u32 = libc::NS_GET_USERNS as u32;
const NS_GET_PARENT: u32 = libc::NS_GET_PARENT as u32;
const NS_GET_NSTYPE: u32 = libc::NS_GET_NSTYPE as u32;
const NS_GET_OWNER_UID: u32 = libc::NS_GET_OWNER_UID as u32;

const NSFS_MAGIC: u64 = linux_raw_sys::general::NSFS_MAGIC as u64;
const PROC_SUPER_MAGIC: u64 = linux_raw_sys::general::PROC_SUPER_MAGIC as u64;

const RANGES: [IdRange; 3] =
    [IdRange::new(0, 1000, 1), IdRange::new(1, 100_000, 65_536), IdRange::new(70_000, 7, 8)];
const MAP: &str = "0 1000 1\n1 100000 65536\n70000 7 8\n";

fn tasks() -> [(Task, &'static str); 3] {
    let number = 0x1234_5678;
    let (process, thread) = (Pid::from_raw(number).unwrap(), Tid::from_raw(number + 1).unwrap());
    [
        (Task::Own, "thread-self"),
        (Task::Process(process), "305419896"),
        (Task::Thread(thread), "305419897"),
    ]
}

fn openat(path: &str, access: libc::c_int) -> [(&'static str, Argument); 3] {
    [
        ("dirfd", int(libc::AT_FDCWD)),
        ("pathname", input([path.as_bytes(), b"\0"].concat())),
        ("flags", int(access | libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC)),
    ]
}

/// Returns the bytes of a `struct statfs` whose `f_type` is `kind`.
fn statfs(kind: u64) -> [u8; 120] {
    let mut statfs = pattern();
    statfs[..8].copy_from_slice(&kind.to_ne_bytes());
    statfs
}

type Open = fn(Task, AccessMode) -> butter::Result<butter::fd::OwnedFd>;

/// The system calls of a function that opens a file, and checks that the opened file is a regular
/// file of procfs.
const OPEN: [libc::c_long; 3] = [libc::SYS_openat, libc::SYS_fstat, libc::SYS_fstatfs];

fn opens(it: &Recorder, name: &str, open: Open) {
    for (task, directory) in tasks() {
        for (access, flags) in [
            (AccessMode::ReadOnly, libc::O_RDONLY),
            (AccessMode::WriteOnly, libc::O_WRONLY),
            (AccessMode::ReadWrite, libc::O_RDWR),
            (AccessMode::Neither, 3),
        ] {
            let arguments = openat(&format!("/proc/{directory}/{name}"), flags);
            creates(it, |fd| {
                let mut stat = pattern::<{ size_of::<libc::stat>() }>();
                let at = offset_of!(libc::stat, st_mode);
                stat[at..at + 4].copy_from_slice(&(libc::S_IFREG | 0o644).to_ne_bytes());
                let stat = [("fd", int(fd)), ("statbuf", output(stat))];
                let statfs = [("fd", int(fd)), ("buf", output(statfs(PROC_SUPER_MAGIC)))];
                let expected = [
                    Expected::new(libc::SYS_openat, arguments, fd),
                    Expected::new(libc::SYS_fstat, stat, 0),
                    Expected::new(libc::SYS_fstatfs, statfs, 0),
                ];
                it.calls(expected, || open(task, access))
            });
        }
    }
}

fn writes(it: &Recorder, text: &str, write: fn(&butter::fd::OwnedFd) -> butter::Result<()>) {
    let file = open(500);
    let arguments = [("fd", fd(&file)), ("buf", input(text)), ("count", size(text.len()))];
    let result = it.call(libc::SYS_write, arguments, text.len() as i64, || write(&file));
    it.output("success", result, Ok(()));
}

fn names(it: &Recorder, number: libc::c_long, set: fn(&[u8]) -> butter::Result<()>) {
    for name in ["", "name", "of-a-longer-name"] {
        let arguments = [("name", input(name)), ("len", int(name.len() as i64))];
        let result = it.call(number, arguments, 0, || set(name.as_bytes()));
        it.output("success", result, Ok(()));
    }
}
