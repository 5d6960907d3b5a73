//! Reports what happens to files, as it happens.
//!
//! ```text
//! cargo run --release --example watch -- [OPTIONS] PATH...
//! ```
//!
//! `--help` says what the options are, and [`help::HELP`] is that text: the exit status, the two formats and how names
//! that are not text are written stand there.
//!
//! One epoll waits for all: the queue of events, the signals that end the program, the timer of the heartbeat, and the
//! reader of the output, so that `watch /tmp | head -1` ends when `head` does and not at the next event. Each turn of
//! the loop reads as many events as there are, prints them without an allocation, and writes them at once. Whatever
//! else is to be waited for gets a token and an arm.

mod end;
mod heartbeat;
mod help;
mod options;
mod output;
mod session;
mod signals;
mod stdout;
mod watched;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use butter::error::ErrorKind;
use butter::inotify::Inotify;
use butter::path::Escape;

use end::{DONE, End, FAILED, Failure, LOST, USAGE};
use options::{Options, Request};
use output::Number;
use session::Session;
use signals::Signals;
use watched::{Added, Watched};

fn main() -> ExitCode {
    // First of all: until then a signal ends the program by itself.
    let signals = Signals::hold_back();
    let done = match options::parse(std::env::args_os().skip(1)) {
        Ok(Request::Watch(options)) => {
            signals.map_err(Failure::from).and_then(|signals| watch(&options, &signals))
        }
        Ok(Request::Print(text)) => {
            // Who does not read the help has no need of it.
            let _ = io::stdout().write_all(text.as_bytes());
            Ok(DONE)
        }
        Err(wrong) => {
            say(format_args!("{wrong} (--help says more)"));
            Ok(USAGE)
        }
    };
    match done {
        Ok(status) => status.into(),
        Err(Failure::Said) => FAILED.into(),
        Err(failure) => {
            say(format_args!("{failure}"));
            FAILED.into()
        }
    }
}

/// Tells the user something, beside the events. A closed standard error is no reason to fail.
fn say(line: fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(format_args!("watch: {line}\n"));
}

fn watch(options: &Options, signals: &Signals) -> Result<u8, Failure> {
    let inotify = Inotify::nonblocking()?;
    let watched = add_watches(&inotify, options)?;
    if !options.quiet {
        say(format_args!("watching {}", Number(watched.len() as u64, "path")));
    }

    let mut session = Session::new(&inotify, signals, watched, options);
    let end = session.run(options)?;
    if !options.quiet && end != End::Closed {
        let Session { count, lost, .. } = session;
        let lost = if lost { "; events were lost" } else { "" };
        say(format_args!("{}: {end}{lost}", Number(count, "event")));
    }
    Ok(if session.lost { LOST } else { end.status(options.count.is_some()) })
}

/// Watches every path, or says of each why it cannot be.
fn add_watches(inotify: &Inotify, options: &Options) -> Result<Watched, Failure> {
    let mut watched = Watched::new(options.format);
    let mut failed = false;
    for path in &options.paths {
        match inotify.add_watch(path, options.events) {
            Ok(watch) => {
                if let Added::Already(first) = watched.add(watch, path)
                    && !options.quiet
                {
                    say(format_args!("{} is watched already, as {first}", Escape::new(path)));
                }
            }
            Err(error) => {
                say(format_args!("{} cannot be watched: {error}", Escape::new(path)));
                failed = true;
                if error.kind() == ErrorKind::LimitReached {
                    break;
                }
            }
        }
    }
    if failed { Err(Failure::Said) } else { Ok(watched) }
}
