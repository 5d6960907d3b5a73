//! The filter of the command, and its start.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use butter::error::Errno;
use butter::net::{self, AddressFamily, SocketType};
use butter::process::Pid;
use butter::seccomp::{Action, Filter, Listener, Policy, ProgramArray, Rule, Syscall};
use butter::signal::{self, SigSet};

const fn notify(call: Syscall) -> Rule<'static> {
    Rule::new(call, Action::UserNotif)
}

const fn deny(call: Syscall) -> Rule<'static> {
    Rule::new(call, Action::Errno(Errno::PERM))
}

const POLICY: Policy<'_> = Policy::new(Action::Allow).rules(&[
    notify(Syscall::OPENAT),
    notify(Syscall::OPENAT2),
    notify(Syscall::MKDIRAT),
    // These system calls exist only on x86_64.
    notify(Syscall::OPEN),
    notify(Syscall::CREAT),
    notify(Syscall::MKDIR),
    // Files that are opened without a path, or without a system call that a filter sees.
    deny(Syscall::OPEN_BY_HANDLE_AT),
    Rule::new(Syscall::IO_URING_SETUP, Action::Errno(Errno::NOSYS)),
    // System calls after which a path can refer to another file than in the supervisor.
    deny(Syscall::CHROOT),
    deny(Syscall::PIVOT_ROOT),
    deny(Syscall::SETNS),
    deny(Syscall::MOUNT),
    deny(Syscall::UMOUNT2),
    deny(Syscall::MOVE_MOUNT),
    deny(Syscall::MOUNT_SETATTR),
    deny(Syscall::OPEN_TREE),
    deny(Syscall::OPEN_TREE_ATTR),
    deny(Syscall::FSOPEN),
    deny(Syscall::FSPICK),
    deny(Syscall::FSMOUNT),
]);

static PROGRAM: ProgramArray<{ POLICY.program_len() }> = POLICY.compile();

/// The reason why the command was not started.
pub(crate) enum StartError {
    /// The program cannot be executed.
    Exec(io::Error),
    /// The supervisor cannot create the process or install the filter.
    Prepare(io::Error),
}

impl From<butter::Error> for StartError {
    fn from(error: butter::Error) -> Self {
        Self::Prepare(error.into())
    }
}

/// A command that has the filter.
pub(crate) struct Started {
    pub(crate) command: Pid,
    pub(crate) listener: Listener,
}

/// Starts the command with the filter and a signal mask.
pub(crate) fn start(command: &[OsString], mask: SigSet) -> Result<Started, StartError> {
    let (program, arguments) = command.split_first().expect("the command has a program");
    let (socket, peer) = net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, None)?;
    let mut command = Command::new(program);
    command.args(arguments);
    let install = move || {
        signal::set_mask(mask)?;
        install(&peer)
    };
    // SAFETY: between fork and exec, the closure only makes system calls.
    unsafe { command.pre_exec(install) };
    let child = command.spawn();
    // Closes the other end of the socket, so that the next call does not wait for a child that has
    // sent nothing.
    drop(command);
    let mut message = [0; 1];
    let (_, [listener]) = net::recv_fds(&socket, &mut message)?;
    match (child, listener) {
        (Ok(child), Some(listener)) => {
            let pid = Pid::from_raw(child.id().cast_signed()).expect("process IDs are positive");
            Ok(Started { command: pid, listener: Listener::try_from(listener)? })
        }
        (Err(error), Some(_)) => Err(StartError::Exec(error)),
        (Err(error), None) => Err(StartError::Prepare(error)),
        (Ok(_), None) => unreachable!("the child executes the program only with the filter"),
    }
}

/// Installs the filter in the child, and sends the listener to the supervisor. The filter does not
/// notify of `sendmsg`. `execve` closes the listener of the child.
fn install(socket: &OwnedFd) -> io::Result<()> {
    let filter = Filter::new(&PROGRAM).spec_allow();
    // Before Linux 5.19, a signal handler interrupts an open that the supervisor already serves.
    let listener = match filter.wait_killable_recv().install_listener() {
        Err(error) if error.is(Errno::INVAL) => filter.install_listener()?,
        result => result?,
    };
    net::send_fds(socket, &[0], [listener.as_fd()])?;
    Ok(())
}
