//! Pseudoterminals as the terminals of examples.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Opens a pseudoterminal. Returns the master and the slave.
pub fn open() -> Result<(OwnedFd, OwnedFd), String> {
    let owned = |number: i32| match number {
        -1 => Err(format!("cannot open a pseudoterminal: {}", io::Error::last_os_error())),
        // SAFETY: a new descriptor, which has no other owner.
        _ => Ok(unsafe { OwnedFd::from_raw_fd(number) }),
    };
    let flags = libc::O_RDWR | libc::O_CLOEXEC | libc::O_NOCTTY;
    // SAFETY: returns a new descriptor.
    let master = owned(unsafe { libc::posix_openpt(flags) })?;
    let unlock = 0;
    // SAFETY: reads one number.
    unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlock) };
    // SAFETY: returns a new descriptor.
    let slave = owned(unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCGPTPEER, flags) })?;
    Ok((master, slave))
}

/// Makes a command the leader of a new session, with a terminal that is also its standard input.
pub fn control(command: &mut Command, terminal: OwnedFd) {
    command.stdin(Stdio::from(terminal));
    let control = || {
        // SAFETY: touches no memory.
        let session = unsafe { libc::setsid() };
        // SAFETY: touches no memory.
        if session == -1 || unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    };
    // SAFETY: between fork and exec, the closure only makes system calls.
    unsafe { command.pre_exec(control) };
}
