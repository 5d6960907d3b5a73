//! Errors of sending signals to threads, of `sigaltstack`, and of the CPUs of threads.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::process;
use butter::signal::{self, Signal, SignalStack, StackFlags};
use butter::thread::{self, CpuSet, Tid};

use super::signal::oversized_siginfo;
use super::{NO_OTHER_USER, Row, Table, failed};
use common::child::as_nobody;
use common::inject::inject;
use common::processes::process_of_another_user;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/thread/kill.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

pub const RAW_TABLE: Table = Table {
    source: include_str!("../../../src/thread/raw.rs"),
    rows: RAW_ROWS,
    at_descriptor_limit: &[],
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::TGKILL, Errno::SRCH, ErrorKind::NotFound, || {
        failed(thread::kill(process::getpid(), Tid::from_raw(i32::MAX).unwrap(), None))
    }),
    Row(Call::TGKILL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            failed(thread::kill(
                process_of_another_user().ok_or(NO_OTHER_USER)?,
                Tid::from_raw(1).unwrap(),
                None,
            ))
        })
    }),
    Row(Call::TGKILL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(thread::kill(process::getpid(), thread::gettid(), Signal::from_raw(33)))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::SRCH, ErrorKind::NotFound, || {
        failed(thread::queue(process::getpid(), Tid::from_raw(i32::MAX).unwrap(), Signal::URG, 1))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let other = process_of_another_user().ok_or(NO_OTHER_USER)?;
            failed(thread::queue(other, Tid::from_raw(1).unwrap(), Signal::URG, 1))
        })
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        let (process, thread, info) = (process::getpid(), thread::gettid(), oversized_siginfo());
        // SAFETY: the call fails.
        failed(unsafe { thread::rt_tgsigqueueinfo(process, thread, Some(Signal::URG), &info) })
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::INVAL, ErrorKind::InvalidArgument, || {
        // The kernel returns `EINVAL` only for IDs that the types `Pid` and `Tid` cannot hold.
        inject(libc::SYS_rt_tgsigqueueinfo, Errno::INVAL, || {
            failed(thread::queue(process::getpid(), thread::gettid(), Signal::URG, 1))
        })
    }),
    Row(Call::SIGALTSTACK, Errno::NOMEM, ErrorKind::InvalidArgument, || {
        let small = SignalStack::new(std::ptr::dangling_mut(), 64, StackFlags::empty());
        // SAFETY: the call fails.
        failed(unsafe { signal::raw::sigaltstack(Some(&small)) })
    }),
    Row(Call::SIGALTSTACK, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let odd =
            SignalStack::new(std::ptr::dangling_mut(), 1 << 20, StackFlags::from_bits_retain(4));
        // SAFETY: the call fails.
        failed(unsafe { signal::raw::sigaltstack(Some(&odd)) })
    }),
    Row(Call::SIGALTSTACK, Errno::PERM, ErrorKind::Busy, || {
        inject(libc::SYS_sigaltstack, Errno::PERM, || {
            // SAFETY: the call fails.
            failed(unsafe { signal::raw::sigaltstack(Some(&SignalStack::DISABLED)) })
        })
    }),
];

const RAW_ROWS: &[Row] = &[
    Row(Call::SCHED_GETAFFINITY, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(thread::raw::sched_getaffinity(None, &mut []))
    }),
    Row(Call::SCHED_GETAFFINITY, Errno::SRCH, ErrorKind::NotFound, || {
        failed(thread::sched_getaffinity(Tid::from_raw(i32::MAX)))
    }),
    Row(Call::SCHED_GETAFFINITY, Errno::PERM, ErrorKind::PermissionDenied, || {
        // Only a security module causes this error.
        inject(libc::SYS_sched_getaffinity, Errno::PERM, || failed(thread::sched_getaffinity(None)))
    }),
    Row(Call::SCHED_SETAFFINITY, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(thread::sched_setaffinity(None, &CpuSet::empty()))
    }),
    Row(Call::SCHED_SETAFFINITY, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(thread::sched_setaffinity(None, &CpuSet::from_iter([CpuSet::CPUS - 1])))
    }),
    Row(Call::SCHED_SETAFFINITY, Errno::SRCH, ErrorKind::NotFound, || {
        let cpus = thread::sched_getaffinity(None).unwrap();
        failed(thread::sched_setaffinity(Tid::from_raw(i32::MAX), &cpus))
    }),
    Row(Call::SCHED_SETAFFINITY, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            let other = process_of_another_user().ok_or(NO_OTHER_USER)?;
            let other = Tid::from_raw(other.as_raw());
            let cpus = thread::sched_getaffinity(other).unwrap();
            failed(thread::sched_setaffinity(other, &cpus))
        })
    }),
    Row(Call::SCHED_SETAFFINITY, Errno::BUSY, ErrorKind::Busy, || {
        // Only root can select the policy `SCHED_DEADLINE`, and only on a host with several CPUs
        // does a set exclude a CPU.
        inject(libc::SYS_sched_setaffinity, Errno::BUSY, || {
            failed(thread::sched_setaffinity(None, &CpuSet::from_iter([0])))
        })
    }),
];
