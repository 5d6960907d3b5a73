//! Standard output, and the signals while it takes nothing.

use std::io::{self, Stdout, Write};

use butter::poll::{self, PollFd, PollFlags};
use butter::time::Timeout;

use crate::signals::Signals;

/// What a pipe with any room takes without a wait: `PIPE_BUF`.
const AT_ONCE: usize = 4096;

/// Standard output. A signal is not held back by a reader that does not read: no write waits, what waits is a poll of
/// both.
pub(crate) struct Output<'s> {
    stdout: Stdout,
    signals: &'s Signals,
}

impl<'s> Output<'s> {
    pub(crate) fn new(signals: &'s Signals) -> Self {
        Self { stdout: io::stdout(), signals }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let mut both = [
                PollFd::new(&self.stdout, PollFlags::OUT),
                PollFd::new(self.signals, PollFlags::IN),
            ];
            poll::wait(&mut both, Timeout::Infinite)?;
            let ready = both[0].ready();
            if ready.intersects(PollFlags::ERR | PollFlags::HUP) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            if !ready.is_empty() {
                return Ok(butter::io::write(&self.stdout, &bytes[..bytes.len().min(AT_ONCE)])?);
            }
            self.signals.insist()?;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
