//! Errors of the calls that set attributes of processes and threads.

use std::process::{Command, Stdio};

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::process::raw::*;
use butter::process::{Gid, Pgid, Pid, PriorityOf, SchedulingPolicy, Uid, WaitFlags, WaitId};
use butter::thread::Tid;

use super::{NO_OTHER_USER, Outcome, Row, Table, failed, null};
use common::child::{as_nobody, spawn};
use common::forked::in_forked_child;
use common::inject::{forge, inject};
use common::processes::{ended_process, process_of_another_user};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/attributes/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::SETSID, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(in_forked_child(|| setsid().and_then(|_| setsid())))
    }),
    Row(Call::SETSID, Errno::SRCH, ErrorKind::NotFound, || {
        forge(libc::SYS_setsid, |_| 0, || failed(setsid()))
    }),
    Row(Call::SETPGID, Errno::PERM, ErrorKind::PermissionDenied, || {
        failed(in_forked_child(|| setsid().and_then(|_| setpgid(None, None))))
    }),
    Row(Call::SETPGID, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let mut program = Command::new("/proc/self/exe");
        let mut child = spawn(program.arg("--help").stdout(Stdio::null())).unwrap();
        let pid = Pid::from_raw(child.id().cast_signed());
        // The spawn can return before the kernel has marked the child as a program that executed.
        let ended = WaitFlags::EXITED | WaitFlags::NOWAIT;
        waitid(WaitId::Pid(pid.unwrap()), ended, None).unwrap();
        let error = failed(setpgid(pid, None));
        child.wait().unwrap();
        error
    }),
    Row(Call::SETPGID, Errno::SRCH, ErrorKind::NotFound, || {
        failed(setpgid(Some(ended_process()), None))
    }),
    Row(Call::IOCTL_TIOCSPGRP, Errno::NOTTY, ErrorKind::InvalidArgument, foreground),
    Row(Call::IOCTL_TIOCSPGRP, Errno::PERM, ErrorKind::PermissionDenied, || {
        inject(libc::SYS_ioctl, Errno::PERM, foreground)
    }),
    Row(Call::IOCTL_TIOCSPGRP, Errno::SRCH, ErrorKind::NotFound, || {
        inject(libc::SYS_ioctl, Errno::SRCH, foreground)
    }),
    Row(Call::IOCTL_TIOCSPGRP, Errno::IO, ErrorKind::Other, || {
        inject(libc::SYS_ioctl, Errno::IO, foreground)
    }),
    Row(Call::SETRESUID, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| if_mapped(failed(setresuid(other_user(), None, None))))
    }),
    Row(Call::SETRESUID, Errno::INVAL, ErrorKind::InvalidArgument, || {
        inject(libc::SYS_setresuid, Errno::INVAL, || failed(setresuid(None, None, None)))
    }),
    Row(Call::SETRESUID, Errno::AGAIN, ErrorKind::LimitReached, || {
        inject(libc::SYS_setresuid, Errno::AGAIN, || failed(setresuid(None, None, None)))
    }),
    Row(Call::SETRESGID, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let group = other_user().map(Uid::as_raw).map(Gid::from_raw);
            if_mapped(failed(setresgid(None, group, None)))
        })
    }),
    Row(Call::SETRESGID, Errno::INVAL, ErrorKind::InvalidArgument, || {
        inject(libc::SYS_setresgid, Errno::INVAL, || failed(setresgid(None, None, None)))
    }),
    Row(Call::SETGROUPS, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(setgroups(&[])))
    }),
    Row(Call::SETGROUPS, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let error = failed(setgroups(&vec![Gid::ROOT; 65537]))?;
        if error.is(Errno::PERM) { Err(error.to_string()) } else { Ok(error) }
    }),
    Row(Call::SETPRIORITY, Errno::ACCES, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(setpriority(PriorityOf::Process(None), -20)))
    }),
    Row(Call::SETPRIORITY, Errno::PERM, ErrorKind::PermissionDenied, || {
        let other = process_of_another_user().ok_or(NO_OTHER_USER)?;
        as_nobody(|| failed(setpriority(PriorityOf::Process(Some(other)), 19)))
    }),
    Row(Call::SETPRIORITY, Errno::SRCH, ErrorKind::NotFound, || {
        failed(setpriority(PriorityOf::Process(Some(ended_process())), 19))
    }),
    Row(Call::SCHED_SETSCHEDULER, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(sched_setscheduler(None, SchedulingPolicy::Fifo(1))))
    }),
    Row(Call::SCHED_SETSCHEDULER, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(sched_setscheduler(None, SchedulingPolicy::RoundRobin(0)))
    }),
    Row(Call::SCHED_SETSCHEDULER, Errno::SRCH, ErrorKind::NotFound, || {
        let ended = Tid::from_raw(ended_process().as_raw());
        failed(sched_setscheduler(ended, SchedulingPolicy::Other))
    }),
    Row(Call::SCHED_SETSCHEDULER, Errno::BUSY, ErrorKind::Busy, || {
        inject(libc::SYS_sched_setscheduler, Errno::BUSY, || {
            failed(sched_setscheduler(None, SchedulingPolicy::Other))
        })
    }),
];

/// Sets the foreground process group of a file that is not a terminal.
fn foreground() -> Outcome {
    failed(ioctl_tiocspgrp(null().as_fd(), Pgid::from_raw(1).unwrap()))
}

/// Returns the reason to skip a row if the user namespace does not map the ID of [`other_user`].
fn if_mapped(outcome: Outcome) -> Outcome {
    let error = outcome?;
    if error.is(Errno::INVAL) { Err(error.to_string()) } else { Ok(error) }
}

/// Returns a user ID that is none of the IDs of a thread of [`as_nobody`].
fn other_user() -> Option<Uid> {
    Some(Uid::from_raw(54_321))
}
