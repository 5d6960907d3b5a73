//! Errors of the calls on pidfds.

use butter::error::{Call, ErrorKind};
use butter::fd::AsFd;
use butter::namespace::Kind;
use butter::process::raw::*;
use butter::process::{InfoMask, OpenFlags, PIDFD_SELF_THREAD, Pid, PidFd, SignalFlags, getpid};
use butter::signal::{SigInfo, Signal, Value};
use butter::{Errno, Result};

use super::{NO_OTHER_USER, Outcome, Row, Table, failed, null, set_descriptor_limit};
use common::child::as_nobody;
use common::forked::{ForkedChild, in_forked_child};
use common::inject::inject;
use common::processes::{ended_process, process_of_another_user, undumpable_process};

pub const TABLE: Table = Table {
    source: include_str!("../../../src/process/pidfd/raw.rs"),
    rows: ROWS,
    at_descriptor_limit: AT_DESCRIPTOR_LIMIT,
    others: &[],
};

const ROWS: &[Row] = &[
    Row(Call::PIDFD_OPEN, Errno::SRCH, ErrorKind::NotFound, || {
        failed(PidFd::open(ended_process()))
    }),
    Row(Call::PIDFD_OPEN, Errno::INVAL, ErrorKind::InvalidArgument, || {
        failed(PidFd::with_flags(getpid(), OpenFlags::from_bits_retain(1)))
    }),
    Row(Call::PIDFD_OPEN, Errno::NOENT, ErrorKind::NotFound, || {
        let error = std::thread::spawn(|| {
            let thread = butter::thread::gettid().as_raw();
            failed(PidFd::open(Pid::from_raw(thread).unwrap()))
        });
        let error = error.join().unwrap()?;
        if error.is(Errno::INVAL) { Err("an older kernel".into()) } else { Ok(error) }
    }),
    Row(Call::PIDFD_OPEN, Errno::NFILE, ErrorKind::LimitReached, || {
        inject(libc::SYS_pidfd_open, Errno::NFILE, || failed(PidFd::open(getpid())))
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::SRCH, ErrorKind::NotFound, || {
        failed(reaped().send_signal(None))
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::PERM, ErrorKind::PermissionDenied, || {
        let other = process_of_another_user().ok_or(NO_OTHER_USER)?;
        let pidfd = PidFd::open(other).unwrap();
        as_nobody(|| failed(pidfd.send_signal(None)))
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::PERM, ErrorKind::PermissionDenied, || {
        let child = ForkedChild::start(|| ());
        let pidfd = PidFd::open(child.pid()).unwrap();
        let mut bytes = [0; 128];
        bytes[..4].copy_from_slice(&Signal::USR1.as_raw().to_ne_bytes());
        let info = SigInfo::from_bytes(bytes).unwrap();
        // SAFETY: the kernel rejects the record.
        failed(unsafe {
            pidfd_send_signal_info(&pidfd, Some(Signal::USR1), &info, SignalFlags::empty())
        })
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let own = PidFd::open(getpid()).unwrap();
        failed(own.send_signal_to(SignalFlags::THREAD | SignalFlags::THREAD_GROUP, None))
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::INVAL, ErrorKind::InvalidArgument, || {
        let info = SigInfo::queue(Signal::USR1, getpid(), butter::process::getuid(), Value::new(0));
        let own = PidFd::open(getpid()).unwrap();
        // SAFETY: the kernel rejects the record, which is for another signal.
        failed(unsafe {
            pidfd_send_signal_info(&own, Some(Signal::URG), &info, SignalFlags::empty())
        })
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(pidfd_send_signal(null(), None, SignalFlags::empty()))
    }),
    Row(Call::PIDFD_SEND_SIGNAL, Errno::AGAIN, ErrorKind::LimitReached, || {
        inject(libc::SYS_pidfd_send_signal, Errno::AGAIN, || {
            failed(pidfd_send_signal(PIDFD_SELF_THREAD, None, SignalFlags::empty()))
        })
    }),
    Row(Call::PIDFD_GETFD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(pidfd_getfd(null().as_fd(), 0))
    }),
    Row(Call::PIDFD_GETFD, Errno::BADF, ErrorKind::BadDescriptor, || {
        failed(PidFd::open(getpid()).unwrap().getfd(i32::MAX))
    }),
    Row(Call::PIDFD_GETFD, Errno::PERM, ErrorKind::PermissionDenied, || {
        let child = undumpable_process();
        let pidfd = PidFd::open(child.pid()).unwrap();
        as_nobody(|| failed(pidfd.getfd(0)))
    }),
    Row(Call::PIDFD_GETFD, Errno::SRCH, ErrorKind::NotFound, || failed(reaped().getfd(0))),
    Row(Call::PIDFD_GETFD, Errno::MFILE, ErrorKind::LimitReached, || {
        let own = ForkedChild::start(|| ());
        let pidfd = PidFd::open(own.pid()).unwrap();
        failed(in_forked_child(|| {
            set_descriptor_limit(0);
            pidfd.getfd(0).map(drop)
        }))
    }),
    Row(Call::PIDFD_GETFD, Errno::NFILE, ErrorKind::LimitReached, || {
        let own = PidFd::open(getpid()).unwrap();
        inject(libc::SYS_pidfd_getfd, Errno::NFILE, || failed(own.getfd(0)))
    }),
    Row(Call::IOCTL_PIDFD_GET_INFO, Errno::SRCH, ErrorKind::NotFound, || {
        supported(reaped().info(InfoMask::PID))
    }),
    Row(Call::IOCTL_PIDFD_GET_INFO, Errno::REMOTE, ErrorKind::Other, || {
        let own = PidFd::open(getpid()).unwrap();
        inject(libc::SYS_ioctl, Errno::REMOTE, || failed(own.info(InfoMask::PID)))
    }),
    Row(Call::IOCTL_PIDFD_GET_INFO, Errno::NOTTY, ErrorKind::Unsupported, || {
        // SAFETY: `/dev/null` does not support the request.
        failed(unsafe { ioctl_pidfd_get_info(null().as_fd(), InfoMask::PID) })
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::ACCES, ErrorKind::PermissionDenied, || {
        let child = undumpable_process();
        let pidfd = PidFd::open(child.pid()).unwrap();
        as_nobody(|| supported(pidfd.namespace(Kind::Uts)))
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::SRCH, ErrorKind::NotFound, || {
        supported(reaped().namespace(Kind::Uts))
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::OPNOTSUPP, ErrorKind::Unsupported, || {
        let own = PidFd::open(getpid()).unwrap();
        inject(libc::SYS_ioctl, Errno::OPNOTSUPP, || failed(own.namespace(Kind::Uts)))
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::NOTTY, ErrorKind::Unsupported, || {
        // SAFETY: `/dev/null` does not support the request.
        failed(unsafe { ioctl_pidfd_get_namespace(null().as_fd(), Kind::Uts) })
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::MFILE, ErrorKind::LimitReached, || {
        let own = PidFd::open(getpid()).unwrap();
        supported(in_forked_child(|| {
            set_descriptor_limit(0);
            own.namespace(Kind::Uts).map(drop)
        }))
    }),
    Row(Call::IOCTL_PIDFD_GET_NAMESPACE, Errno::NFILE, ErrorKind::LimitReached, || {
        let own = PidFd::open(getpid()).unwrap();
        inject(libc::SYS_ioctl, Errno::NFILE, || failed(own.namespace(Kind::Uts)))
    }),
];

const AT_DESCRIPTOR_LIMIT: &[Row] =
    &[Row(Call::PIDFD_OPEN, Errno::MFILE, ErrorKind::LimitReached, || {
        failed(PidFd::open(getpid()))
    })];

/// Returns the pidfd of a process that was reaped.
fn reaped() -> PidFd {
    let child = ForkedChild::start(|| ());
    PidFd::open(child.pid()).unwrap()
}

/// Returns the error of a request that must fail, or the reason to skip the row if the kernel does
/// not support the request.
fn supported<T>(result: Result<T>) -> Outcome {
    let error = failed(result)?;
    if error.is(Errno::NOTTY) { Err(error.to_string()) } else { Ok(error) }
}
