//! Receiving notifications, and responding to them.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use butter::fs::OFlags;
use butter::path::Escape;
use butter::seccomp::{Delivery, Listener, Notification};

use crate::blocking;
use crate::common::cli::SystemError;
use crate::filter::Started;
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
    pub(crate) fn new(started: Started, options: &'o Options, supervisor: Status) -> Self {
        Self { listener: Arc::new(started.listener), options, supervisor }
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
        let line = self.options.log.then(|| Line::new(notification, &service.report));
        let listener = Arc::clone(&self.listener);
        let responder = Responder { listener, notification: *notification, line };
        match result {
            Ok(Reply::Blocking(open)) => {
                let (listener, notification) = (Arc::clone(&self.listener), *notification);
                blocking::start(open, listener, notification, move |opened| {
                    responder.respond(opened.map(|file| Response::File(file, cloexec)));
                });
            }
            Ok(Reply::File(file)) => responder.respond(Ok(Response::File(file, cloexec))),
            Ok(Reply::Done) => responder.respond(Ok(Response::Zero)),
            Ok(Reply::Continue) => responder.respond(Ok(Response::Continue)),
            Err(failure) => responder.respond(Err(failure)),
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
    /// A descriptor, and whether it is close-on-exec.
    File(OwnedFd, bool),
    Zero,
    Continue,
}

/// Responds to a notification, and prints the line of the log.
struct Responder {
    listener: Arc<Listener>,
    notification: Notification,
    line: Option<Line>,
}

impl Responder {
    fn respond(self, result: Result<Response, Failure>) {
        let id = self.notification.id();
        let result = result.and_then(|response| match self.send(response) {
            Ok(Delivery::Done(_)) => Ok(()),
            Ok(Delivery::TargetGone) => Err(Failure::Gone),
            // The command cannot have another descriptor, for example.
            Err(error) => Err(error.into()),
        });
        if let Err(Failure::Errno(errno)) = result
            && let Err(error) = self.listener.respond(id, errno)
        {
            message(format_args!("cannot respond: {}", SystemError::Call(error)));
        }
        if let Some(line) = self.line {
            line.print(result);
        }
    }

    fn send(&self, response: Response) -> butter::Result<Delivery<i32>> {
        let (listener, id) = (&self.listener, self.notification.id());
        let done = |sent| match sent {
            Delivery::Done(()) => Delivery::Done(0),
            Delivery::TargetGone => Delivery::TargetGone,
        };
        match response {
            Response::File(file, cloexec) => {
                let Delivery::Done(number) = listener.add_fd(id, &file, cloexec)? else {
                    return Ok(Delivery::TargetGone);
                };
                // While the supervisor has the file open, the command cannot execute a file that it
                // has written, for example, and does not see the end of a FIFO.
                drop(file);
                // SAFETY: the number is that of the new descriptor.
                unsafe { listener.respond_value(id, number.into()) }.map(done)
            }
            // SAFETY: the supervisor has created the directory.
            Response::Zero => unsafe { listener.respond_value(id, 0) }.map(done),
            Response::Continue => listener.respond_continue(id).map(done),
        }
    }
}
