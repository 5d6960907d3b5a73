//! The signals that end the program: held back and read from a descriptor.

use std::os::fd::{AsFd, BorrowedFd};

use butter::signal::{self, SigSet, Signal};
use butter::signalfd::SignalFd;
use butter::thread;

const ENDING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

pub(crate) struct Signals {
    held_back: SigSet,
    descriptor: SignalFd,
}

impl Signals {
    /// Holds them back, from now on, without those that are ignored: who starts a program so wants it to go on.
    pub(crate) fn hold_back() -> butter::Result<Self> {
        let mut held_back = SigSet::empty();
        for signal in ENDING {
            if !signal::action(signal)?.is_ignored() {
                held_back = held_back.with(signal);
            }
        }
        signal::block(held_back)?.forget();
        Ok(Self { held_back, descriptor: SignalFd::nonblocking(held_back)? })
    }

    /// The first that has come. All that have are read.
    pub(crate) fn read(&self) -> butter::Result<Option<Signal>> {
        let mut first = None;
        while let Some(event) = self.descriptor.try_read()? {
            first = first.or(Some(event.signal()));
        }
        Ok(first)
    }

    /// From now on one more ends the program at once.
    pub(crate) fn let_through(&self) -> butter::Result<()> {
        signal::unblock(self.held_back).map(drop)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
