//! Printing the system calls that fail because of a rule.

use std::fmt::{self, Display};

use butter::Errno;
use butter::seccomp::{Action, Delivery, Listener, Notification, Program, SyscallData};

use crate::common::cli::SystemError;
use crate::message;
use crate::seccomp::text::CallText;

/// Responds to notifications with the errno of the program that has no notifications, and prints
/// the system calls, until the last process with the filter has terminated.
pub(crate) fn run(listener: &Listener, program: &Program) {
    if let Err(error) = respond(listener, program) {
        let cause = SystemError::Call(error);
        message(format_args!("denied system calls fail with ENOSYS from now on: {cause}"));
    }
}

fn respond(listener: &Listener, program: &Program) -> butter::Result<()> {
    while let Some(notification) = listener.receive()? {
        let errno = match program.action(notification.data()) {
            Some(Action::Errno(errno)) => errno,
            // Only an errno was replaced by a notification.
            _ => Errno::NOSYS,
        };
        // Respond first, because the output may be blocked.
        if let Delivery::Done(()) = listener.respond(notification.id(), errno)? {
            message(format_args!("{} = {errno}", CallLine(&notification)));
        }
    }
    Ok(())
}

/// A system call: the thread, the name or the number, and all arguments.
struct CallLine<'n>(&'n Notification);

impl Display for CallLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.thread() {
            Some(thread) => write!(f, "{thread} ")?,
            None => f.write_str("- ")?,
        }
        let data: &SyscallData = self.0.data();
        match data.syscall() {
            Some(call) => write!(f, "{}", CallText(call))?,
            None => write!(f, "{}@{:#x}", data.nr, data.arch)?,
        }
        for (index, argument) in data.args.iter().enumerate() {
            write!(f, "{}{argument:#x}", if index == 0 { "(" } else { ", " })?;
        }
        f.write_str(")")
    }
}
