//! Errors of sending signals to processes, and of waiting for signals.

use butter::Errno;
use butter::error::{Call, ErrorKind};
use butter::process::{self, Pgid};
use butter::signal::{self, SigInfo, SigSet, Signal, Target};
use butter::thread;
use butter::time::Timespec;

use super::{NO_OTHER_USER, Row, Table, check_each, failed};
use common::child::{as_nobody, in_child_with_blocked};
use common::processes::{ended_process, process_of_another_user};
use common::signals::interrupted;

pub const TABLE: Table = Table {
    source: include_str!("../../../src/signal/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: &[],
    others: AT_SIGNAL_LIMIT,
};

const ROWS: &[Row] = &[
    Row(Call::KILL, Errno::SRCH, ErrorKind::NotFound, || {
        failed(signal::kill(ended_process(), None))
    }),
    Row(Call::KILL, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| failed(signal::kill(process_of_another_user().ok_or(NO_OTHER_USER)?, None)))
    }),
    Row(Call::KILL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(signal::kill(Target::Group(Pgid::from_raw(1).unwrap()), None))
    }),
    Row(Call::RT_SIGQUEUEINFO, Errno::SRCH, ErrorKind::NotFound, || {
        failed(signal::queue(ended_process(), Signal::USR1, 1))
    }),
    Row(Call::RT_SIGQUEUEINFO, Errno::PERM, ErrorKind::PermissionDenied, || {
        as_nobody(|| {
            failed(signal::queue(process_of_another_user().ok_or(NO_OTHER_USER)?, Signal::URG, 1))
        })
    }),
    Row(Call::RT_SIGQUEUEINFO, Errno::TOOBIG, ErrorKind::InvalidArgument, || {
        // SAFETY: the kernel rejects the record.
        failed(unsafe {
            signal::raw::rt_sigqueueinfo(process::getpid(), Some(Signal::URG), &oversized_siginfo())
        })
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::AGAIN, ErrorKind::WouldBlock, || {
        failed(signal::raw::rt_sigtimedwait(SigSet::empty(), Some(&Timespec::default())))
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(signal::raw::rt_sigtimedwait(SigSet::empty(), None)))
    }),
    Row(Call::RT_SIGTIMEDWAIT, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let invalid = Timespec { seconds: 0, nanoseconds: 1_000_000_000 };
        failed(signal::raw::rt_sigtimedwait(SigSet::empty(), Some(&invalid)))
    }),
    Row(Call::RT_SIGSUSPEND, Errno::INTR, ErrorKind::Interrupted, || {
        interrupted(|| failed(signal::raw::rt_sigsuspend(SigSet::empty())))
    }),
    Row(Call::RT_SIGACTION, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(signal::ignore(Signal::STOP))
    }),
];

/// Returns a `SigInfo` with an unknown code and with nonzero bytes after the bytes that the kernel
/// stores.
pub fn oversized_siginfo() -> SigInfo {
    let mut bytes = [0; 128];
    (bytes[0], bytes[127]) = (Signal::URG.as_raw() as u8, 1);
    bytes[8..12].copy_from_slice(&(-99_i32).to_ne_bytes());
    SigInfo::from_bytes(bytes).unwrap()
}

/// The errors in a process that has reached the limit on queued signals.
const AT_SIGNAL_LIMIT: &[Row] = &[
    Row(Call::RT_SIGQUEUEINFO, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(signal::queue(process::getpid(), Signal::RTMAX, 1))
    }),
    Row(Call::RT_TGSIGQUEUEINFO, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(thread::queue(process::getpid(), thread::gettid(), Signal::RTMAX, 1))
    }),
    Row(Call::TGKILL, Errno::AGAIN, ErrorKind::LimitReached, || {
        failed(thread::kill(process::getpid(), thread::gettid(), Signal::RTMAX))
    }),
];

#[test]
fn signal_calls_fail_with_eagain_if_rlimit_sigpending_is_reached() {
    in_child_with_blocked(SigSet::all(), || {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: reads one struct.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_SIGPENDING, &raw const none) }, 0);
        check_each(AT_SIGNAL_LIMIT);
    });
}
