//! The event loop: decides, responds and prints.

use std::fmt;
use std::io;

use butter::error::ErrorKind;
use butter::fanotify::{EventMask, Fanotify, PermissionEvent, Response};
use butter::fd::AsRawFd;
use butter::fs::{self, CWD};
use butter::path::{Escape, Name, PATH_MAX};
use butter::poll::{self, PollFd, PollFlags};
use butter::process::Pid;
use butter::signal::Signal;
use butter::time::Timeout;

use crate::common::cli::SystemError;
use crate::common::signals::Signals;
use crate::message;
use crate::options::Options;
use crate::output::Output;
use crate::rules::{Denial, Operation};

/// The number of consecutive failed reads after which the program exits.
const MAX_FAILURES: u32 = 100;

/// The maximum size of the command of a process (`TASK_COMM_LEN`), and a newline.
const COMMAND_SIZE: usize = 17;

/// The reason why the event loop ends.
pub(crate) enum Exit {
    Signal(Signal),
    /// The reader has closed its end of the output.
    OutputClosed,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(signal) => write!(f, "terminated by SIG{signal}"),
            Self::OutputClosed => f.write_str("the output was closed"),
        }
    }
}

pub(crate) struct Session<'s> {
    group: &'s Fanotify,
    signals: &'s Signals,
    options: &'s Options,
    output: Output,
    /// The number of decisions.
    pub(crate) count: u64,
}

impl<'s> Session<'s> {
    pub(crate) fn new(group: &'s Fanotify, signals: &'s Signals, options: &'s Options) -> Self {
        Self { group, signals, options, output: Output::new(), count: 0 }
    }

    /// Responds to permission events until the program exits.
    pub(crate) fn run(&mut self) -> butter::Result<Exit> {
        let (stdout, mut buffer, mut failures) = (io::stdout(), [0; 8192], 0);
        loop {
            let mut fds = [
                PollFd::new(self.group, PollFlags::IN),
                PollFd::new(self.signals, PollFlags::IN),
                // With empty flags, only an error is reported: the reader has closed the output.
                PollFd::new(&stdout, PollFlags::empty()),
            ];
            poll::wait(&mut fds, Timeout::Infinite)?;
            let [events, _, closed] = fds.map(|fd| !fd.ready().is_empty());
            if events {
                match self.respond_to_events(&mut buffer) {
                    Ok(Some(exit)) => return Ok(exit),
                    Ok(None) => failures = 0,
                    // The kernel has denied the open whose event could not be read.
                    Err(error) if failures < MAX_FAILURES && is_temporary(error) => {
                        failures += 1;
                        message(format_args!("lost an event: {}", SystemError::Call(error)));
                    }
                    Err(error) => return Err(error),
                }
            }
            if let Some(signal) = self.signals.read()? {
                self.output.report_skipped();
                return Ok(Exit::Signal(signal));
            }
            if closed {
                return Ok(Exit::OutputClosed);
            }
        }
    }

    fn respond_to_events(&mut self, buffer: &mut [u8]) -> butter::Result<Option<Exit>> {
        for event in self.group.read_events(buffer)? {
            if let Ok(event) = event.into_permission() {
                match self.respond(event) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        return Ok(Some(Exit::OutputClosed));
                    }
                    Err(error) => message(format_args!("write error: {}", SystemError::Io(&error))),
                }
            }
        }
        Ok(None)
    }

    /// Responds to an event, and prints the decision.
    fn respond(&mut self, event: PermissionEvent<&Fanotify>) -> io::Result<()> {
        let operation = if event.mask().contains(EventMask::OPEN_EXEC_PERM) {
            Operation::Exec
        } else {
            Operation::Open
        };
        let (mut path_buffer, mut command_buffer) = ([0; PATH_MAX], [0; COMMAND_SIZE]);
        let path = path_of(&event, &mut path_buffer);
        let denial = self.denial(operation, &event, &path);
        // The process terminates or executes another program after the response.
        let pid = event.pid();
        let command = command_of(pid, &mut command_buffer);
        let response = match denial {
            Some(_) if !self.options.log_only => Response::Deny,
            _ => Response::Allow,
        };
        self.count += 1;
        if let Err(error) = event.respond(response) {
            // The process was killed while it waited.
            if error.kind() != ErrorKind::NotFound {
                message(format_args!("cannot respond: {}", SystemError::Call(error)));
            }
        }
        if self.options.quiet && denial.is_none() {
            return Ok(());
        }
        let decision = match (denial, response) {
            (None, _) => "allow",
            (Some(_), Response::Allow) => "would-deny",
            (Some(_), _) => "deny",
        };
        let (pid, path) = (Visible(pid), path.unwrap_or(Name::from_bytes(b"?")).escape());
        let (command, rule) = (Escape::new(command), Rule(denial));
        self.output.write_line(format_args!("{decision} {pid} {command} {operation} {path}{rule}"))
    }

    fn denial(
        &self,
        operation: Operation,
        event: &PermissionEvent<&Fanotify>,
        path: &butter::Result<Name<'_>>,
    ) -> Option<Denial<'s>> {
        let options = self.options;
        match (path, fs::fstat(event.file())) {
            (Ok(path), Ok(stat)) => options.rules.denial(operation, path.as_bytes(), &stat),
            (Err(error), _) => Some(Denial::Unknown(*error)),
            (_, Err(error)) => Some(Denial::Unknown(error)),
        }
    }
}

/// Returns whether a read can succeed later.
fn is_temporary(error: butter::Error) -> bool {
    !matches!(error.kind(), ErrorKind::BadDescriptor | ErrorKind::InvalidArgument)
}

/// Returns the path of the file of an event.
fn path_of<'b>(
    event: &PermissionEvent<&Fanotify>,
    buffer: &'b mut [u8; PATH_MAX],
) -> butter::Result<Name<'b>> {
    let link = format!("/proc/self/fd/{}", event.file().as_raw_fd());
    fs::readlinkat(CWD, &link, buffer)
}

/// Returns the command of a process, or `?` if the process is not visible.
///
/// The kernel returns this name without a lock that a process holds while it waits for a response,
/// in contrast to other files in `/proc`.
fn command_of(pid: Option<Pid>, buffer: &mut [u8; COMMAND_SIZE]) -> &[u8] {
    let Some(pid) = pid else { return b"?" };
    let file = std::fs::File::open(format!("/proc/{pid}/comm"));
    match file.and_then(|file| Ok(butter::io::read(&file, buffer)?)) {
        Ok(size) => buffer[..size].strip_suffix(b"\n").unwrap_or(&buffer[..size]),
        Err(_) => b"?",
    }
}

/// A process ID, or `-`.
struct Visible(Option<Pid>);

impl fmt::Display for Visible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(pid) => pid.fmt(f),
            None => f.write_str("-"),
        }
    }
}

/// The rule of a denial, in parentheses, or nothing.
struct Rule<'r>(Option<Denial<'r>>);

impl fmt::Display for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(denial) => write!(f, " ({denial})"),
            None => Ok(()),
        }
    }
}
