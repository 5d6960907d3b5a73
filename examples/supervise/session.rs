//! Receiving notifications, and responding to them.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use butter::fs::OFlags;
use butter::path::Escape;
use butter::seccomp::{Delivery, Listener, Notification};

use crate::blocking;
use crate::options::Options;
use crate::request::{Operation, Request};
use crate::rules::Access;
use crate::serve::{Reply, Report, Service};
use crate::target::{Failure, Status, Target};
use crate::{PROGRAM, message};

/// Serves system calls until no process has the filter.
pub(crate) struct Session<'o> {
    listener: Arc<Listener>,
    options: &'o Options,
    supervisor: Status,
}

impl<'o> Session<'o> {
    pub(crate) fn new(listener: Listener, options: &'o Options, supervisor: Status) -> Self {
        Self { listener: Arc::new(listener), options, supervisor }
    }

    pub(crate) fn run(&self) -> butter::Result<()> {
        while let Some(notification) = self.listener.receive()? {
            self.serve(&notification);
        }
        Ok(())
    }

    fn serve(&self, notification: &Notification) {
        let mut service = Service::new(&self.options.rules);
        let mut cloexec = false;
        let result =
            Target::new(&self.listener, notification, &self.supervisor).and_then(|target| {
                let request = Request::read(&target, notification.data())?;
                if let Operation::Open(how) = &request.operation {
                    cloexec = how.has(OFlags::CLOEXEC);
                }
                service.serve(&target, &request)
            });
        let log = self.options.log.then(|| Line::new(notification, &service.report));
        match result {
            Ok(Reply::Blocking(open)) => {
                let (listener, notification) = (Arc::clone(&self.listener), *notification);
                blocking::start(open, Arc::clone(&self.listener), notification, move |opened| {
                    let result = opened.map(Response::File);
                    respond(&listener, &notification, result, cloexec, log);
                });
            }
            Ok(Reply::File(file)) => {
                respond(&self.listener, notification, Ok(Response::File(file)), cloexec, log);
            }
            Ok(Reply::Done) => {
                respond(&self.listener, notification, Ok(Response::Zero), false, log);
            }
            Ok(Reply::Continue) => {
                respond(&self.listener, notification, Ok(Response::Continue), false, log);
            }
            Err(failure) => respond(&self.listener, notification, Err(failure), false, log),
        }
    }
}

/// A line of the log, without the result.
struct Line {
    call: String,
    rule: String,
    is_denied: bool,
}

impl Line {
    fn new(notification: &Notification, report: &Report<'_>) -> Self {
        let thread = notification.thread().map_or("-".to_owned(), |thread| thread.to_string());
        let call = notification.data().syscall().and_then(|call| call.name()).unwrap_or("?");
        let access = report.access.as_ref().map_or("-".to_owned(), Access::to_string);
        let path = Escape::new(&*report.path);
        Self {
            call: format!("{thread} {call} {access} {path}"),
            rule: report.decision.map_or(String::new(), |decision| format!(" ({decision})")),
            is_denied: report.decision.is_some_and(|decision| decision.result.is_err()),
        }
    }

    /// Prints the line with the result of the system call.
    fn print(&self, result: Result<(), Failure>) {
        let Self { call, rule, is_denied } = self;
        let line = match result {
            Ok(()) => format!("{PROGRAM}: allow {call}{rule}\n"),
            Err(Failure::Gone) => format!("{PROGRAM}: gone {call}\n"),
            Err(Failure::Errno(errno)) => {
                let decision = if *is_denied { "deny" } else { "fail" };
                format!("{PROGRAM}: {decision} {call}: {errno}{rule}\n")
            }
        };
        // A single write, because the command can print at the same time.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}

/// The response to a system call that does not fail.
enum Response {
    File(OwnedFd),
    Zero,
    Continue,
}

/// Responds to a notification, and prints the line of the log.
fn respond(
    listener: &Listener,
    notification: &Notification,
    result: Result<Response, Failure>,
    cloexec: bool,
    log: Option<Line>,
) {
    let id = notification.id();
    let sent = match &result {
        Ok(Response::File(file)) => {
            listener.respond_fd(notification, file, cloexec).map(|sent| sent.done().is_some())
        }
        // SAFETY: the supervisor has created the directory.
        Ok(Response::Zero) => unsafe { listener.respond_value(id, 0) }.map(is_done),
        Ok(Response::Continue) => listener.respond_continue(id).map(is_done),
        Err(_) => Ok(true),
    };
    let result = match (result, sent) {
        (Ok(_), Ok(true)) => Ok(()),
        (Ok(_), Ok(false)) => Err(Failure::Gone),
        // The command cannot have another descriptor, for example.
        (Ok(_), Err(error)) => Err(error.into()),
        (Err(failure), _) => Err(failure),
    };
    if let Err(Failure::Errno(errno)) = result
        && let Err(error) = listener.respond(id, errno)
    {
        message(format_args!("cannot respond: {error}"));
    }
    if let Some(log) = log {
        log.print(result);
    }
}

fn is_done(delivery: Delivery) -> bool {
    delivery == Delivery::Done(())
}
