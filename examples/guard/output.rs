//! The output: one line per decision, without waiting for the reader.

use std::fmt::Arguments;
use std::io::{self, Write};
use std::time::Duration;

use butter::poll::{self, PollFd, PollFlags};

use crate::message;

/// A write of this size to a pipe that is ready for writing does not block.
const PIPE_BUF: usize = 4096;

/// Standard output.
pub(crate) struct Output {
    stdout: io::Stdout,
    line: Vec<u8>,
    /// The number of lines that were not written.
    skipped: u64,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stdout: io::stdout(), line: Vec::with_capacity(PIPE_BUF), skipped: 0 }
    }

    /// Writes a line, or skips it if the write would block. A line that is too long is truncated.
    pub(crate) fn write_line(&mut self, text: Arguments<'_>) -> io::Result<()> {
        if !self.is_ready()? {
            self.skipped += 1;
            return Ok(());
        }
        self.report_skipped();
        self.line.clear();
        let _ = self.line.write_fmt(text);
        self.line.truncate(PIPE_BUF - 1);
        self.line.push(b'\n');
        let mut stdout = self.stdout.lock();
        stdout.write_all(&self.line)?;
        stdout.flush()
    }

    /// Prints the number of lines that were not written since the last message.
    pub(crate) fn report_skipped(&mut self) {
        if self.skipped > 0 {
            message(format_args!(
                "output was blocked: {} decisions were not printed",
                self.skipped
            ));
            self.skipped = 0;
        }
    }

    fn is_ready(&self) -> io::Result<bool> {
        let mut fds = [PollFd::new(&self.stdout, PollFlags::OUT)];
        Ok(poll::wait(&mut fds, Duration::ZERO)? > 0)
    }
}
