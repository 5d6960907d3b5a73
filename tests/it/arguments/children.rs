//! Arguments of calls that create processes, wait for processes and refer to processes.

use std::mem::MaybeUninit;

use butter::fd::{AsFd, AsRawFd};
use butter::fs::{ABS, AtFlags, CWD};
use butter::namespace::Kind;
use butter::process::raw::*;
use butter::process::{
    CStrArray, CloneArgs, CloneFlags, InfoMask, OpenFlags, PIDFD_SELF_THREAD,
    PIDFD_SELF_THREAD_GROUP, Pgid, Pid, SignalFlags, Uid, WaitFlags, WaitId,
};
use butter::signal::{SigInfo, Signal, Value};

use super::recorder::*;
use super::{Row, creates, each, long_path, open, words};

const ID: i32 = 0x1234_5678;

pub const ROWS: &[Row] = &[
    Row("process::raw::clone3", &[libc::SYS_clone3], |it| {
        let cgroup = open(500);
        let set_tid = [pid(0x1111), pid(0x2222)];
        let mut args = filled();
        for flags in each::<CloneFlags>().filter(|flags| !flags.contains(CloneFlags::PIDFD)) {
            args.flags = flags;
            let fields = args_of(&args, 0, [0, 0]);
            let arguments = [("cl_args", input_fields(&borrow(&fields))), ("size", size(88))];
            // SAFETY: the recorder returns a process ID, and creates no child.
            let result = it.call(libc::SYS_clone3, arguments, ID.into(), || unsafe {
                clone3(&args, child, std::ptr::null_mut())
            });
            let result = result.map(|cloned| (cloned.pid, cloned.pidfd.is_none()));
            it.output("ID", result, Ok((pid(ID), true)));
        }
        args.flags = CloneFlags::INTO_CGROUP;
        args.set_tid = &set_tid;
        args.cgroup = Some(cgroup.as_fd());
        let ids = words([0x2222_0000_1111]);
        let mut fields = args_of(&args, cgroup.as_raw_fd(), [0, 2]);
        fields.retain(|(offset, _)| *offset != 64);
        let pointer = set_tid.as_ptr().addr() as u64;
        fields.push((64, pointer.to_ne_bytes().to_vec()));
        assert_eq!(ids.len(), size_of_val(&set_tid));
        let arguments = [("cl_args", input_fields(&borrow(&fields))), ("size", size(88))];
        // SAFETY: as above.
        let result = it.call(libc::SYS_clone3, arguments, ID.into(), || unsafe {
            clone3(&args, child, std::ptr::null_mut())
        });
        it.output("ID", result.map(|cloned| cloned.pid), Ok(pid(ID)));
    }),
    Row("process::raw::clone", &[libc::SYS_clone], |it| {
        let mut args = filled();
        let fits = |flags: &CloneFlags| {
            flags.bits() <= u32::MAX.into()
                && !flags.intersects(CloneFlags::PIDFD | CloneFlags::NEWTIME)
        };
        for flags in each::<CloneFlags>().filter(fits) {
            args.flags = flags;
            let (tls, child_tid) = (("tls", long(0x5000)), ("child_tid", long(0x4000)));
            let [fourth, fifth] =
                if cfg!(target_arch = "aarch64") { [tls, child_tid] } else { [child_tid, tls] };
            let arguments = [
                ("flags", long(flags.bits() | libc::SIGUSR2 as u64)),
                ("stack", long(0x8000)),
                ("parent_tid", long(0x3000)),
                fourth,
                fifth,
            ];
            // SAFETY: the recorder returns a process ID, and creates no child.
            let result = it.call(libc::SYS_clone, arguments, ID.into(), || unsafe {
                clone(&args, child, std::ptr::null_mut())
            });
            let result = result.map(|cloned| (cloned.pid, cloned.pidfd.is_none()));
            it.output("ID", result, Ok((pid(ID), true)));
        }
        // The kernel stores the pidfd at the third argument.
        args.flags = CloneFlags::PIDFD;
        let number = std::os::fd::IntoRawFd::into_raw_fd(common::file(open(900)));
        let arguments = [
            ("flags", long(CloneFlags::PIDFD.bits() | libc::SIGUSR2 as u64)),
            ("stack", long(0x8000)),
            ("parent_tid", output(number.to_ne_bytes())),
        ];
        // SAFETY: as above.
        let result = it.call(libc::SYS_clone, arguments, ID.into(), || unsafe {
            clone(&args, child, std::ptr::null_mut())
        });
        let result = result.map(|cloned| cloned.pidfd.map(|pidfd| pidfd.as_raw_fd()));
        it.output("pidfd", result, Ok(Some(number)));
    }),
    Row("process::raw::waitid", &[libc::SYS_waitid], |it| {
        let pidfd = open(500);
        let info = SigInfo::queue(Signal::CHLD, pid(ID), Uid::from_raw(5), Value::new(6));
        for (id, kind, number) in [
            (WaitId::Any, libc::P_ALL, 0),
            (WaitId::Pid(pid(ID)), libc::P_PID, ID),
            (WaitId::Group(None), libc::P_PGID, 0),
            (WaitId::Group(Pgid::from_raw(ID)), libc::P_PGID, ID),
            (WaitId::PidFd(pidfd.as_fd()), libc::P_PIDFD, pidfd.as_raw_fd()),
        ] {
            for flags in each::<WaitFlags>() {
                let arguments = |rusage| {
                    [
                        ("idtype", int(kind)),
                        ("id", int(number)),
                        ("info", output(info.to_bytes())),
                        ("options", int(flags.bits())),
                        ("rusage", rusage),
                    ]
                };
                let result =
                    it.call(libc::SYS_waitid, arguments(NULL), 0, || waitid(id, flags, None));
                let bytes = result.map(|info| info.map(SigInfo::to_bytes));
                it.output("info", bytes, Ok(Some(info.to_bytes())));
                let mut rusage = MaybeUninit::zeroed();
                let time = output(words([7, 8]));
                let result = it.call(libc::SYS_waitid, arguments(time), 0, || {
                    waitid(id, flags, Some(&mut rusage))
                });
                it.output("success", result.is_ok(), true);
                // SAFETY: all fields are integers, which were set to zero.
                let rusage: butter::process::Rusage = unsafe { rusage.assume_init() };
                it.output("rusage", rusage.user_time().as_micros(), 7_000_008);
            }
        }
        let none = [("idtype", int(libc::P_ALL))];
        let result =
            it.call(libc::SYS_waitid, none, 0, || waitid(WaitId::Any, WaitFlags::NOHANG, None));
        it.output("no child", result.map(|info| info.is_none()), Ok(true));
    }),
    Row("process::raw::pidfd_open", &[libc::SYS_pidfd_open], |it| {
        for flags in each::<OpenFlags>() {
            let arguments = [("pid", int(ID)), ("flags", int(flags.bits()))];
            creates(it, |fd| {
                it.call(libc::SYS_pidfd_open, arguments, fd, || pidfd_open(pid(ID), flags))
            });
        }
    }),
    Row("process::raw::pidfd_send_signal", &[libc::SYS_pidfd_send_signal], |it| {
        let pidfd = open(500);
        for (signal, number) in [(None, 0), (Some(Signal::USR2), libc::SIGUSR2)] {
            for flags in each::<SignalFlags>() {
                let arguments = |fd| {
                    [
                        ("pidfd", fd),
                        ("sig", int(number)),
                        ("info", NULL),
                        ("flags", int(flags.bits())),
                    ]
                };
                let call = |fd, call: &dyn Fn() -> butter::Result<()>| {
                    let result = it.call(libc::SYS_pidfd_send_signal, arguments(fd), 0, call);
                    it.output("success", result, Ok(()));
                };
                call(fd(&pidfd), &|| pidfd_send_signal(&pidfd, signal, flags));
                call(int(-10000), &|| pidfd_send_signal(PIDFD_SELF_THREAD, signal, flags));
                call(int(-10001), &|| pidfd_send_signal(PIDFD_SELF_THREAD_GROUP, signal, flags));
            }
        }
    }),
    Row("process::raw::pidfd_send_signal_info", &[libc::SYS_pidfd_send_signal], |it| {
        let pidfd = open(500);
        let info = SigInfo::queue(Signal::USR2, pid(ID), Uid::from_raw(5), Value::new(6));
        for flags in each::<SignalFlags>() {
            let arguments = [
                ("pidfd", fd(&pidfd)),
                ("sig", int(libc::SIGUSR2)),
                ("info", input(info.to_bytes())),
                ("flags", int(flags.bits())),
            ];
            let result = it.call(libc::SYS_pidfd_send_signal, arguments, 0, || {
                // SAFETY: the recorder sends no signal.
                unsafe { pidfd_send_signal_info(&pidfd, Some(Signal::USR2), &info, flags) }
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("process::raw::pidfd_getfd", &[libc::SYS_pidfd_getfd], |it| {
        let pidfd = open(500);
        let arguments = [("pidfd", fd(&pidfd)), ("targetfd", int(ID)), ("flags", int(0))];
        creates(it, |fd| {
            it.call(libc::SYS_pidfd_getfd, arguments, fd, || pidfd_getfd(pidfd.as_fd(), ID))
        });
    }),
    Row("process::raw::ioctl_pidfd_get_info", &[libc::SYS_ioctl], |it| {
        let pidfd = open(500);
        for mask in each::<InfoMask>() {
            let info = update(words([mask.bits(), 0]), words([InfoMask::CGROUPID.bits(), 77]));
            let arguments = [("fd", fd(&pidfd)), ("op", int(0xC058_FF0B_u32)), ("argp", info)];
            let result = it.call(libc::SYS_ioctl, arguments, 0, || {
                // SAFETY: the recorder writes to the struct only.
                unsafe { ioctl_pidfd_get_info(pidfd.as_fd(), mask) }
            });
            it.output("cgroup", result.map(|info| info.cgroup_id()), Ok(Some(77)));
        }
    }),
    Row("process::raw::ioctl_pidfd_get_namespace", &[libc::SYS_ioctl], |it| {
        let pidfd = open(500);
        for (kind, request) in [
            (Kind::Cgroup, 0xFF01_u32),
            (Kind::Ipc, 0xFF02),
            (Kind::Mount, 0xFF03),
            (Kind::Net, 0xFF04),
            (Kind::Pid, 0xFF05),
            (Kind::PidForChildren, 0xFF06),
            (Kind::Time, 0xFF07),
            (Kind::TimeForChildren, 0xFF08),
            (Kind::User, 0xFF09),
            (Kind::Uts, 0xFF0A),
        ] {
            let arguments = [("fd", fd(&pidfd)), ("op", int(request)), ("argp", NULL)];
            creates(it, |fd| {
                it.call(libc::SYS_ioctl, arguments, fd, || {
                    // SAFETY: the recorder answers with a new descriptor.
                    unsafe { ioctl_pidfd_get_namespace(pidfd.as_fd(), kind) }
                })
            });
        }
    }),
    Row("process::raw::execve", &[libc::SYS_execve], |it| {
        let (argv, envp) = (CStrArray::empty(), second_array());
        let failure = -i64::from(libc::EACCES);
        let long = long_path();
        for path in ["/nonexistent/str", &long] {
            let arguments = [
                ("path", input([path.as_bytes(), b"\0"].concat())),
                ("argv", long_of(argv)),
                ("envp", long_of(envp)),
            ];
            let result = it.call(libc::SYS_execve, arguments, failure, || execve(path, argv, envp));
            it.output("errno", result.unwrap_err().errno(), butter::Errno::ACCES);
        }
        let arguments = [("path", input(b"/nonexistent/c\0"))];
        let result =
            it.call(libc::SYS_execve, arguments, 0, || execve(c"/nonexistent/c", argv, envp));
        it.output("forged success", result.unwrap_err().errno(), butter::Errno::IO);
    }),
    Row("process::raw::execveat", &[libc::SYS_execveat], |it| {
        let (argv, envp) = (CStrArray::empty(), second_array());
        let directory = open(500);
        for flags in each::<AtFlags>() {
            let arguments = |fd| {
                [
                    ("dirfd", fd),
                    ("path", input(b"nonexistent\0")),
                    ("argv", long_of(argv)),
                    ("envp", long_of(envp)),
                    ("flags", int(flags.bits())),
                ]
            };
            let call = |fd, call: &dyn Fn() -> butter::Error| {
                let failure = -i64::from(libc::EACCES);
                let error = it.call(libc::SYS_execveat, arguments(fd), failure, call);
                it.output("errno", error.errno(), butter::Errno::ACCES);
            };
            call(fd(&directory), &|| {
                execveat(&directory, c"nonexistent", argv, envp, flags).unwrap_err()
            });
            call(int(-100), &|| execveat(CWD, "nonexistent", argv, envp, flags).unwrap_err());
            call(int(-9), &|| execveat(ABS, "nonexistent", argv, envp, flags).unwrap_err());
        }
    }),
];

fn pid(number: i32) -> Pid {
    Pid::from_raw(number).unwrap()
}

/// The child, which the recorder does not create.
unsafe extern "C-unwind" fn child(_: *mut ()) -> ! {
    std::process::abort()
}

/// Returns arguments with a different value in each field except the flags.
fn filled() -> CloneArgs<'static> {
    let mut args = CloneArgs::new(CloneFlags::empty());
    args.exit_signal = Some(Signal::USR2);
    args.stack = std::ptr::without_provenance_mut(0x2000);
    args.stack_size = 0x6000;
    args.parent_tid = std::ptr::without_provenance_mut(0x3000);
    args.child_tid = std::ptr::without_provenance_mut(0x4000);
    args.tls = std::ptr::without_provenance_mut(0x5000);
    args
}

/// Returns the expected fields of `struct clone_args`, except the pointer to the pidfd.
fn args_of(args: &CloneArgs<'_>, cgroup: i32, set_tid: [u64; 2]) -> Vec<(usize, Vec<u8>)> {
    let fields = [
        (0, args.flags.bits()),
        (16, 0x4000),
        (24, 0x3000),
        (32, libc::SIGUSR2 as u64),
        (40, 0x2000),
        (48, 0x6000),
        (56, 0x5000),
        (64, set_tid[0]),
        (72, set_tid[1]),
        (80, cgroup as u64),
    ];
    fields.iter().map(|(offset, value)| (*offset, value.to_ne_bytes().to_vec())).collect()
}

fn borrow(fields: &[(usize, Vec<u8>)]) -> Vec<(usize, &[u8])> {
    fields.iter().map(|(offset, bytes)| (*offset, &bytes[..])).collect()
}

/// Returns an array at another address than that of `CStrArray::empty`.
fn second_array() -> CStrArray<'static> {
    static NULL_POINTER: [usize; 1] = [0];
    // SAFETY: the array contains only the terminating null pointer.
    unsafe { CStrArray::from_ptr(NULL_POINTER.as_ptr().cast()) }
}

fn long_of(array: CStrArray<'_>) -> Argument {
    long(array.as_ptr().addr() as u64)
}
