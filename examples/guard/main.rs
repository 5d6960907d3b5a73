//! Permits or denies that files in directories are opened, by rules.
//!
//! ```text
//! cargo run --release --example guard -- [OPTION]... DIR...
//! ```
//!
//! `--help` documents the rules, the output format and the exit statuses. The program requires the
//! capability `CAP_SYS_ADMIN`.
//!
//! While a process waits for a response, the guard must not wait for that process, and must not
//! open a file in a guarded directory, because the kernel would wait for the guard itself.
//! Therefore:
//!
//! - A decision is sent before it is printed. If the output is blocked, decisions are not printed.
//! - The program opens only files in `/proc`, where the kernel does not permit permission events.
//! - The program has no core dumps and no backtraces, which open files.
//! - The terminal cannot stop the program.
//!
//! If the program ends, in any way, the kernel permits all waiting and all later opens.

#[path = "../common/mod.rs"]
mod common;
mod help;
mod options;
mod output;
mod process;
mod rules;
mod session;

use std::fmt;
use std::process::ExitCode;

use butter::fanotify::{Class, Fanotify, InitFlags, Mark, MarkFlags, MarkMask, Response};
use butter::fs::CWD;
use butter::path::Escape;

use common::cli::{self, FAILURE, Request, SystemError};
use common::signals::Signals;
use common::units::Count;
use options::Options;
use session::Session;

const PROGRAM: &str = "guard";

fn main() -> ExitCode {
    // Block the signals first: while the signals are unblocked, a signal terminates the program
    // without a message.
    let signals = Signals::block();
    match options::parse() {
        Ok(Request::Run(options)) => {
            let guarded = signals
                .map_err(Failure::from)
                .and_then(|signals| process::prepare().map(|()| signals).map_err(Failure::from))
                .and_then(|signals| guard(&options, &signals));
            match guarded {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => {
                    if let Failure::Call(error) = failure {
                        message(format_args!("{}", SystemError::Call(error)));
                    }
                    FAILURE.into()
                }
            }
        }
        Ok(Request::Print(text)) => cli::print(PROGRAM, text),
        Err(error) => cli::usage_error(PROGRAM, &error),
    }
}

/// The reason why the program fails.
enum Failure {
    Call(butter::Error),
    /// The error messages have already been printed.
    Reported,
}

impl From<butter::Error> for Failure {
    fn from(error: butter::Error) -> Self {
        Self::Call(error)
    }
}

fn message(text: fmt::Arguments<'_>) {
    cli::message(PROGRAM, text);
}

fn guard(options: &Options, signals: &Signals) -> Result<(), Failure> {
    let group = create_group(options)?;
    add_marks(&group, options)?;
    if !options.quiet {
        let count = options.directories.len() as u64;
        let directories = if count == 1 { "directory" } else { "directories" };
        message(format_args!("guarding {count} {directories}"));
    }
    let mut session = Session::new(&group, signals, options);
    let exit = session.run()?;
    if !options.quiet {
        let count = Count(session.count, "decision");
        message(format_args!("{count}: {exit}"));
    }
    Ok(())
}

fn create_group(options: &Options) -> butter::Result<Fanotify> {
    // The default response is sent if the guard cannot determine the path of a file.
    let default = if options.log_only { Response::Allow } else { Response::Deny };
    // If the queue were limited, the kernel would permit the opens that exceed the limit.
    let flags = InitFlags::NONBLOCK | InitFlags::UNLIMITED_QUEUE;
    Fanotify::builder(Class::Content).flags(flags).default_response(default).build()
}

/// Adds a mark for every directory. Prints an error for each directory that cannot be guarded.
fn add_marks(group: &Fanotify, options: &Options) -> Result<(), Failure> {
    let mut mask = MarkMask::OPEN_PERM | MarkMask::EVENT_ON_CHILD;
    if options.rules.deny_exec {
        mask |= MarkMask::OPEN_EXEC_PERM;
    }
    let mut failed = false;
    for path in &options.directories {
        if let Err(error) = group.add_at(Mark::Inode, MarkFlags::ONLYDIR, mask, CWD, path) {
            let (path, cause) = (Escape::new(path), SystemError::Call(error));
            message(format_args!("cannot guard '{path}': {cause}"));
            failed = true;
        }
    }
    if failed { Err(Failure::Reported) } else { Ok(()) }
}
