//! Responding to notifications: one thread makes a system call, and another thread responds.

use std::os::fd::{AsRawFd, OwnedFd};
use std::thread;

use butter::error::Errno;
use butter::seccomp::{Action, Filter, Listener, Policy, Rule, Syscall};

use super::libseccomp::{self, Functions};
use super::target::Target;
use crate::row::{BUTTER, Row, Run, SWITCH_LIMIT};
use crate::{Failure, context, fail};

// The type of request numbers differs between C libraries.
const SECCOMP_IOCTL_NOTIF_RECV: libc::Ioctl = 0xC050_2100_u32.cast_signed() as libc::Ioctl;
const SECCOMP_IOCTL_NOTIF_SEND: libc::Ioctl = 0xC018_2101_u32.cast_signed() as libc::Ioctl;

/// Creates a contender. The supervisor is a thread that calls `respond` until it returns `false`,
/// which it does when the target has terminated.
fn supervised<L: Send + 'static>(
    convert: impl FnOnce(Listener) -> L,
    respond: impl Fn(&L) -> bool + Send + 'static,
) -> Result<Run, Failure> {
    let rules = [Rule::new(Syscall::GETPPID, Action::UserNotif)];
    let program =
        context("try_compile", Policy::new(Action::Allow).rules(&rules).try_compile_vec())?;
    let (target, listener) = Target::start(move || {
        Filter::new(&program).install_listener().map_err(|error| error.to_string())
    })?;
    let listener = convert(listener);
    // The thread ends after the target, which terminates when the contender is dropped.
    context("a thread", thread::Builder::new().spawn(move || while respond(&listener) {}))?;
    Ok(target.into_run())
}

fn butter() -> Result<Run, Failure> {
    supervised(
        |it| it,
        |listener: &Listener| {
            let received = listener.receive().unwrap_or_else(|error| fail(BUTTER, error));
            let Some(notification) = received else { return false };
            let sent = listener.respond(notification.id(), Errno::PERM);
            let _ = sent.unwrap_or_else(|error| fail(BUTTER, error));
            true
        },
    )
}

/// Returns whether a notification is available, or `false` if the target has terminated.
fn wait(listener: &OwnedFd) -> bool {
    let mut fd = libc::pollfd { fd: listener.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: reads and writes one struct.
    if unsafe { libc::poll(&mut fd, 1, -1) } != 1 {
        fail("poll", std::io::Error::last_os_error());
    }
    fd.revents & libc::POLLIN != 0
}

fn response(id: u64) -> libc::seccomp_notif_resp {
    libc::seccomp_notif_resp { id, val: 0, error: -libc::EPERM, flags: 0 }
}

fn bare() -> Result<Run, Failure> {
    let respond = |listener: &OwnedFd| {
        if !wait(listener) {
            return false;
        }
        // SAFETY: all fields are numbers.
        let mut notification: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        let fd = listener.as_raw_fd();
        // SAFETY: reads and writes one notification.
        if unsafe { libc::ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &raw mut notification) } != 0 {
            fail("SECCOMP_IOCTL_NOTIF_RECV", std::io::Error::last_os_error());
        }
        let mut response = response(notification.id);
        // SAFETY: reads one response.
        if unsafe { libc::ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &raw mut response) } != 0 {
            fail("SECCOMP_IOCTL_NOTIF_SEND", std::io::Error::last_os_error());
        }
        true
    };
    supervised(|it| it.into_parts().0, respond)
}

fn with_libseccomp(functions: &'static Functions) -> Result<Run, Failure> {
    let respond = |listener: &OwnedFd| {
        if !wait(listener) {
            return false;
        }
        // SAFETY: all fields are numbers.
        let mut notification: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        let fd = listener.as_raw_fd();
        // SAFETY: reads and writes one notification.
        let received = unsafe { (functions.notify_receive)(fd, &mut notification) };
        let mut response = response(notification.id);
        // SAFETY: reads one response.
        let sent = unsafe { (functions.notify_respond)(fd, &mut response) };
        if (received, sent) != (0, 0) {
            fail("libseccomp", format!("{received} {sent}"));
        }
        true
    };
    supervised(|it| it.into_parts().0, respond)
}

pub(crate) fn round_trip() -> Result<Row, Failure> {
    let about = "getppid to which another thread on the same CPU responds\n  \
        (poll, receiving, responding, two context switches; libseccomp, if it is installed)";
    let row = Row::new(about, 1)
        .with_run("libc", bare()?)
        .with_run("libc again", bare()?)
        .with_run(BUTTER, butter()?)
        .target("libc", SWITCH_LIMIT);
    Ok(match libseccomp::functions() {
        Some(functions) => row.with_run("libseccomp", with_libseccomp(functions)?),
        None => row,
    })
}
