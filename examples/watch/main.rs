//! Reports what happens to files, as it happens.
//!
//! ```text
//! cargo run --release --example watch -- [OPTIONS] PATH...
//! ```
//!
//! `--help` says what the options are, and [`options::HELP`] is that text: the exit status, the two formats and how names
//! that are not text are written stand there.
//!
//! One epoll waits for all: the queue of events, and the reader of the output, so that `watch /tmp | head -1` ends when
//! `head` does and not at the next event. Each turn of the loop reads as many events as there are, prints them without
//! an allocation, and writes them at once. Whatever else is to be waited for gets a token and an arm.

mod options;
mod output;
mod watched;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use butter::epoll::{Epoll, Interest, Ready, Token};
use butter::error::ErrorKind;
use butter::inotify::{Event, EventFlags, Events, Inotify};
use butter::path::Escape;
use butter::time::Timeout;
use butter::{Errno, Error};

use options::{Options, Request};
use output::Printer;
use watched::{Added, Watched};

const FILES: Token = Token(1);
const OUTPUT: Token = Token(2);

const DONE: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const GONE: u8 = 3;
const LOST: u8 = 4;
const TOO_FEW: u8 = 5;

fn main() -> ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Request::Watch(options)) => options,
        Ok(Request::Print(text)) => {
            // Who does not read the help has no need of it.
            let _ = io::stdout().write_all(text.as_bytes());
            return DONE.into();
        }
        Err(wrong) => {
            say(format_args!("{wrong} (--help says more)"));
            return USAGE.into();
        }
    };
    match watch(&options) {
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

/// Why the program cannot go on.
enum Failure {
    Call(Error),
    Write(io::Error),
    /// The user was told already.
    Said,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Write(error) => write!(f, "the output cannot be written: {error}"),
            Self::Said => Ok(()),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// Why the program is through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Count,
    Timeout,
    Gone,
    /// Nobody reads the output any more.
    Closed,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "that is as many as were asked for",
            Self::Timeout => "the time is over",
            Self::Gone => "every watched path is gone",
            Self::Closed => "nobody reads the output",
        })
    }
}

fn watch(options: &Options) -> Result<u8, Failure> {
    let inotify = Inotify::nonblocking()?;
    let watched = add_watches(&inotify, options)?;
    if !options.quiet {
        let number = watched.len();
        say(format_args!("watching {number} path{}", if number == 1 { "" } else { "s" }));
    }

    let mut session = Session {
        inotify: &inotify,
        watched,
        printer: Printer::new(io::stdout().lock(), options.format, options.colour),
        count: 0,
        wanted: options.count,
        lost: false,
    };
    let end = match session.run(options.timeout) {
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => End::Closed,
        end => end?,
    };
    if !options.quiet && end != End::Closed {
        let Session { count, lost, .. } = session;
        let (plural, lost) = (if count == 1 { "" } else { "s" }, if lost { "; events were lost" } else { "" });
        say(format_args!("{count} event{plural}: {end}{lost}"));
    }
    Ok(match end {
        _ if session.lost => LOST,
        End::Count | End::Closed => DONE,
        End::Timeout if options.count.is_some() => TOO_FEW,
        End::Timeout => DONE,
        End::Gone => GONE,
    })
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

struct Session<'i> {
    inotify: &'i Inotify,
    watched: Watched,
    printer: Printer<io::StdoutLock<'static>>,
    count: u64,
    wanted: Option<u64>,
    lost: bool,
}

impl Session<'_> {
    fn run(&mut self, timeout: Option<Duration>) -> Result<End, Failure> {
        let epoll = Epoll::create()?;
        epoll.add(self.inotify, FILES, Interest::READ)?;
        // With no interest of its own an epoll tells that the other end is closed, and nothing else.
        match epoll.add(&io::stdout(), OUTPUT, Interest::empty()) {
            // A regular file has no other end.
            Err(error) if error.is(Errno::PERM) => {}
            added => added?,
        }

        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut buffer = [0; 64 * 1024];
        let mut ready = [Ready::EMPTY; 4];
        loop {
            let left = left(deadline);
            for event in epoll.wait(&mut ready, left)? {
                match event.token() {
                    FILES => {
                        let end = self.show(self.inotify.read_events(&mut buffer)?)?;
                        if let Some(end) = end {
                            return Ok(end);
                        }
                    }
                    OUTPUT => return Ok(End::Closed),
                    _ => {}
                }
            }
            if left == Timeout::Zero {
                return Ok(End::Timeout);
            }
        }
    }

    /// Prints what one read gave, and writes it out.
    fn show(&mut self, events: Events<'_>) -> Result<Option<End>, Failure> {
        self.printer.begin();
        let mut end = None;
        for event in events {
            end = self.show_one(&event)?;
            if end.is_some() {
                break;
            }
        }
        self.printer.flush()?;
        Ok(end)
    }

    fn show_one(&mut self, event: &Event<'_>) -> Result<Option<End>, Failure> {
        if event.is_overflow() {
            self.lost = true;
            self.printer.print(event, None)?;
            self.end_those_that_ended_unheard()?;
        } else if event.is_ignored() {
            // One that is not here was found to have ended before this event came.
            if let Some(path) = event.watch().and_then(|watch| self.watched.remove(watch)) {
                self.printer.print(event, Some(&path))?;
            }
        } else {
            let path = event.watch().and_then(|watch| self.watched.get(watch));
            self.printer.print(event, path)?;
            // An unmount is why the watch ends, no event on a file.
            self.count += u64::from(!event.is_unmount());
        }
        Ok(if self.wanted == Some(self.count) {
            Some(End::Count)
        } else if self.watched.len() == 0 {
            Some(End::Gone)
        } else {
            None
        })
    }

    /// The end of a watch may be among the events that were lost: look which ones there still are.
    fn end_those_that_ended_unheard(&mut self) -> io::Result<()> {
        let Ok(there) = watched::in_the_kernel(self.inotify) else { return Ok(()) };
        for (watch, path) in self.watched.take_all_but(&there) {
            self.printer.print_ended(watch, &path)?;
        }
        Ok(())
    }
}

/// How long to wait: up to whole milliseconds, which every kernel can.
fn left(deadline: Option<Instant>) -> Timeout {
    let Some(deadline) = deadline else { return Timeout::Never };
    Timeout::from(deadline.saturating_duration_since(Instant::now())).in_milliseconds()
}

/// The bits that say how a watch or the queue fares, and not what happened to a file.
const NOTICES: EventFlags = EventFlags::IGNORED.union(EventFlags::UNMOUNT).union(EventFlags::Q_OVERFLOW);
