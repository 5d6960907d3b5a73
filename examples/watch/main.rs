//! Reports file system events as they occur.
//!
//! ```text
//! cargo run --release --example watch -- [OPTION]... PATH...
//! ```
//!
//! `--help` documents the options, the output formats and the exit statuses. The program is not
//! recursive: files in subdirectories of a watched directory are not watched.
//!
//! One epoll instance waits for the inotify queue, the termination signals, the heartbeat timer and
//! the closing of the output, so that the program exits in `watch /tmp | head -1` as soon as `head`
//! exits, and not at the next event. Each iteration of the event loop reads the available events,
//! formats these events without an allocation, and then writes the output. To wait for another
//! descriptor, add a token and a match arm to the event loop.

#[path = "../common/mod.rs"]
mod common;
mod exit;
mod help;
mod options;
mod output;
mod session;
mod watches;

use std::fmt;
use std::process::ExitCode;

use butter::error::ErrorKind;
use butter::inotify::Inotify;
use butter::path::Escape;

use common::cli::{self, FAILURE, Request, SystemError};
use common::signals::Signals;
use common::units::Count;
use exit::{EVENTS_LOST, Exit, Failure};
use options::Options;
use session::Session;
use watches::{Added, Watches};

const PROGRAM: &str = "watch";

fn main() -> ExitCode {
    // Block the signals first: while the signals are unblocked, a signal terminates the program
    // without a message.
    let signals = Signals::block();
    match options::parse() {
        Ok(Request::Run(options)) => {
            let status =
                signals.map_err(Failure::from).and_then(|signals| watch(&options, &signals));
            status
                .unwrap_or_else(|failure| {
                    if !matches!(failure, Failure::Reported) {
                        message(format_args!("{failure}"));
                    }
                    FAILURE
                })
                .into()
        }
        Ok(Request::Print(text)) => cli::print(PROGRAM, text),
        Err(error) => cli::usage_error(PROGRAM, &error),
    }
}

fn message(text: fmt::Arguments<'_>) {
    cli::message(PROGRAM, text);
}

fn watch(options: &Options, signals: &Signals) -> Result<u8, Failure> {
    let inotify = Inotify::nonblocking()?;
    let watches = add_watches(&inotify, options)?;
    if !options.quiet {
        message(format_args!("watching {}", Count(watches.len() as u64, "path")));
    }

    let mut session = Session::new(&inotify, signals, watches, options);
    let exit = session.run(options)?;
    if !options.quiet && exit != Exit::OutputClosed {
        let Session { count, lost, .. } = session;
        let lost = if lost { "; events were lost" } else { "" };
        message(format_args!("{}: {exit}{lost}", Count(count, "event")));
    }
    Ok(if session.lost { EVENTS_LOST } else { exit.status(options.count.is_some()) })
}

/// Adds a watch for every path. Prints an error for each path that cannot be watched.
fn add_watches(inotify: &Inotify, options: &Options) -> Result<Watches, Failure> {
    let mut watches = Watches::new(options.format);
    let mut failed = false;
    for path in &options.paths {
        match inotify.add_watch(path, options.events) {
            Ok(watch) => {
                if let Added::Duplicate(first) = watches.add(watch, path)
                    && !options.quiet
                {
                    let path = Escape::new(path);
                    message(format_args!("'{path}' is already watched as '{first}'"));
                }
            }
            Err(error) => {
                let (path, cause) = (Escape::new(path), SystemError::Call(error));
                message(format_args!("cannot watch '{path}': {cause}"));
                failed = true;
                if error.kind() == ErrorKind::LimitReached {
                    break;
                }
            }
        }
    }
    if failed { Err(Failure::Reported) } else { Ok(watches) }
}
