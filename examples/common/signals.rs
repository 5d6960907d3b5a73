//! Blocks the signals that terminate a program, and reads these signals from a signalfd.

use std::cell::Cell;
use std::os::fd::{AsFd, BorrowedFd};

use butter::signal::{self, SigSet, Signal};
use butter::signalfd::SignalFd;

/// The termination signals: sent by the terminal's interrupt key, by `kill(1)`, and if the terminal
/// is closed.
const TERMINATION: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Blocks the termination signals that are not ignored, and returns the blocked signals.
///
/// Ignored signals are not blocked: `nohup`, and a shell that starts a background process, ignore
/// signals so that the program continues to run. The action of each signal must be queried, because
/// a blocked signal becomes pending even if the signal is ignored, and a signalfd would report the
/// signal.
pub(crate) fn block() -> butter::Result<SigSet> {
    let mut blocked = SigSet::empty();
    for signal in TERMINATION {
        if !signal::action(signal)?.is_ignored() {
            blocked = blocked.with(signal);
        }
    }
    signal::block(blocked)?.forget();
    Ok(blocked)
}

/// A descriptor that reports the termination signals, so that an event loop handles them like other
/// events.
pub(crate) struct Signals {
    blocked: SigSet,
    descriptor: SignalFd,
    first: Cell<Option<Signal>>,
}

impl Signals {
    /// Blocks the termination signals, except ignored signals, and creates a signalfd for the
    /// blocked signals.
    pub(crate) fn block() -> butter::Result<Self> {
        let blocked = block()?;
        Ok(Self { blocked, descriptor: SignalFd::nonblocking(blocked)?, first: Cell::new(None) })
    }

    /// Returns the first signal that [`read`](Self::read) has read, if any.
    pub(crate) fn first(&self) -> Option<Signal> {
        self.first.get()
    }

    /// Reads all pending signals. Returns the first signal that this or an earlier call has read.
    pub(crate) fn read(&self) -> butter::Result<Option<Signal>> {
        while let Some(event) = self.descriptor.try_read()? {
            self.first.set(self.first().or(Some(event.signal())));
        }
        Ok(self.first())
    }

    /// Unblocks the termination signals, so that the next signal terminates the process
    /// immediately.
    pub(crate) fn unblock(&self) -> butter::Result<()> {
        signal::unblock(self.blocked).map(drop)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
