//! The signals that end the program in order.
//!
//! They are held back and read from a descriptor: the loop takes one between two events, never in the middle of a line.

use std::cell::Cell;
use std::os::fd::{AsFd, BorrowedFd};

use butter::signal::{self, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::thread;

/// The key of the terminal, a wish to end, and the terminal's own end.
const ENDING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

pub(crate) struct Signals {
    held_back: SigSet,
    descriptor: SignalFd,
    first: Cell<Option<Signal>>,
}

impl Signals {
    /// Holds them back, from now on, without those that are ignored.
    ///
    /// Who starts a program with a signal ignored, as `nohup` does and a shell for what it puts in the background,
    /// wants it to go on. The action has to be asked for: one that is held back the kernel keeps even though it is
    /// ignored, and the descriptor would tell it.
    pub(crate) fn hold_back() -> butter::Result<Self> {
        let mut held_back = SigSet::empty();
        for signal in ENDING {
            if !signal::action(signal)?.is_ignored() {
                held_back = held_back.with(signal);
            }
        }
        signal::block(held_back)?.forget();
        Ok(Self {
            held_back,
            descriptor: SignalFd::nonblocking(held_back)?,
            first: Cell::new(None),
        })
    }

    /// The first that was read.
    pub(crate) fn first(&self) -> Option<Signal> {
        self.first.get()
    }

    /// Reads those that have come; returns the first of all.
    pub(crate) fn read(&self) -> butter::Result<Option<Signal>> {
        while let Some(event) = self.descriptor.try_read()? {
            self.first.set(self.first().or(Some(event.signal())));
        }
        Ok(self.first())
    }

    /// Takes one that has come while nobody takes the output: the first is read, a second ends the program here.
    pub(crate) fn insist(&self) -> butter::Result<()> {
        match self.first() {
            None => self.read().map(drop),
            Some(_) => signal::unblock(self.held_back).map(drop),
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
