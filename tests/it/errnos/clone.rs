//! Errors of `clone` and `clone3`.

use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::process::raw::{clone, clone3};
use butter::process::{CloneArgs, CloneFlags, Cloned, Pid, exit_group};
use butter::{Errno, Result};

use super::{Outcome, Row, Table, failed, null};
use common::child::as_nobody;
use common::inject::inject;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/clone/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::CLONE3, Errno::AGAIN, ErrorKind::LimitReached, || injected3(Errno::AGAIN)),
    Row(Call::CLONE3, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed3(&CloneArgs::new(CloneFlags::SIGHAND))
    }),
    Row(Call::CLONE3, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let mut args = CloneArgs::new(CloneFlags::empty());
        args.stack_size = 4096;
        failed3(&args)
    }),
    Row(Call::CLONE3, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed3(&CloneArgs::new(CloneFlags::DETACHED))
    }),
    Row(Call::CLONE3, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed3(&CloneArgs::new(CloneFlags::NEWUTS)))
    }),
    Row(Call::CLONE3, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed3(&with_pid(1)))
    }),
    Row(Call::CLONE3, Errno::NOSPC, ErrorKind::LimitReached, || injected3(Errno::NOSPC)),
    Row(Call::CLONE3, Errno::EXIST, ErrorKind::AlreadyExists, || {
        // The ID of this process exists. The caller may not choose an ID unless it has capabilities
        // in the user namespace of its PID namespace.
        let error = failed3(&with_pid(butter::process::getpid().as_raw()))?;
        if error.is(Errno::PERM) { Err(error.to_string()) } else { Ok(error) }
    }),
    Row(Call::CLONE3, Errno::BADF, ErrorKind::BadDescriptor, || {
        let null = null();
        let mut args = CloneArgs::new(CloneFlags::INTO_CGROUP);
        args.cgroup = Some(null.as_fd());
        failed3(&args)
    }),
    Row(Call::CLONE3, Errno::ACCES, ErrorKind::PermissionDenied, || injected3(Errno::ACCES)),
    Row(Call::CLONE3, Errno::BUSY, ErrorKind::Busy, || injected3(Errno::BUSY)),
    Row(Call::CLONE3, Errno::NODEV, ErrorKind::NotFound, || injected3(Errno::NODEV)),
    Row(Call::CLONE3, Errno::OPNOTSUPP, ErrorKind::Unsupported, || injected3(Errno::OPNOTSUPP)),
    Row(Call::CLONE3, Errno::NFILE, ErrorKind::LimitReached, || injected3(Errno::NFILE)),
    Row(Call::CLONE3, Errno::NOMEM, ErrorKind::OutOfMemory, || injected3(Errno::NOMEM)),
    Row(Call::CLONE3, Errno::SRCH, ErrorKind::NotFound, || {
        forged(libc::SYS_clone3, || failed3(&CloneArgs::new(CloneFlags::empty())))
    }),
    Row(Call::CLONE, Errno::AGAIN, ErrorKind::LimitReached, || injected(Errno::AGAIN)),
    Row(Call::CLONE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed1(&CloneArgs::new(CloneFlags::SIGHAND))
    }),
    Row(Call::CLONE, Errno::INVAL, ErrorKind::InvalidArgument, || failed1(&with_pid(2))),
    Row(Call::CLONE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed1(&CloneArgs::new(CloneFlags::NEWTIME))
    }),
    Row(Call::CLONE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed1(&CloneArgs::new(CloneFlags::CLEAR_SIGHAND))
    }),
    Row(Call::CLONE, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed1(&CloneArgs::new(CloneFlags::PIDFD | CloneFlags::PARENT_SETTID))
    }),
    Row(Call::CLONE, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed1(&CloneArgs::new(CloneFlags::NEWUTS)))
    }),
    Row(Call::CLONE, Errno::NOSPC, ErrorKind::LimitReached, || injected(Errno::NOSPC)),
    Row(Call::CLONE, Errno::NFILE, ErrorKind::LimitReached, || injected(Errno::NFILE)),
    Row(Call::CLONE, Errno::NOMEM, ErrorKind::OutOfMemory, || injected(Errno::NOMEM)),
    Row(Call::CLONE, Errno::SRCH, ErrorKind::NotFound, || {
        forged(libc::SYS_clone, || failed1(&CloneArgs::new(CloneFlags::empty())))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] = &[
    Row(Call::CLONE3, Errno::MFILE, ErrorKind::LimitReached, || {
        failed3(&CloneArgs::new(CloneFlags::PIDFD))
    }),
    Row(Call::CLONE, Errno::MFILE, ErrorKind::LimitReached, || {
        failed1(&CloneArgs::new(CloneFlags::PIDFD))
    }),
];

/// Returns arguments that choose the process ID of the child.
fn with_pid(number: i32) -> CloneArgs<'static> {
    let mut args = CloneArgs::new(CloneFlags::empty());
    args.set_tid = vec![Pid::from_raw(number).unwrap()].leak();
    args
}

unsafe extern "C-unwind" fn exit(_: *mut ()) -> ! {
    exit_group(0)
}

/// Calls `clone3`, whose child, if any, exits immediately.
pub fn try_clone3(args: &CloneArgs<'_>) -> Result<Cloned> {
    // SAFETY: the child has a copy of the memory, and exits.
    unsafe { clone3(args, exit, std::ptr::null_mut()) }
}

/// Calls `clone`, whose child, if any, exits immediately.
pub fn try_clone(args: &CloneArgs<'_>) -> Result<Cloned> {
    // SAFETY: the child has a copy of the memory, and exits.
    unsafe { clone(args, exit, std::ptr::null_mut()) }
}

fn failed3(args: &CloneArgs<'_>) -> Outcome {
    failed(try_clone3(args))
}

fn failed1(args: &CloneArgs<'_>) -> Outcome {
    failed(try_clone(args))
}

fn injected3(errno: Errno) -> Outcome {
    inject(libc::SYS_clone3, errno, || failed3(&CloneArgs::new(CloneFlags::empty())))
}

fn injected(errno: Errno) -> Outcome {
    inject(libc::SYS_clone, errno, || failed1(&CloneArgs::new(CloneFlags::empty())))
}

/// Runs a closure in a thread in which a system call returns a negative number that is not a
/// negated errno.
fn forged(call: libc::c_long, body: fn() -> Outcome) -> Outcome {
    common::inject::forge(call, |_| i32::MIN as isize, body)
}
