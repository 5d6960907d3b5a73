//! What the user is told. Nothing of it holds up the connections: what standard error does not take now is left out.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;

/// To the start of the line, and clear it: what stands there is the progress.
const CLEAR: &str = "\r\x1b[K";

pub(crate) struct Report {
    quiet: bool,
    terminal: bool,
}

impl Report {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, terminal: !quiet && io::stderr().is_terminal() }
    }

    /// Whether progress is shown.
    pub(crate) fn draws(&self) -> bool {
        self.terminal
    }

    /// Shows a line in the place of the one that was shown before.
    pub(crate) fn draw(&self, line: fmt::Arguments<'_>) {
        if self.terminal && Self::is_taken() {
            write(format_args!("{CLEAR}{line}"));
        }
    }

    /// Tells what is to be seen even if everything else is quiet.
    pub(crate) fn complain(&self, line: fmt::Arguments<'_>) {
        if Self::is_taken() {
            self.line(line);
        }
    }

    /// Tells something and waits until it is taken: in the beginning and in the end, when nothing is held up.
    pub(crate) fn tell(&self, line: fmt::Arguments<'_>) {
        if !self.quiet {
            self.line(line);
        }
    }

    /// Whether standard error takes something now.
    pub(crate) fn is_taken() -> bool {
        let stderr = io::stderr();
        let mut ready = [PollFd::new(&stderr, PollFlags::OUT)];
        poll::wait(&mut ready, Timeout::Zero).is_ok() && ready[0].ready().contains(PollFlags::OUT)
    }

    fn line(&self, line: fmt::Arguments<'_>) {
        let clear = if self.terminal { CLEAR } else { "" };
        write(format_args!("{clear}relay: {line}\n"));
    }
}

/// In one piece, so that a pipe with any room takes it without a wait. A closed standard error is no reason to fail.
fn write(text: fmt::Arguments<'_>) {
    let _ = io::stderr().write_all(text.to_string().as_bytes());
}
