//! Arguments of calls that set attributes of processes and threads.

use butter::fd::AsFd;
use butter::process::raw::*;
use butter::process::{Gid, Pgid, Pid, PriorityOf, SchedulingPolicy, Uid};
use butter::signal::Signal;
use butter::thread::Tid;

use super::Row;
use super::open;
use super::recorder::*;

const ID: i32 = 0x1234_5678;
const OTHER: i32 = 0x2345_6789;

pub const ROWS: &[Row] = &[
    Row("process::raw::setsid", &[libc::SYS_setsid], |it| {
        let result = it.call(libc::SYS_setsid, [], ID.into(), setsid);
        it.output("ID", result, Ok(Pgid::from_raw(ID).unwrap()));
    }),
    Row("process::raw::setpgid", &[libc::SYS_setpgid], |it| {
        for (process, group) in [(0, 0), (ID, OTHER)] {
            let arguments = [("pid", int(process)), ("pgid", int(group))];
            let result = it.call(libc::SYS_setpgid, arguments, 0, || {
                setpgid(Pid::from_raw(process), Pgid::from_raw(group))
            });
            it.output("success", result, Ok(()));
        }
    }),
    Row("process::raw::ioctl_tiocspgrp", &[libc::SYS_ioctl], |it| {
        let terminal = open(500);
        let arguments = [
            ("fd", fd(&terminal)),
            ("op", int(libc::TIOCSPGRP as i64)),
            ("argp", input(ID.to_ne_bytes())),
        ];
        let result = it.call(libc::SYS_ioctl, arguments, 0, || {
            ioctl_tiocspgrp(terminal.as_fd(), Pgid::from_raw(ID).unwrap())
        });
        it.output("success", result, Ok(()));
    }),
    Row("process::raw::prctl_set_pdeathsig", &[libc::SYS_prctl], |it| {
        for (signal, number) in [(None, 0), (Some(Signal::USR2), libc::SIGUSR2)] {
            let arguments = [("op", int(libc::PR_SET_PDEATHSIG)), ("sig", int(number))];
            let result = it.call(libc::SYS_prctl, arguments, 0, || prctl_set_pdeathsig(signal));
            it.output("success", result, Ok(()));
        }
    }),
    Row("process::raw::prctl_set_no_new_privs", &[libc::SYS_prctl], |it| {
        let arguments = [
            ("op", int(libc::PR_SET_NO_NEW_PRIVS)),
            ("arg2", long(1)),
            ("arg3", long(0)),
            ("arg4", long(0)),
            ("arg5", long(0)),
        ];
        let result = it.call(libc::SYS_prctl, arguments, 0, prctl_set_no_new_privs);
        it.output("success", result, Ok(()));
    }),
    Row("process::raw::setresuid", &[libc::SYS_setresuid], |it| {
        for ids in [[None; 3], [Some(1), Some(2), Some(3)], [Some(0), None, Some(0xFFFF_FFFE)]] {
            let [real, effective, saved] = ids.map(|id| id.map(Uid::from_raw));
            let result = it
                .call(libc::SYS_setresuid, arguments(ids), 0, || setresuid(real, effective, saved));
            it.output("success", result, Ok(()));
        }
    }),
    Row("process::raw::setresgid", &[libc::SYS_setresgid], |it| {
        for ids in [[None; 3], [Some(1), Some(2), Some(3)], [Some(0), None, Some(0xFFFF_FFFE)]] {
            let [real, effective, saved] = ids.map(|id| id.map(Gid::from_raw));
            let result = it
                .call(libc::SYS_setresgid, arguments(ids), 0, || setresgid(real, effective, saved));
            it.output("success", result, Ok(()));
        }
    }),
    Row("process::raw::setgroups", &[libc::SYS_setgroups], |it| {
        let groups = [1, 0xFEDC_BA98].map(Gid::from_raw);
        let bytes = [1_u32, 0xFEDC_BA98].map(u32::to_ne_bytes).concat();
        let arguments = [("size", size(2)), ("list", input(bytes))];
        let result = it.call(libc::SYS_setgroups, arguments, 0, || setgroups(&groups));
        it.output("success", result, Ok(()));
    }),
    Row("process::raw::setpriority", &[libc::SYS_setpriority], |it| {
        for (of, which, who) in [
            (PriorityOf::Process(None), 0, 0),
            (PriorityOf::Process(Pid::from_raw(ID)), 0, ID),
            (PriorityOf::Group(None), 1, 0),
            (PriorityOf::Group(Pgid::from_raw(ID)), 1, ID),
            (PriorityOf::User(Uid::from_raw(7)), 2, 7),
        ] {
            for nice in [-20, 0, 19] {
                let arguments = [("which", int(which)), ("who", int(who)), ("prio", int(nice))];
                let result = it.call(libc::SYS_setpriority, arguments, 0, || setpriority(of, nice));
                it.output("success", result, Ok(()));
            }
        }
    }),
    Row("process::raw::sched_setscheduler", &[libc::SYS_sched_setscheduler], |it| {
        for (policy, number, priority) in [
            (SchedulingPolicy::Other, libc::SCHED_OTHER, 0_i32),
            (SchedulingPolicy::Batch, libc::SCHED_BATCH, 0),
            (SchedulingPolicy::Idle, libc::SCHED_IDLE, 0),
            (SchedulingPolicy::Fifo(7), libc::SCHED_FIFO, 7),
            (SchedulingPolicy::RoundRobin(8), libc::SCHED_RR, 8),
        ] {
            for thread in [0, ID] {
                let arguments = [
                    ("pid", int(thread)),
                    ("policy", int(number)),
                    ("param", input(priority.to_ne_bytes())),
                ];
                let result = it.call(libc::SYS_sched_setscheduler, arguments, 0, || {
                    sched_setscheduler(Tid::from_raw(thread), policy)
                });
                it.output("success", result, Ok(()));
            }
        }
    }),
];

/// Returns the expected arguments of `setresuid` or `setresgid`.
fn arguments(ids: [Option<u32>; 3]) -> [(&'static str, Argument); 3] {
    let [real, effective, saved] = ids.map(|id| int(id.unwrap_or(u32::MAX)));
    [("real", real), ("effective", effective), ("saved", saved)]
}
